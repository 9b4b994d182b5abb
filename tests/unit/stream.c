/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stream.h"

#include "support/kafka-mock.h"
#include "support/mapping-case.h"
#include "support/memory-sink.h"
#include "support/memory-source.h"

enum { WRITERS = 2, PARTITIONS = 3, RECORDS = 100 };

/* A stream from a mock of Kafka into sinks in memory. */
typedef struct {
  KafkaMock mock;
  MappingCase mapping;
  MemorySink sinks[WRITERS];
  const Mapping *mappings[1];
  const FramePlan *plans[1];
  StreamSink list[WRITERS];
  StreamOptions options;
  Stream *stream;
  size_t stop_at;      /* stop once so many records are written; 0: never */
  size_t stop_at_read; /* or read */
  int64_t freeze_at;   /* Kafka freezes once so much is committed, then stop; 0: never */
  unsigned warnings;   /* of what could not be written */
} Fixture;

static void
on_tick(void *data)
{
  Fixture *self = data;

  if (self->freeze_at > 0 &&
      kafka_mock_committed(&self->mock, "g", "topic", 1) == self->freeze_at) {
    rd_kafka_mock_broker_set_rtt(self->mock.cluster, 1, 3600 * 1000);
    stream_stop(self->stream);
  }
  if (self->stop_at > 0 &&
      metrics_counters_consumed(stream_counters(self->stream), METRICS_ALL_TOPICS) >= self->stop_at)
    stream_stop(self->stream);
  if (self->stop_at_read > 0 &&
      metrics_counters_sum(stream_counters(self->stream), METRICS_ALL_TOPICS, COUNTER_READ) >=
          self->stop_at_read) {
    self->stop_at_read = 0; /* a second time it would be at once */
    stream_stop(self->stream);
  }
}

static void
fixture_init(Fixture *self, const char *mapping)
{
  *self = (Fixture){.mapping = mapping_case_load(memory_source_schema, NULL, mapping)};
  g_assert_nonnull(self->mapping.mapping);
  kafka_mock_init(&self->mock);
  kafka_mock_add(&self->mock, "group.id", "g");
  rd_kafka_mock_topic_create(self->mock.cluster, "topic", PARTITIONS, 1);
  for (size_t i = 0; i < WRITERS; i++) {
    memory_sink_init(&self->sinks[i]);
    self->list[i] = self->sinks[i].sink;
  }
  self->mappings[0] = self->mapping.mapping;
  self->plans[0] = self->sinks[0].plan;
  self->options = (StreamOptions){
      .properties = self->mock.properties,
      .group = "g",
      .mappings = self->mappings,
      .plans = self->plans,
      .mappings_length = 1,
      .sinks = self->list,
      .sinks_length = WRITERS,
      .settings = {.batch_rows = 10,
                   .batch_bytes = 1 << 20,
                   .linger_ms = 1,
                   .memory_bytes = 32 << 20,
                   .errors_limit = 0.9,
                   .errors_window = 1000,
                   .shutdown_timeout_ms = 10000,
                   .timeout_ms = 30000},
      .tick = on_tick,
      .tick_self = self,
  };
}

static void
fixture_clear(Fixture *self)
{
  stream_free(self->stream);
  for (size_t i = 0; i < WRITERS; i++)
    memory_sink_clear(&self->sinks[i]);
  mapping_case_clear(&self->mapping);
  kafka_mock_clear(&self->mock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static const char rows_of_topic[] =
    "{'table': 't', 'topic': 'topic', 'record': {'format': 'avro', 'schema': 'value.avsc'},"
    "'key': {'parts': ['k']}, 'timestamp': 'record', 'tombstone': 'row',"
    "'families': {'f': {'columns': ['q']}}}";

static void
fill(Fixture *self, int32_t partition, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    g_autofree char *key = g_strdup_printf("p%d-%04zu", partition, i);
    g_autofree char *datum = g_strdup_printf("%c%s%cv", (char)(strlen(key) * 2), key, 2);

    kafka_mock_produce(&self->mock, "topic", partition, datum);
  }
  kafka_mock_flush(&self->mock);
}

static size_t
count_rows(const Fixture *self)
{
  size_t rows = 0;

  for (size_t i = 0; i < WRITERS; i++)
    rows += g_hash_table_size(self->sinks[i].table);
  return rows;
}

static void
until_end_stops_at_the_ends_with_everything_committed(void)
{
  g_auto(Fixture) fixture;
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, rows_of_topic);
  fixture.options.settings.is_until_end = true;
  fill(&fixture, 0, RECORDS);
  fill(&fixture, 2, RECORDS);
  fixture.stream = stream_new(&fixture.options);
  g_assert_cmpint(stream_run(fixture.stream, &error), ==, STREAM_DONE);
  g_assert_no_error(error);
  g_assert_cmpuint(count_rows(&fixture), ==, 2 * RECORDS);
  g_assert_cmpint(kafka_mock_committed(&fixture.mock, "g", "topic", 0), ==, RECORDS);
  g_assert_cmpint(kafka_mock_committed(&fixture.mock, "g", "topic", 2), ==, RECORDS);

  /* Once more: there is nothing left, and that is known without joining the group. */
  g_clear_pointer(&fixture.stream, stream_free);
  fixture.stream = stream_new(&fixture.options);
  g_assert_cmpint(stream_run(fixture.stream, &error), ==, STREAM_DONE);
  g_assert_cmpuint(
      metrics_counters_sum(stream_counters(fixture.stream), METRICS_ALL_TOPICS, COUNTER_READ), ==,
      0);
}

static void
a_service_that_is_asked_to_stop_drains_and_commits(void)
{
  g_auto(Fixture) fixture;
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, rows_of_topic);
  fixture.stop_at = 1;
  fill(&fixture, 1, RECORDS);
  fixture.stream = stream_new(&fixture.options);
  g_assert_cmpint(stream_run(fixture.stream, &error), ==, STREAM_DONE);
  g_assert_no_error(error);
  g_assert_cmpint(kafka_mock_committed(&fixture.mock, "g", "topic", 1), ==, count_rows(&fixture));
}

static void
stopping_in_an_outage_ends_at_the_deadline(void)
{
  g_autofree char *outage = g_strnfill(100000, 'P');
  g_auto(Fixture) fixture;
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, rows_of_topic);
  fixture.options.settings.shutdown_timeout_ms = 50;
  fixture.options.settings.is_until_end = true;
  fixture.options.settings.timeout_ms = 5000; /* the join takes 3 s, then nothing moves */
  for (size_t i = 0; i < WRITERS; i++) {
    fixture.sinks[i].answers = "PPPPPP";
    fixture.sinks[i].probes = outage;
  }
  fill(&fixture, 0, RECORDS);
  fixture.stream = stream_new(&fixture.options);
  g_assert_cmpint(stream_run(fixture.stream, &error), ==, STREAM_FAILED);
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(error->message, "no answer"));
  g_assert_cmpint(kafka_mock_committed(&fixture.mock, "g", "topic", 0), ==,
                  RD_KAFKA_OFFSET_INVALID);
}

static Stream *left_behind;

/* All that is left is to leave the group, and nobody is there to hear it. */
static void
a_stop_while_kafka_is_frozen_and_nothing_is_under_way_is_whole(void)
{
  g_auto(Fixture) fixture;
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, rows_of_topic);
  kafka_mock_add(&fixture.mock, "auto.commit.interval.ms", "100");
  fixture.freeze_at = RECORDS;
  fill(&fixture, 1, RECORDS);
  fixture.stream = stream_new(&fixture.options);
  g_assert_cmpint(stream_run(fixture.stream, &error), ==, STREAM_DONE);
  g_assert_no_error(error);
  rd_kafka_mock_broker_set_rtt(fixture.mock.cluster, 1, 0);
  left_behind = fixture.stream; /* its client hangs, and is not freed */
}

static void
count_warning(const char *domain, GLogLevelFlags level, const char *message, void *data)
{
  if (strstr(message, "not everything could be written") != NULL)
    ((Fixture *)data)->warnings++;
  g_log_default_handler(domain, level, message, NULL);
}

static void
without_a_shutdown_timeout_what_is_not_written_is_told_once(void)
{
  g_autofree char *outage = g_strnfill(100000, 'P');
  g_auto(Fixture) fixture;
  g_autoptr(GError) error = NULL;
  GLogFunc before;

  fixture_init(&fixture, rows_of_topic);
  before = g_log_set_default_handler(count_warning, &fixture);
  fixture.options.settings.shutdown_timeout_ms = 0;
  fixture.stop_at_read = 1;
  for (size_t i = 0; i < WRITERS; i++) {
    fixture.sinks[i].answers = "PPPPPP";
    fixture.sinks[i].probes = outage;
  }
  fill(&fixture, 0, RECORDS);
  fixture.stream = stream_new(&fixture.options);
  g_assert_cmpint(stream_run(fixture.stream, &error), ==, STREAM_CUT);
  g_assert_no_error(error);
  g_log_set_default_handler(before, NULL);
  g_assert_cmpuint(fixture.warnings, ==, 1);
}

static void
too_many_bad_records_end_it_with_nothing_committed(void)
{
  g_auto(Fixture) fixture;
  g_autoptr(GError) error = NULL;

  fixture_init(&fixture, rows_of_topic);
  fixture.options.settings.errors_window = 20;
  kafka_mock_fill(&fixture.mock, "topic", 0, RECORDS); /* no datums at all */
  fixture.stream = stream_new(&fixture.options);
  g_assert_cmpint(stream_run(fixture.stream, &error), ==, STREAM_FAILED);
  g_assert_error(error, FAULT, FAULT_RECORD);
  g_assert_cmpint(kafka_mock_committed(&fixture.mock, "g", "topic", 0), ==,
                  RD_KAFKA_OFFSET_INVALID);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_FATAL_MASK);
  g_test_add_func("/stream/until-end", until_end_stops_at_the_ends_with_everything_committed);
  g_test_add_func("/stream/stop", a_service_that_is_asked_to_stop_drains_and_commits);
  g_test_add_func("/stream/outage", stopping_in_an_outage_ends_at_the_deadline);
  g_test_add_func("/stream/frozen-kafka",
                  a_stop_while_kafka_is_frozen_and_nothing_is_under_way_is_whole);
  g_test_add_func("/stream/no-timeout",
                  without_a_shutdown_timeout_what_is_not_written_is_told_once);
  g_test_add_func("/stream/limit", too_many_bad_records_end_it_with_nothing_committed);
  return g_test_run();
}
