/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/job.h"
#include "config/config.h"
#include "hbase/catalog.h"

/* The table that a bulk load goes to, as the gateway knows it. */
typedef struct CmdBulkTarget CmdBulkTarget;

/* Borrows both. `patience_ms` is how long it waits for a gateway that does not answer. */
CmdBulkTarget *cmd_bulktarget_new(const Config *config, const Mapping *mapping, int64_t patience_ms,
                                  GError **error);
void cmd_bulktarget_free(CmdBulkTarget *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmdBulkTarget, cmd_bulktarget_free)

bool cmd_bulktarget_exists(CmdBulkTarget *self, bool *out_exists, GError **error);
/* Tells the job of the table's families and regions. FAULT_SETUP: there is none. */
bool cmd_bulktarget_describe(CmdBulkTarget *self, BulkJob *job, GError **error);
/* A disabled table takes no files. */
bool cmd_bulktarget_expect_enabled(CmdBulkTarget *self, GError **error);
/* Creates the table as the mapping has it, but with the job's regions. */
bool cmd_bulktarget_create(CmdBulkTarget *self, const BulkJob *job, GError **error);
/* "host:port" of the region servers that have the table now, as BulkServersSource has it: of a
 * CmdBulkTarget, without patience. */
char **cmd_bulktarget_servers(void *target, GError **error);

/* Without a gateway: the regions that the mapping asks for. */
bool cmd_bulktarget_guess(const Mapping *mapping, BulkJob *job, GError **error);
/* Writes a script for the hbase shell that creates the table with the job's regions. */
bool cmd_bulktarget_write_script(const Mapping *mapping, const BulkJob *job, const char *path,
                                 GError **error);
