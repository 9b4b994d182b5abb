/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/queue.h"

#include "kafka/autoptr.h"
#include "kafka/client.h"
#include "kafka/waker.h"

enum { READ_AT_ONCE = 512 };

/* Broker threads are woken when half of what was queued is read, but not more often than that. */
static const int64_t WAKE_EVERY_US = 2000;

struct KafkaQueue {
  rd_kafka_t *client;        /* borrowed from the consumer */
  rd_kafka_queue_t *queue;   /* owned */
  rd_kafka_queue_t **topics; /* owned, each owned; by topic_index, forwarded to the queue unless the
                                topic is held back */
  size_t topics_length;

  GMutex lock;
  GPtrArray *arrivals; /* owned, of owned partitions that the thread has not seen; under lock */
  atomic_uint given;   /* partitions ever put into arrivals */

  /* The thread's own. */
  unsigned seen;       /* of given */
  GHashTable *current; /* owned, a set of KafkaPartition by topic and id, the newest of each */
  GPtrArray *retired;  /* owned: gone, but a message may still point there */
  const rd_kafka_topic_t *last_topic; /* where the last message came from, within one read */
  KafkaPartition *last;
  Waker waker;
  size_t most_queued; /* since they were last woken */
  int64_t woken_us;
  rd_kafka_message_t *read[READ_AT_ONCE];
};

static guint
partition_hash(gconstpointer key)
{
  const KafkaPartition *partition = key;

  return g_str_hash(partition->topic) ^ ((guint)partition->id * 2654435761u);
}

static gboolean
partition_equal(gconstpointer a, gconstpointer b)
{
  const KafkaPartition *x = a;
  const KafkaPartition *y = b;

  return x->id == y->id && strcmp(x->topic, y->topic) == 0;
}

KafkaQueue *
kafka_queue_new(rd_kafka_t *client, const KafkaProperty *properties, size_t topics)
{
  KafkaQueue *self = g_new0(KafkaQueue, 1);
  GDestroyNotify unref = (GDestroyNotify)kafka_partition_unref;

  self->client = client;
  self->queue = rd_kafka_queue_new(client);
  self->topics = g_new0(rd_kafka_queue_t *, topics);
  self->topics_length = topics;
  for (size_t i = 0; i < topics; i++) {
    self->topics[i] = rd_kafka_queue_new(client);
    rd_kafka_queue_forward(self->topics[i], self->queue);
  }
  g_mutex_init(&self->lock);
  waker_init(&self->waker, client, properties);
  self->arrivals = g_ptr_array_new_with_free_func(unref);
  self->current = g_hash_table_new_full(partition_hash, partition_equal, NULL, unref);
  self->retired = g_ptr_array_new_with_free_func(unref);
  return self;
}

void
kafka_queue_free(KafkaQueue *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->topics_length; i++)
    rd_kafka_queue_destroy(self->topics[i]);
  g_free(self->topics);
  rd_kafka_queue_destroy(self->queue);
  waker_clear(&self->waker);
  g_ptr_array_unref(self->arrivals);
  g_hash_table_unref(self->current);
  g_ptr_array_unref(self->retired);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
kafka_queue_add(KafkaQueue *self, KafkaPartition *partition)
{
  g_autoptr(rd_kafka_queue_t) queue =
      rd_kafka_queue_get_partition(self->client, partition->topic, partition->id);

  g_mutex_lock(&self->lock);
  g_ptr_array_add(self->arrivals, kafka_partition_ref(partition));
  atomic_fetch_add(&self->given, 1);
  g_mutex_unlock(&self->lock);
  rd_kafka_queue_forward(queue, self->topics[partition->topic_index]);
}

/* Nothing is paused (librdkafka 2.0.2 loses offsets when batches are read from a partition that
 * is): a queue that is not forwarded fills up to its limit, and then nothing is fetched into it. */
void
kafka_queue_hold(KafkaQueue *self, size_t topic_index, bool is_held)
{
  rd_kafka_queue_forward(self->topics[topic_index], is_held ? NULL : self->queue);
}

void
kafka_queue_wake(KafkaQueue *self)
{
  rd_kafka_queue_yield(self->queue);
}

/* The queue's thread takes over what the main thread has added since the last time. */
static void
take_arrivals(KafkaQueue *self)
{
  if (atomic_load(&self->given) == self->seen)
    return;

  g_mutex_lock(&self->lock);
  while (self->arrivals->len > 0) {
    KafkaPartition *arrived = g_ptr_array_steal_index(self->arrivals, 0);
    KafkaPartition *before = NULL;

    if (g_hash_table_steal_extended(self->current, arrived, (gpointer *)&before, NULL))
      g_ptr_array_add(self->retired, before);
    g_hash_table_add(self->current, arrived);
    self->seen++;
  }
  g_mutex_unlock(&self->lock);
}

static KafkaPartition *
find_partition(KafkaQueue *self, const rd_kafka_message_t *message)
{
  if (message->rkt == self->last_topic && self->last != NULL &&
      message->partition == self->last->id)
    return self->last;

  KafkaPartition wanted = {.topic = (char *)rd_kafka_topic_name(message->rkt),
                           .id = message->partition};

  self->last = g_hash_table_lookup(self->current, &wanted);
  self->last_topic = message->rkt;
  return self->last;
}

/* What lies at the partition's end or behind it is taken for the end, and the first time alone: a
 * gap before it (control records, compaction) may end anywhere. */
static bool
take_end(KafkaPartition *partition, KafkaMessage *out)
{
  bool is_first = !partition->is_at_end;

  partition->is_at_end = partition->end != INT64_MAX;
  out->offset = MIN(out->offset, partition->end);
  out->is_end = true;
  return is_first;
}

/* False for a leftover of a partition that has left, and for what is behind the end. */
static bool
take_message(KafkaQueue *self, rd_kafka_message_t *message, KafkaMessage *out)
{
  KafkaPartition *partition = find_partition(self, message);

  if (partition == NULL ||
      atomic_load_explicit(&partition->hold, memory_order_relaxed) != KAFKA_OURS)
    return false;

  if (atomic_load_explicit(&partition->begun, memory_order_relaxed) < 0 && message->offset >= 0)
    atomic_store(&partition->begun, message->offset);
  *out = (KafkaMessage){.partition = partition, .offset = message->offset};
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF ||
      (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= partition->end))
    return take_end(partition, out);
  partition->next = message->offset + 1;
  out->handle = message;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    out->trouble = rd_kafka_message_errstr(message);
    return true;
  }
  out->timestamp_ms = rd_kafka_message_timestamp(message, NULL);
  if (atomic_load_explicit(&partition->waiting_ms, memory_order_relaxed) < 0)
    atomic_store_explicit(&partition->waiting_ms, out->timestamp_ms, memory_order_relaxed);
  out->key = slice(message->key, message->key_len);
  out->value = slice(message->payload, message->len);
  return true;
}

/* Wakes the broker threads when half of what was queued has been read. How long a read may wait
 * until it must ask again. */
static int
ask_for_more(KafkaQueue *self, size_t just_read, int timeout_ms)
{
  size_t queued = rd_kafka_queue_length(self->queue);
  int64_t now;

  self->most_queued = MAX(self->most_queued, queued + just_read);
  if (self->most_queued == 0 || queued > self->most_queued / 2)
    return timeout_ms;
  now = g_get_monotonic_time();
  if (now - self->woken_us < WAKE_EVERY_US)
    return MIN(timeout_ms, (int)(WAKE_EVERY_US / 1000) + 1);
  self->woken_us = now;
  self->most_queued = queued;
  waker_wake(&self->waker);
  return timeout_ms;
}

size_t
kafka_queue_read(KafkaQueue *self, KafkaMessage *out, size_t max, int timeout_ms)
{
  ssize_t first = 0;
  ssize_t rest;
  size_t taken = 0;

  max = MIN(max, READ_AT_ONCE);
  timeout_ms = ask_for_more(self, 0, timeout_ms);
  /* librdkafka would wait until all of max are there; we wait for the first alone. */
  if (timeout_ms > 0)
    first = rd_kafka_consume_batch_queue(self->queue, timeout_ms, self->read, 1);
  if (timeout_ms > 0 && first <= 0)
    return 0;
  rest = rd_kafka_consume_batch_queue(self->queue, 0, self->read + first, max - (size_t)first);

  ask_for_more(self, (size_t)(first + MAX(rest, 0)), 0);
  take_arrivals(self);
  self->last = NULL;
  for (ssize_t i = 0; i < first + MAX(rest, 0); i++) {
    bool is_taken = take_message(self, self->read[i], &out[taken]);

    if (!is_taken || out[taken].is_end)
      rd_kafka_message_destroy(self->read[i]);
    taken += is_taken;
  }
  return taken;
}

size_t
kafka_queue_length(const KafkaQueue *self)
{
  return rd_kafka_queue_length(self->queue);
}

static bool
is_to_store(const KafkaPartition *partition)
{
  return atomic_load(&partition->hold) != KAFKA_GONE &&
         kafka_partition_progress(partition)->done >= 0;
}

static rd_kafka_topic_partition_list_t *
list_to_store(KafkaPartition *const *partitions, size_t length)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)length);

  for (size_t i = 0; i < length; i++) {
    const KafkaPartition *partition = partitions[i];

    if (!is_to_store(partition))
      continue;
    rd_kafka_topic_partition_list_add(list, partition->topic, partition->id)->offset =
        kafka_partition_progress(partition)->done;
  }
  return list;
}

bool
kafka_queue_store(KafkaQueue *self, KafkaPartition *const *partitions, size_t length,
                  GError **error)
{
  g_autoptr(rd_kafka_topic_partition_list_t) list = list_to_store(partitions, length);
  rd_kafka_resp_err_t err =
      list->cnt == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_offsets_store(self->client, list);

  for (size_t i = 0; i < length; i++) {
    KafkaPartition *partition = partitions[i];
    const KafkaProgress *progress = kafka_partition_progress(partition);

    if (!is_to_store(partition))
      continue;
    atomic_store(&partition->stored, progress->done);
    atomic_store(&partition->waiting_ms,
                 progress->done >= partition->next ? -1 : progress->done_ms);
  }

  /* One that leaves at this very moment is refused: its next owner reads it again. */
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR || err == RD_KAFKA_RESP_ERR__STATE ||
      err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    return true;
  client_set_error(error, err, "cannot store offsets");
  return false;
}

static gboolean
is_gone(gpointer key, gpointer value, gpointer data)
{
  (void)value;
  (void)data;
  return atomic_load(&((KafkaPartition *)key)->hold) == KAFKA_GONE;
}

void
kafka_queue_sweep(KafkaQueue *self)
{
  self->last = NULL;
  g_ptr_array_set_size(self->retired, 0);
  g_hash_table_foreach_remove(self->current, is_gone, NULL);
}
