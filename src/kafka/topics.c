/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/topics.h"

#include "base/wait.h"
#include "kafka/autoptr.h"
#include "kafka/client.h"
#include "kafka/trouble.h"

typedef const struct rd_kafka_metadata Metadata;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Metadata, rd_kafka_metadata_destroy)

struct KafkaTopics {
  KafkaTrouble watch; /* first: see trouble_watch() */
  rd_kafka_t *client; /* owned */
  int timeout_ms;
  char *trouble; /* owned: what librdkafka last said about its connections, or NULL */
};

/* A consumer without a group: unlike a producer it never creates a topic by asking for it. */
static const KafkaProperty promises[] = {
    {"allow.auto.create.topics", "false"},
    {NULL, NULL},
};

static void
on_trouble(rd_kafka_t *client, int err, const char *reason, void *data)
{
  KafkaTopics *self = data;

  (void)client;
  if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    return;
  g_free(self->trouble);
  self->trouble = trouble_explain(&self->watch, reason);
}

/* A bare "timed out" helps nobody: says why no broker could be reached, where that is known. */
static void
set_error(KafkaTopics *self, rd_kafka_resp_err_t err, const char *what, GError **error)
{
  rd_kafka_poll(self->client, 0);
  if (self->trouble == NULL)
    client_set_error(error, err, what);
  else
    g_set_error(error, FAULT, (gint)client_fault(err), "%s: %s", what, self->trouble);
}

void
kafka_topic_free(KafkaTopic *self)
{
  if (self == NULL)
    return;
  g_free(self->name);
  g_free(self);
}

static bool
open_client(KafkaTopics *self, const KafkaProperty *properties, GError **error)
{
  g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_new();

  if (!client_set(conf, properties, error) || !client_set(conf, promises, error))
    return false;
  trouble_watch(&self->watch, conf);
  rd_kafka_conf_set_error_cb(conf, on_trouble);
  self->client = client_new(RD_KAFKA_CONSUMER, g_steal_pointer(&conf), error);
  return self->client != NULL;
}

KafkaTopics *
kafka_topics_new(const KafkaProperty *properties, int timeout_ms, GError **error)
{
  KafkaTopics *self = g_new0(KafkaTopics, 1);

  self->timeout_ms = timeout_ms;
  if (open_client(self, properties, error))
    return self;
  kafka_topics_free(self);
  return NULL;
}

void
kafka_topics_free(KafkaTopics *self)
{
  if (self == NULL)
    return;
  if (self->client != NULL)
    rd_kafka_destroy(self->client);
  g_free(self->trouble);
  g_free(self);
}

/* The deadline of a call that makes several requests. */
static int64_t
deadline_of(const KafkaTopics *self)
{
  return g_get_monotonic_time() + (int64_t)self->timeout_ms * 1000;
}

static int
left_ms(int64_t deadline)
{
  return (int)MAX((deadline - g_get_monotonic_time()) / 1000, 1);
}

static KafkaTopic *
topic_new(const rd_kafka_metadata_topic_t *seen)
{
  KafkaTopic *topic = g_new0(KafkaTopic, 1);

  topic->name = g_strdup(seen->topic);
  topic->partitions = seen->partition_cnt;
  topic->replication = seen->partition_cnt > 0 ? seen->partitions[0].replica_cnt : 0;
  return topic;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp((*(KafkaTopic *const *)a)->name, (*(KafkaTopic *const *)b)->name);
}

GPtrArray *
kafka_topics_list(KafkaTopics *self, GError **error)
{
  g_autoptr(GPtrArray) topics = g_ptr_array_new_with_free_func((GDestroyNotify)kafka_topic_free);
  g_autoptr(Metadata) metadata = NULL;
  rd_kafka_resp_err_t err = rd_kafka_metadata(self->client, 1, NULL, &metadata, self->timeout_ms);

  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    set_error(self, err, "cannot list topics", error);
    return NULL;
  }
  for (int i = 0; i < metadata->topic_cnt; i++) {
    if (metadata->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR)
      g_ptr_array_add(topics, topic_new(&metadata->topics[i]));
  }
  g_ptr_array_sort(topics, compare_names);
  return g_steal_pointer(&topics);
}

static KafkaTopic *
find_before(KafkaTopics *self, const char *name, int64_t deadline, GError **error)
{
  g_autoptr(rd_kafka_topic_t) topic = rd_kafka_topic_new(self->client, name, NULL);
  g_autoptr(Metadata) metadata = NULL;
  rd_kafka_resp_err_t err =
      topic == NULL ? rd_kafka_last_error()
                    : rd_kafka_metadata(self->client, 0, topic, &metadata, left_ms(deadline));

  bool is_there = metadata != NULL && metadata->topic_cnt == 1;

  if (err == RD_KAFKA_RESP_ERR_NO_ERROR && is_there)
    err = metadata->topics[0].err;
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR && is_there)
    return topic_new(&metadata->topics[0]);

  if (err == RD_KAFKA_RESP_ERR_NO_ERROR || err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    err = RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
  g_autofree char *what = g_strdup_printf("topic %s", name);
  set_error(self, err, what, error);
  return NULL;
}

KafkaTopic *
kafka_topics_find(KafkaTopics *self, const char *name, GError **error)
{
  return find_before(self, name, deadline_of(self), error);
}

KafkaWatermarks *
kafka_topics_watermarks(KafkaTopics *self, const KafkaTopic *topic, GError **error)
{
  g_autofree KafkaWatermarks *watermarks = g_new0(KafkaWatermarks, topic->partitions);
  int64_t deadline = deadline_of(self);

  for (int32_t i = 0; i < topic->partitions; i++) {
    rd_kafka_resp_err_t err = rd_kafka_query_watermark_offsets(
        self->client, topic->name, i, &watermarks[i].low, &watermarks[i].high, left_ms(deadline));

    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      g_autofree char *what = g_strdup_printf("topic %s partition %d", topic->name, i);

      set_error(self, err, what, error);
      return NULL;
    }
  }
  return g_steal_pointer(&watermarks);
}

/* NULL with `*out_err`, or without: the topic has no such property. */
static char *
read_config(rd_kafka_event_t *event, const char *property, rd_kafka_resp_err_t *out_err)
{
  size_t length = 0;
  const rd_kafka_ConfigResource_t **topics = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event), &length);
  const rd_kafka_ConfigEntry_t **entries = NULL;

  *out_err = length == 1 ? rd_kafka_ConfigResource_error(topics[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
  if (*out_err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return NULL;
  entries = rd_kafka_ConfigResource_configs(topics[0], &length);
  for (size_t i = 0; i < length; i++)
    if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), property) == 0)
      return g_strdup(rd_kafka_ConfigEntry_value(entries[i]));
  return NULL;
}

char *
kafka_topics_config(KafkaTopics *self, const char *topic, const char *property, GError **error)
{
  g_autoptr(rd_kafka_ConfigResource_t) resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
  g_autoptr(rd_kafka_queue_t) queue = rd_kafka_queue_new(self->client);
  g_autoptr(rd_kafka_event_t) event = NULL;
  rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__TIMED_OUT;
  char *value = NULL;

  rd_kafka_DescribeConfigs(self->client, &resource, 1, NULL, queue);
  event = rd_kafka_queue_poll(queue, self->timeout_ms);
  if (event != NULL)
    err = rd_kafka_event_error(event);
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
    value = read_config(event, property, &err);
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    g_autofree char *what = g_strdup_printf("topic %s: %s", topic, property);

    set_error(self, err, what, error);
  }
  return value;
}

static rd_kafka_NewTopic_t *
new_topic(const KafkaTopicSpec *spec, GError **error)
{
  char sentence[512];
  g_autoptr(rd_kafka_NewTopic_t) topic = rd_kafka_NewTopic_new(
      spec->name, spec->partitions, spec->replication, sentence, sizeof sentence);

  if (topic == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP, "topic %s: %s", spec->name, sentence);
    return NULL;
  }
  for (const KafkaProperty *p = spec->config; p != NULL && p->name != NULL; p++)
    rd_kafka_NewTopic_set_config(topic, p->name, p->value);
  return g_steal_pointer(&topic);
}

/* What the broker says to the one topic of the request. */
static rd_kafka_resp_err_t
create_verdict(rd_kafka_event_t *event, const char **out_sentence)
{
  const rd_kafka_topic_result_t **results;
  size_t length = 0;

  *out_sentence = rd_kafka_event_error_string(event);
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return rd_kafka_event_error(event);

  results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &length);
  if (length == 0)
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  *out_sentence = rd_kafka_topic_result_error_string(results[0]);
  return rd_kafka_topic_result_error(results[0]);
}

/* `options` may be NULL. */
static bool
request_topic(KafkaTopics *self, const KafkaTopicSpec *spec, rd_kafka_AdminOptions_t *options,
              GError **error)
{
  int64_t deadline = deadline_of(self);
  g_autoptr(rd_kafka_NewTopic_t) topic = new_topic(spec, error);
  g_autoptr(rd_kafka_queue_t) queue = rd_kafka_queue_new(self->client);
  g_autoptr(rd_kafka_event_t) event = NULL;
  const char *sentence = NULL;
  rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__TIMED_OUT;

  if (topic == NULL)
    return false;
  rd_kafka_CreateTopics(self->client, &topic, 1, options, queue);
  event = rd_kafka_queue_poll(queue, left_ms(deadline));
  if (event != NULL)
    err = create_verdict(event, &sentence);
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR || err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
    return true;

  g_set_error(error, FAULT, (gint)client_fault(err), "topic %s cannot be created: %s", spec->name,
              sentence != NULL ? sentence : rd_kafka_err2str(err));
  return false;
}

typedef struct {
  KafkaTopics *topics;
  const char *name;
  int64_t deadline;
} Leaders;

static bool
has_leaders(void *data, GError **error)
{
  const Leaders *self = data;
  KafkaTopic *topic = find_before(self->topics, self->name, self->deadline, NULL);

  kafka_topic_free(topic);
  if (topic == NULL)
    g_set_error(error, FAULT, FAULT_PEER, "topic %s was created and has no leaders yet",
                self->name);
  return topic != NULL;
}

bool
kafka_topics_create(KafkaTopics *self, const KafkaTopicSpec *spec, GError **error)
{
  enum { AGAIN_AFTER_MS = 20 };
  Leaders leaders = {self, spec->name, deadline_of(self)};
  Wait wait = {.until_us = leaders.deadline,
               .retry = {.first_ms = AGAIN_AFTER_MS, .longest_ms = AGAIN_AFTER_MS}};

  /* The broker answers before the topic's leaders are known everywhere. */
  return request_topic(self, spec, NULL, error) && wait_for(&wait, has_leaders, &leaders, error);
}

bool
kafka_topics_may_create(KafkaTopics *self, const KafkaTopicSpec *spec, GError **error)
{
  g_autoptr(rd_kafka_AdminOptions_t) options =
      rd_kafka_AdminOptions_new(self->client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  char sentence[512];

  rd_kafka_AdminOptions_set_validate_only(options, 1, sentence, sizeof sentence);
  return request_topic(self, spec, options, error);
}
