/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/whole_file.h"

/* Writes a file from its beginning to its end, in large pieces and, where the file system can, past
 * the page cache: a load is written once and larger than memory, so copying it there costs several
 * times what the disk asks for, and pushes out what others read. All failures are FAULT_SETUP. */
typedef struct HfileDisk HfileDisk;

/* The file is borrowed. */
HfileDisk *hfile_disk_new(WholeFile *file);
void hfile_disk_free(HfileDisk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileDisk, hfile_disk_free)

bool hfile_disk_append(HfileDisk *self, Slice bytes, GError **error);
/* Writes what is left; then the file can be finished. */
bool hfile_disk_finish(HfileDisk *self, GError **error);
