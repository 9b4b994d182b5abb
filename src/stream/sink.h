/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "hbase/frame.h"

/* Where a writer's batches go. cmd/run.c puts the gateway behind it, tests put memory. One thread
 * owns it. Answers come in the order of the calls; at most `depth` calls may be under way.
 *
 * Errors of all three: FAULT_PEER: no verdict (connection, timeout, busy): send again later;
 * FAULT_RECORD: refused, and the reason may lie in one of the rows: halve; FAULT_SETUP: the table
 * is gone or disabled: wait, not ready. After FAULT_PEER nothing is under way any more. */
typedef struct {
  void *self;
  size_t depth;
  bool (*send)(void *self, const FramePlan *plan, FrameKind kind, const FrameRows *rows,
               size_t first, size_t count, GError **error);
  bool (*receive)(void *self, GError **error);
  /* Asks over a new connection whether the table takes rows: what an error means is decided by
   * this, not by its text. */
  bool (*probe)(void *self, const char *table, GError **error);
} StreamSink;
