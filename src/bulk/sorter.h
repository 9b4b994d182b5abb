/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/merge.h"

/* Sorts more rows than memory holds: fills an arena, and spills it as a sorted run whenever it is
 * full. One thread owns it. */
typedef struct BulkSorter BulkSorter;

/* `folder` is where runs go, once there are any; `bytes` is for the arena. */
BulkSorter *bulk_sorter_new(const char *folder, size_t bytes);
void bulk_sorter_free(BulkSorter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkSorter, bulk_sorter_free)

/* FAULT_SETUP: it could not spill. */
bool bulk_sorter_add(BulkSorter *self, Slice packed, GError **error);

/* After the last row. What was spilled is merged until at most `runs_most` runs are left; then the
 * arena's memory is given back, unless nothing was spilled. */
bool bulk_sorter_finish(BulkSorter *self, size_t runs_most, GError **error);

/* Makes its rows a part of the merge, any number of times. */
void bulk_sorter_join(const BulkSorter *self, BulkMerge *merge);

uint64_t bulk_sorter_spilled_bytes(const BulkSorter *self);
