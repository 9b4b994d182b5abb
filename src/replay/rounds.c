/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/rounds.h"

#include "stream/flight.h"

/* Partitions of their own are kept for so many sources, and then forgotten between rounds. */
enum { MOST_SOURCES = 4096 };

struct ReplayRounds {
  ReplayRoundsOptions options;
  const char **topics;  /* owned array, one a line: borrowed from its mapping */
  StreamLine **lines;   /* owned, each owned */
  GHashTable **sources; /* owned, one a line: KafkaPartition by its number */
  size_t sources_length;
  StreamSpares spares;
  StreamFlight *flight; /* owned; NULL: nothing is sent */
  GError *waiting;      /* owned: why the flight waits */
};

static size_t
line_of(const ReplayRounds *self, const StreamBatch *batch)
{
  size_t i = 0;

  while (stream_line_plan(self->lines[i]) != stream_batch_plan(batch))
    i++;
  return i;
}

static bool
on_done(void *data, StreamBatch *batch)
{
  ReplayRounds *self = data;

  stream_line_done(self->lines[line_of(self, batch)], batch);
  return true;
}

static void
on_waiting(void *data, const GError *reason)
{
  ReplayRounds *self = data;

  g_clear_error(&self->waiting);
  self->waiting = reason == NULL ? NULL : g_error_copy(reason);
  if (reason == NULL)
    self->options.resumed(self->options.self);
}

static bool
on_pause(void *data, uint32_t wait_ms)
{
  ReplayRounds *self = data;

  return self->options.pause(self->options.self, self->waiting, wait_ms);
}

ReplayRounds *
replay_rounds_new(const ReplayRoundsOptions *options, GError **error)
{
  g_autoptr(ReplayRounds) self = g_new0(ReplayRounds, 1);
  const StreamFlightEvents events = {self, on_done, on_waiting, on_pause};

  self->options = *options;
  self->topics = g_new0(const char *, options->lines_length);
  self->lines = g_new0(StreamLine *, options->lines_length);
  self->sources = g_new0(GHashTable *, options->lines_length);
  for (size_t i = 0; i < options->lines_length; i++) {
    StreamLineOptions line = options->lines[i];

    line.spares = &self->spares;
    self->sources[i] =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)kafka_partition_unref);
    self->topics[i] = mapping_topic(line.mapping);
    self->lines[i] = stream_line_new(&line, error);
    if (self->lines[i] == NULL)
      return NULL;
  }
  self->options.lines = NULL; /* borrowed for this call alone */
  if (options->sink != NULL)
    self->flight = stream_flight_new(options->sink, &events, &options->retry, options->sheet);
  return g_steal_pointer(&self);
}

void
replay_rounds_free(ReplayRounds *self)
{
  if (self == NULL)
    return;
  stream_flight_free(self->flight);
  for (size_t i = 0; i < self->options.lines_length; i++) {
    stream_line_free(self->lines[i]);
    if (self->sources[i] != NULL)
      g_hash_table_unref(self->sources[i]);
  }
  stream_spares_clear(&self->spares);
  g_free(self->topics);
  g_free(self->lines);
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

/* Where nothing is sent, a row that could be sent is as good as written. */
static bool
push_open(ReplayRounds *self, StreamLine *line)
{
  StreamBatch *batch = stream_line_take_batch(line);

  if (batch == NULL)
    return true;
  if (self->flight != NULL)
    return stream_flight_push(self->flight, batch);
  return on_done(self, batch);
}

bool
replay_rounds_take(ReplayRounds *self, KafkaMessage *message, const ReplayOrigin *origin)
{
  StreamLine *line = self->lines[origin->line];
  Retry retry = self->options.retry;
  bool goes_on = true;
  bool has_waited = false;

  message->partition = find_source(self, origin);
  message->offset = origin->offset;
  while (goes_on) {
    g_autoptr(GError) stalled = NULL;
    StreamLineTaking taking = stream_line_take(line, message, &stalled);

    if (taking == STREAM_LINE_TAKEN) {
      if (has_waited)
        self->options.resumed(self->options.self);
      return true;
    }
    has_waited |= taking == STREAM_LINE_STALLED;
    goes_on = taking == STREAM_LINE_FULL
                  ? push_open(self, line)
                  : self->options.pause(self->options.self, stalled, retry_next_ms(&retry));
  }
  kafka_message_release(message);
  return false;
}

size_t
replay_rounds_bytes(const ReplayRounds *self)
{
  size_t bytes = self->flight == NULL ? 0 : stream_flight_bytes(self->flight);

  for (size_t i = 0; i < self->options.lines_length; i++)
    bytes += stream_line_bytes(self->lines[i]);
  return bytes;
}

static void
release_line(ReplayRounds *self, size_t i)
{
  const GPtrArray *rejects = stream_line_rejects(self->lines[i]);

  for (guint j = 0; j < rejects->len; j++)
    self->options.refused(self->options.self, rejects->pdata[j], i);
  stream_line_release(self->lines[i]);
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

bool
replay_rounds_settle(ReplayRounds *self)
{
  bool is_whole = true;

  for (size_t i = 0; is_whole && i < self->options.lines_length; i++)
    is_whole = push_open(self, self->lines[i]);
  is_whole = is_whole && (self->flight == NULL || stream_flight_drain(self->flight));
  for (size_t i = 0; i < self->options.lines_length; i++)
    release_line(self, i);
  if (is_whole)
    forget_sources(self);
  return is_whole;
}
