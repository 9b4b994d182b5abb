/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sort/merge.h"

/* Sorts more entries than memory holds. One thread owns it.
 *
 *   add() -> arena, arena, arena ... all full -> runs on disk
 *            \________ each sorted by itself ________/ -> merge
 *
 * What is a little more than memory spills a little: the last arena is spilled and filled again.
 * What is much more spills all arenas as one run, so that runs stay few. */
typedef struct Sort Sort;

/* `folder` is where runs go, once there are any; `bytes` are for the arenas, and for the buffers of
 * the merge after them. The order is borrowed. */
Sort *sort_new(const SortOrder *order, const char *folder, size_t bytes);
void sort_free(Sort *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sort, sort_free)

/* Ends its merges, those of sort_join() too, once `stop`, borrowed, is cancelled. */
void sort_set_stop(Sort *self, GCancellable *stop);

/* Copies it. FAULT_SETUP: it could not spill; FAULT_RECORD: it is over 1 GiB. */
bool sort_add(Sort *self, Slice entry, GError **error);

/* After the last entry: leaves no more runs than can be read within the memory, and gives arenas
 * back to make room for their buffers. */
bool sort_finish(Sort *self, GError **error);

/* Makes its entries a part of the merge, any number of times. */
void sort_join(const Sort *self, SortMerge *merge);

uint64_t sort_spilled_bytes(const Sort *self);
