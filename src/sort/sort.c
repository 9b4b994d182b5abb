/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/sort.h"

#include "sort/merge.h"

#include <stdlib.h>

enum {
  ENTRY_MOST_BYTES = 1 << 30,
  MERGE_MOST_RUNS = 64, /* two blocks of each are in memory */
};

typedef struct {
  uint64_t prefix; /* the key's first bytes as a number, so that most comparisons end here */
  const uint8_t *entry;
} Ref;

/* A list that grows by doubling, and what sorting it takes. */
enum { REF_COST = 3 * sizeof(Ref) };

struct Sort {
  size_t memory_bytes;
  char *folder;     /* owned */
  uint8_t *arena;   /* owned; NULL: given back, or not needed yet */
  size_t used;      /* of the arena */
  GArray *refs;     /* owned, of Ref */
  guint given;      /* of refs */
  SortSpill *spill; /* owned; NULL while memory is enough */
  SortMerge *merge; /* owned */
};

Sort *
sort_new(size_t memory_bytes, const char *folder)
{
  Sort *self = g_new0(Sort, 1);

  self->memory_bytes = memory_bytes;
  self->folder = g_strdup(folder);
  self->refs = g_array_new(FALSE, FALSE, sizeof(Ref));
  return self;
}

void
sort_free(Sort *self)
{
  if (self == NULL)
    return;
  sort_merge_free(self->merge);
  sort_spill_free(self->spill);
  g_array_unref(self->refs);
  g_free(self->arena);
  g_free(self->folder);
  g_free(self);
}

static uint64_t
prefix_of(Slice key)
{
  uint64_t prefix = 0;

  if (key.len > 0)
    memcpy(&prefix, key.data, MIN(key.len, sizeof prefix));
  return GUINT64_FROM_BE(prefix);
}

static int
compare_refs(const void *a, const void *b)
{
  const Ref *x = a;
  const Ref *y = b;
  int order;

  if (x->prefix != y->prefix)
    return x->prefix < y->prefix ? -1 : 1;
  order = slice_compare(sort_entry_key(x->entry), sort_entry_key(y->entry));
  return order != 0 ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static void
sort_refs(Sort *self)
{
  if (self->refs->len > 1)
    qsort(self->refs->data, self->refs->len, sizeof(Ref), compare_refs);
}

static bool
spill_arena(Sort *self, GError **error)
{
  if (self->refs->len == 0)
    return true;
  if (self->spill == NULL && (self->spill = sort_spill_new(self->folder, error)) == NULL)
    return false;
  sort_refs(self);
  for (guint i = 0; i < self->refs->len; i++)
    if (!sort_spill_append(self->spill, g_array_index(self->refs, Ref, i).entry, error))
      return false;
  g_array_set_size(self->refs, 0);
  self->used = 0;
  return sort_spill_end_run(self->spill, error);
}

static bool
has_room(const Sort *self, size_t bytes)
{
  return self->used + bytes + (self->refs->len + 1) * REF_COST <= self->memory_bytes;
}

/* An entry larger than the arena is a run of its own. */
static bool
spill_alone(Sort *self, Slice key, Slice payload, GError **error)
{
  g_autofree uint8_t *entry = g_malloc(SORT_ENTRY_FIXED_BYTES + key.len + payload.len);

  if (self->spill == NULL && (self->spill = sort_spill_new(self->folder, error)) == NULL)
    return false;
  sort_entry_write(entry, key, payload);
  return sort_spill_append(self->spill, entry, error) && sort_spill_end_run(self->spill, error);
}

bool
sort_add(Sort *self, Slice key, Slice payload, GError **error)
{
  size_t bytes = SORT_ENTRY_FIXED_BYTES + key.len + payload.len;
  Ref ref = {.prefix = prefix_of(key)};

  if (bytes > ENTRY_MOST_BYTES) {
    g_set_error(error, FAULT, FAULT_RECORD, "%zu bytes are too many to sort", bytes);
    return false;
  }
  if (!has_room(self, bytes) && !spill_arena(self, error))
    return false;
  if (!has_room(self, bytes))
    return spill_alone(self, key, payload, error);
  if (self->arena == NULL)
    self->arena = g_malloc(self->memory_bytes);
  ref.entry = self->arena + self->used;
  sort_entry_write(self->arena + self->used, key, payload);
  self->used += bytes;
  g_array_append_val(self->refs, ref);
  return true;
}

static bool
copy_merged(const SortSpill *from, size_t first, SortSpill *to, GError **error)
{
  size_t count = MIN(MERGE_MOST_RUNS, sort_spill_runs(from) - first);
  g_autoptr(SortMerge) merge = sort_merge_new(from, first, count);
  const uint8_t *entry = NULL;

  do {
    if (!sort_merge_next(merge, &entry, error) ||
        (entry != NULL && !sort_spill_append(to, entry, error)))
      return false;
  } while (entry != NULL);
  return sort_spill_end_run(to, error);
}

/* Makes one run of each few, in a file of their own. */
static bool
merge_down(Sort *self, GError **error)
{
  g_autoptr(SortSpill) merged = sort_spill_new(self->folder, error);

  if (merged == NULL)
    return false;
  for (size_t first = 0; first < sort_spill_runs(self->spill); first += MERGE_MOST_RUNS)
    if (!copy_merged(self->spill, first, merged, error))
      return false;
  sort_spill_free(self->spill);
  self->spill = g_steal_pointer(&merged);
  return true;
}

bool
sort_finish(Sort *self, GError **error)
{
  if (self->spill == NULL) {
    sort_refs(self);
    return true;
  }
  if (!spill_arena(self, error))
    return false;
  g_clear_pointer(&self->arena, g_free);
  g_array_set_size(self->refs, 0);
  while (sort_spill_runs(self->spill) > MERGE_MOST_RUNS)
    if (!merge_down(self, error))
      return false;
  self->merge = sort_merge_new(self->spill, 0, sort_spill_runs(self->spill));
  return true;
}

bool
sort_next(Sort *self, Slice *out_key, Slice *out_payload, bool *out_has_one, GError **error)
{
  const uint8_t *entry = NULL;

  if (self->merge == NULL)
    entry =
        self->given == self->refs->len ? NULL : g_array_index(self->refs, Ref, self->given++).entry;
  else if (!sort_merge_next(self->merge, &entry, error))
    return false;
  *out_has_one = entry != NULL;
  if (entry != NULL) {
    *out_key = sort_entry_key(entry);
    *out_payload = sort_entry_payload(entry);
  }
  return true;
}

size_t
sort_runs(const Sort *self)
{
  return self->spill == NULL ? 0 : sort_spill_runs(self->spill);
}
