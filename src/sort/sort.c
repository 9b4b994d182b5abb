/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/sort.h"

enum { ENTRY_MOST_BYTES = 1 << 30 };

struct Sort {
  const SortOrder *order; /* borrowed */
  char *folder;           /* owned */
  SortArena *arena;       /* owned */
  SortSpill *spill;       /* owned; NULL while memory is enough */
  uint64_t spilled_bytes;
};

Sort *
sort_new(const SortOrder *order, const char *folder, size_t bytes)
{
  Sort *self = g_new0(Sort, 1);

  self->order = order;
  self->folder = g_strdup(folder);
  self->arena = sort_arena_new(order, bytes);
  return self;
}

void
sort_free(Sort *self)
{
  if (self == NULL)
    return;
  sort_arena_free(self->arena);
  sort_spill_free(self->spill);
  g_free(self->folder);
  g_free(self);
}

static bool
spill_arena(Sort *self, GError **error)
{
  size_t length = sort_arena_length(self->arena);

  if (self->spill == NULL && (self->spill = sort_spill_new(self->folder, error)) == NULL)
    return false;
  if (length == 0)
    return true;
  sort_arena_sort(self->arena);
  for (size_t i = 0; i < length; i++) {
    const uint8_t *entry = sort_arena_get(self->arena, i);

    if (!sort_spill_append(self->spill, slice(entry, sort_entry_bytes(entry)), error))
      return false;
  }
  sort_arena_reset(self->arena);
  return sort_spill_end_run(self->spill, error);
}

bool
sort_add(Sort *self, Slice entry, GError **error)
{
  if (entry.len > ENTRY_MOST_BYTES) {
    g_set_error(error, FAULT, FAULT_RECORD, "%zu bytes are too many to sort", entry.len);
    return false;
  }
  if (sort_arena_add(self->arena, entry))
    return true;
  if (!spill_arena(self, error))
    return false;
  if (sort_arena_add(self->arena, entry))
    return true;
  /* A entry larger than the arena is a run of its own. */
  return sort_spill_append(self->spill, entry, error) && sort_spill_end_run(self->spill, error);
}

/* Merges runs [first, first + count) into one of another spill. */
static bool
merge_runs(const Sort *self, size_t first, size_t count, SortSpill *to, GError **error)
{
  g_autoptr(SortMerge) merge = sort_merge_new(self->order);
  const uint8_t *entry = NULL;

  for (size_t i = first; i < first + count; i++)
    sort_merge_add_run(merge, self->spill, i);
  do {
    if (!sort_merge_next(merge, &entry, error) ||
        (entry != NULL && !sort_spill_append(to, slice(entry, sort_entry_bytes(entry)), error)))
      return false;
  } while (entry != NULL);
  return sort_spill_end_run(to, error);
}

static bool
merge_once(Sort *self, size_t at_once, GError **error)
{
  g_autoptr(SortSpill) merged = sort_spill_new(self->folder, error);
  size_t runs = sort_spill_runs(self->spill);

  if (merged == NULL)
    return false;
  for (size_t first = 0; first < runs; first += at_once)
    if (!merge_runs(self, first, MIN(at_once, runs - first), merged, error))
      return false;
  self->spilled_bytes += sort_spill_bytes(self->spill);
  sort_spill_free(self->spill);
  self->spill = g_steal_pointer(&merged);
  return true;
}

bool
sort_finish(Sort *self, size_t runs_most, GError **error)
{
  if (self->spill == NULL) {
    sort_arena_sort(self->arena);
    return true;
  }
  if (!spill_arena(self, error))
    return false;
  sort_arena_free(self->arena);
  self->arena = NULL;
  while (sort_spill_runs(self->spill) > runs_most)
    if (!merge_once(self, MAX(runs_most, (size_t)2), error))
      return false;
  return true;
}

void
sort_join(const Sort *self, SortMerge *merge)
{
  if (self->spill == NULL) {
    sort_merge_add_arena(merge, self->arena);
    return;
  }
  for (size_t i = 0; i < sort_spill_runs(self->spill); i++)
    sort_merge_add_run(merge, self->spill, i);
}

uint64_t
sort_spilled_bytes(const Sort *self)
{
  return self->spilled_bytes + (self->spill == NULL ? 0 : sort_spill_bytes(self->spill));
}
