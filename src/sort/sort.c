/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/sort.h"

enum {
  ENTRY_MOST_BYTES = 1 << 30,
  ARENAS_MOST = 8,
  ARENA_LEAST_BYTES = 4 * 1024 * 1024,
  SMALL_RUNS_MOST = 16, /* of one arena each */
  LEAST_RUNS = 8,       /* that are merged at once, however little memory there is */
  RUN_BUFFERS_BYTES = 3 * SORT_BLOCK_BYTES, /* about what reading a run takes */
};

struct Sort {
  const SortOrder *order; /* borrowed */
  char *folder;           /* owned */
  size_t bytes;
  size_t arena_bytes;
  size_t arenas_most;
  GPtrArray *arenas; /* owned, of SortArena: those before `at` are full and sorted, */
  guint at;          /* this one is being filled, and those behind it are empty */
  SortSpill *spill;  /* owned; NULL while memory is enough */
  uint64_t spilled_bytes;
  GCancellable *stop; /* borrowed; NULL: nobody stops it */
};

static SortArena *
last_arena(const Sort *self)
{
  return self->arenas->pdata[self->at];
}

static void
add_arena(Sort *self)
{
  g_ptr_array_add(self->arenas, sort_arena_new(self->order, self->arena_bytes));
}

Sort *
sort_new(const SortOrder *order, const char *folder, size_t bytes)
{
  Sort *self = g_new0(Sort, 1);

  self->order = order;
  self->folder = g_strdup(folder);
  self->bytes = bytes;
  self->arenas_most = CLAMP(bytes / ARENA_LEAST_BYTES, (size_t)1, (size_t)ARENAS_MOST);
  self->arena_bytes = bytes / self->arenas_most;
  self->arenas = g_ptr_array_new_with_free_func((GDestroyNotify)sort_arena_free);
  add_arena(self);
  return self;
}

void
sort_set_stop(Sort *self, GCancellable *stop)
{
  self->stop = stop;
}

void
sort_free(Sort *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->arenas);
  sort_spill_free(self->spill);
  g_free(self->folder);
  g_free(self);
}

static bool
open_spill(Sort *self, GError **error)
{
  if (self->spill == NULL)
    self->spill = sort_spill_new(self->folder, error);
  return self->spill != NULL;
}

static bool
append_run(const Sort *self, SortMerge *merge, SortSpill *to, GError **error)
{
  const uint8_t *entry = NULL;

  sort_merge_set_stop(merge, self->stop);
  do {
    if (!sort_merge_next(merge, &entry, error) ||
        (entry != NULL && !sort_spill_append(to, slice(entry, sort_entry_bytes(entry)), error)))
      return false;
  } while (entry != NULL);
  return sort_spill_end_run(to, error);
}

/* Makes one run of the arenas from the first named, and goes on in that one, which is empty then.
 */
static bool
spill_arenas(Sort *self, guint first, GError **error)
{
  g_autoptr(SortMerge) merge = sort_merge_new(self->order);

  for (guint i = first; i <= self->at; i++)
    sort_merge_add_arena(merge, self->arenas->pdata[i]);
  if (!open_spill(self, error) || !append_run(self, merge, self->spill, error))
    return false;
  for (guint i = first; i <= self->at; i++)
    sort_arena_reset(self->arenas->pdata[i]);
  self->at = first;
  return true;
}

static bool
make_room(Sort *self, GError **error)
{
  size_t runs = self->spill == NULL ? 0 : sort_spill_runs(self->spill);

  sort_arena_sort(last_arena(self));
  if (self->at + 1 == self->arenas_most)
    return spill_arenas(self, runs < SMALL_RUNS_MOST ? self->at : 0, error);
  if (++self->at == self->arenas->len)
    add_arena(self);
  return true;
}

bool
sort_add(Sort *self, Slice entry, GError **error)
{
  if (entry.len > ENTRY_MOST_BYTES) {
    g_set_error(error, FAULT, FAULT_RECORD, "%zu bytes are too many to sort", entry.len);
    return false;
  }
  if (sort_arena_add(last_arena(self), entry))
    return true;
  if (sort_arena_fits(last_arena(self), entry))
    return make_room(self, error) && sort_arena_add(last_arena(self), entry);
  /* An entry larger than an arena is a run of its own. */
  return open_spill(self, error) && sort_spill_append(self->spill, entry, error) &&
         sort_spill_end_run(self->spill, error);
}

/* Merges runs [first, first + count) into one of another spill. */
static bool
merge_runs(const Sort *self, size_t first, size_t count, SortSpill *to, GError **error)
{
  g_autoptr(SortMerge) merge = sort_merge_new(self->order);

  for (size_t i = first; i < first + count; i++)
    sort_merge_add_run(merge, self->spill, i);
  return append_run(self, merge, to, error);
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

/* Spills the last of the arenas that are left, and removes it. */
static bool
give_back(Sort *self, GError **error)
{
  self->at = self->arenas->len - 1;
  if (!spill_arenas(self, self->at, error))
    return false;
  g_ptr_array_set_size(self->arenas, (gint)self->at);
  return true;
}

bool
sort_finish(Sort *self, GError **error)
{
  size_t runs_most = MAX(self->bytes / RUN_BUFFERS_BYTES, (size_t)LEAST_RUNS);

  sort_arena_sort(last_arena(self));
  g_ptr_array_set_size(self->arenas, (gint)self->at + 1);
  if (self->spill == NULL)
    return true;
  while (self->arenas->len > 0 && self->arenas->len * self->arena_bytes +
                                          sort_spill_runs(self->spill) * (size_t)RUN_BUFFERS_BYTES >
                                      self->bytes)
    if (!give_back(self, error))
      return false;
  while (sort_spill_runs(self->spill) > runs_most)
    if (!merge_once(self, runs_most, error))
      return false;
  return true;
}

void
sort_join(const Sort *self, SortMerge *merge)
{
  sort_merge_set_stop(merge, self->stop);
  for (guint i = 0; i < self->arenas->len; i++)
    sort_merge_add_arena(merge, self->arenas->pdata[i]);
  for (size_t i = 0; self->spill != NULL && i < sort_spill_runs(self->spill); i++)
    sort_merge_add_run(merge, self->spill, i);
}

uint64_t
sort_spilled_bytes(const Sort *self)
{
  return self->spilled_bytes + (self->spill == NULL ? 0 : sort_spill_bytes(self->spill));
}
