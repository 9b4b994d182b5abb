/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/wait.h"
#include "bulk/store.h"

/* The rows that a finished file holds: its first and its last. */
bool bulk_file_range(const char *path, Bytes *out_first, Bytes *out_last, GError **error);

/* Everything is borrowed. */
typedef struct {
  const BulkRegions *regions; /* as the table has them now */
  const HfileOptions *hfile;  /* by family */
  GCancellable *stop;         /* NULL: nobody stops it */
} BulkRecut;

/* Writes the file's cells once more, into files beside it, one for each region; appends them
 * (BulkFile) and removes the old one. The new files exist before the old one goes. */
bool bulk_file_recut(const BulkRecut *self, const BulkFile *file, GArray *out_files,
                     GError **error);
