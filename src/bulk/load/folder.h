/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* Where a bulk load writes its HFiles. The folder has another name until they are whole, and goes
 * with whatever is in it unless it is kept. Zeroed is none. */
typedef struct {
  char *path;    /* owned: where files go; NULL: none */
  char *top;     /* owned: what goes away, path or a folder above it */
  bool has_mark; /* a file in top that says that a run is at work */
  int lock;      /* of the mark */
  bool is_kept;
} BulkFolder;

/* A new one within `staging`, to which region servers that run as somebody else have access once
 * they are told its path, and nobody else. First removes those of runs on this machine that were
 * killed.
 */
bool bulk_folder_make(BulkFolder *self, const char *staging, GError **error);
/* One that will be called `output`. Removes what a run that was killed left of it, and nothing that
 * is another's. */
bool bulk_folder_make_output(BulkFolder *self, const char *output, GError **error);
void bulk_folder_clear(BulkFolder *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BulkFolder, bulk_folder_clear)

/* Both are for before any work starts. False if nothing can be made in the folder; and if there is
 * something else by that name than an empty folder, or no place for one. */
bool bulk_folder_expect_writable(const char *folder, GError **error);
bool bulk_folder_expect_free(const char *output, GError **error);
/* Once the files are whole: gives the folder its name, and keeps it. An empty folder of that name
 * gives way, another one does not. */
bool bulk_folder_name(BulkFolder *self, const char *output, GError **error);
/* Keeps it under the name that it has, which is borrowed: no later run removes it. */
const char *bulk_folder_keep(BulkFolder *self);
/* The folder on the way to `staging`, or itself, through which a server of another user cannot
 * pass; owned; NULL: there is none. */
char *bulk_folder_find_closed(const char *staging);
void bulk_folder_warn_if_closed(const char *staging);
/* Once the files are whole: lets region servers read them, whatever our umask is. */
void bulk_folder_share(const BulkFolder *self);
