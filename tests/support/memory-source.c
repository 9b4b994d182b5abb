/* SPDX-License-Identifier: Apache-2.0 */
#include "support/memory-source.h"

const char memory_source_schema[] = "{'type': 'record', 'name': 'r', 'fields': ["
                                    "{'name': 'k', 'type': 'string'},"
                                    "{'name': 'q', 'type': 'string'}]}";

static size_t
source_read(void *data, KafkaMessage *out, size_t max, int timeout_ms)
{
  MemorySource *self = data;
  size_t most = MIN(max, self->read_at_once);
  size_t count = 0;

  g_mutex_lock(&self->lock);
  for (guint i = 0; i < self->messages->len && count < most; i++) {
    const KafkaMessage *message = &g_array_index(self->messages, KafkaMessage, i);

    if (self->was_read->data[i] || self->is_held[message->partition->topic_index])
      continue;
    out[count++] = *message;
    self->was_read->data[i] = true;
  }
  g_mutex_unlock(&self->lock);
  if (count > 0)
    return count;

  if (self->exhausted != NULL && memchr(self->is_held, true, sizeof self->is_held) == NULL) {
    self->exhausted(self->exhausted_data);
    self->exhausted = NULL;
  }
  g_mutex_lock(&self->lock);
  if (!self->is_woken)
    g_cond_wait_until(&self->woken, &self->lock,
                      g_get_monotonic_time() + (int64_t)timeout_ms * 1000);
  self->is_woken = false;
  g_mutex_unlock(&self->lock);
  return 0;
}

static size_t
source_length(void *data)
{
  return ((MemorySource *)data)->waiting;
}

static bool
source_store(void *data, KafkaPartition *const *partitions, size_t length, GError **error)
{
  MemorySource *self = data;

  (void)error;
  g_mutex_lock(self->log_lock);
  g_string_append(self->log, "store");
  for (size_t i = 0; i < length; i++) {
    if (kafka_partition_progress(partitions[i])->done < 0)
      continue;
    g_string_append_printf(self->log, " %d:%d", partitions[i]->id,
                           (int)kafka_partition_progress(partitions[i])->done);
    atomic_store(&partitions[i]->stored, kafka_partition_progress(partitions[i])->done);
  }
  g_string_append(self->log, ";");
  g_mutex_unlock(self->log_lock);
  return true;
}

static void
source_hold(void *data, size_t topic_index, bool is_held)
{
  ((MemorySource *)data)->is_held[topic_index] = is_held;
}

static void
source_sweep(void *data)
{
  (void)data;
}

static void
source_wake(void *data)
{
  MemorySource *self = data;

  g_mutex_lock(&self->lock);
  self->is_woken = true;
  g_cond_signal(&self->woken);
  g_mutex_unlock(&self->lock);
}

void
memory_source_init(MemorySource *self, size_t partitions, GString *log, GMutex *log_lock)
{
  *self = (MemorySource){.log = log, .log_lock = log_lock, .read_at_once = 1000};
  self->partitions = g_ptr_array_new_with_free_func((GDestroyNotify)kafka_partition_unref);
  for (size_t i = 0; i < partitions; i++)
    g_ptr_array_add(self->partitions, kafka_partition_new("topic", 0, (int32_t)i));
  self->messages = g_array_new(FALSE, FALSE, sizeof(KafkaMessage));
  self->was_read = g_byte_array_new();
  self->payloads = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  self->source = (StreamSource){self,        source_read,  source_length, source_store,
                                source_hold, source_sweep, source_wake};
  g_mutex_init(&self->lock);
  g_cond_init(&self->woken);
}

void
memory_source_clear(MemorySource *self)
{
  g_ptr_array_unref(self->partitions);
  g_array_unref(self->messages);
  g_byte_array_unref(self->was_read);
  g_ptr_array_unref(self->payloads);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->woken);
}

void
memory_source_add_topic(MemorySource *self, const char *topic, size_t topic_index)
{
  g_ptr_array_add(self->partitions, kafka_partition_new(topic, topic_index, 0));
}

static Slice
keep(MemorySource *self, const char *data, size_t len)
{
  GBytes *bytes = g_bytes_new(data, len);

  g_ptr_array_add(self->payloads, bytes);
  return slice(g_bytes_get_data(bytes, NULL), len);
}

/* A string's length as Avro's zig-zag number: these are short. */
static void
append_text(GString *datum, const char *text)
{
  g_string_append_c(datum, (char)(strlen(text) * 2));
  g_string_append(datum, text);
}

static int64_t
next_offset(const MemorySource *self, const KafkaPartition *partition)
{
  int64_t offset = 0;

  for (guint i = 0; i < self->messages->len; i++) {
    const KafkaMessage *message = &g_array_index(self->messages, KafkaMessage, i);

    if (message->partition == partition)
      offset = message->offset + !message->is_end;
  }
  return offset;
}

static void
add_word(MemorySource *self, KafkaPartition *partition, const char *word)
{
  KafkaMessage message = {.partition = partition,
                          .offset = next_offset(self, partition),
                          .timestamp_ms = 7,
                          .is_end = *word == '.'};

  if (*word == '!') {
    message.key = keep(self, "bad", 3);
    message.value = keep(self, "\xff\xff\xff", 3);
  } else if (*word == '-') {
    message.key = keep(self, word + 1, strlen(word + 1));
  } else if (*word != '.') {
    bool is_framed = *word == '@';
    g_auto(GStrv) sides = g_strsplit(word + is_framed, "=", 2);
    g_autoptr(GString) datum =
        g_string_new_len("\0\0\0\0\1", is_framed ? 5 : 0); /* MEMORY_SOURCE_SCHEMA_ID */

    append_text(datum, sides[0]);
    append_text(datum, sides[1]);
    message.key = keep(self, sides[0], strlen(sides[0]));
    message.value = keep(self, datum->str, datum->len);
  }
  g_array_append_val(self->messages, message);
  g_byte_array_append(self->was_read, (const guint8 *)"", 1);
}

void
memory_source_add(MemorySource *self, size_t partition, const char *records)
{
  g_auto(GStrv) words = g_strsplit(records, " ", -1);

  g_mutex_lock(&self->lock);
  for (char **word = words; *word != NULL; word++)
    add_word(self, self->partitions->pdata[partition], *word);
  g_mutex_unlock(&self->lock);
}
