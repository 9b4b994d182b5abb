/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/store.h"
#include "bulk/watch.h"
#include "sort/merge.h"

/* The second half of a bulk load: sorted rows to HFiles.
 *
 *   merge -> parcels of whole keys -> stores, a family each, shared out among threads -> files
 */

/* Everything is borrowed. */
typedef struct {
  BulkStoreOptions store;
  const uint64_t *family_bytes; /* about how much each family is, to share it out */
  unsigned jobs;                /* threads that write, at least 1 */
  uint64_t rows_total;          /* for progress: packed rows in the merge */
  const BulkWatch *watch;
} BulkBuildOptions;

typedef struct {
  uint64_t rows;       /* different keys */
  uint64_t duplicates; /* records whose key another one has too */
} BulkBuildCounts;

/* Writes all files; `out_files` (of BulkFile) gets them, family by family. */
bool bulk_build(const BulkBuildOptions *options, SortMerge *merge, GArray *out_files,
                BulkBuildCounts *out_counts, GError **error);

/* A list of BulkFile that frees its files. */
GArray *bulk_files_new(void);
