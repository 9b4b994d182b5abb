/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/load/place.h"
#include "bulk/watch.h"
#include "http/webhdfs.h"

/* A folder of one load's own on HDFS, below a staging folder:
 * FOLDER/sluice-bulkload-XXXX/FAMILY/FILE. Region servers, and the user they run as, may move the
 * files out of it. */
typedef struct BulkHdfs BulkHdfs;

/* Splits "hdfs://authority/path". False: it is something else, or has no path. */
bool bulk_hdfs_split(const char *url, char **out_authority, char **out_path);

/* Borrows the first and the last; `staging` is such a URL. Nothing is asked yet. */
BulkHdfs *bulk_hdfs_new(HttpWebhdfs *webhdfs, const char *staging, const BulkWatch *watch);
void bulk_hdfs_free(BulkHdfs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkHdfs, bulk_hdfs_free)

/* Makes the folder. FAULT_SETUP: there is no staging folder, or it is not ours to write to. */
bool bulk_hdfs_make(BulkHdfs *self, GError **error);
/* Removes it, if it was made, with whatever is still in it. */
bool bulk_hdfs_remove(BulkHdfs *self, GError **error);
/* Its URL, borrowed. */
const char *bulk_hdfs_url(const BulkHdfs *self);

/* Sends files there; a file that was handed over once and is put again has another name. */
BulkPlace bulk_hdfs_place(BulkHdfs *self);
