/* SPDX-License-Identifier: Apache-2.0 */
#include "support/kafka-mock.h"

#include "kafka/autoptr.h"

enum { ANSWER_MS = 10000 };

static rd_kafka_t *
client_on(const KafkaMock *self, rd_kafka_type_t type, const KafkaProperty *more)
{
  char sentence[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  rd_kafka_t *client;

  for (const KafkaProperty *p = self->properties; p->name != NULL; p++)
    rd_kafka_conf_set(conf, p->name, p->value, sentence, sizeof sentence);
  for (; more != NULL && more->name != NULL; more++)
    rd_kafka_conf_set(conf, more->name, more->value, sentence, sizeof sentence);
  rd_kafka_conf_set_log_cb(conf, NULL);
  client = rd_kafka_new(type, conf, sentence, sizeof sentence);
  g_assert_nonnull(client);
  return client;
}

void
kafka_mock_init(KafkaMock *self)
{
  const KafkaProperty quiet[] = {{"log_level", "0"}, {NULL, NULL}};

  *self = (KafkaMock){0};
  self->client = client_on(self, RD_KAFKA_PRODUCER, quiet);
  self->cluster = rd_kafka_mock_cluster_new(self->client, 1);
  kafka_mock_add(self, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(self->cluster));
}

void
kafka_mock_clear(KafkaMock *self)
{
  g_clear_pointer(&self->producer, rd_kafka_destroy);
  g_clear_pointer(&self->cluster, rd_kafka_mock_cluster_destroy);
  g_clear_pointer(&self->client, rd_kafka_destroy);
}

void
kafka_mock_add(KafkaMock *self, const char *name, const char *value)
{
  size_t i = 0;

  while (self->properties[i].name != NULL)
    i++;
  g_assert_cmpuint(i + 1, <, G_N_ELEMENTS(self->properties));
  self->properties[i] = (KafkaProperty){name, value};
}

static void
record_free(gpointer data)
{
  MockRecord *self = data;

  g_free(self->key);
  g_free(self->value);
  g_free(self->headers);
  g_free(self);
}

static char *
text_of(const void *data, size_t len)
{
  return data == NULL ? g_strdup("-") : g_strndup(data, len);
}

static char *
headers_of(rd_kafka_message_t *message)
{
  GString *text = g_string_new(NULL);
  rd_kafka_headers_t *headers;
  const char *name;
  const void *value;
  size_t len;

  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return g_string_free(text, FALSE);
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &len) == 0; i++) {
    g_autofree char *shown = text_of(value, len);

    g_string_append_printf(text, "%s=%s\n", name, shown);
  }
  return g_string_free(text, FALSE);
}

static MockRecord *
record_of(rd_kafka_message_t *message)
{
  MockRecord *record = g_new0(MockRecord, 1);

  record->partition = message->partition;
  record->offset = message->offset;
  record->timestamp_ms = rd_kafka_message_timestamp(message, NULL);
  record->key = text_of(message->key, message->key_len);
  record->value = text_of(message->payload, message->len);
  record->headers = headers_of(message);
  return record;
}

static gint
compare_places(gconstpointer a, gconstpointer b)
{
  const MockRecord *x = *(MockRecord *const *)a;
  const MockRecord *y = *(MockRecord *const *)b;

  if (x->partition != y->partition)
    return x->partition < y->partition ? -1 : 1;
  return (x->offset > y->offset) - (x->offset < y->offset);
}

static void
assign_all(rd_kafka_t *client, const char *topic, int32_t partitions)
{
  g_autoptr(rd_kafka_topic_partition_list_t) list = rd_kafka_topic_partition_list_new(partitions);

  rd_kafka_topic_partition_list_add_range(list, topic, 0, partitions - 1);
  for (int i = 0; i < list->cnt; i++)
    list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
  g_assert_cmpint(rd_kafka_assign(client, list), ==, 0);
}

GPtrArray *
kafka_mock_read(const KafkaMock *self, const char *topic, int32_t partitions)
{
  const KafkaProperty eof[] = {
      {"group.id", "kafka-mock-read"}, {"enable.partition.eof", "true"}, {NULL, NULL}};
  g_autoptr(rd_kafka_t) reader = client_on(self, RD_KAFKA_CONSUMER, eof);
  GPtrArray *records = g_ptr_array_new_with_free_func(record_free);
  int64_t deadline = g_get_monotonic_time() + (int64_t)ANSWER_MS * 1000;
  int ends = 0;

  rd_kafka_poll_set_consumer(reader);
  assign_all(reader, topic, partitions);
  while (ends < partitions) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, 100);

    g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    if (message == NULL)
      continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      g_ptr_array_add(records, record_of(message));
    ends += message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    rd_kafka_message_destroy(message);
  }
  rd_kafka_assign(reader, NULL);
  g_ptr_array_sort(records, compare_places);
  return records;
}

static void
produce(rd_kafka_t *producer, const char *topic, int32_t partition, const char *value)
{
  g_assert_cmpint(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic),
                                    RD_KAFKA_V_PARTITION(partition),
                                    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                    RD_KAFKA_V_VALUE((void *)value, strlen(value)), RD_KAFKA_V_END),
                  ==, 0);
}

void
kafka_mock_produce(KafkaMock *self, const char *topic, int32_t partition, const char *value)
{
  if (self->producer == NULL)
    self->producer = client_on(self, RD_KAFKA_PRODUCER, NULL);
  produce(self->producer, topic, partition, value);
}

void
kafka_mock_fill(KafkaMock *self, const char *topic, int32_t partition, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    g_autofree char *value = g_strdup_printf("VALUE%zu", i);

    kafka_mock_produce(self, topic, partition, value);
  }
  kafka_mock_flush(self);
}

void
kafka_mock_flush(KafkaMock *self)
{
  g_assert_cmpint(rd_kafka_flush(self->producer, ANSWER_MS), ==, 0);
}

void
kafka_mock_commit(const KafkaMock *self, const char *group, const char *topic, int32_t partition,
                  int64_t offset)
{
  const KafkaProperty in_group[] = {{"group.id", group}, {NULL, NULL}};
  g_autoptr(rd_kafka_t) client = client_on(self, RD_KAFKA_CONSUMER, in_group);
  g_autoptr(rd_kafka_topic_partition_list_t) list = rd_kafka_topic_partition_list_new(1);

  rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
  g_assert_cmpint(rd_kafka_commit(client, list, 0), ==, 0);
}

int64_t
kafka_mock_committed(const KafkaMock *self, const char *group, const char *topic, int32_t partition)
{
  const KafkaProperty in_group[] = {{"group.id", group}, {NULL, NULL}};
  g_autoptr(rd_kafka_t) client = client_on(self, RD_KAFKA_CONSUMER, in_group);
  g_autoptr(rd_kafka_topic_partition_list_t) list = rd_kafka_topic_partition_list_new(1);

  rd_kafka_topic_partition_list_add(list, topic, partition);
  g_assert_cmpint(rd_kafka_committed(client, list, ANSWER_MS), ==, 0);
  return list->elems[0].offset;
}
