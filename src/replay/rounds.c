/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/rounds.h"

#include "stream/calls.h"

/* Partitions of their own are kept for so many sources, and then forgotten between rounds. */
enum { MOST_SOURCES = 4096 };

struct ReplayRounds {
  ReplayRoundsOptions options;
  StreamSink sink;
  const char **topics;         /* owned array, one a line: borrowed from its mapping */
  StreamLine **lines;          /* owned, each owned */
  StreamDelivery **deliveries; /* owned array; each borrowed from its line */
  StreamCalls *calls;          /* owned */
  GHashTable **sources;        /* owned, one a line: KafkaPartition by its number */
  size_t sources_length;
  StreamBatchPool batch_pool;
  GError *waiting; /* owned: why a line waits */
  bool has_failed; /* since the last pause */
};

static void
on_waiting(void *data, size_t slot, const GError *reason)
{
  ReplayRounds *self = data;

  (void)slot;
  g_clear_error(&self->waiting);
  self->waiting = reason == NULL ? NULL : g_error_copy(reason);
  self->has_failed = reason != NULL;
  if (reason == NULL)
    self->options.resumed(self->options.self);
}

/* Where nothing is sent, a row that could be sent is as good as written. */
static bool
trial_send(void *self, const FrameBatch *batch, GError **error)
{
  (void)self;
  (void)batch;
  (void)error;
  return true;
}

static bool
trial_receive(void *self, GError **error)
{
  (void)self;
  (void)error;
  return true;
}

ReplayRounds *
replay_rounds_new(const ReplayRoundsOptions *options, GError **error)
{
  g_autoptr(ReplayRounds) self = g_new0(ReplayRounds, 1);
  const StreamSink trial = {.depth = 1, .send = trial_send, .receive = trial_receive};

  self->options = *options;
  self->sink = options->sink != NULL ? *options->sink : trial;
  self->topics = g_new0(const char *, options->lines_length);
  self->lines = g_new0(StreamLine *, options->lines_length);
  self->deliveries = g_new0(StreamDelivery *, options->lines_length);
  self->sources = g_new0(GHashTable *, options->lines_length);
  for (size_t i = 0; i < options->lines_length; i++) {
    StreamLineOptions line = options->lines[i];

    line.sink = &self->sink;
    line.calls = options->sheet;
    line.batch_pool = &self->batch_pool;
    line.wait = (StreamWait){.retry = options->retry, .self = self, .tell = on_waiting};
    self->sources[i] =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)kafka_partition_unref);
    self->topics[i] = mapping_topic(line.mapping);
    self->lines[i] = stream_line_new(&line, error);
    if (self->lines[i] == NULL)
      return NULL;
    self->deliveries[i] = stream_line_delivery(self->lines[i]);
  }
  self->options.lines = NULL; /* borrowed for this call alone */
  self->calls =
      stream_calls_new(&self->sink, self->deliveries, options->lines_length, options->sheet);
  return g_steal_pointer(&self);
}

void
replay_rounds_free(ReplayRounds *self)
{
  if (self == NULL)
    return;
  stream_calls_free(self->calls);
  for (size_t i = 0; i < self->options.lines_length; i++) {
    stream_line_free(self->lines[i]);
    if (self->sources[i] != NULL)
      g_hash_table_unref(self->sources[i]);
  }
  stream_batch_pool_clear(&self->batch_pool);
  g_free(self->topics);
  g_free(self->lines);
  g_free(self->deliveries);
  g_free(self->sources);
  g_clear_error(&self->waiting);
  g_free(self);
}

static KafkaPartition *
find_source(ReplayRounds *self, const ReplayOrigin *origin)
{
  GHashTable *sources = self->sources[origin->line];
  KafkaPartition *known = g_hash_table_lookup(sources, GINT_TO_POINTER(origin->partition));

  if (known != NULL)
    return known;
  known = kafka_partition_new(self->topics[origin->line], origin->line, origin->partition);
  g_hash_table_insert(sources, GINT_TO_POINTER(origin->partition), known);
  self->sources_length++;
  return known;
}

/* If somebody did not answer: until the line's next try is due. */
static bool
heed(ReplayRounds *self, const StreamLine *line)
{
  int64_t left_us = stream_line_due_us(line) - g_get_monotonic_time();

  if (!self->has_failed)
    return true;
  if (!self->options.pause(self->options.self, self->waiting,
                           (uint32_t)CLAMP(left_us / 1000 + 1, 1, G_MAXINT32)))
    return false;
  self->has_failed = false;
  for (size_t i = 0; i < self->options.lines_length; i++)
    stream_line_hurry(self->lines[i]);
  return true;
}

static bool
receive(ReplayRounds *self, const StreamLine *line)
{
  stream_calls_receive(self->calls);
  return heed(self, line);
}

/* Sends all that the line has been given, and takes what answers come meanwhile. */
static bool
send_all(ReplayRounds *self, size_t i)
{
  for (;;) {
    stream_calls_send(self->calls);
    if (!heed(self, self->lines[i]))
      return false;
    if (stream_delivery_due_us(self->deliveries[i]) == INT64_MAX)
      return true;
    if (!receive(self, self->lines[i]))
      return false;
  }
}

bool
replay_rounds_take(ReplayRounds *self, KafkaMessage *message, const ReplayOrigin *origin)
{
  StreamLine *line = self->lines[origin->line];
  bool goes_on = true;

  message->partition = find_source(self, origin);
  message->offset = origin->offset;
  while (goes_on) {
    switch (stream_line_take(line, message)) {
    case STREAM_LINE_TAKEN:
      return true;
    case STREAM_LINE_STALLED:
      goes_on = heed(self, line);
      break;
    case STREAM_LINE_FULL:
      stream_line_push(line);
      goes_on = send_all(self, origin->line);
      while (stream_line_collect(line))
        ;
      break;
    }
  }
  kafka_message_release(message);
  return false;
}

size_t
replay_rounds_bytes(const ReplayRounds *self)
{
  size_t bytes = 0;

  for (size_t i = 0; i < self->options.lines_length; i++)
    bytes += stream_line_bytes(self->lines[i]);
  return bytes;
}

static void
release_line(ReplayRounds *self, size_t i)
{
  StreamCommit *commit = stream_line_commit(self->lines[i]);
  const GPtrArray *rejects = stream_commit_rejects(commit);

  for (guint j = 0; j < rejects->len; j++)
    self->options.refused(self->options.self, rejects->pdata[j], i);
  stream_commit_release(commit);
}

static void
forget_sources(ReplayRounds *self)
{
  if (self->sources_length < MOST_SOURCES)
    return;
  for (size_t i = 0; i < self->options.lines_length; i++)
    g_hash_table_remove_all(self->sources[i]);
  self->sources_length = 0;
}

/* Brings all of the line to its end. */
static bool
finish_line(ReplayRounds *self, size_t i)
{
  bool is_whole;

  stream_line_push(self->lines[i]);
  for (;;) {
    is_whole = send_all(self, i);
    while (stream_line_collect(self->lines[i]))
      ;
    if (!is_whole || stream_delivery_is_empty(self->deliveries[i]))
      return is_whole;
    if (!receive(self, self->lines[i]))
      return false;
  }
}

bool
replay_rounds_settle(ReplayRounds *self)
{
  bool is_whole = true;

  for (size_t i = 0; is_whole && i < self->options.lines_length; i++)
    is_whole = finish_line(self, i);
  for (size_t i = 0; i < self->options.lines_length; i++)
    release_line(self, i);
  if (is_whole)
    forget_sources(self);
  return is_whole;
}
