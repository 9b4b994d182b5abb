/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/load/load.h"
#include "cmd/bulk/args.h"

/* What a load that ended half-way has to say. Everything is borrowed. */
typedef struct {
  const BulkLoadCounts *loaded;
  const GArray *files; /* of BulkFile: those that are not live */
  size_t files_all;
  const char *table;
  const char *folder; /* of the files, which stay there; NULL: they go */
  const char *again;  /* "", or in what the command that finishes the load is another one */
} CmdBulkRest;

/* Lines that follow the error's own, owned. */
char *cmd_bulkrest_describe(const CmdBulkRest *self);
/* As much as can be said of a load that another command did. */
char *cmd_bulkrest_describe_tool(const CmdBulkRest *self);
/* In what the command that finishes the load differs from this one; owned. */
char *cmd_bulkrest_describe_changes(const CmdBulkArgs *args, const Mapping *mapping);
/* FAULT_RECORD: there is none. */
bool cmd_bulkrest_expect_rows(const BulkJob *job, GError **error);
/* After a trial, which tells all that it found: what a load would have ended with. */
bool cmd_bulkrest_expect_loadable(const CmdBulkArgs *args, const BulkJob *job, GError **error);
