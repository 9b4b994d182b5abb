/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/message.h"

#include "kafka/autoptr.h"
#include "kafka/producer.h"

KafkaPartition *
kafka_partition_new(const char *topic, size_t topic_index, int32_t id)
{
  KafkaPartition *self = g_atomic_rc_box_new0(KafkaPartition);

  self->topic = g_strdup(topic);
  self->topic_index = topic_index;
  self->id = id;
  self->end = INT64_MAX;
  self->committed = -1;
  self->start = -1;
  kafka_partition_set_readers(self, 1);
  atomic_init(&self->hold, KAFKA_OURS);
  atomic_init(&self->stored, -1);
  atomic_init(&self->begun, -1);
  atomic_init(&self->waiting_ms, -1);
  return self;
}

void
kafka_partition_set_readers(KafkaPartition *self, size_t length)
{
  g_free(self->readers);
  self->readers = g_new(KafkaProgress, length);
  self->readers_length = length;
  for (size_t i = 0; i < length; i++)
    self->readers[i] = (KafkaProgress){.done = -1};
}

const KafkaProgress *
kafka_partition_progress(const KafkaPartition *self)
{
  const KafkaProgress *least = self->readers;

  for (size_t i = 1; i < self->readers_length; i++)
    if (self->readers[i].done < least->done)
      least = &self->readers[i];
  return least;
}

KafkaPartition *
kafka_partition_ref(KafkaPartition *self)
{
  return g_atomic_rc_box_acquire(self);
}

static void
partition_clear(gpointer data)
{
  g_free(((KafkaPartition *)data)->topic);
  g_free(((KafkaPartition *)data)->readers);
}

void
kafka_partition_unref(KafkaPartition *self)
{
  g_atomic_rc_box_release_full(self, partition_clear);
}

void
kafka_message_share(KafkaMessage *self, unsigned copies)
{
  self->share = g_new(KafkaShare, 1);
  *self->share = (KafkaShare){.references = copies};
}

void
kafka_message_release(KafkaMessage *self)
{
  KafkaShare *share = g_steal_pointer(&self->share);
  void *handle = g_steal_pointer(&self->handle);

  if (share != NULL && --share->references > 0)
    return;
  g_free(share);
  if (handle != NULL)
    rd_kafka_message_destroy(handle);
}

Origin
kafka_message_origin(const KafkaMessage *self)
{
  return (Origin){
      .topic = self->partition->topic,
      .partition = self->partition->id,
      .offset = self->offset,
      .timestamp_ms = self->timestamp_ms,
      .key = self->key,
  };
}

void
kafka_message_place(const KafkaMessage *self, int32_t *out_partition, int64_t *out_offset)
{
  const rd_kafka_message_t *message = self->handle;

  *out_partition = message->partition;
  *out_offset = message->offset;
}

GArray *
kafka_message_headers(const KafkaMessage *self)
{
  GArray *list = g_array_new(FALSE, FALSE, sizeof(KafkaHeader));
  rd_kafka_headers_t *headers = NULL;
  KafkaHeader header;
  const void *data;
  size_t len;

  if (self->handle == NULL ||
      rd_kafka_message_headers(self->handle, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return list;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &header.name, &data, &len) == RD_KAFKA_RESP_ERR_NO_ERROR;
       i++) {
    header.value = slice(data, len);
    g_array_append_val(list, header);
  }
  return list;
}
