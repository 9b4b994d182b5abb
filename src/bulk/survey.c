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

/* Keeps the list's order, the most records first. */
static void
add_collision(BulkSurvey *self, Slice key, uint64_t records)
{
  BulkCollision collision = {.records = records};
  guint at = self->collisions->len;

  while (at > 0 && g_array_index(self->collisions, BulkCollision, at - 1).records < records)
    at--;
  if (records < 2 || at == MOST_COLLISIONS)
    return;
  collision.key = slice_quote(key);
  g_array_insert_val(self->collisions, at, collision);
  if (self->collisions->len > MOST_COLLISIONS)
    g_array_set_size(self->collisions, MOST_COLLISIONS);
}

bool
bulk_survey_walk(BulkSurvey *self, SortMerge *merge, const BulkWatch *watch, GError **error)
{
  g_auto(Bytes) last = {0};
  const uint8_t *row = NULL;
  uint64_t records = 0;

  for (;;) {
    if (!sort_merge_next(merge, &row, error))
      return false;
    if (row == NULL)
      break;
    self->bytes += sort_entry_bytes(row);
    if (records > 0 && slice_equal(bulk_row_key(row), bytes_slice(&last))) {
      self->duplicates++;
      records++;
      continue;
    }
    add_collision(self, bytes_slice(&last), records);
    bytes_reset(&last);
    bytes_append_slice(&last, bulk_row_key(row));
    records = 1;
    self->rows++;
    if (self->rows % ROWS_A_LOOK == 0 && !bulk_watch_goes_on(watch, error))
      return false;
  }
  add_collision(self, bytes_slice(&last), records);
  return true;
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

BulkRegions *
bulk_survey_split(const BulkSurvey *self, SortMerge *merge, size_t regions, GError **error)
{
  g_autoptr(GPtrArray) starts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_auto(Bytes) last = {0};
  const uint8_t *row = NULL;
  uint64_t bytes = 0;

  for (;;) {
    if (!sort_merge_next(merge, &row, error))
      return NULL;
    if (row == NULL)
      return regions_of(starts);

    Slice key = bulk_row_key(row);
    bool is_new = bytes > 0 && !slice_equal(key, bytes_slice(&last));

    /* A region begins at the first key behind as many parts of the bytes as there are before it. */
    if (is_new && starts->len + 1 < regions && bytes >= self->bytes / regions * (starts->len + 1))
      g_ptr_array_add(starts, g_bytes_new(key.data, key.len));
    bytes_reset(&last);
    bytes_append_slice(&last, key);
    bytes += sort_entry_bytes(row);
  }
}
