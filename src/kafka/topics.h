/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/fault.h"
#include "kafka/property.h"

/* Looks at topics and creates them. Every call waits for the broker, at most the object's
 * timeout; one thread at a time. Asking never creates a topic, whatever the broker allows. */
typedef struct KafkaTopics KafkaTopics;

typedef struct {
  int64_t low;  /* the oldest offset that may still be read */
  int64_t high; /* one past the newest; with isolation.level=read_committed (the default) the last
                   stable offset: one past what a consumer may see */
} KafkaWatermarks;

typedef struct {
  char *name; /* owned */
  int32_t partitions;
  int32_t replication; /* of partition 0 */
} KafkaTopic;

void kafka_topic_free(KafkaTopic *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KafkaTopic, kafka_topic_free)

/* `properties` as in the [kafka] section. FAULT_SETUP; whether a broker answers shows later. */
KafkaTopics *kafka_topics_new(const KafkaProperty *properties, int timeout_ms, GError **error);
void kafka_topics_free(KafkaTopics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KafkaTopics, kafka_topics_free)

/* Every topic the broker shows us, of KafkaTopic, sorted by name. */
GPtrArray *kafka_topics_list(KafkaTopics *self, GError **error);

/* One topic; FAULT_SETUP when it does not exist. */
KafkaTopic *kafka_topics_find(KafkaTopics *self, const char *name, GError **error);

/* One KafkaWatermarks for each partition of the topic; free with g_free. */
KafkaWatermarks *kafka_topics_watermarks(KafkaTopics *self, const KafkaTopic *topic,
                                         GError **error);

/* What the broker has for a property of the topic, as it writes it; NULL: it does not have it. */
char *kafka_topics_config(KafkaTopics *self, const char *topic, const char *property,
                          GError **error);

typedef struct {
  const char *name;
  int32_t partitions;
  int32_t replication;         /* -1: the broker's default */
  const KafkaProperty *config; /* topic properties, or NULL */
} KafkaTopicSpec;

/* Creates the topic and waits until it has leaders. One that exists already is left as it is. */
bool kafka_topics_create(KafkaTopics *self, const KafkaTopicSpec *spec, GError **error);

/* Whether it could be created: the broker looks at the request and does nothing. */
bool kafka_topics_may_create(KafkaTopics *self, const KafkaTopicSpec *spec, GError **error);
