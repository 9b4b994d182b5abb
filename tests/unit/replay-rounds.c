/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/rounds.h"

#include "support/mapping-case.h"
#include "support/memory-sink.h"
#include "support/memory-source.h"

enum { MOST_RECORDS = 16, FIRST_OFFSET = 70, PARTITION = 5 };

typedef struct {
  MappingCase mapping;
  MemorySink sink;
  MemorySource source;
  MetricsCounters *counters;
  ReplayRounds *replay;
  size_t pauses;    /* that may still be made */
  GString *refused; /* offset and stage of each */
  GString *waiting; /* 'w' for each pause, 'r' for an end of them */
} Fixture;

static bool
on_pause(void *data, const GError *reason, uint32_t wait_ms)
{
  Fixture *self = data;

  (void)wait_ms;
  g_assert_nonnull(reason);
  g_string_append_c(self->waiting, 'w');
  return self->pauses > 0 && self->pauses-- > 0;
}

static void
on_resumed(void *data)
{
  g_string_append_c(((Fixture *)data)->waiting, 'r');
}

static void
on_refused(void *data, const StreamReject *reject, size_t line)
{
  g_assert_cmpuint(line, ==, 0);
  g_assert_cmpint(reject->message.partition->id, ==, PARTITION);
  g_assert_cmpstr(reject->message.partition->topic, ==, "topic");
  g_string_append_printf(((Fixture *)data)->refused, "%d:%s ", (int)reject->message.offset,
                         stream_stage_info(reject->stage)->word);
}

static void
fixture_init(Fixture *self, bool is_trial, size_t pauses)
{
  g_autoptr(GError) error = NULL;

  *self = (Fixture){.pauses = pauses};
  self->mapping = mapping_case_load(
      memory_source_schema, NULL,
      "{'table': 't', 'topic': 'topic', 'record': {'format': 'avro', 'schema': 'value.avsc'},"
      "'key': {'parts': ['k']}, 'timestamp': 'record', 'tombstone': 'row', 'errors': 'stop',"
      "'families': {'f': {'columns': ['q']}}}");
  memory_sink_init(&self->sink);
  memory_source_init(&self->source, 1, self->sink.calls, &self->sink.lock);
  self->counters = metrics_counters_new(1, 2);
  self->refused = g_string_new(NULL);
  self->waiting = g_string_new(NULL);

  const StreamLineOptions line = {
      .mapping = self->mapping.mapping,
      .plan = self->sink.plan,
      .sheet = metrics_counters_sheet(self->counters, 0, 0),
      .batch = {.rows = 3, .bytes = 1 << 20, .frame_max_bytes = 1 << 20},
      .window = {.limit = 1, .records = 1},
      .is_quiet = true,
  };

  self->replay = replay_rounds_new(
      &(ReplayRoundsOptions){.lines = &line,
                             .lines_length = 1,
                             .sink = is_trial ? NULL : &self->sink.sink,
                             .sheet = metrics_counters_sheet(self->counters, 0, 1),
                             .retry = {.first_ms = 1, .longest_ms = 5},
                             .self = self,
                             .pause = on_pause,
                             .resumed = on_resumed,
                             .refused = on_refused},
      &error);
  g_assert_no_error(error);
}

static void
fixture_clear(Fixture *self)
{
  replay_rounds_free(self->replay);
  metrics_counters_free(self->counters);
  memory_source_clear(&self->source);
  memory_sink_clear(&self->sink);
  mapping_case_clear(&self->mapping);
  g_string_free(self->refused, TRUE);
  g_string_free(self->waiting, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* Takes the records and settles; false as soon as one of these says so. */
static bool
replay(Fixture *self, const char *records)
{
  KafkaMessage messages[MOST_RECORDS];
  size_t length;

  memory_source_add(&self->source, 0, records);
  self->source.read_at_once = MOST_RECORDS;
  length = self->source.source.read(self->source.source.self, messages, MOST_RECORDS, 0);
  for (size_t i = 0; i < length; i++) {
    const ReplayOrigin origin = {.partition = PARTITION, .offset = FIRST_OFFSET + (int64_t)i};

    if (!replay_rounds_take(self->replay, &messages[i], &origin))
      return false;
  }
  return replay_rounds_settle(self->replay);
}

static const struct {
  const char *name;
  const char *records;
  bool is_trial;
  size_t pauses;
  const char *answers; /* see MemorySink */
  const char *row;     /* that the sink refuses */
  bool is_whole;
  const char *calls;
  const char *refused; /* see Fixture */
  const char *waiting;
  unsigned written;
} cases[] = {
    {"as the stream would", "a=1 b=1 c=1 -d", false, 0, NULL, NULL, true, "put a b c;delete d;", "",
     "", 4},
    {"what cannot be decoded is told, though the mapping says stop", "a=1 ! b=1", false, 0, NULL,
     NULL, true, "put a b;", "71:decode ", "", 2},
    {"what is refused is found", "a=1 b=1 c=1", false, 0, NULL, "b", true,
     "put a b c;probe;put a;put b c;put b;probe;put b;probe;put c;", "71:put ", "", 2},
    {"an outage is waited for", "a=1", false, 5, "PB", NULL, true, "put a;probe;put a;probe;put a;",
     "", "wwr", 1},
    {"up to a point", "a=1 ! b=1 c=1 d=1", false, 0, "P", NULL, false, "put a b;put c d;", "", "w",
     0},
    {"a trial sends nothing", "a=1 ! b=1 -c d=1", true, 0, NULL, NULL, true, "", "71:decode ", "",
     4},
};

static void
rounds_of_records(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture;

    g_test_message("%s", cases[i].name);
    fixture_init(&fixture, cases[i].is_trial, cases[i].pauses);
    fixture.sink.answers = cases[i].answers;
    fixture.sink.refused = cases[i].row;
    g_assert_cmpint(replay(&fixture, cases[i].records), ==, cases[i].is_whole);
    g_assert_cmpstr(fixture.sink.calls->str, ==, cases[i].calls);
    g_assert_cmpstr(fixture.refused->str, ==, cases[i].refused);
    g_assert_cmpstr(fixture.waiting->str, ==, cases[i].waiting);
    g_assert_cmpuint(metrics_counters_sum(fixture.counters, 0, COUNTER_WRITTEN), ==,
                     cases[i].written);
    if (cases[i].is_whole)
      g_assert_cmpuint(replay_rounds_bytes(fixture.replay), ==, 0);
  }
}

static void
one_round_follows_another(void)
{
  g_auto(Fixture) fixture;

  fixture_init(&fixture, false, 0);
  g_assert_true(replay(&fixture, "a=1 !"));
  g_assert_true(replay(&fixture, "! a=2 b=2 a=3"));
  g_assert_cmpstr(fixture.sink.calls->str, ==, "put a;put a b;put a;");
  g_assert_cmpstr(memory_sink_get(&fixture.sink, "a"), ==, "3");
  g_assert_cmpstr(fixture.refused->str, ==, "71:decode 70:decode ");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/replay/round", rounds_of_records);
  g_test_add_func("/replay/rounds", one_round_follows_another);
  return g_test_run();
}
