/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/end_offsets.h"

struct StreamEndOffsets {
  GPtrArray *topics;      /* owned, of owned names, NULL-ended */
  GArray *all;            /* owned, of KafkaPosition: its topic borrowed from topics */
  GArray *left;           /* owned, of those in all that are not reached */
  uint64_t read;          /* records, at the last look; */
  int64_t quiet_since_us; /* 0: it was said that it is quiet since */
};

/* It is taken that no more will come after so long without a record. */
enum { QUIET_MS = 300 };

static void
add_ends(StreamEndOffsets *self, const KafkaTopic *topic, const KafkaWatermarks *watermarks)
{
  char *name = g_strdup(topic->name);

  g_ptr_array_add(self->topics, name);
  for (int32_t i = 0; i < topic->partitions; i++) {
    KafkaPosition end = {.topic = name, .id = i, .offset = watermarks[i].high};

    g_array_append_val(self->all, end);
    if (watermarks[i].low < watermarks[i].high)
      g_array_append_val(self->left, end);
  }
}

static bool
read_topic(StreamEndOffsets *self, KafkaTopics *topics, const char *name, bool is_needed,
           GError **error)
{
  g_autoptr(GError) fault = NULL;
  g_autoptr(KafkaTopic) topic = kafka_topics_find(topics, name, &fault);
  g_autofree KafkaWatermarks *watermarks = NULL;

  if (topic == NULL && !is_needed && g_error_matches(fault, FAULT, FAULT_SETUP)) {
    g_warning("%s: nothing to read", fault->message);
    return true;
  }
  if (topic == NULL) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
  }
  watermarks = kafka_topics_watermarks(topics, topic, error);
  if (watermarks == NULL)
    return false;
  add_ends(self, topic, watermarks);
  return true;
}

StreamEndOffsets *
stream_end_offsets_read(KafkaTopics *topics, const char *const *names, bool needs_all,
                        GError **error)
{
  StreamEndOffsets *self = g_new0(StreamEndOffsets, 1);

  self->topics = g_ptr_array_new_with_free_func(g_free);
  self->all = g_array_new(FALSE, FALSE, sizeof(KafkaPosition));
  self->left = g_array_new(FALSE, FALSE, sizeof(KafkaPosition));
  for (; *names != NULL; names++) {
    if (!read_topic(self, topics, *names, needs_all, error)) {
      stream_end_offsets_free(self);
      return NULL;
    }
  }
  if (self->topics->len == 0) {
    g_set_error_literal(error, FAULT, FAULT_SETUP, "no topic of any mapping exists");
    stream_end_offsets_free(self);
    return NULL;
  }
  g_ptr_array_add(self->topics, NULL);
  return self;
}

void
stream_end_offsets_free(StreamEndOffsets *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->topics);
  g_array_unref(self->all);
  g_array_unref(self->left);
  g_free(self);
}

const char *const *
stream_end_offsets_topics(const StreamEndOffsets *self)
{
  return (const char *const *)self->topics->pdata;
}

static KafkaPosition *
end_at(const StreamEndOffsets *self, guint i)
{
  return &g_array_index(self->left, KafkaPosition, i);
}

bool
stream_end_offsets_strike_committed(StreamEndOffsets *self, KafkaConsumer *consumer, int timeout_ms,
                                    GError **error)
{
  g_autofree KafkaPosition *positions =
      g_memdup2(self->left->data, self->left->len * sizeof(KafkaPosition));

  if (self->left->len == 0)
    return true;
  if (!kafka_consumer_committed(consumer, positions, self->left->len, timeout_ms, error))
    return false;
  /* Beyond the end: the topic is not the one of which that was committed, but a new one. */
  for (guint i = self->left->len; i-- > 0;)
    if (positions[i].offset == end_at(self, i)->offset)
      g_array_remove_index(self->left, i);
  return true;
}

static void
strike_others(StreamEndOffsets *self, KafkaConsumer *consumer, int timeout_ms)
{
  g_autoptr(GArray) others = g_array_new(FALSE, FALSE, sizeof(KafkaPosition));

  for (guint i = 0; i < self->left->len; i++)
    if (kafka_consumer_stored(consumer, end_at(self, i)->topic, end_at(self, i)->id) == -2)
      g_array_append_vals(others, end_at(self, i), 1);
  if (others->len == 0 || !kafka_consumer_committed(consumer, (KafkaPosition *)(void *)others->data,
                                                    others->len, timeout_ms, NULL))
    return;

  for (guint i = 0; i < others->len; i++) {
    const KafkaPosition *other = &g_array_index(others, KafkaPosition, i);

    for (guint j = self->left->len; j-- > 0;)
      if (end_at(self, j)->topic == other->topic && end_at(self, j)->id == other->id &&
          other->offset >= end_at(self, j)->offset)
        g_array_remove_index(self->left, j);
  }
}

void
stream_end_offsets_strike(StreamEndOffsets *self, KafkaConsumer *consumer, bool asks,
                          int timeout_ms)
{
  for (guint i = self->left->len; i-- > 0;) {
    const KafkaPosition *end = end_at(self, i);

    if (kafka_consumer_stored(consumer, end->topic, end->id) >= end->offset)
      g_array_remove_index(self->left, i);
  }
  if (asks)
    strike_others(self, consumer, timeout_ms);
}

int64_t
stream_end_offsets_of(const StreamEndOffsets *self, const char *topic, int32_t id)
{
  for (guint i = 0; i < self->all->len; i++) {
    const KafkaPosition *end = &g_array_index(self->all, KafkaPosition, i);

    if (end->id == id && strcmp(end->topic, topic) == 0)
      return end->offset;
  }
  return 0;
}

size_t
stream_end_offsets_left(const StreamEndOffsets *self)
{
  return self->left->len;
}

bool
stream_end_offsets_is_quiet(StreamEndOffsets *self, int64_t now_us, uint64_t read)
{
  if (read != self->read) {
    self->read = read;
    self->quiet_since_us = now_us;
    return false;
  }
  if (self->quiet_since_us == 0 || now_us - self->quiet_since_us < (int64_t)1000 * QUIET_MS)
    return false;
  self->quiet_since_us = 0;
  return true;
}
