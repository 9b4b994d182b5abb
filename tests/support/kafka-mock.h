/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "kafka/property.h"

/* A Kafka cluster inside the test's process: librdkafka's own mock broker. */
typedef struct {
  rd_kafka_t *client;               /* owned */
  rd_kafka_mock_cluster_t *cluster; /* owned */
  rd_kafka_t *producer;             /* owned; NULL before the first record */
  KafkaProperty properties[8];      /* bootstrap.servers and what tests add; ends with NULL */
} KafkaMock;

void kafka_mock_init(KafkaMock *self);
void kafka_mock_clear(KafkaMock *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KafkaMock, kafka_mock_clear)

void kafka_mock_add(KafkaMock *self, const char *name, const char *value);

/* A copy of one record, as text: "-" where key or value is null; headers as "name=value\n". */
typedef struct {
  int32_t partition;
  int64_t offset;
  int64_t timestamp_ms;
  char *key;     /* owned */
  char *value;   /* owned */
  char *headers; /* owned */
} MockRecord;

/* The whole topic, of MockRecord, in the order of partition and offset. */
GPtrArray *kafka_mock_read(const KafkaMock *self, const char *topic, int32_t partitions);

/* Produces count records "VALUE0", "VALUE1"... to one partition. */
void kafka_mock_fill(KafkaMock *self, const char *topic, int32_t partition, size_t count);

/* One record without a key; it is there after kafka_mock_flush(). */
void kafka_mock_produce(KafkaMock *self, const char *topic, int32_t partition, const char *value);
void kafka_mock_flush(KafkaMock *self);

/* Commits for the group, as a member elsewhere would. */
void kafka_mock_commit(const KafkaMock *self, const char *group, const char *topic,
                       int32_t partition, int64_t offset);

/* What the group has committed for the partition; RD_KAFKA_OFFSET_INVALID: nothing. */
int64_t kafka_mock_committed(const KafkaMock *self, const char *group, const char *topic,
                             int32_t partition);

enum { KAFKA_API_PRODUCE = 0, KAFKA_API_FETCH = 1, KAFKA_API_OFFSET_COMMIT = 8 };
