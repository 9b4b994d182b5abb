/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/topic.h"

enum { BROKERS_REPLICATION = -1 };

/* The records are old: a topic that keeps them for a week would lose them as they come. */
static bool
create(KafkaTopics *topics, const char *name, int32_t partitions, GError **error)
{
  static const KafkaProperty config[] = {{"retention.ms", "-1"}, {NULL, NULL}};
  const KafkaTopicSpec spec = {
      .name = name,
      .partitions = partitions,
      .replication = BROKERS_REPLICATION,
      .config = config,
  };

  return kafka_topics_create(topics, &spec, error);
}

/* A topic that exists is not asked to be made: that may need a right that we lack. */
bool
generate_topic_ensure(KafkaTopics *topics, const char *name, int32_t partitions, GError **error)
{
  g_autoptr(GError) unseen = NULL;
  g_autoptr(KafkaTopic) topic = kafka_topics_find(topics, name, &unseen);

  if (topic != NULL)
    return true;
  if (g_error_matches(unseen, FAULT, FAULT_SETUP))
    return create(topics, name, partitions, error);
  g_propagate_error(error, g_steal_pointer(&unseen));
  return false;
}
