/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/consumer.h"
#include "kafka/topics.h"

/* The ends of the log as they were at the start of `run --until-end`, and which of them the group
 * has reached. An end is reached when the next offset to read is stored: what is between the last
 * record and the end (control records of transactions, gaps that compaction left) is then behind
 * the reader as well. */
typedef struct StreamEnds StreamEnds;

/* Asks for the ends of the topics. A missing topic is left out, with a warning, or with
 * `needs_all` FAULT_SETUP. */
StreamEnds *stream_ends_read(KafkaTopics *topics, const char *const *names, bool needs_all,
                             GError **error);
void stream_ends_free(StreamEnds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamEnds, stream_ends_free)

/* The topics that exist, NULL-ended. */
const char *const *stream_ends_topics(const StreamEnds *self);

/* Strikes out what the group has committed already. To be called once, before it starts. */
bool stream_ends_strike_committed(StreamEnds *self, KafkaConsumer *consumer, int timeout_ms,
                                  GError **error);

/* Strikes out what the consumer has stored, and, if `asks`, what other members of the group have
 * committed of the partitions that are not ours, for which it waits up to timeout_ms. */
void stream_ends_strike(StreamEnds *self, KafkaConsumer *consumer, bool asks, int timeout_ms);

/* Partitions whose end is not reached yet. */
/* The end of a partition; 0 for one that was not there. */
int64_t stream_ends_of(const StreamEnds *self, const char *topic, int32_t id);

size_t stream_ends_left(const StreamEnds *self);
