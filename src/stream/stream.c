/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream.h"

#include <glib-unix.h>

#include "stream/writers.h"
#include "stream/end.h"
#include "stream/end_offsets.h"
#include "stream/health.h"
#include "stream/memory.h"
#include "stream/peers.h"
#include "stream/schemas.h"
#include "stream/wait.h"

/* How the main thread and the writers meet:
 *
 *   consumer queue -> poll() -> rebalance -> revoking(): flush the writers, wait for them
 *   writers: waiting, failed, ended -> StreamWriters -> main context -> StreamHealth, end()
 */
enum {
  BROKER_MS = 3000, /* one question to the broker, while nothing else can be served */
  TICK_MS = 1000,
  ENDS_TICK_MS = 200, /* --until-end looks more often whether it is done */
  GRACE_MS = 1000,    /* for abandoned writers to see it */
  LEAVE_MS = 5000,
  LEAVE_LATE_MS = 500,    /* once the deadline has passed */
  LEAVE_SILENT_MS = 1000, /* with nothing to commit: Kafka may well be frozen */
};

struct Stream {
  StreamOptions options;
  MappingTopics topics; /* the mappings' */
  State state;
  GMainLoop *loop;               /* owned */
  MetricsCounters *counters;     /* owned */
  StreamDeadLetters *letters;    /* owned */
  KafkaConsumer *consumer;       /* owned; NULL while STARTING */
  StreamWriters *writers;        /* owned; as the consumer */
  StreamEndOffsets *end_offsets; /* owned; NULL: not until the ends */
  StreamSchemas *schemas;        /* owned; NULL: there is no registry */
  SchemaSource source;           /* the schemas' */
  StreamHealth health;
  StreamPeers *peers; /* owned; NULL before RUNNING */
  guint sources[2];   /* of the main context; 0: none */
  guint timer;        /* of the main context, while the writers are to end; 0: none */
  GError *failure;    /* owned */
  bool was_asked;
  bool is_whole; /* what was read is written and committed */
  int leave_ms;  /* how long leaving the group may take; 0: do not */
  bool is_stuck; /* a thread hangs: nothing may be freed */
  int64_t asked_others_us;
};

Stream *
stream_new(const StreamOptions *options)
{
  Stream *self = g_new0(Stream, 1);

  self->options = *options;
  self->loop = g_main_loop_new(NULL, FALSE);
  self->counters = metrics_counters_new(options->sinks_length, options->mappings_length + 1);
  self->letters = stream_dead_letters_new(options->properties, options->letters, options->group);
  mapping_topics_init(&self->topics, options->mappings, options->mappings_length);
  if (options->schemas != NULL) {
    self->schemas = stream_schemas_new(options->schemas);
    self->source = stream_schemas_source(self->schemas);
    self->options.schemas = &self->source;
  }
  stream_health_init(&self->health,
                     options->sinks_length * options->mappings_length * STREAM_WAITS);
  return self;
}

void
stream_free(Stream *self)
{
  if (self == NULL || self->is_stuck)
    return;
  stream_peers_free(self->peers); /* they ask over the consumer */
  stream_schemas_free(self->schemas);
  stream_dead_letters_free(self->letters);
  stream_writers_free(self->writers);
  kafka_consumer_free(self->consumer);
  stream_end_offsets_free(self->end_offsets);
  stream_health_clear(&self->health);
  metrics_counters_free(self->counters);
  g_main_loop_unref(self->loop);
  g_clear_error(&self->failure);
  mapping_topics_clear(&self->topics);
  g_free(self);
}

MetricsCounters *
stream_counters(const Stream *self)
{
  return self->counters;
}

void
stream_standings(Stream *self, GArray *out)
{
  if (self->consumer == NULL)
    return;
  kafka_consumer_standings(self->consumer, out);
  for (guint i = 0; i < out->len; i++) {
    size_t *index = &g_array_index(out, KafkaStanding, i).topic_index;

    *index = self->topics.first[*index];
  }
}

bool
stream_is_stuck(const Stream *self)
{
  return self->is_stuck;
}

bool
stream_is_ready(const Stream *self, const char **out_reason, const char **out_kafka)
{
  stream_health_sees_kafka(&self->health, out_kafka);
  if (self->state != RUNNING) {
    *out_reason = self->state == STARTING ? "starting" : "stopping";
    return false;
  }
  return stream_health_is_ready(&self->health, out_reason);
}

static void
leave(Stream *self)
{
  g_autoptr(GError) error = NULL;
  bool has_news = kafka_consumer_has_uncommitted(self->consumer);
  int close_ms = has_news ? self->leave_ms : MIN(self->leave_ms, LEAVE_SILENT_MS);

  if (has_news && !kafka_consumer_commit(self->consumer, self->leave_ms, &error)) {
    g_warning("%s", error->message);
    close_ms = MIN(close_ms, LEAVE_LATE_MS); /* who does not answer will not do so now */
    self->is_whole = false;
    if (self->failure == NULL && !self->was_asked)
      self->failure = g_steal_pointer(&error);
  }
  if (!kafka_consumer_close(self->consumer, close_ms)) {
    g_warning("leaving the consumer group takes too long: the broker will notice by itself");
    self->is_stuck = true;
  }
}

/* Bad records that were too few to judge by (stream/window.h) are left to whoever reads on. */
static void
note_unsettled(Stream *self)
{
  if (!self->is_whole || self->failure != NULL || self->writers == NULL ||
      stream_writers_is_settled(self->writers))
    return;
  g_message("bad records, too few to judge by and more than ingest.errors.limit, are not "
            "committed: they are read again at the next start");
  self->is_whole = false;
}

static void end(Stream *self, StreamEnd reason); /* which sets the timer */

static gboolean
on_timer(gpointer data)
{
  Stream *self = data;
  const char *reason = NULL;

  self->timer = 0;
  if (self->state == DRAINING) {
    stream_health_is_ready(&self->health, &reason);
    g_warning("not everything could be written within ingest.shutdown.timeout%s%s: what is not "
              "committed will be read again",
              reason != NULL ? ": " : "", reason != NULL ? reason : "");
  }
  end(self, self->state == DRAINING ? END_LATE : END_HUNG);
  return G_SOURCE_REMOVE;
}

static void
set_timer(Stream *self, int64_t ms)
{
  if (self->timer != 0)
    g_source_remove(self->timer);
  self->timer = g_timeout_add((guint)MIN(ms, G_MAXUINT), on_timer, self);
}

static void
end(Stream *self, StreamEnd reason)
{
  Step step = steps[reason][self->state];

  switch (step) {
  case STAY:
    return;
  case DRAIN:
    self->state = DRAINING;
    stream_writers_stop(self->writers);
    set_timer(self, self->options.settings.shutdown_timeout_ms);
    return;
  case ABANDON:
  case ABANDON_ALL:
    self->state = ABANDONED;
    self->leave_ms = step == ABANDON ? LEAVE_LATE_MS : 0;
    self->is_whole = false;
    stream_writers_abandon(self->writers);
    set_timer(self, GRACE_MS);
    return;
  case LEAVE:
    self->state = ENDED;
    if (self->consumer != NULL && self->leave_ms > 0)
      leave(self);
    note_unsettled(self);
    break;
  case QUIT:
    self->is_stuck = true;
    break;
  }
  g_main_loop_quit(self->loop);
}

static void
fail(Stream *self, StreamEnd reason, const GError *error)
{
  if (self->failure == NULL)
    self->failure = g_error_copy(error);
  end(self, reason);
}

void
stream_stop(Stream *self)
{
  self->was_asked = true;
  end(self, END_ASKED);
}

static void
on_waiting(void *data, size_t slot, const GError *reason)
{
  stream_health_note(&((Stream *)data)->health, slot, reason);
}

static void
on_failed(void *data, const GError *error)
{
  fail(data, END_FAILED, error);
}

static void
on_ended(void *data)
{
  end(data, END_WRITERS);
}

static void
on_assigned(void *data, size_t count)
{
  Stream *self = data;
  MetricsShared *shared = metrics_counters_shared(self->counters);

  atomic_fetch_add(&shared->rebalances, 1);
  atomic_store(&shared->partitions, count);
  stream_health_joined(&self->health);
  g_message("holding partitions=%zu", count);
}

static void
on_revoking(void *data, const bool *queues)
{
  Stream *self = data;
  int64_t timeout_us = self->options.settings.shutdown_timeout_ms * 1000;

  stream_writers_flush(self->writers, queues, g_get_monotonic_time() + timeout_us);
}

static void
on_trouble(void *data, const GError *error)
{
  stream_health_trouble(&((Stream *)data)->health, error);
}

static void
on_uncommitted(void *data, const GError *error)
{
  atomic_fetch_add(&metrics_counters_shared(((Stream *)data)->counters)->commit_failures, 1);
  on_trouble(data, error);
}

static void
on_cut_off(void *data, const char *reason)
{
  stream_health_kafka(&((Stream *)data)->health, reason);
}

static int64_t
end_of(void *data, const char *topic, int32_t id)
{
  const Stream *self = data;

  return self->end_offsets == NULL ? INT64_MAX
                                   : stream_end_offsets_of(self->end_offsets, topic, id);
}

static bool
open_consumer(Stream *self, GError **error)
{
  const StreamSettings *settings = &self->options.settings;
  const KafkaConsumerOptions options = {
      .properties = self->options.properties,
      .topics = self->topics.names,
      .readers = self->topics.readers,
      .queues = self->options.sinks_length,
      .queue_bytes = stream_memory_queue(settings->memory_bytes, self->options.sinks_length,
                                         self->topics.length),
      .fetch_bytes = stream_memory_fetch(settings->memory_bytes),
      .commit_timeout_ms = LEAVE_MS,
      .events = {self, on_assigned, on_revoking, on_trouble, on_uncommitted, on_cut_off, on_failed,
                 end_of, self->options.refused, self->options.tick_self},
  };

  self->consumer = kafka_consumer_new(&options, error);
  if (self->consumer == NULL)
    return false;
  self->writers =
      stream_writers_new(&self->options, &self->topics,
                         &(StreamWritersUse){self->consumer, self->letters, self->counters},
                         &(StreamWritersEvents){self, on_waiting, on_failed, on_ended});
  return true;
}

void
stream_login(Stream *self, const KafkaProperty *properties, const KafkaProperty *letters)
{
  g_autoptr(GError) error = NULL;

  self->options.properties = properties;
  stream_dead_letters_login(self->letters, properties, letters);
  if (self->consumer != NULL && !kafka_consumer_login(self->consumer, properties, &error))
    g_warning("%s", error->message);
}

static gboolean
on_kafka(gint fd, GIOCondition condition, gpointer data)
{
  (void)fd;
  (void)condition;
  kafka_consumer_poll(((Stream *)data)->consumer);
  return G_SOURCE_CONTINUE;
}

/* The end of what is to be read may lie in a window of bad records (stream/window.h) that would
 * wait for more to judge by. */
static void
watch_ends(Stream *self)
{
  int64_t now = g_get_monotonic_time();
  bool asks = now - self->asked_others_us >= (int64_t)1000 * TICK_MS;

  if (asks)
    self->asked_others_us = now;
  if (stream_end_offsets_is_quiet(
          self->end_offsets, now,
          metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, COUNTER_READ)))
    stream_writers_settle(self->writers);
  stream_end_offsets_strike(self->end_offsets, self->consumer, asks, BROKER_MS);
  if (stream_end_offsets_left(self->end_offsets) > 0)
    return;
  stream_health_gateway(&self->health, NULL); /* all is written, whatever was seen last */
  end(self, END_REACHED);
}

static gboolean
on_tick(gpointer data)
{
  Stream *self = data;
  g_autoptr(GError) stalled = NULL;

  if (self->state == ENDED)
    return G_SOURCE_CONTINUE;
  kafka_consumer_poll(self->consumer);
  if (self->options.tick != NULL)
    self->options.tick(self->options.tick_self);
  if (self->end_offsets == NULL || self->state != RUNNING)
    return G_SOURCE_CONTINUE;

  watch_ends(self);
  stream_health_progress(&self->health,
                         metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS) +
                             stream_end_offsets_left(self->end_offsets));
  if (stream_health_is_stalled(&self->health, self->options.settings.timeout_ms, &stalled))
    fail(self, END_STALLED, stalled);
  return G_SOURCE_CONTINUE;
}

/* The ends, for --until-end; true without ends otherwise. */
static bool
find_ends(Stream *self, GError **error)
{
  g_autoptr(KafkaTopics) topics = NULL;

  if (!self->options.settings.is_until_end || self->end_offsets != NULL)
    return true;
  topics = kafka_topics_new(self->options.properties, BROKER_MS, error);
  if (topics == NULL)
    return false;
  self->end_offsets = stream_end_offsets_read(topics, self->topics.names,
                                              self->options.settings.needs_topics, error);
  return self->end_offsets != NULL;
}

static bool
start(Stream *self, GError **error)
{
  const char *const *topics = NULL;

  if (!find_ends(self, error) || (self->consumer == NULL && !open_consumer(self, error)))
    return false;
  if (self->end_offsets != NULL) {
    if (!stream_end_offsets_strike_committed(self->end_offsets, self->consumer, BROKER_MS, error))
      return false;
    topics = stream_end_offsets_topics(self->end_offsets);
    if (stream_end_offsets_left(self->end_offsets) == 0)
      return true;
  }
  return stream_writers_open(self->writers, error) &&
         kafka_consumer_start(self->consumer, topics, error);
}

static void
run_on(Stream *self)
{
  bool is_counting = self->end_offsets != NULL;

  self->state = RUNNING;
  self->sources[0] = g_unix_fd_add(kafka_consumer_fd(self->consumer), G_IO_IN, on_kafka, self);
  self->sources[1] = g_timeout_add(is_counting ? ENDS_TICK_MS : TICK_MS, on_tick, self);
  stream_writers_start(self->writers);
  self->peers = stream_peers_new(
      &(StreamPeersOptions){self->consumer, self->options.gateway, self->counters, &self->health});
}

/* Tries again while nobody answers. */
static gboolean
on_start(gpointer data)
{
  Stream *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) stalled = NULL;

  if (self->state != STARTING)
    return G_SOURCE_REMOVE;
  if (!start(self, &error)) {
    if (!g_error_matches(error, FAULT, FAULT_PEER) ||
        stream_health_is_stalled(&self->health, self->options.settings.timeout_ms, &stalled)) {
      fail(self, END_FAILED, error);
      return G_SOURCE_REMOVE;
    }
    stream_health_trouble(&self->health, error);
    g_timeout_add(TICK_MS, on_start, self);
  } else if (self->end_offsets != NULL && stream_end_offsets_left(self->end_offsets) == 0) {
    end(self, END_REACHED);
  } else {
    run_on(self);
  }
  return G_SOURCE_REMOVE;
}

StreamOutcome
stream_run(Stream *self, GError **error)
{
  bool is_done;

  self->is_whole = true;
  self->leave_ms = LEAVE_MS;
  stream_health_progress(&self->health, 0);
  g_idle_add(on_start, self);
  g_main_loop_run(self->loop);
  stream_peers_stop(self->peers);
  for (size_t i = 0; i < G_N_ELEMENTS(self->sources) && self->sources[i] != 0; i++)
    g_source_remove(self->sources[i]);
  if (self->timer != 0)
    g_source_remove(self->timer);
  while (!self->is_stuck && g_main_context_iteration(NULL, FALSE))
    ;
  if (!self->is_stuck && !stream_schemas_free(g_steal_pointer(&self->schemas)))
    self->is_stuck = true;

  if (self->failure != NULL) {
    g_propagate_error(error, g_steal_pointer(&self->failure));
    return STREAM_FAILED;
  }
  is_done = !self->options.settings.is_until_end ||
            (self->end_offsets != NULL && stream_end_offsets_left(self->end_offsets) == 0);
  return self->is_whole && is_done ? STREAM_DONE : STREAM_CUT;
}
