/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/bookmark.h"

#include "kafka/autoptr.h"
#include "kafka/client.h"

enum { BROKER_MS = 10000 };

struct KafkaBookmark {
  rd_kafka_t *client; /* owned */
  char *group;        /* owned */
  char *topic;        /* owned */
};

static bool
open_client(KafkaBookmark *self, const KafkaProperty *properties, GError **error)
{
  g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_new();
  const KafkaProperty ours[] = {
      {"group.id", self->group}, {"enable.auto.commit", "false"}, {NULL, NULL}};

  if (!client_set(conf, properties, error) || !client_set(conf, ours, error))
    return false;
  self->client = client_new(RD_KAFKA_CONSUMER, g_steal_pointer(&conf), error);
  if (self->client == NULL)
    return false;
  rd_kafka_poll_set_consumer(self->client);
  return true;
}

KafkaBookmark *
kafka_bookmark_new(const KafkaProperty *properties, const char *group, const char *topic,
                   GError **error)
{
  KafkaBookmark *self = g_new0(KafkaBookmark, 1);

  self->group = g_strdup(group);
  self->topic = g_strdup(topic);
  if (open_client(self, properties, error))
    return self;
  kafka_bookmark_free(self);
  return NULL;
}

void
kafka_bookmark_free(KafkaBookmark *self)
{
  if (self == NULL)
    return;
  if (self->client != NULL)
    rd_kafka_destroy_flags(self->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  g_free(self->group);
  g_free(self->topic);
  g_free(self);
}

static bool
fail(const KafkaBookmark *self, rd_kafka_resp_err_t err, const char *verb, GError **error)
{
  g_autofree char *what =
      g_strdup_printf("the place of group %s in topic %s %s", self->group, self->topic, verb);

  if (err == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID || err == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
      err == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s: the group has members, which it must not have meanwhile: stop 'sluice run', "
                "or name another group",
                what);
    return false;
  }
  client_set_error(error, err, what);
  return false;
}

bool
kafka_bookmark_read(KafkaBookmark *self, int64_t *out_offsets, size_t length, char **out_note,
                    GError **error)
{
  g_autoptr(rd_kafka_topic_partition_list_t) list = rd_kafka_topic_partition_list_new((int)length);
  rd_kafka_resp_err_t err;

  for (size_t i = 0; i < length; i++)
    rd_kafka_topic_partition_list_add(list, self->topic, (int32_t)i);
  err = rd_kafka_committed(self->client, list, BROKER_MS);
  for (int i = 0; err == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
    err = list->elems[i].err;
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(self, err, "cannot be read", error);

  *out_note = NULL;
  for (int i = 0; i < list->cnt; i++) {
    const rd_kafka_topic_partition_t *found = &list->elems[i];

    out_offsets[found->partition] = MAX(found->offset, -1);
    if (*out_note == NULL && found->offset >= 0 && found->metadata_size > 0)
      *out_note = g_strndup(found->metadata, found->metadata_size);
  }
  return true;
}

/* rd_kafka_destroy() of the list frees the copy. */
static void
set_note(rd_kafka_topic_partition_t *partition, const char *note)
{
  partition->metadata_size = strlen(note);
  partition->metadata = strdup(note);
}

bool
kafka_bookmark_write(KafkaBookmark *self, const int64_t *offsets, size_t length, const char *note,
                     GError **error)
{
  g_autoptr(rd_kafka_topic_partition_list_t) list = rd_kafka_topic_partition_list_new((int)length);
  g_autoptr(rd_kafka_queue_t) queue = rd_kafka_queue_new(self->client);
  g_autoptr(rd_kafka_event_t) event = NULL;
  rd_kafka_resp_err_t err;

  for (size_t i = 0; i < length; i++) {
    if (offsets[i] < 0)
      continue;
    rd_kafka_topic_partition_t *one =
        rd_kafka_topic_partition_list_add(list, self->topic, (int32_t)i);

    one->offset = offsets[i];
    set_note(one, note);
  }
  if (list->cnt == 0)
    return true;
  err = rd_kafka_commit_queue(self->client, list, queue, NULL, NULL);
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    event = rd_kafka_queue_poll(queue, BROKER_MS);
    err = event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
  }
  return err == RD_KAFKA_RESP_ERR_NO_ERROR || fail(self, err, "cannot be kept", error);
}
