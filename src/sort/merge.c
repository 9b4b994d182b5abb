/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/merge.h"

enum {
  ARENA_AHEAD = 4,   /* entries that an arena is asked for before they are needed */
  LOOK_EVERY = 4096, /* entries: whether to stop */
};

/* A sorted arena or a run, and the entry that it stands at. */
typedef struct {
  const uint8_t *entry;   /* NULL: at the end */
  uint64_t prefix;        /* of its key, so that most comparisons need nothing else */
  const SortArena *arena; /* borrowed; NULL: a run */
  size_t next;            /* arena: the one behind `entry` */
  SortRun *run;           /* owned */
} Source;

struct SortMerge {
  const SortOrder *order; /* borrowed */
  GArray *sources;        /* owned, of Source */
  Source **heap;          /* owned: the source with the least entry first */
  size_t length;
  bool has_begun;
  GCancellable *stop; /* borrowed; NULL: nobody stops it */
  uint64_t entries;   /* taken */
};

static void
source_clear(gpointer data)
{
  sort_run_free(((Source *)data)->run);
}

SortMerge *
sort_merge_new(const SortOrder *order)
{
  SortMerge *self = g_new0(SortMerge, 1);

  self->order = order;
  self->sources = g_array_new(FALSE, FALSE, sizeof(Source));
  g_array_set_clear_func(self->sources, source_clear);
  return self;
}

void
sort_merge_free(SortMerge *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->sources);
  g_free(self->heap);
  g_free(self);
}

void
sort_merge_set_stop(SortMerge *self, GCancellable *stop)
{
  self->stop = stop;
}

void
sort_merge_add_arena(SortMerge *self, const SortArena *sorted)
{
  Source source = {.arena = sorted};

  g_array_append_val(self->sources, source);
}

void
sort_merge_add_run(SortMerge *self, const SortSpill *spill, size_t i)
{
  Source source = {.run = sort_run_new(spill, i)};

  g_array_append_val(self->sources, source);
}

static void
take_from_arena(Source *source)
{
  sort_arena_prefetch(source->arena, source->next + ARENA_AHEAD);
  source->entry = source->next < sort_arena_length(source->arena)
                      ? sort_arena_get(source->arena, source->next++)
                      : NULL;
}

static bool
advance(const SortMerge *self, Source *source, GError **error)
{
  if (source->run == NULL)
    take_from_arena(source);
  else if (!sort_run_next(source->run, &source->entry, error))
    return false;
  if (source->entry != NULL)
    source->prefix = sort_key_prefix(sort_entry_key(self->order, source->entry), 0);
  return true;
}

static bool
is_before(const SortMerge *self, const Source *a, const Source *b)
{
  return a->prefix != b->prefix ? a->prefix < b->prefix
                                : sort_entry_compare(self->order, a->entry, b->entry) < 0;
}

static void
sink(SortMerge *self, size_t at)
{
  Source *source = self->heap[at];

  for (size_t child; (child = 2 * at + 1) < self->length; at = child) {
    if (child + 1 < self->length && is_before(self, self->heap[child + 1], self->heap[child]))
      child++;
    if (!is_before(self, self->heap[child], source))
      break;
    self->heap[at] = self->heap[child];
  }
  self->heap[at] = source;
}

static bool
begin(SortMerge *self, GError **error)
{
  self->has_begun = true;
  self->heap = g_new0(Source *, self->sources->len);
  for (guint i = 0; i < self->sources->len; i++) {
    Source *source = &g_array_index(self->sources, Source, i);

    if (!advance(self, source, error))
      return false;
    if (source->entry != NULL)
      self->heap[self->length++] = source;
  }
  for (size_t i = self->length / 2; i > 0; i--)
    sink(self, i - 1);
  return true;
}

/* The entry that was given out is good until now: its source moves on only here. */
static bool
move_on(SortMerge *self, GError **error)
{
  if (self->length == 0)
    return true;
  if (!advance(self, self->heap[0], error))
    return false;
  if (self->heap[0]->entry == NULL)
    self->heap[0] = self->heap[--self->length];
  if (self->length > 1)
    sink(self, 0);
  return true;
}

bool
sort_merge_next(SortMerge *self, const uint8_t **out_entry, GError **error)
{
  const Source *first;

  if (self->entries++ % LOOK_EVERY == 0 && !wait_goes_on(self->stop, error))
    return false;
  if (!(self->has_begun ? move_on(self, error) : begin(self, error)))
    return false;
  first = self->length > 0 ? self->heap[0] : NULL;
  *out_entry = first == NULL ? NULL : first->entry;
  return true;
}
