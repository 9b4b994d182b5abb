/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/queue.h"

/* Where a writer's records come from and where it says what is done: a queue of the consumer, or
 * a test's list. Used by the writer's thread, but for wake(). See kafka/queue.h for each. */
typedef struct {
  void *self;
  size_t (*read)(void *self, KafkaMessage *out, size_t max, int timeout_ms);
  size_t (*length)(void *self); /* how many wait to be read */
  bool (*store)(void *self, KafkaPartition *const *partitions, size_t length, GError **error);
  void (*hold)(void *self, size_t topic_index, bool is_held);
  void (*sweep)(void *self);
  void (*wake)(void *self);
} StreamSource;
