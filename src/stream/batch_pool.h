/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/batch.h"

/* Batches that are done with, whose memory the next ones use again: one writer's, for all of its
 * lines, so that the lines need not keep a large batch each. Zeroed is ready. */
enum { STREAM_BATCH_POOL = 3 }; /* two under way and one that is filled, for the busiest line */

typedef struct {
  StreamBatch *batches[STREAM_BATCH_POOL]; /* owned */
  size_t length;
  int64_t given_us; /* the last one */
} StreamBatchPool;

void stream_batch_pool_clear(StreamBatchPool *self);

/* An empty batch for these rows, one of the pool if there is any. */
StreamBatch *stream_batch_pool_take(StreamBatchPool *self, const FramePlan *plan,
                                    const StreamBatchLimits *limits);

/* Swallows the batch, whatever it holds. */
void stream_batch_pool_give(StreamBatchPool *self, StreamBatch *batch, int64_t now_us);

/* Gives the memory back after a second in which no batch was done with. */
void stream_batch_pool_rest(StreamBatchPool *self, int64_t now_us);

size_t stream_batch_pool_bytes(const StreamBatchPool *self);
