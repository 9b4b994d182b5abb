/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* A new file that is written from its beginning to its end, in large pieces and, where the file
 * system can, past the page cache: a load is written once and larger than memory, so copying it
 * there costs several times what the disk asks for, and pushes out what others read. All failures
 * are FAULT_SETUP. */
typedef struct HfileDisk HfileDisk;

HfileDisk *hfile_disk_new(const char *path, GError **error);
/* Closes the file and leaves it as it is. */
void hfile_disk_free(HfileDisk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileDisk, hfile_disk_free)

bool hfile_disk_append(HfileDisk *self, Slice bytes, GError **error);
/* Everything is on the disk, and the file closed, once this returns true. */
bool hfile_disk_finish(HfileDisk *self, GError **error);
