/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/row.h"

/* Which cells of the rows of one key a reader of the table could ever see. They come as the merge
 * has them: the newest timestamp first, of one timestamp the last of the input. What is left out
 * would be hidden if the stream had put it: an older version than the family keeps, the same
 * version once more, a version that a deletion hides. One thread owns it. */
typedef struct BulkGroup BulkGroup;

BulkGroup *bulk_group_new(const BulkPlan *plan);
void bulk_group_free(BulkGroup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkGroup, bulk_group_free)

/* Another key. */
void bulk_group_begin(BulkGroup *self);
bool bulk_group_admits(BulkGroup *self, const BulkCell *cell, int64_t timestamp);
/* True if it admits any cell of the row. */
bool bulk_group_admits_row(BulkGroup *self, const uint8_t *packed);
