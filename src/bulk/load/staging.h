/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/load/place.h"
#include "bulk/plan.h"
#include "bulk/watch.h"
#include "config/config.h"

/* Where region servers find a bulk load's files: a folder that they share, or HDFS. */
typedef struct BulkStaging BulkStaging;

/* Everything is borrowed and must outlive the place. */
typedef struct {
  const Config *config;
  const char *staging; /* a folder or an hdfs:// URL; NULL: [bulkload] staging, else temp */
  const char *user;    /* NULL: [bulkload] user, else $HADOOP_USER_NAME, else the login */
  int64_t patience_ms; /* with an HDFS that does not answer */
  const BulkWatch *watch;
} BulkStagingOptions;

/* Asks nobody yet. FAULT_SETUP: the staging folder is none, or the settings do not fit. */
BulkStaging *bulk_staging_new(const BulkStagingOptions *options, GError **error);
/* Removes what is left on HDFS. */
void bulk_staging_free(BulkStaging *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkStaging, bulk_staging_free)

/* Whom region servers and HDFS take us for, borrowed. */
const char *bulk_staging_user(const BulkStaging *self);
/* The folder of this machine to write files in, borrowed. */
const char *bulk_staging_folder(const BulkStaging *self);
/* Before the long work: makes sure that files can be put. */
bool bulk_staging_open(BulkStaging *self, GError **error);

BulkPlace bulk_staging_get(BulkStaging *self);
/* Puts all files (BulkFile) for somebody else to load; those that stay where they are, are there.
 */
bool bulk_staging_put_all(BulkStaging *self, const GArray *files, const BulkPlan *plan,
                          GError **error);
/* The URL under which the files lie; NULL: they stay in the folder that they were written to. */
const char *bulk_staging_url(const BulkStaging *self);
