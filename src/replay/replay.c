/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/replay.h"

#include "base/event.h"
#include "base/wait.h"
#include "stream/memory.h"

enum {
  READ_WAIT_MS = 200, /* so that a wish to stop is heard */
  ROUND_LETTERS = 5000,
  FIRST_RETRY_MS = 100,
  LONGEST_RETRY_MS = 5000,
};

struct Replay {
  ReplayOptions options;
  FramePlan **plans; /* owned, each owned; one for each mapping */
  size_t length;
  MetricsCounters *counters; /* owned */
  ReplayRounds *replay;      /* owned */
  uint64_t round;            /* letters since the last settling */
  bool has_listed;           /* a dry run: the letter at hand failed, and is listed */
  GError **table_faults;     /* owned, one for each mapping; of a dry run */
  bool *has_looked;          /* owned; the same: at the mapping's table */
  int64_t waiting_us;        /* since when; 0: nobody is waited for */
  GError *failure;           /* owned: why on_pause() gave up */
};

void
replay_free(Replay *self)
{
  if (self == NULL)
    return;
  replay_rounds_free(self->replay);
  for (size_t i = 0; i < self->length; i++)
    frame_plan_free(self->plans[i]);
  for (size_t i = 0; i < self->length; i++)
    g_clear_error(&self->table_faults[i]);
  g_free(self->plans);
  g_free(self->table_faults);
  g_free(self->has_looked);
  metrics_counters_free(self->counters);
  g_clear_error(&self->failure);
  g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Replay, replay_free)

static void
make_plans(Replay *self)
{
  self->length = mapping_set_length(self->options.mappings);
  self->plans = g_new0(FramePlan *, self->length);
  self->table_faults = g_new0(GError *, self->length);
  self->has_looked = g_new0(bool, self->length);
  for (size_t i = 0; i < self->length; i++) {
    const Mapping *mapping = mapping_set_get(self->options.mappings, i);
    size_t columns_length;
    const Column *columns = mapping_columns(mapping, &columns_length);

    self->plans[i] =
        frame_plan_new(self->options.protocol, mapping_table(mapping), columns, columns_length);
    frame_plan_set_durability(self->plans[i], mapping_durability(mapping));
  }
}

static void
told_to_wait(Replay *self, const GError *reason)
{
  if (self->waiting_us == 0) {
    g_autofree char *why = event_value(reason->message);

    self->waiting_us = g_get_monotonic_time();
    g_warning("waiting, nothing is lost reason=%s", why);
  }
}

/* Waits, but neither for longer than --timeout in all nor for what only a person can mend. */
static bool
on_pause(void *data, const GError *reason, uint32_t wait_ms)
{
  Replay *self = data;

  if (!g_error_matches(reason, FAULT, FAULT_SETUP))
    told_to_wait(self, reason);
  if (g_error_matches(reason, FAULT, FAULT_SETUP) ||
      g_get_monotonic_time() - self->waiting_us >= self->options.timeout_ms * 1000) {
    g_clear_error(&self->failure);
    self->failure = g_error_new_literal(
        FAULT, g_error_matches(reason, FAULT, FAULT_SETUP) ? FAULT_SETUP : FAULT_PEER,
        reason->message);
    return false;
  }
  return wait_pause(stop_cancellable(self->options.stop), wait_ms);
}

static void
on_resumed(void *data)
{
  Replay *self = data;

  if (self->waiting_us != 0)
    g_message("writing again");
  self->waiting_us = 0;
}

/* A letter that was taken, as it lies in the dead-letter topic. */
static void
on_refused(void *data, const StreamReject *reject, size_t line)
{
  Replay *self = data;
  g_autoptr(GArray) headers = kafka_message_headers(&reject->message);
  StreamDeadLetter letter;
  ReplayEntry entry = {
      .timestamp_ms = reject->message.timestamp_ms,
      .letter = stream_dead_letter_read(headers, &letter, NULL) ? &letter : NULL,
      .table = mapping_table(mapping_set_get(self->options.mappings, line)),
      .stage = stream_stage_info(reject->stage)->word,
      .reason = reject->reason,
  };

  kafka_message_place(&reject->message, &entry.partition, &entry.offset);
  replay_position_fail(self->options.position, entry.partition, entry.offset);
  replay_report_list(self->options.report, &entry);
  self->has_listed = true;
}

static StreamLineOptions
line_options(const Replay *self, size_t i)
{
  const Config *config = self->options.config;

  return (StreamLineOptions){
      .mapping = mapping_set_get(self->options.mappings, i),
      .plan = self->plans[i],
      .schemas = self->options.schemas,
      .sheet = metrics_counters_sheet(self->counters, 0, i),
      .batch = {.rows = config->ingest.batch_rows,
                .bytes =
                    stream_memory_batch(config->ingest.memory_bytes, 1, config->ingest.batch_bytes),
                .frame_max_bytes = config->gateway.frame_max_bytes},
      .linger_ms = config->ingest.linger_ms,
      .window = {.limit = 1, .records = 1},
      .is_quiet = true,
  };
}

static bool
open_replay(Replay *self, GError **error)
{
  g_autofree StreamLineOptions *lines = g_new0(StreamLineOptions, self->length);

  self->counters = metrics_counters_new(1, self->length + 1);
  for (size_t i = 0; i < self->length; i++)
    lines[i] = line_options(self, i);
  self->replay = replay_rounds_new(
      &(ReplayRoundsOptions){
          .lines = lines,
          .lines_length = self->length,
          .sink = self->options.sink,
          .sheet = metrics_counters_sheet(self->counters, 0, self->length),
          .retry = {.first_ms = FIRST_RETRY_MS, .longest_ms = LONGEST_RETRY_MS},
          .self = self,
          .pause = on_pause,
          .resumed = on_resumed,
          .refused = on_refused,
      },
      error);
  return self->replay != NULL;
}

Replay *
replay_new(const ReplayOptions *options, GError **error)
{
  g_autoptr(Replay) self = g_new0(Replay, 1);

  self->options = *options;
  make_plans(self);
  return open_replay(self, error) ? g_steal_pointer(&self) : NULL;
}

uint64_t
replay_written(const Replay *self)
{
  if (self->options.sink == NULL)
    return 0;
  return metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, COUNTER_WRITTEN);
}

static bool
is_from(const Mapping *mapping, Slice topic)
{
  return slice_equal(slice_text(mapping_topic(mapping)), topic);
}

/* The mapping of the topic and, unless the letter has none, the table that it was for; one of the
 * topic alone where that will do; NULL: there is none any more. */
static const Mapping *
find_mapping(const Replay *self, const StreamDeadLetter *letter, size_t *out_line)
{
  const Mapping *other = NULL;

  for (size_t i = 0; i < self->length; i++) {
    const Mapping *mapping = mapping_set_get(self->options.mappings, i);

    if (!is_from(mapping, letter->topic))
      continue;
    if (letter->table.len == 0 || slice_equal(slice_text(mapping_table(mapping)), letter->table)) {
      *out_line = i;
      return mapping;
    }
    if (other == NULL && self->options.takes_moved) {
      other = mapping;
      *out_line = i;
    }
  }
  return other;
}

/* The table that records of a topic go to now; NULL: there is none. */
static const char *
table_now(const Replay *self, Slice topic)
{
  for (size_t i = 0; i < self->length; i++)
    if (is_from(mapping_set_get(self->options.mappings, i), topic))
      return mapping_table(mapping_set_get(self->options.mappings, i));
  return NULL;
}

/* Why a letter that no mapping takes cannot be written. The caller's. */
static char *
hopeless_reason(const Replay *self, const StreamDeadLetter *letter)
{
  const char *table = table_now(self, letter->topic);
  g_autofree char *topic = slice_quote(letter->topic);
  g_autofree char *was = slice_quote(letter->table);

  if (table == NULL)
    return g_strdup_printf("no mapping has the topic '%s' any more: name the folder of its "
                           "mapping in ingest.mappings",
                           topic);
  return g_strdup_printf("it was for table %s, and the mapping of topic '%s' writes into table %s: "
                         "name the folder of the other mapping in ingest.mappings, or say --moved "
                         "to write it into %s",
                         was, topic, table, table);
}

static void
list_hopeless(Replay *self, ReplayEntry *entry, const GError *why)
{
  g_autofree char *reason =
      entry->letter == NULL ? g_strdup(why->message) : hopeless_reason(self, entry->letter);

  entry->reason = reason;
  replay_position_fail(self->options.position, entry->partition, entry->offset);
  replay_report_list(self->options.report, entry);
  entry->reason = NULL;
}

/* Once, whether the table of a mapping would take its rows; waits for a gateway as long as a real
 * run does. False: on_pause() gave up. */
static bool
look_at_table(Replay *self, size_t line)
{
  const Mapping *mapping = mapping_set_get(self->options.mappings, line);
  Retry retry = {.first_ms = FIRST_RETRY_MS, .longest_ms = LONGEST_RETRY_MS};
  g_autoptr(Table) wanted = table_from_mapping(mapping);

  while (!self->has_looked[line]) {
    g_autoptr(GError) fault = NULL;

    if (!catalog_probe(self->options.catalog, wanted, false, &fault) &&
        g_error_matches(fault, FAULT, FAULT_PEER)) {
      if (!on_pause(self, fault, retry_next_ms(&retry)))
        return false;
      continue;
    }
    self->table_faults[line] = g_steal_pointer(&fault);
    self->has_looked[line] = true;
  }
  on_resumed(self);
  return true;
}

static bool
settle(Replay *self)
{
  self->round = 0;
  return replay_rounds_settle(self->replay);
}

/* With its texts in `room`. */
static StreamDeadLetter
copy_letter(const StreamDeadLetter *letter, Bytes *room)
{
  StreamDeadLetter copy = *letter;
  Slice *texts[] = {&copy.topic,  &copy.stage, &copy.exception_class,
                    &copy.reason, &copy.table, &copy.row_key};
  size_t bytes = 0;

  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    bytes += texts[i]->len;
  bytes_reserve(room, bytes); /* so that nothing moves */
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    size_t at = room->len;

    bytes_append_slice(room, *texts[i]);
    *texts[i] = slice(room->data + at, texts[i]->len);
  }
  return copy;
}

/* Swallows the message. */
static bool
take_letter(Replay *self, KafkaMessage *message, const ReplayOrigin *origin,
            const ReplayEntry *entry)
{
  message->timestamp_ms = entry->timestamp_ms;
  self->round++;
  if (self->options.sink != NULL)
    return replay_rounds_take(self->replay, message, origin);

  /* One by one, so that they are listed in their order; the message is gone by then. */
  g_auto(Bytes) room = {0};
  StreamDeadLetter letter = copy_letter(entry->letter, &room);
  ReplayEntry kept = *entry;

  kept.letter = &letter;
  self->has_listed = false;
  if (!look_at_table(self, origin->line)) {
    kafka_message_release(message);
    return false;
  }
  if (!replay_rounds_take(self->replay, message, origin) || !settle(self))
    return false;
  if (self->has_listed)
    return true;
  if (self->table_faults[origin->line] != NULL) {
    kept.stage = stream_stage_info(STREAM_PUT)->word;
    kept.reason = self->table_faults[origin->line]->message;
    replay_position_fail(self->options.position, kept.partition, kept.offset);
  }
  replay_report_list(self->options.report, &kept);
  return true;
}

/* One record of the dead-letter topic; swallows it. False: pause() gave up. */
static bool
take(Replay *self, KafkaMessage *message)
{
  g_autoptr(GArray) headers = kafka_message_headers(message);
  g_autoptr(GError) why = NULL;
  g_autofree char *table = NULL;
  StreamDeadLetter letter = {.timestamp_ms = INT64_MIN};
  bool is_letter = stream_dead_letter_read(headers, &letter, &why);
  ReplayOrigin origin = {.partition = letter.partition, .offset = letter.offset};
  const Mapping *mapping = find_mapping(self, &letter, &origin.line);
  ReplayEntry entry = {.partition = message->partition->id, .offset = message->offset};

  if (letter.table.len > 0)
    table = slice_to_text(letter.table);
  entry.timestamp_ms =
      letter.timestamp_ms == INT64_MIN ? message->timestamp_ms : letter.timestamp_ms;
  entry.letter = is_letter ? &letter : NULL;
  entry.table = mapping != NULL ? mapping_table(mapping) : table;
  if (!replay_filter_takes(self->options.filter, entry.letter, table != NULL ? table : entry.table,
                           entry.timestamp_ms)) {
    kafka_message_release(message);
    return true;
  }
  replay_report_count(self->options.report, &entry);
  if (is_letter && mapping != NULL)
    return take_letter(self, message, &origin, &entry);
  list_hopeless(self, &entry, why);
  kafka_message_release(message);
  return true;
}

static bool
is_enough(const Replay *self)
{
  return replay_report_matched(self->options.report) >= self->options.most;
}

static bool
is_round_full(const Replay *self)
{
  return self->round >= ROUND_LETTERS || is_enough(self) || stop_is_asked(self->options.stop) ||
         replay_rounds_bytes(self->replay) >=
             stream_memory_writer(self->options.config->ingest.memory_bytes, 1);
}

static void
show_progress(const Replay *self)
{
  const KafkaReader *reader = replay_position_reader(self->options.position);
  g_autofree char *text = g_strdup_printf(
      "replaying read=%" G_GUINT64_FORMAT " total=%" G_GUINT64_FORMAT " taken=%" G_GUINT64_FORMAT
      " written=%" G_GUINT64_FORMAT " failed=%" G_GUINT64_FORMAT,
      kafka_reader_passed(reader), kafka_reader_total(reader),
      replay_report_matched(self->options.report), replay_written(self),
      replay_report_failed(self->options.report));

  log_progress(self->options.log, text);
}

typedef enum { ROUND_MORE, ROUND_LAST, ROUND_GIVEN_UP, ROUND_FAILED } Round;

/* Reads until there is enough for a round, or nothing more comes for a while. */
static Round
read_round(Replay *self, GError **error)
{
  KafkaMessage message = {0};

  while (!is_round_full(self)) {
    switch (kafka_reader_next(replay_position_reader(self->options.position), &message,
                              READ_WAIT_MS, error)) {
    case KAFKA_READER_RECORD:
      if (!take(self, &message))
        return ROUND_GIVEN_UP;
      break;
    case KAFKA_READER_IDLE:
      return ROUND_MORE;
    case KAFKA_READER_END:
      return ROUND_LAST;
    case KAFKA_READER_FAILED:
      return ROUND_FAILED;
    }
  }
  return is_enough(self) || stop_is_asked(self->options.stop) ? ROUND_LAST : ROUND_MORE;
}

bool
replay_run(Replay *self, GError **error)
{
  for (;;) {
    Round round = read_round(self, error);

    if (round == ROUND_GIVEN_UP || !settle(self)) {
      if (self->failure != NULL && (error == NULL || *error == NULL))
        g_propagate_error(error, g_steal_pointer(&self->failure));
      return false;
    }
    if (!replay_position_settle(self->options.position, round != ROUND_MORE,
                                round == ROUND_FAILED ? NULL : error))
      return false;
    show_progress(self);
    if (round != ROUND_MORE)
      return round == ROUND_LAST;
  }
}
