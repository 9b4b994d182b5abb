/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

#include "kafka/producer.h"
#include "kafka/topics.h"

#include <string.h>

static const KafkaTopic *
find_topic(const GPtrArray *topics, const char *name)
{
  for (guint i = 0; i < topics->len; i++) {
    const KafkaTopic *topic = topics->pdata[i];

    if (strcmp(topic->name, name) == 0)
      return topic;
  }
  return NULL;
}

static const char *
nearest_topic(const GPtrArray *topics, const char *name)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();

  for (guint i = 0; i < topics->len; i++)
    g_ptr_array_add(names, ((KafkaTopic *)topics->pdata[i])->name);
  g_ptr_array_add(names, NULL);
  return fault_nearest(name, (const char *const *)names->pdata);
}

static void
look_at_topic(const Check *self, const GPtrArray *topics, const Mapping *mapping)
{
  const char *name = mapping_topic(mapping);
  const KafkaTopic *topic = find_topic(topics, name);
  const char *nearest = nearest_topic(topics, name);

  if (topic != NULL)
    check_findings_fine(self->findings, "topic", "%s: %d partition%s", name, topic->partitions,
                        topic->partitions == 1 ? "" : "s");
  else if (nearest != NULL)
    check_findings_fault(self->findings, "topic",
                         "%s does not exist, %s does: create it, or set \"topic\" in %s", name,
                         nearest, mapping_path(mapping));
  else
    check_findings_fault(self->findings, "topic",
                         "%s does not exist: create it, or set \"topic\" in %s", name,
                         mapping_path(mapping));
}

/* A record that its dead-letter topic does not take holds its partition up. */
static void
compare_limits(const Check *self, KafkaTopics *source, const char *topic, KafkaTopics *letters,
               const char *name)
{
  static const char limit[] = "max.message.bytes";
  g_autofree char *most = kafka_topics_config(source, topic, limit, NULL);
  g_autofree char *own = kafka_topics_config(letters, name, limit, NULL);

  if (most != NULL && own != NULL &&
      g_ascii_strtoull(own, NULL, 10) < g_ascii_strtoull(most, NULL, 10))
    check_findings_note(self->findings, "dead letters",
                        "%s takes %s bytes at most, %s has up to %s: a larger bad record holds its "
                        "partition up; raise %s of %s",
                        name, own, topic, most, limit, name);
  else
    check_findings_fine(self->findings, "dead letters", "%s exists", name);
}

/* Where the records and their dead letters are; mostly the same. */
typedef struct {
  KafkaTopics *source;    /* borrowed */
  KafkaTopics *letters;   /* borrowed */
  const GPtrArray *known; /* borrowed: the letters' */
} Clusters;

static void
look_at_dead_letters(const Check *self, const Clusters *kafka, const Mapping *mapping)
{
  g_autofree char *name = g_strconcat(mapping_topic(mapping), ".dlq", NULL);
  const KafkaTopicSpec spec = {.name = name, .partitions = 1, .replication = -1};
  g_autoptr(GError) error = NULL;

  if (mapping_errors(mapping) != ERRORS_DLQ)
    return;
  if (find_topic(kafka->known, name) != NULL)
    compare_limits(self, kafka->source, mapping_topic(mapping), kafka->letters, name);
  else if (kafka_topics_may_create(kafka->letters, &spec, &error))
    check_findings_fine(self->findings, "dead letters", "%s can be created when it is needed",
                        name);
  else
    check_findings_error(self->findings, "dead letters", NULL, error);
}

/* The dead letters' topics; another cluster, where [letters] names one, is a broker to reach. */
static void
look_at_letters(const Check *self, KafkaTopics *source)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaTopics) kafka = kafka_topics_new(self->letters, self->wait_ms, &error);
  g_autoptr(GPtrArray) topics = NULL;

  if (kafka != NULL && kafka_producer_check(self->letters, &error))
    topics = kafka_topics_list(kafka, &error);
  if (topics == NULL) {
    check_findings_error(self->findings, "dead letters", NULL, error);
    return;
  }
  for (size_t i = 0; i < mapping_set_length(self->mappings); i++)
    look_at_dead_letters(self, &(Clusters){source, kafka, topics},
                         mapping_set_get(self->mappings, i));
}

void
check_kafka(const Check *self)
{
  const char *servers = config_kafka(self->config, "bootstrap.servers");
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaTopics) kafka = kafka_topics_new(self->properties, self->wait_ms, &error);
  g_autoptr(GPtrArray) topics = kafka == NULL ? NULL : kafka_topics_list(kafka, &error);

  if (topics == NULL) {
    check_findings_error(self->findings, "broker", servers, error);
    check_findings_skip(self->findings, "topic", "not looked at, for want of a broker");
    return;
  }
  check_findings_fine(self->findings, "broker", "%s: %u topics", servers, topics->len);
  for (size_t i = 0; i < mapping_set_length(self->mappings); i++)
    look_at_topic(self, topics, mapping_set_get(self->mappings, i));
  look_at_letters(self, kafka);
}
