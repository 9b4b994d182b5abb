/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/arena.h"
#include "bulk/spill.h"

/* Makes one ordered stream of any number of sorted arenas and runs. */
typedef struct BulkMerge BulkMerge;

BulkMerge *bulk_merge_new(void);
void bulk_merge_free(BulkMerge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkMerge, bulk_merge_free)

/* Before the first row: sources, all borrowed. */
void bulk_merge_add_arena(BulkMerge *self, const BulkArena *sorted);
void bulk_merge_add_run(BulkMerge *self, const BulkSpill *spill, size_t i);

/* The next row, good until the one after it; NULL at the end. FAULT_SETUP from a spill. */
bool bulk_merge_next(BulkMerge *self, const uint8_t **out_packed, GError **error);
