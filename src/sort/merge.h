/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sort/spill.h"

/* Makes one ordered stream of sorted runs. Entries of equal keys come in the order of their runs.
 */
typedef struct SortMerge SortMerge;

/* Runs [first, first + count) of the spill, which is borrowed. */
SortMerge *sort_merge_new(const SortSpill *spill, size_t first, size_t count);
void sort_merge_free(SortMerge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SortMerge, sort_merge_free)

/* The next entry, good until the one after it; NULL at the end. */
bool sort_merge_next(SortMerge *self, const uint8_t **out_entry, GError **error);
