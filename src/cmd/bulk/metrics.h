/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/whole_file.h"
#include "cmd/bulk/report.h"
#include "cmd/command.h"

/* How a bulk load ended, for the textfile collector of Prometheus's node exporter. */
typedef struct {
  const char *table;
  const CmdBulkReport *report; /* its job is NULL where the load never began */
  ExitCode code;               /* that it ends with */
} CmdBulkMetrics;

/* Takes the file to write, which is opened before the load so that a wrong path is told early. A
 * failure is logged: it does not change what is live. */
void cmd_bulkmetrics_write(const CmdBulkMetrics *self, WholeFile *file);
