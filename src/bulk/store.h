/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/group.h"
#include "bulk/regions.h"
#include "hfile/writer.h"

/* Writes the HFiles of one family: one a region, and another whenever one is too large. One thread
 * owns it. */
typedef struct BulkStore BulkStore;

/* HBase takes no more files of a family and region at once. */
enum { BULK_FILES_MOST = 32 };

/* Everything is borrowed. */
typedef struct {
  const BulkPlan *plan;
  const BulkRegions *regions;
  const char *folder; /* files go to folder/FAMILY/NAME */
  uint64_t file_most_bytes;
  const HfileOptions *hfile; /* by family of the plan, without a pool */
  HfilePool *pool;           /* NULL: there is none */
} BulkStoreOptions;

typedef struct {
  size_t family; /* of the plan */
  size_t region;
  char *path; /* owned */
  uint64_t bytes;
  uint64_t cells;
} BulkFile;

BulkStore *bulk_store_new(const BulkStoreOptions *options, size_t family);
/* Files that are not finished, or not handed over, are removed. */
void bulk_store_free(BulkStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkStore, bulk_store_free)

/* The cells of one row, by rank. */
typedef struct {
  const BulkCell *cells;
  size_t length;
} BulkCells;

/* Of all cells of the row those of the family are written. Keys ascend. */
bool bulk_store_add(BulkStore *self, const BulkRow *row, const BulkCells *cells, GError **error);
/* Packed rows of one key, `length` of them one behind the other, as the merge has them. */
bool bulk_store_add_group(BulkStore *self, const uint8_t *rows, size_t length, GError **error);
bool bulk_store_finish(BulkStore *self, GError **error);

/* After finish, if it is the store of the family: its files (BulkFile), in order of their keys, are
 * the list's now. */
void bulk_store_hand_over(BulkStore *self, size_t family, GArray *out_files);
