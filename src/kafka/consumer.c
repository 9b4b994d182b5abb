/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/consumer.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "kafka/autoptr.h"
#include "kafka/client.h"
#include "kafka/standing.h"
#include "kafka/trouble.h"
#include "kafka/waker.h"

/* librdkafka's queues, and who reads them:
 *
 *   broker threads -> partition queues -> topic queues -forwarded-> writer's queue 0 -> writer
 * thread 0
 *                                     \-> topic queues ----------> writer's queue 1 -> writer
 * thread 1 group, errors  -> consumer queue -> kafka_consumer_poll(), the main thread
 *
 * Backpressure is a writer that does not read: its queue fills up to queue_bytes and
 * librdkafka stops fetching. Nothing is ever paused (2.0.2 loses offsets when batches are read
 * from a partition that is). */
struct KafkaConsumer {
  KafkaTrouble watch;      /* first: see trouble_watch() */
  rd_kafka_t *client;      /* owned */
  rd_kafka_queue_t *queue; /* owned: the consumer queue */
  int fd;                  /* an eventfd that librdkafka writes to */
  KafkaConsumerOptions options;
  KafkaQueue **queues;   /* owned, each owned */
  GPtrArray *partitions; /* owned, of owned KafkaPartition: ours now */
  bool *leaving;         /* owned: scratch, one for each queue */
  bool has_joined;       /* it may have: it has subscribed */
  bool was_assigned;     /* at least once, be it nothing */
};

static const KafkaProperty defaults[] = {
    {"auto.offset.reset", "earliest"},
    {"topic.metadata.refresh.interval.ms", "30000"},
    {NULL, NULL},
};

/* See kafka_property_check(). */
static const KafkaProperty promises[] = {
    {"enable.auto.offset.store", "false"}, {"enable.auto.commit", "true"},
    {"enable.partition.eof", "true"},      {"partition.assignment.strategy", "cooperative-sticky"},
    {"queued.min.messages", "1000"},       {NULL, NULL},
};

static void
tell(KafkaConsumer *self, rd_kafka_resp_err_t err, const char *sentence)
{
  g_autoptr(GError) error = g_error_new(FAULT, (gint)client_fault(err), "kafka: %s", sentence);

  self->options.events.trouble(self->options.events.self, error);
}

/* Whether the client will never work again. librdkafka says so once, and with any of its codes: to
 * the error callback or as a message. */
static bool
is_fatal(KafkaConsumer *self, rd_kafka_t *client)
{
  char fatal[512];
  rd_kafka_resp_err_t err = rd_kafka_fatal_error(client, fatal, sizeof fatal);
  bool is_fenced = err == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
  g_autoptr(GError) error = NULL;

  if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return false;
  error = g_error_new(FAULT, FAULT_SETUP, "kafka: %s%s", fatal,
                      is_fenced ? ": another instance has taken this one's place in the group: "
                                  "give each its own kafka.group.instance.id"
                                : "");
  self->options.events.failed(self->options.events.self, error);
  return true;
}

static void
on_error(rd_kafka_t *client, int err, const char *reason, void *data)
{
  KafkaConsumer *self = data;

  if (is_fatal(self, client))
    return;
  g_autofree char *sentence = trouble_explain(&self->watch, reason);

  tell(self, err, sentence);
  if (err == RD_KAFKA_RESP_ERR__AUTHENTICATION && self->options.events.refused != NULL)
    self->options.events.refused(self->options.events.refused_self);
  if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    self->options.events.cut_off(self->options.events.self, sentence);
}

/* The queue with the fewest partitions of this topic, then of all: so that neither one topic nor
 * one queue gets everything. */
static size_t
choose_queue(const KafkaConsumer *self, size_t topic_index)
{
  size_t best = 0;
  guint least = G_MAXUINT;

  for (size_t queue = 0; queue < self->options.queues; queue++) {
    guint load = 0;

    for (guint i = 0; i < self->partitions->len; i++) {
      const KafkaPartition *partition = self->partitions->pdata[i];

      if (partition->queue == queue)
        load += partition->topic_index == topic_index ? 1001 : 1;
    }
    if (load < least) {
      least = load;
      best = queue;
    }
  }
  return best;
}

static void
assign(KafkaConsumer *self, const rd_kafka_topic_partition_list_t *list)
{
  g_autoptr(rd_kafka_error_t) error = NULL;

  for (int i = 0; i < list->cnt; i++) {
    const char *topic = list->elems[i].topic;
    size_t topic_index = 0;

    while (strcmp(self->options.topics[topic_index], topic) != 0)
      topic_index++;

    KafkaPartition *partition = kafka_partition_new(topic, topic_index, list->elems[i].partition);

    partition->queue = choose_queue(self, topic_index);
    if (self->options.readers != NULL)
      kafka_partition_set_readers(partition, self->options.readers[topic_index]);
    if (self->options.events.end_of != NULL)
      partition->end = self->options.events.end_of(self->options.events.self, topic, partition->id);
    g_debug("taking topic=%s partition=%d writer=%zu", topic, partition->id, partition->queue);
    g_ptr_array_add(self->partitions, partition);
    kafka_queue_add(self->queues[partition->queue], partition);
  }
  error = rd_kafka_incremental_assign(self->client, list);
  if (error != NULL)
    tell(self, rd_kafka_error_code(error), rd_kafka_error_string(error));
}

static KafkaPartition *
find_partition(const KafkaConsumer *self, const char *topic, int32_t id, guint *out_index)
{
  for (guint i = 0; i < self->partitions->len; i++) {
    KafkaPartition *partition = self->partitions->pdata[i];

    if (partition->id == id && strcmp(partition->topic, topic) == 0) {
      if (out_index != NULL)
        *out_index = i;
      return partition;
    }
  }
  return NULL;
}

static void
set_hold(KafkaConsumer *self, const rd_kafka_topic_partition_list_t *list, KafkaHold hold)
{
  memset(self->leaving, 0, self->options.queues * sizeof *self->leaving);
  for (int i = 0; i < list->cnt; i++) {
    KafkaPartition *partition =
        find_partition(self, list->elems[i].topic, list->elems[i].partition, NULL);

    if (partition == NULL)
      continue;
    atomic_store(&partition->hold, hold);
    self->leaving[partition->queue] = true;
  }
}

/* What is stored of the partitions, or of all of ours with list NULL, and not committed yet. */
static rd_kafka_topic_partition_list_t *
stored_offsets(const KafkaConsumer *self, const rd_kafka_topic_partition_list_t *list)
{
  rd_kafka_topic_partition_list_t *offsets =
      rd_kafka_topic_partition_list_new((int)self->partitions->len);

  for (guint i = 0; i < self->partitions->len; i++) {
    const KafkaPartition *partition = self->partitions->pdata[i];
    int64_t stored = atomic_load(&partition->stored);

    if (stored <= partition->committed ||
        (list != NULL &&
         rd_kafka_topic_partition_list_find(list, partition->topic, partition->id) == NULL))
      continue;
    rd_kafka_topic_partition_list_add(offsets, partition->topic, partition->id)->offset = stored;
  }
  return offsets;
}

static void
forget(KafkaConsumer *self, const rd_kafka_topic_partition_list_t *list)
{
  for (int i = 0; i < list->cnt; i++) {
    guint index;

    if (find_partition(self, list->elems[i].topic, list->elems[i].partition, &index) != NULL)
      g_ptr_array_remove_index_fast(self->partitions, index);
  }
}

static void
tell_uncommitted(KafkaConsumer *self, rd_kafka_resp_err_t err, const char *what)
{
  g_autoptr(GError) error = NULL;

  client_set_error(&error, err, what);
  self->options.events.uncommitted(self->options.events.self, error);
}

static void
let_go(KafkaConsumer *self, const rd_kafka_topic_partition_list_t *list)
{
  bool is_lost = rd_kafka_assignment_lost(self->client);
  g_autoptr(rd_kafka_error_t) error = NULL;

  if (!is_lost) {
    g_autoptr(rd_kafka_topic_partition_list_t) offsets = NULL;
    rd_kafka_resp_err_t err;

    set_hold(self, list, KAFKA_LEAVING);
    self->options.events.revoking(self->options.events.self, self->leaving);
    offsets = stored_offsets(self, list);
    err = client_commit(self->client, offsets, self->options.commit_timeout_ms);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
      tell_uncommitted(self, err, "revoked partitions could not be committed");
  }
  set_hold(self, list, KAFKA_GONE);
  forget(self, list);
  error = rd_kafka_incremental_unassign(self->client, list);
  if (error != NULL)
    tell(self, rd_kafka_error_code(error), rd_kafka_error_string(error));
}

static void
on_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *list,
             void *data)
{
  KafkaConsumer *self = data;

  (void)client;
  self->was_assigned = true;
  if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
    assign(self, list);
  else
    let_go(self, list);
  self->options.events.assigned(self->options.events.self, self->partitions->len);
}

static void
on_committed(rd_kafka_t *client, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t *list,
             void *data)
{
  (void)client;
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR && err != RD_KAFKA_RESP_ERR__NO_OFFSET)
    tell_uncommitted(data, err, "offsets could not be committed");
  for (int i = 0; err == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++) {
    const rd_kafka_topic_partition_t *one = &list->elems[i];
    KafkaPartition *partition = find_partition(data, one->topic, one->partition, NULL);

    if (partition == NULL || one->err != RD_KAFKA_RESP_ERR_NO_ERROR || one->offset < 0)
      continue;
    partition->committed = one->offset;
    g_debug("committed topic=%s partition=%d offset=%" G_GINT64_FORMAT, one->topic, one->partition,
            one->offset);
  }
}

static bool
configure(rd_kafka_conf_t *conf, const KafkaConsumerOptions *options, GError **error)
{
  g_autofree char *kbytes =
      g_strdup_printf("%" G_GUINT64_FORMAT, MAX(options->queue_bytes / 1024, 1));
  g_autofree char *fetch = g_strdup_printf("%" G_GUINT64_FORMAT, options->fetch_bytes);
  /* No fetch may be set smaller than the largest message; of a consumer's that is used for nothing
   * else, and a broker sends one batch of a producer's whole, however large. */
  const KafkaProperty bounds[] = {{"queued.max.messages.kbytes", kbytes},
                                  {"fetch.max.bytes", fetch},
                                  {"message.max.bytes", fetch},
                                  {NULL, NULL}};

  return client_set(conf, defaults, error) && client_set(conf, waker_properties(), error) &&
         client_set(conf, options->properties, error) && client_set(conf, promises, error) &&
         client_set(conf, bounds, error);
}

static bool
open_client(KafkaConsumer *self, GError **error)
{
  g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_new();
  const uint64_t one = 1;

  if (!configure(conf, &self->options, error))
    return false;
  trouble_watch(&self->watch, conf);
  rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
  rd_kafka_conf_set_error_cb(conf, on_error);
  rd_kafka_conf_set_offset_commit_cb(conf, on_committed);
  self->client = client_new(RD_KAFKA_CONSUMER, g_steal_pointer(&conf), error);
  if (self->client == NULL)
    return false;

  rd_kafka_resp_err_t err = rd_kafka_poll_set_consumer(self->client);

  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    client_set_error(error, err, "kafka.group.id");
    return false;
  }
  self->queue = rd_kafka_queue_get_consumer(self->client);
  rd_kafka_queue_io_event_enable(self->queue, self->fd, &one, sizeof one);
  return true;
}

bool
kafka_consumer_login(KafkaConsumer *self, const KafkaProperty *properties, GError **error)
{
  return client_login(self->client, properties, error);
}

KafkaConsumer *
kafka_consumer_new(const KafkaConsumerOptions *options, GError **error)
{
  KafkaConsumer *self = g_new0(KafkaConsumer, 1);

  self->options = *options;
  self->partitions = g_ptr_array_new_with_free_func((GDestroyNotify)kafka_partition_unref);
  self->leaving = g_new0(bool, options->queues);
  self->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (!open_client(self, error)) {
    kafka_consumer_free(self);
    return NULL;
  }
  self->queues = g_new0(KafkaQueue *, options->queues);
  for (size_t i = 0; i < options->queues; i++)
    self->queues[i] =
        kafka_queue_new(self->client, options->properties, g_strv_length((char **)options->topics));
  self->options.properties = NULL; /* borrowed for this call alone */
  return self;
}

/* librdkafka before 2.3.0 aborts if a member is destroyed that has joined its group and was never
 * assigned anything, which happens to whoever is stopped during a rebalance (its issue 4312). Such
 * a client is closed, and left behind. */
static bool
can_destroy(const KafkaConsumer *self)
{
  return self->was_assigned || !self->has_joined || rd_kafka_version() >= 0x020300ff;
}

void
kafka_consumer_free(KafkaConsumer *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; self->queues != NULL && i < self->options.queues; i++)
    kafka_queue_free(self->queues[i]);
  g_free(self->queues);
  if (self->queue != NULL)
    rd_kafka_queue_destroy(self->queue);
  if (self->client != NULL && can_destroy(self))
    rd_kafka_destroy_flags(self->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  g_ptr_array_unref(self->partitions);
  g_free(self->leaving);
  if (self->fd >= 0)
    close(self->fd);
  g_free(self);
}

bool
kafka_consumer_start(KafkaConsumer *self, const char *const *topics, GError **error)
{
  g_autoptr(rd_kafka_topic_partition_list_t) list = rd_kafka_topic_partition_list_new(4);
  rd_kafka_resp_err_t err;

  if (topics == NULL)
    topics = self->options.topics;
  for (const char *const *topic = topics; *topic != NULL; topic++)
    rd_kafka_topic_partition_list_add(list, *topic, RD_KAFKA_PARTITION_UA);
  err = rd_kafka_subscribe(self->client, list);
  self->has_joined = true;
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return true;
  client_set_error(error, err, "cannot subscribe");
  return false;
}

KafkaQueue *
kafka_consumer_queue(KafkaConsumer *self, size_t queue)
{
  return self->queues[queue];
}

int
kafka_consumer_fd(const KafkaConsumer *self)
{
  return self->fd;
}

void
kafka_consumer_poll(KafkaConsumer *self)
{
  uint64_t count;
  rd_kafka_message_t *message;

  (void)!read(self->fd, &count, sizeof count);
  while ((message = rd_kafka_consumer_poll(self->client, 0)) != NULL) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !is_fatal(self, self->client))
      tell(self, message->err, rd_kafka_message_errstr(message));
    rd_kafka_message_destroy(message);
  }
}

bool
kafka_consumer_is_answered(KafkaConsumer *self, int timeout_ms)
{
  const struct rd_kafka_metadata *metadata = NULL;

  /* Of topics known here alone: a small answer. */
  if (rd_kafka_metadata(self->client, 0, NULL, &metadata, timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return false;
  rd_kafka_metadata_destroy(metadata);
  return true;
}

bool
kafka_consumer_committed(KafkaConsumer *self, KafkaPosition *positions, size_t length,
                         int timeout_ms, GError **error)
{
  g_autoptr(rd_kafka_topic_partition_list_t) list = rd_kafka_topic_partition_list_new((int)length);
  rd_kafka_resp_err_t err;

  for (size_t i = 0; i < length; i++)
    rd_kafka_topic_partition_list_add(list, positions[i].topic, positions[i].id);
  err = rd_kafka_committed(self->client, list, timeout_ms);
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    client_set_error(error, err, "cannot ask for committed offsets");
    return false;
  }
  for (size_t i = 0; i < length; i++)
    positions[i].offset = MAX(list->elems[i].offset, -1);
  return true;
}

int64_t
kafka_consumer_stored(const KafkaConsumer *self, const char *topic, int32_t id)
{
  const KafkaPartition *partition = find_partition(self, topic, id, NULL);

  return partition == NULL ? -2 : atomic_load(&partition->stored);
}

void
kafka_consumer_standings(KafkaConsumer *self, GArray *out)
{
  standing_append(self->client, self->partitions, out);
}

bool
kafka_consumer_has_uncommitted(const KafkaConsumer *self)
{
  g_autoptr(rd_kafka_topic_partition_list_t) offsets = stored_offsets(self, NULL);

  return offsets->cnt > 0;
}

bool
kafka_consumer_commit(KafkaConsumer *self, int timeout_ms, GError **error)
{
  g_autoptr(rd_kafka_topic_partition_list_t) offsets = stored_offsets(self, NULL);
  rd_kafka_resp_err_t err = client_commit(self->client, offsets, timeout_ms);

  if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
    return true;
  client_set_error(error, err, "offsets could not be committed");
  return false;
}

bool
kafka_consumer_close(KafkaConsumer *self, int timeout_ms)
{
  enum { STEP_MS = 50 };
  int64_t deadline = g_get_monotonic_time() + (int64_t)timeout_ms * 1000;
  g_autoptr(rd_kafka_error_t) error = rd_kafka_consumer_close_queue(self->client, self->queue);

  while (error == NULL && !rd_kafka_consumer_closed(self->client)) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(self->client, STEP_MS);

    if (message != NULL)
      rd_kafka_message_destroy(message);
    if (g_get_monotonic_time() >= deadline)
      return false;
  }
  return true;
}
