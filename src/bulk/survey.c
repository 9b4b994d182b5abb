/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/survey.h"

#include "bulk/row.h"

enum { MOST_COLLISIONS = 5, ROWS_A_LOOK = 65536 };

static void
collision_clear(gpointer data)
{
  g_free(((BulkCollision *)data)->key);
}

void
bulk_survey_init(BulkSurvey *self)
{
  *self = (BulkSurvey){.collisions = g_array_new(FALSE, FALSE, sizeof(BulkCollision))};
  g_array_set_clear_func(self->collisions, collision_clear);
}

void
bulk_survey_clear(BulkSurvey *self)
{
  g_array_unref(self->collisions);
}

/* Keeps the list's order, the most differing records first. */
static void
add_collision(BulkSurvey *self, Slice key, const BulkCollision *found)
{
  BulkCollision collision = *found;
  guint at = self->collisions->len;

  while (at > 0 &&
         g_array_index(self->collisions, BulkCollision, at - 1).differing < found->differing)
    at--;
  if (found->differing == 0 || at == MOST_COLLISIONS)
    return;
  collision.key = slice_quote(key);
  g_array_insert_val(self->collisions, at, collision);
  if (self->collisions->len > MOST_COLLISIONS)
    g_array_set_size(self->collisions, MOST_COLLISIONS);
}

/* A walk through the merge: the key that it is at. */
typedef struct {
  BulkSurvey *survey;
  Bytes last;          /* the row before */
  BulkCollision group; /* of its key, so far */
} Walk;

static void
end_group(Walk *self)
{
  if (self->group.records > 0)
    add_collision(self->survey, bulk_row_key(self->last.data), &self->group);
  self->group = (BulkCollision){.records = 1};
  self->survey->rows++;
}

static void
count_row(Walk *self, const uint8_t *row)
{
  BulkSurvey *survey = self->survey;

  survey->bytes += sort_entry_bytes(row);
  if (self->group.records > 0 && slice_equal(bulk_row_key(row), bulk_row_key(self->last.data))) {
    bool differs = !bulk_row_is_repeat(row, self->last.data);

    survey->duplicates++;
    survey->differing += differs;
    self->group.records++;
    self->group.differing += differs;
  } else {
    end_group(self);
  }
  bytes_reset(&self->last);
  bytes_append(&self->last, row, sort_entry_bytes(row));
}

static bool
walk_all(Walk *self, SortMerge *merge, const BulkWatch *watch, GError **error)
{
  const uint8_t *row = NULL;

  for (uint64_t rows = 1;; rows++) {
    if (!sort_merge_next(merge, &row, error) ||
        (rows % ROWS_A_LOOK == 0 && !bulk_watch_goes_on(watch, error)))
      return false;
    if (row == NULL)
      break;
    count_row(self, row);
  }
  if (self->group.records > 0)
    add_collision(self->survey, bulk_row_key(self->last.data), &self->group);
  return true;
}

bool
bulk_survey_walk(BulkSurvey *self, SortMerge *merge, const BulkWatch *watch, GError **error)
{
  Walk walk = {.survey = self};
  bool is_whole = walk_all(&walk, merge, watch, error);

  bytes_clear(&walk.last);
  return is_whole;
}

static BulkRegions *
regions_of(const GPtrArray *starts)
{
  g_autoptr(GArray) slices = g_array_new(FALSE, FALSE, sizeof(Slice));

  for (guint i = 0; i < starts->len; i++) {
    size_t len = 0;
    const void *data = g_bytes_get_data(starts->pdata[i], &len);
    Slice start = slice(data, len);

    g_array_append_val(slices, start);
  }
  return bulk_regions_new((const Slice *)(const void *)slices->data, slices->len);
}

/* A region begins at the first key behind as many parts of the bytes as there are before it. */
static bool
begins_region(const BulkSurvey *self, const GPtrArray *starts, size_t regions, uint64_t bytes)
{
  return starts->len + 1 < regions && bytes >= self->bytes / regions * (starts->len + 1);
}

BulkRegions *
bulk_survey_split(const BulkSurvey *self, SortMerge *merge, size_t regions, GArray *out_parts,
                  GError **error)
{
  g_autoptr(GPtrArray) starts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_auto(Bytes) last = {0};
  const uint8_t *row = NULL;
  uint64_t bytes = 0;
  BulkPart part = {0};

  for (;;) {
    if (!sort_merge_next(merge, &row, error))
      return NULL;
    if (row == NULL)
      break;

    Slice key = bulk_row_key(row);
    bool is_new = bytes > 0 && !slice_equal(key, bytes_slice(&last));

    if (is_new && begins_region(self, starts, regions, bytes)) {
      g_ptr_array_add(starts, g_bytes_new(key.data, key.len));
      g_array_append_val(out_parts, part);
      part = (BulkPart){0};
    }
    bytes_reset(&last);
    bytes_append_slice(&last, key);
    bytes += sort_entry_bytes(row);
    part.bytes += sort_entry_bytes(row);
    part.records++;
  }
  g_array_append_val(out_parts, part);
  return regions_of(starts);
}
