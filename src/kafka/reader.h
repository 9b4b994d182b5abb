/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/queue.h"
#include "kafka/topics.h"

/* Reads a topic from its beginning to its ends as they were at the start, all partitions at once,
 * each in order. It joins no group and commits nothing. One thread owns it. */
typedef struct KafkaReader KafkaReader;

/* A piece of a partition. */
typedef struct {
  int32_t partition;
  int64_t from;
  int64_t to; /* one past the last; INT64_MAX: the end as it is */
} KafkaSpan;

typedef struct {
  const KafkaProperty *properties;
  const char *topic;
  const KafkaSpan *spans; /* NULL: all */
  size_t spans_length;
  int timeout_ms;
} KafkaReaderOptions;

/* Asks for the ends. `properties` as in the [kafka] section. FAULT_SETUP: there is no such topic;
 * FAULT_PEER: no broker answers within the time. */
KafkaReader *kafka_reader_new(const KafkaProperty *properties, const char *topic, int timeout_ms,
                              GError **error);
/* The same of these pieces alone, at most one of each partition. FAULT_SETUP: there is no such
 * partition. */
KafkaReader *kafka_reader_new_within(const KafkaReaderOptions *options, GError **error);
void kafka_reader_free(KafkaReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KafkaReader, kafka_reader_free)

/* A part of the topic. */
typedef struct {
  unsigned part;
  unsigned parts;   /* of each partition from its beginning to its end, equal ones */
  uint64_t records; /* of the part at most about so many, from its beginning, over all partitions */
} KafkaReaderPart;

/* Goes on with that part alone, until its end; whatever was read before. */
bool kafka_reader_seek(KafkaReader *self, const KafkaReaderPart *part, GError **error);

/* Offsets from beginnings to ends, of the part if there is one, and how many of them are
 * passed. Not every offset has a record. */
uint64_t kafka_reader_total(const KafkaReader *self);
uint64_t kafka_reader_passed(const KafkaReader *self);

/* What is still to be read, of KafkaSpan, by partition; and where a partition stands. */
GArray *kafka_reader_left(const KafkaReader *self);
int64_t kafka_reader_next_offset(const KafkaReader *self, int32_t partition);

/* The next record, now yours to release. KAFKA_READER_IDLE: none came within
 * wait_ms. FAULT_PEER: none came for the whole time that it was made with. */
typedef enum {
  KAFKA_READER_RECORD,
  KAFKA_READER_IDLE,
  KAFKA_READER_END,
  KAFKA_READER_FAILED
} KafkaReading;

KafkaReading kafka_reader_next(KafkaReader *self, KafkaMessage *out, int wait_ms, GError **error);
