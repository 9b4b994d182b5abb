/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/batch.h"
#include "stream/sink.h"

/* Finds the rows for which a call is refused, or which cut the connection: sends halves, halves of
 * the halves that fail, down to single rows. The rows of a batch are in no need of order, so the
 * halves are sent as they come. It goes step by step, so that others may use the sink between:
 *
 *   next() -> the call is sent alone -> answer(): go on, or wait for the table first -> next() ...
 */
typedef struct StreamHalving StreamHalving;

typedef struct {
  const StreamSink *sink;   /* borrowed; asked by probe() and is_busy() alone */
  StreamBatch *batch;       /* borrowed */
  FrameKind kind;           /* of its rows */
  size_t first;             /* the range that failed */
  size_t count;             /* at least one */
  unsigned sends;           /* how often the whole was sent before */
  const FrameRows *control; /* borrowed: a put that was acknowledged before; without rows: none */
} StreamHalvingOptions;

StreamHalving *stream_halving_new(const StreamHalvingOptions *options);
void stream_halving_free(StreamHalving *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamHalving, stream_halving_free)

typedef enum {
  STREAM_HALVING_SEND,
  STREAM_HALVING_DONE, /* each row is acknowledged, or rejected in the batch */
  /* Some rows cut the connection, and no row was ever taken that would tell them from an outage:
   * next() sends them once more. */
  STREAM_HALVING_UNDECIDED,
} StreamHalvingNext;

StreamHalvingNext stream_halving_next(StreamHalving *self, FrameBatch *out);

/* What became of the call; NULL: acknowledged. Returns why the table is to be waited for, yours;
 * NULL: go on. */
GError *stream_halving_answer(StreamHalving *self, const GError *error);

/* Of the rows, how many are rejected so far. */
size_t stream_halving_refused(const StreamHalving *self);
