/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/consumer.h"
#include "kafka/topics.h"

/* The end offsets of the partitions, as they were at the start of `run --until-end`, and which of
 * them the group has reached. One is reached when the next offset to read is stored: what lies
 * between the last record and the end (control records of transactions, gaps that compaction left)
 * is then behind the reader as well. */
typedef struct StreamEndOffsets StreamEndOffsets;

/* Asks for the end offsets of the topics. A missing topic is left out, with a warning, or with
 * `needs_all` FAULT_SETUP, as it is if none exists. */
StreamEndOffsets *stream_end_offsets_read(KafkaTopics *topics, const char *const *names,
                                          bool needs_all, GError **error);
void stream_end_offsets_free(StreamEndOffsets *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamEndOffsets, stream_end_offsets_free)

/* The topics that exist, NULL-ended. */
const char *const *stream_end_offsets_topics(const StreamEndOffsets *self);

/* Strikes out what the group has committed already. To be called once, before it starts. */
bool stream_end_offsets_strike_committed(StreamEndOffsets *self, KafkaConsumer *consumer,
                                         int timeout_ms, GError **error);

/* Strikes out what the consumer has stored, and, if `asks`, what other members of the group have
 * committed of the partitions that are not ours, for which it waits up to timeout_ms. */
void stream_end_offsets_strike(StreamEndOffsets *self, KafkaConsumer *consumer, bool asks,
                               int timeout_ms);

/* The end of a partition; 0 for one that was not there. */
int64_t stream_end_offsets_of(const StreamEndOffsets *self, const char *topic, int32_t id);

/* How many partitions' end offsets are not reached yet. */
size_t stream_end_offsets_left(const StreamEndOffsets *self);

/* Whether, with so many records read by now, none has come for a while; true once after each. */
bool stream_end_offsets_is_quiet(StreamEndOffsets *self, int64_t now_us, uint64_t read);
