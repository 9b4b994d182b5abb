/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/merge.h"

typedef struct {
  SortRun *run;         /* owned */
  const uint8_t *entry; /* its next; NULL: ended */
  size_t number;
} Source;

/* `heap` has the sources that are not at their end, the least entry first: the one that was
 * given out last. */
struct SortMerge {
  Source *sources; /* owned */
  size_t sources_length;
  Source **heap; /* owned */
  size_t heap_length;
  bool has_begun;
};

SortMerge *
sort_merge_new(const SortSpill *spill, size_t first, size_t count)
{
  SortMerge *self = g_new0(SortMerge, 1);

  self->sources = g_new0(Source, count);
  self->heap = g_new0(Source *, count);
  self->sources_length = count;
  for (size_t i = 0; i < count; i++)
    self->sources[i] = (Source){.run = sort_run_new(spill, first + i), .number = i};
  return self;
}

void
sort_merge_free(SortMerge *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->sources_length; i++)
    sort_run_free(self->sources[i].run);
  g_free(self->sources);
  g_free(self->heap);
  g_free(self);
}

static bool
is_before(const Source *a, const Source *b)
{
  int order = slice_compare(sort_entry_key(a->entry), sort_entry_key(b->entry));

  return order < 0 || (order == 0 && a->number < b->number);
}

static void
sift_down(SortMerge *self, size_t i)
{
  for (;;) {
    size_t least = i;

    for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < self->heap_length; child++)
      if (is_before(self->heap[child], self->heap[least]))
        least = child;
    if (least == i)
      return;

    Source *lower = self->heap[least];

    self->heap[least] = self->heap[i];
    self->heap[i] = lower;
    i = least;
  }
}

static bool
begin(SortMerge *self, GError **error)
{
  for (size_t i = 0; i < self->sources_length; i++) {
    Source *source = &self->sources[i];

    if (!sort_run_next(source->run, &source->entry, error))
      return false;
    if (source->entry != NULL)
      self->heap[self->heap_length++] = source;
  }
  for (size_t i = self->heap_length / 2; i-- > 0;)
    sift_down(self, i);
  self->has_begun = true;
  return true;
}

/* Past the entry that was given out last. */
static bool
advance(SortMerge *self, GError **error)
{
  Source *first = self->heap[0];

  if (!sort_run_next(first->run, &first->entry, error))
    return false;
  if (first->entry == NULL)
    self->heap[0] = self->heap[--self->heap_length];
  if (self->heap_length > 0)
    sift_down(self, 0);
  return true;
}

bool
sort_merge_next(SortMerge *self, const uint8_t **out_entry, GError **error)
{
  if (!self->has_begun) {
    if (!begin(self, error))
      return false;
  } else if (self->heap_length > 0 && !advance(self, error)) {
    return false;
  }
  *out_entry = self->heap_length == 0 ? NULL : self->heap[0]->entry;
  return true;
}
