/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

#include <sys/types.h>

/* A file that is written beside the place where it belongs and comes there once it is whole and on
 * the disk: nobody takes half of it for all, and until then an older one stays. What a symbolic
 * link leads to is replaced, not the link; a device or a pipe is written as it is. All failures are
 * FAULT_SETUP. */
typedef struct WholeFile WholeFile;

/* Until it is finished its name is `prefix`, the path's last part, and ".unfinished". It gets the
 * mode of the one that it replaces; a new one gets `mode`, less the umask. */
WholeFile *whole_file_new(const char *path, const char *prefix, mode_t mode, GError **error);
/* Removes a file that was not finished. */
void whole_file_free(WholeFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WholeFile, whole_file_free)

bool whole_file_write(WholeFile *self, Slice bytes, GError **error);
/* It is on the disk, under its name, once this returns true. */
bool whole_file_finish(WholeFile *self, GError **error);

/* For those who write in a way of their own; it stays the file's. */
int whole_file_fd(const WholeFile *self);
/* Says what failed, by errno. Always false. */
bool whole_file_fail(const WholeFile *self, const char *what, GError **error);

/* That a file which others will read is there, can be read and holds something. */
bool whole_file_expect(const char *path, GError **error);
