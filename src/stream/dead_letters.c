/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/dead_letters.h"

#include "kafka/topics.h"

enum { BROKER_MS = 10000, ACKNOWLEDGED_MS = 10000, STEP_MS = 50, NUMBER_BYTES = 24 };

struct StreamDeadLetters {
  const KafkaProperty *source;     /* borrowed: of the records' cluster */
  const KafkaProperty *properties; /* borrowed: of the dead letters', mostly the same */
  char *connector;                 /* owned */
  atomic_bool is_cancelled;
  GMutex lock; /* for what follows */
  GCond changed;
  guint sending;           /* calls of send() that free() has to wait for */
  KafkaProducer *producer; /* owned; NULL before the first letter */
  GPtrArray *dead;         /* owned, of owned producers that others may still poll */
  GHashTable *partitions;  /* owned: of each known dead-letter topic, by owned name */
};

StreamDeadLetters *
stream_dead_letters_new(const KafkaProperty *source, const KafkaProperty *properties,
                        const char *connector)
{
  StreamDeadLetters *self = g_new0(StreamDeadLetters, 1);

  self->source = source;
  self->properties = properties != NULL ? properties : source;
  self->connector = g_strdup(connector);
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  self->partitions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  self->dead = g_ptr_array_new_with_free_func((GDestroyNotify)kafka_producer_free);
  return self;
}

void
stream_dead_letters_free(StreamDeadLetters *self)
{
  if (self == NULL)
    return;
  stream_dead_letters_cancel(self);
  g_mutex_lock(&self->lock);
  while (self->sending > 0)
    g_cond_wait(&self->changed, &self->lock);
  g_mutex_unlock(&self->lock);
  kafka_producer_free(self->producer);
  g_ptr_array_unref(self->dead);
  g_hash_table_unref(self->partitions);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  g_free(self->connector);
  g_free(self);
}

void
stream_dead_letters_login(StreamDeadLetters *self, const KafkaProperty *source,
                          const KafkaProperty *properties)
{
  g_autoptr(GError) error = NULL;

  g_mutex_lock(&self->lock);
  self->source = source;
  self->properties = properties != NULL ? properties : source;
  if (self->producer != NULL && !kafka_producer_login(self->producer, self->properties, &error))
    g_warning("dead letters: %s", error->message);
  g_mutex_unlock(&self->lock);
}

void
stream_dead_letters_cancel(StreamDeadLetters *self)
{
  atomic_store(&self->is_cancelled, true);
}

/* Room for the largest record that our producer sends, with our headers, below what brokers take
 * for a request; and its own time. What the source's own limit is does not help: that is for a
 * batch as it was packed, and a letter goes out unpacked. */
static const KafkaProperty topic_config[] = {
    {"message.timestamp.type", "CreateTime"}, {"max.message.bytes", "101000000"}, {NULL, NULL}};
/* Of brokers whose operator does not allow so much: the limit that all topics have there. */
static const KafkaProperty least_config[] = {{"message.timestamp.type", "CreateTime"},
                                             {NULL, NULL}};

/* The topic that the records come from. */
static KafkaTopic *
find_source(const StreamDeadLetters *self, const char *source, GError **error)
{
  g_autoptr(KafkaTopics) topics = kafka_topics_new(self->source, BROKER_MS, error);

  return topics == NULL ? NULL : kafka_topics_find(topics, source, error);
}

/* The dead-letter topic as it is, created if it is missing. */
static KafkaTopic *
find_or_create(const StreamDeadLetters *self, KafkaTopics *topics, const char *source,
               const char *name, GError **error)
{
  g_autoptr(GError) missing = NULL;
  g_autoptr(KafkaTopic) found = kafka_topics_find(topics, name, &missing);
  g_autoptr(KafkaTopic) model = NULL;

  if (found != NULL)
    return g_steal_pointer(&found);
  if (!g_error_matches(missing, FAULT, FAULT_SETUP)) {
    g_propagate_error(error, g_steal_pointer(&missing));
    return NULL;
  }
  model = find_source(self, source, error);
  if (model == NULL)
    return NULL;

  KafkaTopicSpec spec = {name, model->partitions,
                         self->source == self->properties ? MAX(model->replication, 1) : -1,
                         topic_config};

  g_autoptr(GError) refused = NULL;

  if (!kafka_topics_create(topics, &spec, &refused)) {
    spec.config = least_config;
    if (!g_error_matches(refused, FAULT, FAULT_SETUP) ||
        !kafka_topics_create(topics, &spec, NULL)) {
      g_propagate_error(error, g_steal_pointer(&refused));
      return NULL;
    }
  }
  g_message("created dead-letter topic=%s partitions=%d", name, model->partitions);
  return kafka_topics_find(topics, name, error);
}

/* The number of the dead-letter topic's partitions; 0 with error. Under lock. */
static int
know_topic(StreamDeadLetters *self, const char *source, const char *name, GError **error)
{
  int known = GPOINTER_TO_INT(g_hash_table_lookup(self->partitions, name));
  g_autoptr(KafkaTopics) topics = NULL;
  g_autoptr(KafkaTopic) topic = NULL;

  if (known > 0)
    return known;
  topics = kafka_topics_new(self->properties, BROKER_MS, error);
  if (topics != NULL)
    topic = find_or_create(self, topics, source, name, error);
  if (topic == NULL)
    return 0;
  g_hash_table_insert(self->partitions, g_strdup(name), GINT_TO_POINTER(topic->partitions));
  return topic->partitions;
}

/* One that works, or NULL with error. Under lock. */
static KafkaProducer *
find_producer(StreamDeadLetters *self, GError **error)
{
  if (self->producer != NULL && kafka_producer_is_dead(self->producer)) {
    kafka_producer_give_up(self->producer);
    g_ptr_array_add(self->dead, g_steal_pointer(&self->producer));
  }
  if (self->producer == NULL)
    self->producer = kafka_producer_new(self->properties, error);
  return self->producer;
}

typedef struct {
  const StreamDeadLetters *letters;
  KafkaProducer *producer; /* borrowed */
  const char *topic;       /* the dead-letter topic */
  int partitions;
  const char *table;
  size_t task;
} Address;

static bool
prepare(StreamDeadLetters *self, const char *source, Address *address, GError **error)
{
  g_mutex_lock(&self->lock);
  address->partitions = know_topic(self, source, address->topic, error);
  if (address->partitions > 0)
    address->producer = find_producer(self, error);
  g_mutex_unlock(&self->lock);
  return address->producer != NULL;
}

/* It may have been deleted. */
static bool
forget_topic(StreamDeadLetters *self, const char *name)
{
  g_mutex_lock(&self->lock);
  g_hash_table_remove(self->partitions, name);
  g_mutex_unlock(&self->lock);
  return false;
}

static void
add_header(GArray *headers, const char *name, Slice value)
{
  g_array_append_val(headers, ((KafkaHeader){name, value}));
}

static Slice
number_text(char *buffer, int64_t number)
{
  g_snprintf(buffer, NUMBER_BYTES, "%" G_GINT64_FORMAT, number);
  return slice_text(buffer);
}

/* Names from org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter. The record's own
 * headers come first, whatever their names: ours are the last of a name. */
static bool
send_letter(const Address *address, StreamReject *reject, GError **error)
{
  char partition[NUMBER_BYTES], offset[NUMBER_BYTES], task[NUMBER_BYTES], attempts[NUMBER_BYTES];
  char timestamp[NUMBER_BYTES];
  const KafkaMessage *message = &reject->message;
  const StreamStageInfo *info = stream_stage_info(reject->stage);
  g_autoptr(GArray) headers = kafka_message_headers(message);

  add_header(headers, "__connect.errors.topic", slice_text(message->partition->topic));
  add_header(headers, "__connect.errors.partition", number_text(partition, message->partition->id));
  add_header(headers, "__connect.errors.offset", number_text(offset, message->offset));
  add_header(headers, "__connect.errors.connector.name", slice_text(address->letters->connector));
  add_header(headers, "__connect.errors.task.id", number_text(task, (int64_t)address->task));
  add_header(headers, "__connect.errors.stage", slice_text(info->connect_stage));
  add_header(headers, "__connect.errors.class.name", slice_text(info->class_name));
  add_header(headers, "__connect.errors.exception.class.name", slice_text(info->exception_class));
  add_header(headers, "__connect.errors.exception.message", slice_text(reject->reason));
  add_header(headers, "sluice.table", slice_text(address->table));
  if (reject->key.len > 0)
    add_header(headers, "sluice.row.key", bytes_slice(&reject->key));
  add_header(headers, "sluice.attempts", number_text(attempts, reject->attempts));
  add_header(headers, "sluice.timestamp", number_text(timestamp, message->timestamp_ms));

  const KafkaRecord record = {
      .topic = address->topic,
      .partition =
          message->partition->id < address->partitions ? message->partition->id : KAFKA_BY_KEY,
      .key = message->key,
      .value = message->value,
      .headers = (const KafkaHeader *)(const void *)headers->data,
      .headers_length = headers->len,
      .timestamp_ms = message->timestamp_ms,
      .receipt = &reject->receipt,
  };

  reject->is_sent = kafka_producer_send(address->producer, &record, error);
  return reject->is_sent;
}

static KafkaFate
fate_of(const StreamReject *reject)
{
  return reject->is_sent ? (KafkaFate)g_atomic_int_get(&reject->receipt.fate) : KAFKA_FAILED;
}

static bool
is_any(const GPtrArray *rejects, KafkaFate fate)
{
  for (guint i = 0; i < rejects->len; i++) {
    if (fate_of(rejects->pdata[i]) == fate)
      return true;
  }
  return false;
}

static void
first_failure(const GPtrArray *rejects, const char *topic, GError **error)
{
  for (guint i = 0; i < rejects->len; i++) {
    const StreamReject *reject = rejects->pdata[i];

    if (fate_of(reject) != KAFKA_FAILED)
      continue;
    kafka_receipt_error(&reject->receipt, topic, error);
    return;
  }
}

/* Somebody else's letter may still be a dead producer's: its receipt comes from nobody else. */
static void
poll_dead(StreamDeadLetters *self)
{
  g_mutex_lock(&self->lock);
  for (guint i = 0; i < self->dead->len; i++)
    kafka_producer_poll(self->dead->pdata[i], 0);
  g_mutex_unlock(&self->lock);
}

static bool
await_all(StreamDeadLetters *self, const Address *address, const GPtrArray *rejects, GError **error)
{
  int64_t deadline = g_get_monotonic_time() + (int64_t)ACKNOWLEDGED_MS * 1000;

  while (is_any(rejects, KAFKA_PENDING)) {
    if (atomic_load(&self->is_cancelled) || g_get_monotonic_time() >= deadline) {
      g_set_error(error, FAULT, FAULT_PEER, "dead letters to %s are not acknowledged",
                  address->topic);
      return false;
    }
    kafka_producer_poll(address->producer, STEP_MS);
    poll_dead(self);
  }
  if (!is_any(rejects, KAFKA_FAILED))
    return true;
  first_failure(rejects, address->topic, error);
  g_prefix_error(error, "dead letters are not taken: ");
  return false;
}

static bool
send_all(StreamDeadLetters *self, const Address *address, const GPtrArray *rejects, GError **error)
{
  for (guint i = 0; i < rejects->len; i++) {
    if (fate_of(rejects->pdata[i]) == KAFKA_FAILED &&
        !send_letter(address, rejects->pdata[i], error))
      return false;
  }
  return await_all(self, address, rejects, error);
}

static void
note_sending(StreamDeadLetters *self, int more)
{
  g_mutex_lock(&self->lock);
  self->sending += (guint)more;
  g_cond_broadcast(&self->changed);
  g_mutex_unlock(&self->lock);
}

static bool
send_rejects(StreamDeadLetters *self, const char *table, size_t task, const GPtrArray *rejects,
             GError **error)
{
  const StreamReject *first = rejects->pdata[0];
  const char *source = first->message.partition->topic;
  g_autofree char *name = g_strconcat(source, ".dlq", NULL);
  Address address = {.letters = self, .topic = name, .table = table, .task = task};
  bool is_taken = false;

  if (atomic_load(&self->is_cancelled))
    g_set_error(error, FAULT, FAULT_PEER, "dead letters to %s: nobody waits for them", name);
  else if (prepare(self, source, &address, error))
    is_taken = send_all(self, &address, rejects, error) || forget_topic(self, name);
  else
    g_prefix_error(error, "dead letters to %s: ", name);
  return is_taken;
}

bool
stream_dead_letters_send(StreamDeadLetters *self, const char *table, size_t task,
                         const GPtrArray *rejects, GError **error)
{
  bool is_taken;

  note_sending(self, 1);
  is_taken = send_rejects(self, table, task, rejects, error);
  note_sending(self, -1);
  return is_taken;
}

struct StreamDeadLettersTask {
  StreamDeadLetters *letters; /* borrowed */
  const char *table;          /* borrowed */
  const GPtrArray *rejects;   /* borrowed */
  size_t task;
  GThread *thread;
  GError *error; /* owned */
  bool is_taken;
  atomic_bool is_done;
};

static gpointer
run(gpointer data)
{
  StreamDeadLettersTask *self = data;

  self->is_taken =
      send_rejects(self->letters, self->table, self->task, self->rejects, &self->error);
  note_sending(self->letters, -1);
  atomic_store(&self->is_done, true);
  return NULL;
}

StreamDeadLettersTask *
stream_dead_letters_begin(StreamDeadLetters *self, const char *table, size_t task,
                          const GPtrArray *rejects)
{
  StreamDeadLettersTask *new = g_new0(StreamDeadLettersTask, 1);

  new->letters = self;
  new->table = table;
  new->rejects = rejects;
  new->task = task;
  note_sending(self, 1); /* from here on: free() may come before the thread has begun */
  new->thread = g_thread_new("dead letters", run, new);
  return new;
}

bool
stream_dead_letters_is_done(const StreamDeadLettersTask *self)
{
  return atomic_load(&self->is_done);
}

bool
stream_dead_letters_end(StreamDeadLettersTask *self, GError **error)
{
  bool is_taken;

  g_thread_join(self->thread);
  is_taken = self->is_taken;
  if (self->error != NULL)
    g_propagate_error(error, self->error);
  g_free(self);
  return is_taken;
}
