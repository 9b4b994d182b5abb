/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/line.h"

#include "support/mapping-case.h"

/* Avro keys, and writers' schemas that cannot be read, on a line's way. ' stands for ". */

#define VALUE_SCHEMA "{'type':'record','name':'R','fields':[{'name':'n','type':'int'}]}"
#define KEY_SCHEMA "{'type':'record','name':'K','fields':[{'name':'id','type':'string'}]}"

#define MAPPING(framing)                                                                           \
  "{'table':'t','topic':'t','tombstone':'avro','record':{'format':'avro',"                         \
  "'schema':'value.avsc','key_schema':'key.avsc','framing':'" framing "'},"                        \
  "'key':{'parts':[{'metadata':'key','field':'id'}]},'families':{'f':{'columns':['n']}}}"

#define BYTES(text) slice(text, sizeof text - 1)

typedef struct {
  MappingCase mapping;
  FramePlan *plan;
  MetricsCounters *counters;
  StreamSink sink; /* nothing is sent */
  KafkaPartition *partition;
  SchemaSource source;
  StreamBatchPool batch_pool;
  StreamLine *line;
} Fixture;

static Schema *
lookup(void *self, uint32_t id, GError **error)
{
  g_autofree char *text = g_strdelimit(g_strdup(id == 1 ? KEY_SCHEMA : VALUE_SCHEMA), "'", '"');

  (void)self;
  return schema_parse("registry", text, strlen(text), error);
}

static void
on_waiting(void *data, size_t slot, const GError *reason)
{
  (void)data;
  (void)slot;
  g_assert_no_error(reason);
}

static void
fixture_init(Fixture *self, const char *mapping)
{
  GError *error = NULL;
  size_t columns_length = 0;
  const Column *columns;

  *self = (Fixture){.source = {NULL, lookup}};
  self->mapping = mapping_case_load(VALUE_SCHEMA, KEY_SCHEMA, mapping);
  for (size_t i = 0; i < fault_list_length(&self->mapping.faults); i++)
    g_test_message("%s", fault_list_get(&self->mapping.faults, i));
  g_assert_nonnull(self->mapping.mapping);
  columns = mapping_columns(self->mapping.mapping, &columns_length);
  self->plan = frame_plan_new(WIRE_BINARY, "t", columns, columns_length);
  self->counters = metrics_counters_new(1, 1);
  self->partition = kafka_partition_new("t", 0, 0);
  self->line = stream_line_new(
      &(StreamLineOptions){
          .wait = {.tell = on_waiting},
          .mapping = self->mapping.mapping,
          .plan = self->plan,
          .schemas = &self->source,
          .sheet = metrics_counters_sheet(self->counters, 0, 0),
          .sink = &self->sink,
          .calls = metrics_counters_sheet(self->counters, 0, 0),
          .batch_pool = &self->batch_pool,
          .batch = {.rows = 100, .bytes = 1 << 20, .frame_max_bytes = 1 << 20},
          .is_quiet = true,
      },
      &error);
  g_assert_no_error(error);
}

static void
fixture_clear(Fixture *self)
{
  stream_line_free(self->line);
  stream_batch_pool_clear(&self->batch_pool);
  kafka_partition_unref(self->partition);
  metrics_counters_free(self->counters);
  frame_plan_free(self->plan);
  mapping_case_clear(&self->mapping);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* What became of a record: its only reject's stage and reason, or how many rows it made. */
static char *
outcome(Fixture *self, Slice key, Slice value)
{
  KafkaMessage message = {
      .partition = self->partition, .timestamp_ms = 7, .key = key, .value = value};
  StreamDelivery *delivery = stream_line_delivery(self->line);
  const GPtrArray *rejects;
  GString *rows = g_string_new(NULL);
  FrameBatch call;

  g_assert_cmpint(stream_line_take(self->line, &message), ==, STREAM_LINE_TAKEN);
  stream_line_push(self->line);
  while (stream_delivery_next(delivery, &call)) {
    stream_delivery_sent(delivery);
    stream_delivery_acknowledged(delivery);
    g_string_append_printf(rows, call.kind == FRAME_PUT ? "%zu put" : "%zu deleted", call.count);
  }
  g_assert_true(stream_line_collect(self->line));
  rejects = stream_commit_rejects(stream_line_commit(self->line));
  if (rejects->len > 0) {
    const StreamReject *reject = rejects->pdata[0];

    g_string_printf(rows, "%s: %s", stream_stage_info(reject->stage)->connect_stage,
                    reject->reason);
  }
  stream_commit_release(stream_line_commit(self->line));
  return g_string_free(rows, FALSE);
}

static void
keys_are_decoded_for_rows_and_tombstones(void)
{
  const struct {
    Slice key;
    Slice value;
    const char *outcome;
  } cases[] = {
      {BYTES("\4ab"), BYTES("\2"), "1 put"},
      {BYTES("\4ab"), SLICE_EMPTY, "1 deleted"},
      {BYTES("\4a"), BYTES("\2"),
       "KEY_CONVERTER: key: field id (byte 0): a length of 2 with 1 bytes left"},
      {BYTES("\4a"), SLICE_EMPTY,
       "KEY_CONVERTER: key: field id (byte 0): a length of 2 with 1 bytes left"},
  };
  g_auto(Fixture) fixture;

  fixture_init(&fixture, MAPPING("datum"));
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *got = outcome(&fixture, cases[i].key, cases[i].value);

    g_assert_cmpstr(got, ==, cases[i].outcome);
  }
}

/* Schema 1, a key's, where a value's is needed. */
static void
a_schema_that_cannot_be_read_is_logged_once(void)
{
  g_auto(Fixture) fixture;

  fixture_init(&fixture, MAPPING("confluent"));
  for (size_t i = 0; i < 3; i++) {
    if (i == 0)
      g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING,
                            "*records written with schema 1 of the registry cannot be read*");

    g_autofree char *got = outcome(&fixture, BYTES("\0\0\0\0\1\4ab"), BYTES("\0\0\0\0\1\4ab"));

    g_assert_true(g_str_has_prefix(got, "VALUE_CONVERTER: schema 1: "));
    g_test_assert_expected_messages();
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/stream-line/keys", keys_are_decoded_for_rows_and_tombstones);
  g_test_add_func("/stream-line/notice", a_schema_that_cannot_be_read_is_logged_once);
  return g_test_run();
}
