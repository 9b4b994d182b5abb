/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/store.h"

/* The rows that a finished file holds: its first and its last. */
bool bulk_file_range(const char *path, Bytes *out_first, Bytes *out_last, GError **error);

/* Writes the file's cells once more, into files beside it that are cut where the table's regions
 * begin now; appends them (BulkFile) and removes the old one. The new files exist before the old
 * one goes. `hfile` is of the file's family. */
bool bulk_file_recut(const BulkFile *file, const BulkRegions *regions, const HfileOptions *hfile,
                     GArray *out_files, GError **error);
