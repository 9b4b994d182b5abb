/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "wire/frame.h"

/* Where a writer's batches go. cmd/run.c puts the gateway behind it, tests put memory. One thread
 * owns it. Answers come in the order of the calls; at most `depth` calls may be under way.
 *
 * Errors of send, receive and probe: FAULT_PEER: no verdict (connection, timeout, busy): send
 * again later; FAULT_RECORD: refused, and the reason may lie in one of the rows: halve;
 * FAULT_SETUP: the table is gone or disabled: wait, not ready. After all but FAULT_RECORD nothing
 * is under way any more, and any of the calls may or may not have taken effect. */
typedef struct {
  void *self;
  size_t depth;
  size_t frame_max_bytes; /* the largest call: head, rows and tail */
  bool (*send)(void *self, const FrameBatch *batch, GError **error);
  bool (*receive)(void *self, GError **error);
  /* After FAULT_PEER of receive: whether HBase itself has answered that it cannot take rows at
   * present. However often that comes, it is no reason to suspect a row. */
  bool (*is_busy)(void *self);
  /* Asks over a new connection whether the table takes rows: what an error means is decided by
   * this, not by its text. */
  bool (*probe)(void *self, const char *table, GError **error);
  /* From any thread: whatever of the above waits fails soon with FAULT_PEER, now and later. */
  void (*cancel)(void *self);
} StreamSink;

/* Somebody who should be there even while nothing is sent: see stream/watch.h. */
typedef struct {
  void *self;
  /* Whether it is well, within seconds; in a thread of its own. */
  bool (*ask)(void *self, GError **error);
  /* From any thread: the question, and any later one, ends at once. */
  void (*cancel)(void *self);
} StreamPeer;
