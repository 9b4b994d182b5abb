/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/source.h"

static size_t
lane_read(void *self, KafkaMessage *out, size_t max, int timeout_ms)
{
  return kafka_lane_read(self, out, max, timeout_ms);
}

static bool
lane_store(void *self, KafkaPartition *const *partitions, size_t length, GError **error)
{
  return kafka_lane_store(self, partitions, length, error);
}

static void
lane_hold(void *self, size_t topic_index, bool is_held)
{
  kafka_lane_hold(self, topic_index, is_held);
}

static void
lane_sweep(void *self)
{
  kafka_lane_sweep(self);
}

static void
lane_wake(void *self)
{
  kafka_lane_wake(self);
}

StreamSource
stream_source_lane(KafkaLane *lane)
{
  return (StreamSource){lane, lane_read, lane_store, lane_hold, lane_sweep, lane_wake};
}
