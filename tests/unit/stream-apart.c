/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/writer.h"

#include "support/kafka-mock.h"
#include "support/writer-case.h"

/* Two lines of one writer, and one of them waits. */

typedef enum { REGISTRY, TABLE, POISON } Trouble;

static void
set_trouble(WriterCase *self, Trouble trouble, bool is_there)
{
  g_mutex_lock(&self->sink.lock);
  if (trouble == REGISTRY)
    atomic_store(&self->is_registry_away, is_there);
  else if (trouble == TABLE)
    self->sink.missing = is_there ? "u" : NULL;
  else
    self->sink.cutting = is_there ? "x" : NULL;
  g_mutex_unlock(&self->sink.lock);
}

static WriterSettings
small_linger(void)
{
  WriterSettings settings = writer_case_plain;

  settings.rows = 1; /* no batch waits for its linger */
  return settings;
}

/* One of two lines has nobody to answer it: the other's records go on being written and stored, and
 * a flush waits for nobody. */
static void
what_waits_in_one_line_does_not_stop_another(void)
{
  for (Trouble trouble = REGISTRY; trouble <= POISON; trouble++) {
    const WriterSettings settings = small_linger();
    g_auto(WriterCase) fixture;

    writer_case_init(&fixture, &settings);
    fixture.source.exhausted = NULL;
    set_trouble(&fixture, trouble, true);
    memory_source_add(&fixture.source, WRITER_CASE_OTHER, "@x=1 @y=1 @z=1");
    stream_writer_start(fixture.writer);
    writer_case_await_waiting(&fixture);
    for (int64_t offset = 0; offset < 100; offset++) {
      memory_source_add(&fixture.source, 0, "a=1");
      fixture.source.source.wake(&fixture.source);
      writer_case_await_stored(&fixture, 0, offset + 1);
    }
    g_assert_cmpint(writer_case_stored(&fixture, WRITER_CASE_OTHER), ==, -1);
    if (trouble != POISON) {
      stream_writer_flush(fixture.writer);
      g_assert_true(
          stream_writer_await_flush(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
      g_assert_cmpint(writer_case_stored(&fixture, WRITER_CASE_OTHER), ==, -1);
    }
    set_trouble(&fixture, trouble, false);
    writer_case_await_stored(&fixture, WRITER_CASE_OTHER, 3);
    memory_source_add(&fixture.source, WRITER_CASE_OTHER, "@y=2");
    fixture.source.source.wake(&fixture.source);
    writer_case_await_stored(&fixture, WRITER_CASE_OTHER, 4);
    stream_writer_stop(fixture.writer);
    g_assert_true(stream_writer_join(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
    g_assert_no_error(fixture.failure);
    g_assert_true(stream_writer_is_settled(fixture.writer));
    g_assert_cmpstr(memory_sink_get(&fixture.sink, "x"), ==, "1");
    g_assert_cmpstr(memory_sink_get(&fixture.sink, "y"), ==, "2");
  }
}

/* Kafka takes no more dead letters of one topic: the other's records go on being written. */
static void
dead_letters_that_are_not_taken_stop_no_other_line(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "other", 1, 1);
  rd_kafka_mock_topic_create(mock.cluster, "other.dlq", 1, 1);
  WriterSettings settings = small_linger();
  g_auto(WriterCase) fixture;

  settings.properties = mock.properties;
  settings.window = (StreamWindowLimits){.limit = 1, .records = 1};
  writer_case_init(&fixture, &settings);
  fixture.source.exhausted = NULL;
  memory_source_add(&fixture.source, WRITER_CASE_OTHER, "!");
  stream_writer_start(fixture.writer);
  writer_case_await_stored(&fixture, WRITER_CASE_OTHER, 1);

  rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 3600 * 1000);
  memory_source_add(&fixture.source, WRITER_CASE_OTHER, "! @x=1");
  for (int64_t offset = 0; offset < 100; offset++) {
    memory_source_add(&fixture.source, 0, "a=1");
    fixture.source.source.wake(&fixture.source);
    writer_case_await_stored(&fixture, 0, offset + 1);
  }
  g_assert_cmpint(writer_case_stored(&fixture, WRITER_CASE_OTHER), ==, 1);
  stream_dead_letters_cancel(fixture.letters);
  stream_writer_abandon(fixture.writer);
  g_assert_true(stream_writer_join(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
  rd_kafka_mock_broker_set_rtt(mock.cluster, 1, 0);
}

/* What was not taken is read again: so nothing is left undone. */
static void
a_stop_while_the_registry_is_away_is_whole(void)
{
  const WriterSettings settings = small_linger();
  g_auto(WriterCase) fixture;

  writer_case_init(&fixture, &settings);
  fixture.source.exhausted = NULL;
  memory_source_add(&fixture.source, 0, "a=1 b=1");
  atomic_store(&fixture.is_registry_away, true);
  memory_source_add(&fixture.source, WRITER_CASE_OTHER, "@x=1 @y=1");
  stream_writer_start(fixture.writer);
  writer_case_await_waiting(&fixture);
  stream_writer_stop(fixture.writer);
  g_assert_true(stream_writer_join(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
  g_assert_no_error(fixture.failure);
  g_assert_true(stream_writer_is_settled(fixture.writer));
  g_assert_cmpint(writer_case_stored(&fixture, WRITER_CASE_OTHER), ==, -1);
}

/* What was held back of a partition that has left us meanwhile is its next owner's. */
static void
records_that_were_held_back_are_dropped_with_their_partition(void)
{
  const WriterSettings settings = small_linger();
  g_auto(WriterCase) fixture;
  KafkaPartition *other;

  writer_case_init(&fixture, &settings);
  fixture.source.exhausted = NULL;
  atomic_store(&fixture.is_registry_away, true);
  memory_source_add(&fixture.source, WRITER_CASE_OTHER, "@x=1");
  other = fixture.source.partitions->pdata[WRITER_CASE_OTHER];
  stream_writer_start(fixture.writer);
  writer_case_await_waiting(&fixture);
  atomic_store(&other->hold, KAFKA_LEAVING);
  stream_writer_flush(fixture.writer);
  g_assert_true(stream_writer_await_flush(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
  atomic_store(&other->hold, KAFKA_GONE);
  atomic_store(&fixture.is_registry_away, false);
  memory_source_add(&fixture.source, 0, "a=1");
  fixture.source.source.wake(&fixture.source);
  writer_case_await_stored(&fixture, 0, 1);
  stream_writer_stop(fixture.writer);
  g_assert_true(stream_writer_join(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
  g_assert_null(memory_sink_get(&fixture.sink, "x"));
  g_assert_cmpint(writer_case_stored(&fixture, WRITER_CASE_OTHER), ==, -1);
}

/* A quiet topic makes batches of one: the row that was taken before tells the bad one from an
 * outage. */
static void
a_lone_row_that_cuts_the_connection_becomes_a_dead_letter(void)
{
  WriterSettings settings = small_linger();
  g_auto(WriterCase) fixture;

  settings.errors = "skip"; /* it needs no Kafka */
  writer_case_init(&fixture, &settings);
  fixture.sink.cutting = "x";
  memory_source_add(&fixture.source, 0, "a=1 x=1 b=1");
  writer_case_run(&fixture);
  g_assert_no_error(fixture.failure);
  writer_case_assert_books(&fixture, 2, 1, 0);
  g_assert_cmpstr(fixture.sink.calls->str, ==,
                  "put a;put x;store 0:1;put b;probe;put x;put b;probe;" /* cut off twice */
                  "put x;probe;put x;probe;put x;probe;put a;"           /* and judged alone */
                  "put b;store 0:3;");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_FATAL_MASK);
  g_test_add_func("/apart/waits", what_waits_in_one_line_does_not_stop_another);
  g_test_add_func("/apart/dead-letters", dead_letters_that_are_not_taken_stop_no_other_line);
  g_test_add_func("/apart/stop-without-registry", a_stop_while_the_registry_is_away_is_whole);
  g_test_add_func("/apart/held-back", records_that_were_held_back_are_dropped_with_their_partition);
  g_test_add_func("/apart/lone-row", a_lone_row_that_cuts_the_connection_becomes_a_dead_letter);
  return g_test_run();
}
