/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/merge.h"

/* A sorted arena or a run, and the row that it stands at. */
typedef struct {
  const uint8_t *row;     /* NULL: at the end */
  const BulkArena *arena; /* borrowed; NULL: a run */
  size_t next;            /* arena: the row behind `row` */
  BulkRun *run;           /* owned */
} Source;

struct BulkMerge {
  GArray *sources; /* owned, of Source */
  Source **heap;   /* owned: the source with the least row first */
  size_t length;
  bool has_begun;
};

static void
source_clear(gpointer data)
{
  bulk_run_free(((Source *)data)->run);
}

BulkMerge *
bulk_merge_new(void)
{
  BulkMerge *self = g_new0(BulkMerge, 1);

  self->sources = g_array_new(FALSE, FALSE, sizeof(Source));
  g_array_set_clear_func(self->sources, source_clear);
  return self;
}

void
bulk_merge_free(BulkMerge *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->sources);
  g_free(self->heap);
  g_free(self);
}

void
bulk_merge_add_arena(BulkMerge *self, const BulkArena *sorted)
{
  Source source = {.arena = sorted};

  g_array_append_val(self->sources, source);
}

void
bulk_merge_add_run(BulkMerge *self, const BulkSpill *spill, size_t i)
{
  Source source = {.run = bulk_run_new(spill, i)};

  g_array_append_val(self->sources, source);
}

static bool
advance(Source *source, GError **error)
{
  if (source->run != NULL)
    return bulk_run_next(source->run, &source->row, error);
  source->row = source->next < bulk_arena_length(source->arena)
                    ? bulk_arena_get(source->arena, source->next++)
                    : NULL;
  return true;
}

static void
sink(BulkMerge *self, size_t at)
{
  Source *source = self->heap[at];

  for (size_t child; (child = 2 * at + 1) < self->length; at = child) {
    if (child + 1 < self->length &&
        bulk_row_compare(self->heap[child + 1]->row, self->heap[child]->row) < 0)
      child++;
    if (bulk_row_compare(source->row, self->heap[child]->row) <= 0)
      break;
    self->heap[at] = self->heap[child];
  }
  self->heap[at] = source;
}

static bool
begin(BulkMerge *self, GError **error)
{
  self->has_begun = true;
  self->heap = g_new0(Source *, self->sources->len);
  for (guint i = 0; i < self->sources->len; i++) {
    Source *source = &g_array_index(self->sources, Source, i);

    if (!advance(source, error))
      return false;
    if (source->row != NULL)
      self->heap[self->length++] = source;
  }
  for (size_t i = self->length / 2; i > 0; i--)
    sink(self, i - 1);
  return true;
}

/* The row that was given out is good until now: its source moves on only here. */
static bool
move_on(BulkMerge *self, GError **error)
{
  if (self->length == 0)
    return true;
  if (!advance(self->heap[0], error))
    return false;
  if (self->heap[0]->row == NULL)
    self->heap[0] = self->heap[--self->length];
  if (self->length > 1)
    sink(self, 0);
  return true;
}

bool
bulk_merge_next(BulkMerge *self, const uint8_t **out_packed, GError **error)
{
  const Source *first;

  if (!(self->has_begun ? move_on(self, error) : begin(self, error)))
    return false;
  first = self->length > 0 ? self->heap[0] : NULL;
  *out_packed = first == NULL ? NULL : first->row;
  return true;
}
