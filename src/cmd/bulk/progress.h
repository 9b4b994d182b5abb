/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/watch.h"

/* How far a phase of a bulk load is. */
typedef struct {
  BulkPhase phase;
  uint64_t done; /* of `total`: rows, or bytes where there are no rows */
  uint64_t total;
  uint64_t rows;
  double seconds; /* since it began */
} CmdBulkProgress;

/* "writing 40% rows=1000 rows/s=500 left=3s", owned. */
char *cmd_bulkprogress_describe(const CmdBulkProgress *self);
