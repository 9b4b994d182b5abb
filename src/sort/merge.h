/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/wait.h"
#include "sort/arena.h"
#include "sort/spill.h"

/* Makes one ordered stream of any number of sorted arenas and runs. Entries that compare as equal
 * come in no order. */
typedef struct SortMerge SortMerge;

/* The order is borrowed. */
SortMerge *sort_merge_new(const SortOrder *order);
void sort_merge_free(SortMerge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SortMerge, sort_merge_free)

/* Ends it (G_IO_ERROR_CANCELLED) once `stop`, borrowed, is cancelled; NULL: nothing does. */
void sort_merge_set_stop(SortMerge *self, GCancellable *stop);

/* Before the first entry: sources, all borrowed. */
void sort_merge_add_arena(SortMerge *self, const SortArena *sorted);
void sort_merge_add_run(SortMerge *self, const SortSpill *spill, size_t i);

/* The next entry, good until the one after it; NULL at the end. FAULT_SETUP from a spill. */
bool sort_merge_next(SortMerge *self, const uint8_t **out_entry, GError **error);
