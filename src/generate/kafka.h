/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/sink.h"
#include "kafka/producer.h"
#include "kafka/topics.h"

/* Records as messages of their entity's topic: the row key as key, a bare Avro datum or a JSON
 * object as value, the time it happened as time. */
typedef struct GenerateKafka GenerateKafka;

typedef struct {
  KafkaProducer *producer; /* borrowed */
  KafkaTopics *topics;     /* borrowed */
  const char *prefix;      /* of the topics' names; borrowed */
  int32_t partitions;      /* of topics that do not exist yet */
  bool as_json;            /* values are JSON objects */
  int timeout_ms;          /* how long the broker may take at the end of an entity */
} GenerateKafkaOptions;

GenerateKafka *generate_kafka_new(const GenerateKafkaOptions *options);
void generate_kafka_free(GenerateKafka *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GenerateKafka, generate_kafka_free)

/* Good until self is freed. Its damages are generate_datum_damages. */
GenerateSink generate_kafka_sink(GenerateKafka *self);
