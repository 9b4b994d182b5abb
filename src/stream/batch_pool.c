/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/batch_pool.h"

static const int64_t REST_US = INT64_C(1000) * 1000;

void
stream_batch_pool_clear(StreamBatchPool *self)
{
  while (self->length > 0)
    stream_batch_free(self->batches[--self->length]);
}

StreamBatch *
stream_batch_pool_take(StreamBatchPool *self, const FramePlan *plan,
                       const StreamBatchLimits *limits)
{
  StreamBatch *batch;

  if (self->length == 0)
    return stream_batch_new(plan, limits);
  batch = self->batches[--self->length];
  stream_batch_rededicate(batch, plan, limits);
  return batch;
}

void
stream_batch_pool_give(StreamBatchPool *self, StreamBatch *batch, int64_t now_us)
{
  stream_batch_reset(batch);
  self->given_us = now_us;
  /* One that a very large row has stretched would stay so. */
  if (self->length == STREAM_BATCH_POOL ||
      stream_batch_bytes(batch) > stream_batch_most_bytes(batch))
    stream_batch_free(batch);
  else
    self->batches[self->length++] = batch;
}

void
stream_batch_pool_rest(StreamBatchPool *self, int64_t now_us)
{
  if (self->length > 0 && now_us - self->given_us >= REST_US)
    stream_batch_pool_clear(self);
}

size_t
stream_batch_pool_bytes(const StreamBatchPool *self)
{
  size_t bytes = 0;

  for (size_t i = 0; i < self->length; i++)
    bytes += stream_batch_bytes(self->batches[i]);
  return bytes;
}
