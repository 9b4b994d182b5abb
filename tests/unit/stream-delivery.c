/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/calls.h"

#include "support/memory-sink.h"

enum { MOST_PAUSES = 50, FIRST_MS = 100 };

/* A line's delivery into a memory sink, over a connection of its own, and what it said. */
typedef struct {
  MemorySink sink;
  KafkaPartition *partition;
  MetricsCounters *counters;
  StreamDelivery *delivery;
  StreamCalls *calls;
  int64_t offset;
  GString *done;       /* of each batch: its first offset, and rejected rows behind '!' */
  GString *waiting;    /* 'w' for each reason to wait, 'r' for ready again */
  size_t pauses;       /* that may still be made */
  uint32_t longest_ms; /* of the pauses that were */
  int64_t done_until;  /* batches come back in order: the last one's first offset */
} Fixture;

static void
note_done(Fixture *self, StreamBatch *batch)
{
  g_autoptr(GPtrArray) rejects = g_ptr_array_new_with_free_func((GDestroyNotify)stream_reject_free);
  g_autoptr(GPtrArray) touched = g_ptr_array_new();

  stream_batch_touch(batch, 0, touched);
  self->partition->readers[0].is_touched = false;
  g_assert_cmpint(self->partition->readers[0].done, >, self->done_until);
  self->done_until = self->partition->readers[0].done;
  g_string_append_printf(self->done, "%d", (int)self->partition->readers[0].done);
  stream_batch_take_rejects(batch, rejects);
  for (guint i = 0; i < rejects->len; i++) {
    const StreamReject *reject = rejects->pdata[i];

    g_string_append_printf(self->done, "!%.*s", (int)reject->key.len,
                           (const char *)reject->key.data);
  }
  g_string_append_c(self->done, ' ');
  stream_batch_free(batch);
}

static void
on_waiting(void *data, size_t slot, const GError *reason)
{
  g_assert_cmpuint(slot, ==, 0);
  g_string_append_c(((Fixture *)data)->waiting, reason != NULL ? 'w' : 'r');
}

static void
fixture_init(Fixture *self)
{
  const StreamWait wait = {.retry = {.first_ms = FIRST_MS, .longest_ms = 50 * FIRST_MS},
                           .self = self,
                           .tell = on_waiting};
  MetricsSheet *sheet;

  *self = (Fixture){.pauses = MOST_PAUSES};
  memory_sink_init(&self->sink);
  self->partition = kafka_partition_new("topic", 0, 0);
  self->counters = metrics_counters_new(1, 1);
  sheet = metrics_counters_sheet(self->counters, 0, 0);
  self->delivery = stream_delivery_new(&self->sink.sink, &wait, sheet);
  self->calls = stream_calls_new(&self->sink.sink, &self->delivery, 1, sheet);
  self->done = g_string_new(NULL);
  self->waiting = g_string_new(NULL);
}

/* Sends what is to be sent, and waits for no answer but to have room for that; false: a pause too
 * many. */
static bool
send_all(Fixture *self)
{
  int64_t due;

  for (;;) {
    stream_calls_send(self->calls);
    due = stream_delivery_due_us(self->delivery);
    if (due == INT64_MAX)
      return true;
    if (due == 0) {
      stream_calls_receive(self->calls);
      continue;
    }
    due = (due - g_get_monotonic_time()) / 1000;
    self->longest_ms = MAX(self->longest_ms, (uint32_t)MAX(due, 0));
    if (self->pauses == 0)
      return false;
    self->pauses--;
    stream_delivery_hurry(self->delivery);
  }
}

/* The same, and takes what is done with. */
static bool
go_on(Fixture *self)
{
  bool is_sent = send_all(self);
  StreamBatch *batch;

  while ((batch = stream_delivery_take_done(self->delivery)) != NULL)
    note_done(self, batch);
  return is_sent;
}

static bool
push(Fixture *self, StreamBatch *batch)
{
  stream_delivery_push(self->delivery, batch);
  return go_on(self);
}

static bool
drain(Fixture *self)
{
  bool goes_on = go_on(self);

  while (goes_on && !stream_delivery_is_empty(self->delivery)) {
    stream_calls_receive(self->calls);
    goes_on = go_on(self);
  }
  return goes_on;
}

static void
fixture_clear(Fixture *self)
{
  stream_calls_free(self->calls);
  stream_delivery_free(self->delivery);
  metrics_counters_free(self->counters);
  kafka_partition_unref(self->partition);
  g_string_free(self->done, TRUE);
  g_string_free(self->waiting, TRUE);
  memory_sink_clear(&self->sink);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* "a=1 b=2 -c": puts and a tombstone, each a record; all with one timestamp. */
static StreamBatch *
batch_of(Fixture *self, const char *text)
{
  const StreamBatchLimits limits = {.rows = 100, .bytes = 1 << 20, .frame_max_bytes = 1 << 20};
  StreamBatch *batch = stream_batch_new(self->sink.plan, &limits);
  g_auto(GStrv) words = g_strsplit(text, " ", -1);

  for (char **word = words; *word != NULL && **word != '\0'; word++) {
    KafkaMessage message = {.partition = self->partition, .offset = self->offset++};
    char *equals = strchr(*word, '=');
    RowCell cell;
    Row row = memory_sink_tombstone(*word + 1, 7);

    if (equals != NULL) {
      *equals = '\0';
      row = memory_sink_row(&self->sink, &cell, *word, equals + 1, 7);
    }
    g_assert_cmpint(stream_batch_add(batch, &message, &row), ==, STREAM_TAKEN);
  }
  return batch;
}

static const struct {
  const char *name;
  const char *batches[4];
  const char *answers;
  const char *probes;
  const char *refused;
  const char *cutting;
  const char *calls;   /* as the sink saw them */
  const char *done;    /* see Fixture */
  const char *waiting; /* see Fixture */
} cases[] = {
    {"two are under way",
     {"a=1", "b=1", "c=1"},
     NULL,
     NULL,
     NULL,
     NULL,
     "put a;put b;put c;",
     "1 2 3 ",
     ""},
    {"deletions go after their puts",
     {"a=1 -b", "c=1"},
     NULL,
     NULL,
     NULL,
     NULL,
     "put a;delete b;put c;",
     "2 3 ",
     ""},
    {"no answer: both again, in order",
     {"a=1", "a=2", "b=1"},
     "P",
     NULL,
     NULL,
     NULL,
     "put a;put a;probe;put a;put a;put b;",
     "1 2 3 ",
     "wr"},
    {"no answer to the second",
     {"a=1", "a=2", "b=1"},
     ".P",
     NULL,
     NULL,
     NULL,
     "put a;put a;put b;probe;put a;put b;",
     "1 2 3 ",
     "wr"},
    {"an outage: waits until a probe answers",
     {"a=1"},
     "P",
     "PPS",
     NULL,
     NULL,
     "put a;probe;probe;probe;probe;put a;",
     "1 ",
     "wwwwr"},
    {"the table is gone: waits",
     {"a=1", "b=1"},
     "S",
     "S",
     NULL,
     NULL,
     "put a;put b;probe;probe;put a;put b;",
     "1 2 ",
     "wwr"},
    {"a refusal during an outage is none",
     {"a=1"},
     "R",
     "P",
     NULL,
     NULL,
     "put a;probe;probe;put a;",
     "1 ",
     "wr"},
    {"a refused row is found",
     {"a=1 b=1 c=1 d=1"},
     NULL,
     NULL,
     "c",
     NULL,
     "put a b c d;probe;put a b;put c d;put c;probe;put c;probe;put d;",
     "4!c ",
     ""},
    {"the later batch follows anew",
     {"a=1 b=1", "a=2"},
     NULL,
     NULL,
     "b",
     NULL,
     "put a b;put a;probe;put a;put b;probe;put b;probe;put a;",
     "2!b 3 ",
     ""},
    {"a refusal that does not come again harms none",
     {"a=1 b=1"},
     "RR",
     NULL,
     NULL,
     NULL,
     "put a b;probe;put a;probe;put a;put b;",
     "2 ",
     ""},
    {"a lone refused row",
     {"a=1", "b=1"},
     NULL,
     NULL,
     "a",
     NULL,
     "put a;put b;probe;put a;probe;put a;probe;put b;",
     "1!a 2 ",
     ""},
    {"a refused deletion",
     {"a=1 -b"},
     NULL,
     NULL,
     "b",
     NULL,
     "put a;delete b;probe;delete b;probe;delete b;probe;",
     "2!b ",
     ""},
    {"cut off twice while probes answer: halved",
     {"a=1 b=1"},
     "PP",
     NULL,
     NULL,
     NULL,
     "put a b;probe;put a b;probe;put a;put b;",
     "2 ",
     "wwr"},
    {"a row that cuts the connection is found",
     {"a=1 b=1"},
     NULL,
     NULL,
     NULL,
     "b",
     "put a b;probe;put a b;probe;put a;put b;probe;put b;probe;put b;probe;put a;",
     "2!b ",
     "wwwwwr"},
    {"busy again and again: waits, and halves nothing",
     {"a=1 b=1", "c=1"},
     "BBBB",
     NULL,
     NULL,
     NULL,
     "put a b;put c;probe;put a b;put c;probe;put a b;put c;",
     "2 3 ",
     "wwr"},
    {"a lone row that finds HBase busy is not refused",
     {"a=1"},
     "RBBBBB",
     NULL,
     NULL,
     NULL,
     "put a;probe;put a;probe;put a;probe;put a;probe;put a;probe;put a;probe;put a;",
     "1 ",
     "wwwwwr"},
    {"a suspect that finds HBase busy waits",
     {"a=1 b=1"},
     "PP.PPB",
     NULL,
     NULL,
     NULL,
     "put a b;probe;put a b;probe;put a;put b;probe;put b;probe;put b;probe;put b;",
     "2 ",
     "wwwwwr"},
    {"cut off each time, nothing taken: an outage, no bad rows",
     {"a=1 b=1"},
     "PPPPPP",
     NULL,
     NULL,
     NULL,
     "put a b;probe;put a b;probe;put a;probe;put b;probe;put a;probe;put b;probe;probe;put a b;",
     "2 ",
     "wwwwwwwr"},
};

static void
calls_answers_and_ends(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(Fixture) fixture;

    g_test_message("%s", cases[i].name);
    fixture_init(&fixture);
    fixture.sink.answers = cases[i].answers;
    fixture.sink.probes = cases[i].probes;
    fixture.sink.refused = cases[i].refused;
    fixture.sink.cutting = cases[i].cutting;
    for (const char *const *text = cases[i].batches; *text != NULL; text++)
      g_assert_true(push(&fixture, batch_of(&fixture, *text)));
    g_assert_true(drain(&fixture));

    g_assert_cmpstr(fixture.sink.calls->str, ==, cases[i].calls);
    g_assert_cmpstr(fixture.done->str, ==, cases[i].done);
    g_assert_cmpstr(fixture.waiting->str, ==, cases[i].waiting);
    g_assert_true(stream_delivery_is_empty(fixture.delivery));
  }
}

/* A lone row that is refused twice is a bad one. */
static bool
is_without_culprit(const char *answers)
{
  size_t refusals = 0;

  for (; *answers != '\0'; answers++)
    refusals += *answers == 'R';
  return refusals <= 2;
}

/* Whatever fails and however, in the end the table is as if nothing had. */
static void
the_later_offset_wins_whatever_fails(void)
{
  const char *const letters = ".PpSR";

  for (guint script = 0; script < 5 * 5 * 5 * 5 * 5; script++) {
    char answers[6] = {0};

    for (guint i = 0, rest = script; i < 5; i++, rest /= 5)
      answers[i] = letters[rest % 5];
    if (!is_without_culprit(answers))
      continue;

    g_auto(Fixture) fixture;

    fixture_init(&fixture);
    fixture.sink.answers = answers;
    g_assert_true(push(&fixture, batch_of(&fixture, "a=1 b=1 c=1")));
    g_assert_true(push(&fixture, batch_of(&fixture, "b=2 a=2")));
    g_assert_true(push(&fixture, batch_of(&fixture, "a=3 d=3")));
    g_assert_true(drain(&fixture));

    g_assert_cmpstr(fixture.done->str, ==, "3 5 7 ");
    g_assert_cmpstr(memory_sink_get(&fixture.sink, "a"), ==, "3");
    g_assert_cmpstr(memory_sink_get(&fixture.sink, "b"), ==, "2");
    g_assert_cmpstr(memory_sink_get(&fixture.sink, "c"), ==, "1");
    g_assert_cmpstr(memory_sink_get(&fixture.sink, "d"), ==, "3");
  }
}

/* One batch of so many rows; the one that is bad is refused, or cuts the connection. */
static void
find_culprit(size_t rows, size_t bad, bool is_cutting)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_autofree char *key = g_strdup_printf("r%zu", bad);
  g_autofree char *done = g_strdup_printf("%zu!%s ", rows, key);
  g_auto(Fixture) fixture;

  for (size_t i = 0; i < rows; i++)
    g_string_append_printf(text, "%sr%zu=1", i == 0 ? "" : " ", i);
  fixture_init(&fixture);
  *(is_cutting ? &fixture.sink.cutting : &fixture.sink.refused) = key;
  g_assert_true(push(&fixture, batch_of(&fixture, text->str)));
  g_assert_true(drain(&fixture));
  g_assert_cmpstr(fixture.done->str, ==, done);
  g_assert_cmpuint(g_hash_table_size(fixture.sink.table), ==, rows - 1);
  g_assert_null(memory_sink_get(&fixture.sink, key));
  /* The others are taken meanwhile, so the peer is well, and the pauses need not grow. */
  g_assert_cmpuint(fixture.longest_ms, <=, 4 * FIRST_MS);
}

static void
halving_finds_one_culprit_wherever_it_is(void)
{
  enum { ROWS = 37 };

  for (size_t bad = 0; bad < ROWS; bad++) {
    find_culprit(ROWS, bad, false);
    find_culprit(ROWS, bad, true);
  }
}

static void
a_batch_without_rows_ends_in_its_turn(void)
{
  g_auto(Fixture) fixture;
  StreamBatch *empty;
  KafkaMessage message;

  fixture_init(&fixture);
  g_assert_true(push(&fixture, batch_of(&fixture, "a=1")));
  empty = batch_of(&fixture, "");
  message = (KafkaMessage){.partition = fixture.partition, .offset = fixture.offset++};
  stream_batch_add_skipped(empty, &message);
  g_assert_true(push(&fixture, empty));
  g_assert_true(push(&fixture, batch_of(&fixture, "b=1")));
  g_assert_cmpstr(fixture.done->str, ==, "");
  g_assert_true(drain(&fixture));
  g_assert_cmpstr(fixture.done->str, ==, "1 2 3 ");
  g_assert_cmpstr(fixture.sink.calls->str, ==, "put a;put b;");
}

static void
giving_up_in_an_outage_leaves_what_is_not_done(void)
{
  g_auto(Fixture) fixture;

  fixture_init(&fixture);
  fixture.pauses = 2;
  fixture.sink.answers = ".P";
  fixture.sink.probes = "PPPPPPPP";
  g_assert_true(push(&fixture, batch_of(&fixture, "a=1")));
  g_assert_true(push(&fixture, batch_of(&fixture, "b=1")));
  g_assert_false(drain(&fixture));
  g_assert_cmpstr(fixture.done->str, ==, "1 ");
  g_assert_false(stream_delivery_is_empty(fixture.delivery));
}

static void
counters_tell_rows_that_were_acknowledged(void)
{
  g_auto(Fixture) fixture;

  fixture_init(&fixture);
  fixture.sink.answers = "P";
  fixture.sink.refused = "c";
  g_assert_true(push(&fixture, batch_of(&fixture, "a=1 b=1")));
  g_assert_true(push(&fixture, batch_of(&fixture, "c=1 d=1 -e")));
  g_assert_true(drain(&fixture));
  g_assert_cmpuint(metrics_counters_sum(fixture.counters, 0, COUNTER_ROWS), ==, 4);
  g_assert_cmpuint(metrics_counters_sum(fixture.counters, 0, COUNTER_BATCHES), ==, 3);
  g_assert_cmpuint(metrics_counters_sum(fixture.counters, 0, COUNTER_HALVED), ==, 1);
  g_assert_cmpuint(metrics_counters_sum(fixture.counters, 0, COUNTER_RESENT), >, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/delivery/calls", calls_answers_and_ends);
  g_test_add_func("/delivery/order", the_later_offset_wins_whatever_fails);
  g_test_add_func("/delivery/halving", halving_finds_one_culprit_wherever_it_is);
  g_test_add_func("/delivery/empty-batch", a_batch_without_rows_ends_in_its_turn);
  g_test_add_func("/delivery/give-up", giving_up_in_an_outage_leaves_what_is_not_done);
  g_test_add_func("/delivery/counters", counters_tell_rows_that_were_acknowledged);
  return g_test_run();
}
