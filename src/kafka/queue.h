/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "kafka/message.h"
#include "kafka/property.h"

struct rd_kafka_s;

/* Where a partition of ours stands: offsets, each the next one; -1: not known. */
typedef struct {
  size_t topic_index;
  int32_t id;
  int64_t acknowledged; /* everything before it is done with */
  int64_t committed;    /* as far as this member knows */
  int64_t end;          /* of the log, as of the last fetch */
  int64_t waiting_ms;   /* the time of the oldest record that is not acknowledged, about */
} KafkaStanding;

/* A writer's share of the consumer: the one queue that all of its partitions are forwarded to, by
 * way of a queue for each topic, so that one limit holds for all of them, no record crosses a
 * thread, and a topic that has to wait is held back in its own. */
typedef struct KafkaQueue KafkaQueue;

/* The consumer's side: main thread. */
KafkaQueue *kafka_queue_new(struct rd_kafka_s *client, const KafkaProperty *properties,
                            size_t topics);
void kafka_queue_free(KafkaQueue *self);
/* Forwards the partition to the queue. Before it is assigned: no record may come earlier. */
void kafka_queue_add(KafkaQueue *self, KafkaPartition *partition);

/* From any thread: a read that waits returns at once. */
void kafka_queue_wake(KafkaQueue *self);

/* The writer's side: one thread. Reads up to max messages; waits up to timeout_ms for the first. */
size_t kafka_queue_read(KafkaQueue *self, KafkaMessage *out, size_t max, int timeout_ms);

/* How many messages wait to be read. */
size_t kafka_queue_length(const KafkaQueue *self);

/* Stores what all readers of each partition are done with for the next commit; those no longer ours
 * are passed over. */
bool kafka_queue_store(KafkaQueue *self, KafkaPartition *const *partitions, size_t length,
                       GError **error);

/* Holds the topic's records back, as many as the limit of one queue lets come, or no more: then
 * they follow behind what the queue has. What was in the queue's queue already is still read. */
void kafka_queue_hold(KafkaQueue *self, size_t topic_index, bool is_held);

/* Frees partitions that are gone; to be called only while no message of the queue is held. */
void kafka_queue_sweep(KafkaQueue *self);
