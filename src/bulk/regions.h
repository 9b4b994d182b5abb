/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Where a table's regions begin. The first one begins with the empty key. Immutable once made. */
typedef struct BulkRegions BulkRegions;

/* `starts` of every region but the first, strictly ascending; copied. */
BulkRegions *bulk_regions_new(const Slice *starts, size_t length);
void bulk_regions_free(BulkRegions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkRegions, bulk_regions_free)

size_t bulk_regions_length(const BulkRegions *self);
/* Empty for the first. */
Slice bulk_regions_start(const BulkRegions *self, size_t i);
/* Which region the row is of. */
size_t bulk_regions_find(const BulkRegions *self, Slice row);
