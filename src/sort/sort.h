/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sort/merge.h"

/* Sorts more entries than memory holds: fills an arena, and spills it as a sorted run whenever it
 * is full. One thread owns it. */
typedef struct Sort Sort;

/* `folder` is where runs go, once there are any; `bytes` is for the arena. The order is borrowed.
 */
Sort *sort_new(const SortOrder *order, const char *folder, size_t bytes);
void sort_free(Sort *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sort, sort_free)

/* Copies it. FAULT_SETUP: it could not spill; FAULT_RECORD: it is over 1 GiB. */
bool sort_add(Sort *self, Slice entry, GError **error);

/* After the last entry. What was spilled is merged until at most `runs_most` runs are left; then
 * the arena's memory is given back, unless nothing was spilled. */
bool sort_finish(Sort *self, size_t runs_most, GError **error);

/* Makes its entries a part of the merge, any number of times. */
void sort_join(const Sort *self, SortMerge *merge);

uint64_t sort_spilled_bytes(const Sort *self);
