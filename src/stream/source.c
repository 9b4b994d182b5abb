/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/source.h"

static size_t
queue_read(void *self, KafkaMessage *out, size_t max, int timeout_ms)
{
  return kafka_queue_read(self, out, max, timeout_ms);
}

static bool
queue_store(void *self, KafkaPartition *const *partitions, size_t length, GError **error)
{
  return kafka_queue_store(self, partitions, length, error);
}

static void
queue_hold(void *self, size_t topic_index, bool is_held)
{
  kafka_queue_hold(self, topic_index, is_held);
}

static void
queue_sweep(void *self)
{
  kafka_queue_sweep(self);
}

static void
queue_wake(void *self)
{
  kafka_queue_wake(self);
}

StreamSource
stream_source_queue(KafkaQueue *queue)
{
  return (StreamSource){queue, queue_read, queue_store, queue_hold, queue_sweep, queue_wake};
}
