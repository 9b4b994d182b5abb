/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/writers.h"

#include "stream/memory.h"
#include "stream/writer.h"

enum { FIRST_RETRY_MS = 100, LONGEST_RETRY_MS = 5000 };

struct StreamWriters {
  const StreamOptions *options; /* borrowed */
  const MappingTopics *topics;  /* borrowed */
  KafkaConsumer *consumer;      /* borrowed */
  StreamDeadLetters *letters;   /* borrowed */
  MetricsCounters *counters;    /* borrowed */
  StreamWritersEvents events;
  StreamWriter **writers; /* owned, each owned */
  size_t length;
  size_t ended;
};

StreamWriters *
stream_writers_new(const StreamOptions *options, const MappingTopics *topics,
                   const StreamWritersUse *use, const StreamWritersEvents *events)
{
  StreamWriters *self = g_new0(StreamWriters, 1);

  self->options = options;
  self->topics = topics;
  self->consumer = use->consumer;
  self->letters = use->letters;
  self->counters = use->counters;
  self->events = *events;
  self->length = options->sinks_length;
  self->writers = g_new0(StreamWriter *, self->length);
  return self;
}

void
stream_writers_free(StreamWriters *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->length; i++)
    stream_writer_free(self->writers[i]);
  g_free(self->writers);
  g_free(self);
}

/* What a writer's thread has to say to the main thread. */
typedef struct {
  StreamWriters *writers;
  size_t slot; /* of who waits */
  bool is_end;
  GError *error; /* owned; may be NULL */
} Post;

static void
post_free(gpointer data)
{
  Post *post = data;

  g_clear_error(&post->error);
  g_free(post);
}

static gboolean
on_post(gpointer data)
{
  const Post *post = data;
  StreamWriters *self = post->writers;

  if (!post->is_end) {
    self->events.waiting(self->events.self, post->slot, post->error);
    return G_SOURCE_REMOVE;
  }
  if (post->error != NULL)
    self->events.failed(self->events.self, post->error);
  if (++self->ended == self->length)
    self->events.ended(self->events.self);
  return G_SOURCE_REMOVE;
}

static void
post(StreamWriters *self, size_t slot, bool is_end, const GError *error)
{
  Post *posted = g_new0(Post, 1);
  GSource *source;

  *posted = (Post){self, slot, is_end, error != NULL ? g_error_copy(error) : NULL};
  /* Not invoke(): that would run it here once nobody runs the main context any more. */
  source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, on_post, posted, post_free);
  g_source_attach(source, NULL);
  g_source_unref(source);
}

static void
line_waiting(void *data, size_t slot, const GError *reason)
{
  post(data, slot, false, reason);
}

static void
writer_ended(void *data, size_t writer, const GError *error)
{
  (void)writer;
  post(data, 0, true, error);
}

static StreamLineOptions
line_options(StreamWriters *self, size_t writer, size_t mapping)
{
  const StreamSettings *settings = &self->options->settings;
  const StreamBatchLimits batch = {
      .rows = settings->batch_rows,
      .bytes = stream_memory_batch(settings->memory_bytes, self->length, settings->batch_bytes),
      .frame_max_bytes = self->options->sinks[writer].frame_max_bytes,
  };

  return (StreamLineOptions){
      .mapping = self->options->mappings[mapping],
      .plan = self->options->plans[mapping],
      .schemas = self->options->schemas,
      .sheet = metrics_counters_sheet(self->counters, writer, mapping),
      .batch = batch,
      .linger_ms = settings->linger_ms,
      .window = {.limit = settings->errors_limit, .records = settings->errors_window},
      .kept_bytes = stream_memory_rejects(settings->memory_bytes, self->length),
      .topic_index = self->topics->index[mapping],
      .reader = self->topics->reader[mapping],
      .wait = {.retry = {.first_ms = FIRST_RETRY_MS, .longest_ms = LONGEST_RETRY_MS},
               .self = self,
               .tell = line_waiting,
               .slot = (writer * self->options->mappings_length + mapping) * STREAM_WAITS},
  };
}

static size_t
queue_read(void *self, KafkaMessage *out, size_t max, int timeout_ms)
{
  return kafka_queue_read(self, out, max, timeout_ms);
}

static size_t
queue_length(void *self)
{
  return kafka_queue_length(self);
}

static bool
queue_store(void *self, KafkaPartition *const *partitions, size_t length, GError **error)
{
  return kafka_queue_store(self, partitions, length, error);
}

static void
queue_hold(void *self, size_t topic_index, bool is_held)
{
  kafka_queue_hold(self, topic_index, is_held);
}

static void
queue_sweep(void *self)
{
  kafka_queue_sweep(self);
}

static void
queue_wake(void *self)
{
  kafka_queue_wake(self);
}

static StreamSource
source_of(KafkaQueue *queue)
{
  return (StreamSource){queue,      queue_read,  queue_length, queue_store,
                        queue_hold, queue_sweep, queue_wake};
}

static StreamWriter *
open_writer(StreamWriters *self, size_t number, GError **error)
{
  size_t length = self->options->mappings_length;
  g_autofree StreamLineOptions *lines = g_new0(StreamLineOptions, length);

  for (size_t i = 0; i < length; i++)
    lines[i] = line_options(self, number, i);

  const StreamWriterOptions options = {
      .number = number,
      .source = source_of(kafka_consumer_queue(self->consumer, number)),
      .sink = self->options->sinks[number],
      .letters = self->letters,
      .lines = lines,
      .lines_length = length,
      .topics_length = self->topics->length,
      .ends = self->options->settings.is_until_end,
      .memory_bytes = stream_memory_writer(self->options->settings.memory_bytes, self->length),
      .aside_bytes = stream_memory_aside(self->options->settings.memory_bytes, self->length),
      .sheet = metrics_counters_sheet(self->counters, number, length),
      .self = self,
      .ended = writer_ended,
  };

  return stream_writer_new(&options, error);
}

bool
stream_writers_open(StreamWriters *self, GError **error)
{
  for (size_t i = 0; i < self->length; i++) {
    if (self->writers[i] == NULL) /* the start may be tried again */
      self->writers[i] = open_writer(self, i, error);
    if (self->writers[i] == NULL)
      return false;
  }
  return true;
}

void
stream_writers_start(StreamWriters *self)
{
  for (size_t i = 0; i < self->length; i++)
    stream_writer_start(self->writers[i]);
}

void
stream_writers_settle(StreamWriters *self)
{
  for (size_t i = 0; i < self->length; i++)
    stream_writer_flush(self->writers[i]);
}

void
stream_writers_flush(StreamWriters *self, const bool *queues, int64_t deadline_us)
{
  for (size_t i = 0; i < self->length; i++) {
    if (queues[i])
      stream_writer_flush(self->writers[i]);
  }
  for (size_t i = 0; i < self->length; i++) {
    if (queues[i] && !stream_writer_await_flush(self->writers[i], deadline_us))
      g_warning("could not finish partitions that are revoked writer=%zu hint='their next owner "
                "will'",
                i);
  }
}

void
stream_writers_stop(StreamWriters *self)
{
  for (size_t i = 0; i < self->length; i++)
    stream_writer_stop(self->writers[i]);
}

void
stream_writers_abandon(StreamWriters *self)
{
  stream_dead_letters_cancel(self->letters);
  for (size_t i = 0; i < self->length; i++)
    stream_writer_abandon(self->writers[i]);
}

bool
stream_writers_is_settled(const StreamWriters *self)
{
  for (size_t i = 0; i < self->length; i++) {
    if (self->writers[i] != NULL && !stream_writer_is_settled(self->writers[i]))
      return false;
  }
  return true;
}
