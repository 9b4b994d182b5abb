/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/batch.h"
#include "stream/sink.h"

/* Finds the rows for which a call is refused, or which cut the connection: sends halves, halves of
 * the halves that fail, down to single rows. The rows of a batch are in no need of order, so the
 * halves are sent as they come. */

typedef struct {
  void *self;
  const StreamSink *sink; /* nothing is under way on it */
  /* Waits until the table takes rows again; false: give up. */
  bool (*wait)(void *self, const char *table, const GError *reason);
  /* Rows were taken: the peer is well, and the next wait may be short. */
  void (*taken)(void *self);
} StreamHalvingSeam;

typedef struct {
  bool is_abandoned; /* wait() said so */
  bool is_undecided; /* no row was taken: an outage may look like that. Send the whole again */
  size_t refused;    /* rows, rejected in the batch; all others are acknowledged */
} StreamHalvingEnd;

/* `sends`: how often the whole was sent before. */
StreamHalvingEnd stream_halving_run(const StreamHalvingSeam *seam, StreamBatch *batch,
                                    FrameKind kind, unsigned sends);
