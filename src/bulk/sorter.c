/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/sorter.h"

struct BulkSorter {
  char *folder;     /* owned */
  BulkArena *arena; /* owned */
  BulkSpill *spill; /* owned; NULL while memory is enough */
  uint64_t spilled_bytes;
};

BulkSorter *
bulk_sorter_new(const char *folder, size_t bytes)
{
  BulkSorter *self = g_new0(BulkSorter, 1);

  self->folder = g_strdup(folder);
  self->arena = bulk_arena_new(bytes);
  return self;
}

void
bulk_sorter_free(BulkSorter *self)
{
  if (self == NULL)
    return;
  bulk_arena_free(self->arena);
  bulk_spill_free(self->spill);
  g_free(self->folder);
  g_free(self);
}

static bool
spill_arena(BulkSorter *self, GError **error)
{
  size_t length = bulk_arena_length(self->arena);

  if (self->spill == NULL && (self->spill = bulk_spill_new(self->folder, error)) == NULL)
    return false;
  if (length == 0)
    return true;
  bulk_arena_sort(self->arena);
  for (size_t i = 0; i < length; i++) {
    const uint8_t *row = bulk_arena_get(self->arena, i);

    if (!bulk_spill_append(self->spill, slice(row, bulk_row_bytes(row)), error))
      return false;
  }
  bulk_arena_reset(self->arena);
  return bulk_spill_end_run(self->spill, error);
}

bool
bulk_sorter_add(BulkSorter *self, Slice packed, GError **error)
{
  if (bulk_arena_add(self->arena, packed))
    return true;
  if (!spill_arena(self, error))
    return false;
  if (bulk_arena_add(self->arena, packed))
    return true;
  /* A row larger than the arena is a run of its own. */
  return bulk_spill_append(self->spill, packed, error) && bulk_spill_end_run(self->spill, error);
}

/* Merges runs [first, first + count) into one of another spill. */
static bool
merge_runs(const BulkSpill *from, size_t first, size_t count, BulkSpill *to, GError **error)
{
  g_autoptr(BulkMerge) merge = bulk_merge_new();
  const uint8_t *row = NULL;

  for (size_t i = first; i < first + count; i++)
    bulk_merge_add_run(merge, from, i);
  do {
    if (!bulk_merge_next(merge, &row, error) ||
        (row != NULL && !bulk_spill_append(to, slice(row, bulk_row_bytes(row)), error)))
      return false;
  } while (row != NULL);
  return bulk_spill_end_run(to, error);
}

static bool
merge_once(BulkSorter *self, size_t runs_most, GError **error)
{
  g_autoptr(BulkSpill) merged = bulk_spill_new(self->folder, error);
  size_t runs = bulk_spill_runs(self->spill);

  if (merged == NULL)
    return false;
  for (size_t first = 0; first < runs; first += runs_most)
    if (!merge_runs(self->spill, first, MIN(runs_most, runs - first), merged, error))
      return false;
  self->spilled_bytes += bulk_spill_bytes(self->spill);
  bulk_spill_free(self->spill);
  self->spill = g_steal_pointer(&merged);
  return true;
}

bool
bulk_sorter_finish(BulkSorter *self, size_t runs_most, GError **error)
{
  if (self->spill == NULL) {
    bulk_arena_sort(self->arena);
    return true;
  }
  if (!spill_arena(self, error))
    return false;
  bulk_arena_free(self->arena);
  self->arena = NULL;
  while (bulk_spill_runs(self->spill) > runs_most)
    if (!merge_once(self, runs_most, error))
      return false;
  return true;
}

void
bulk_sorter_join(const BulkSorter *self, BulkMerge *merge)
{
  if (self->spill == NULL) {
    bulk_merge_add_arena(merge, self->arena);
    return;
  }
  for (size_t i = 0; i < bulk_spill_runs(self->spill); i++)
    bulk_merge_add_run(merge, self->spill, i);
}

uint64_t
bulk_sorter_spilled_bytes(const BulkSorter *self)
{
  return self->spilled_bytes + (self->spill == NULL ? 0 : bulk_spill_bytes(self->spill));
}
