/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/place.h"
#include "bulk/plan.h"
#include "bulk/watch.h"
#include "config/config.h"

/* Where region servers find a bulk load's files: a folder that they share, or HDFS. */
typedef struct CmdBulkPlace CmdBulkPlace;

/* Everything is borrowed and must outlive the place. */
typedef struct {
  const Config *config;
  const char *staging; /* a folder or an hdfs:// URL; NULL: [bulkload] staging, else temp */
  const char *user;    /* NULL: [bulkload] user, else $HADOOP_USER_NAME, else the login */
  int64_t patience_ms; /* with an HDFS that does not answer */
  const BulkWatch *watch;
} CmdBulkPlaceOptions;

/* Asks nobody yet. FAULT_SETUP: the staging folder is none, or the settings do not fit. */
CmdBulkPlace *cmd_bulkplace_new(const CmdBulkPlaceOptions *options, GError **error);
/* Removes what is left on HDFS. */
void cmd_bulkplace_free(CmdBulkPlace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmdBulkPlace, cmd_bulkplace_free)

/* Whom region servers and HDFS take us for, borrowed. */
const char *cmd_bulkplace_user(const CmdBulkPlace *self);
/* The folder of this machine to write files in, borrowed. */
const char *cmd_bulkplace_folder(const CmdBulkPlace *self);
/* Before the long work: makes sure that files can be put. */
bool cmd_bulkplace_open(CmdBulkPlace *self, GError **error);

BulkPlace cmd_bulkplace_get(CmdBulkPlace *self);
/* Puts all files (BulkFile) for somebody else to load; those that stay where they are, are there.
 */
bool cmd_bulkplace_put_all(CmdBulkPlace *self, const GArray *files, const BulkPlan *plan,
                           GError **error);
/* The URL under which the files lie; NULL: they stay in the folder that they were written to. */
const char *cmd_bulkplace_url(const CmdBulkPlace *self);
