/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/writer.h"

#include "support/kafka-mock.h"
#include "support/writer-case.h"

static const struct {
  const char *name;
  const char *records; /* of partition 0 */
  const char *more;    /* of partition 1, behind them; NULL: none */
  const char *answers; /* see MemorySink */
  const char *log;     /* calls and stores, in their order */
  const char *waiting;
} roads[] = {
    {"stored once acknowledged", "a=1 b=1 c=1", NULL, NULL, "put a b;store 0:2;put c;store 0:3;",
     ""},
    {"a second batch is under way before the first is stored", "a=1 b=1 c=1 d=1 e=1", NULL, NULL,
     "put a b;put c d;store 0:2;put e;store 0:4;store 0:5;", ""},
    {"two partitions", "a=1 b=1 c=1", "d=1 e=1", NULL,
     "put a b;put c d;store 0:2;put e;store 0:3 1:1;store 1:2;", ""},
    {"no answer: nothing is stored until there is", "a=1 b=1 c=1 d=1 e=1", NULL, "PP",
     "put a b;put c d;probe;put a b;put c d;store 0:2;store 0:4;put e;store 0:5;", "wr"},
    {"no answer to the second", "a=1 b=1 c=1 d=1 e=1", NULL, ".P",
     "put a b;put c d;store 0:2;put e;probe;put c d;put e;store 0:4;store 0:5;", "wr"},
    {"the table is gone", "a=1", NULL, "S", "put a;probe;put a;store 0:1;", "wr"},
    {"a tombstone", "a=1 -b", NULL, NULL, "put a;delete b;store 0:2;", ""},
    {"the same row again is one put with it", "a=1 a=2", NULL, NULL, "put a;store 0:2;", ""},
    {"the end of a partition is stored", "a=1 .", NULL, NULL, "put a;store 0:1;", ""},
};

static void
records_take_their_road(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(roads); i++) {
    g_auto(WriterCase) fixture;

    g_test_message("%s", roads[i].name);
    writer_case_init(&fixture, &writer_case_plain);
    fixture.sink.answers = roads[i].answers;
    memory_source_add(&fixture.source, 0, roads[i].records);
    if (roads[i].more != NULL)
      memory_source_add(&fixture.source, 1, roads[i].more);
    writer_case_run(&fixture);
    g_assert_no_error(fixture.failure);
    g_assert_cmpstr(fixture.sink.calls->str, ==, roads[i].log);
    g_assert_cmpstr(fixture.waiting->str, ==, roads[i].waiting);
    g_assert_cmpuint(writer_case_count(&fixture, COUNTER_READ), ==,
                     writer_case_count(&fixture, COUNTER_WRITTEN));
  }
}

static void
bad_records_become_dead_letters_before_their_offset_is_stored(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "topic", 2, 1);
  rd_kafka_mock_topic_create(mock.cluster, "topic.dlq", 2, 1);
  WriterSettings settings = writer_case_plain;
  g_auto(WriterCase) fixture;

  settings.properties = mock.properties;
  writer_case_init(&fixture, &settings);
  fixture.sink.refused = "c";
  memory_source_add(&fixture.source, 1, "a=1 ! c=1 d=1");
  writer_case_run(&fixture);
  g_assert_no_error(fixture.failure);
  writer_case_assert_books(&fixture, 2, 0, 2);
  g_assert_cmpuint(writer_case_count(&fixture, COUNTER_BAD_DECODE), ==, 1);
  g_assert_cmpuint(writer_case_count(&fixture, COUNTER_BAD_PUT), ==, 1);
  /* The window opened with the first batch: nothing was stored before it was judged. */
  g_assert_true(g_str_has_suffix(fixture.sink.calls->str, "store 1:4;"));
  g_assert_cmpuint(g_strrstr(fixture.sink.calls->str, "store") -
                       strstr(fixture.sink.calls->str, "store"),
                   ==, 0);

  g_autoptr(GPtrArray) letters = kafka_mock_read(&mock, "topic.dlq", 2);
  const MockRecord *undecodable = letters->pdata[0];
  const MockRecord *refused = letters->pdata[1];

  g_assert_cmpuint(letters->len, ==, 2);
  g_assert_cmpint(undecodable->partition, ==, 1);
  g_assert_cmpint(undecodable->timestamp_ms, ==, 7);
  g_assert_cmpstr(undecodable->key, ==, "bad");
  g_assert_cmpstr(undecodable->value, ==, "\xff\xff\xff");
  g_assert_nonnull(strstr(undecodable->headers, "__connect.errors.topic=topic\n"
                                                "__connect.errors.partition=1\n"
                                                "__connect.errors.offset=1\n"
                                                "__connect.errors.connector.name=group\n"
                                                "__connect.errors.task.id=0\n"
                                                "__connect.errors.stage=VALUE_CONVERTER\n"));
  g_assert_nonnull(strstr(refused->headers, "__connect.errors.offset=2\n"));
  g_assert_nonnull(strstr(refused->headers, "__connect.errors.stage=TASK_PUT\n"));
  g_assert_nonnull(strstr(refused->headers, "exception.message=refused\n"
                                            "sluice.table=t\n"
                                            "sluice.row.key=c\n"
                                            "sluice.attempts="));
}

static void
dead_letters_wait_for_kafka_and_are_not_sent_twice(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "topic", 2, 1);
  rd_kafka_mock_topic_create(mock.cluster, "topic.dlq", 2, 1);
  WriterSettings settings = writer_case_plain;
  g_auto(WriterCase) fixture;

  settings.properties = mock.properties;
  writer_case_init(&fixture, &settings);
  rd_kafka_mock_push_request_errors(mock.cluster, KAFKA_API_PRODUCE, 1,
                                    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  memory_source_add(&fixture.source, 0, "a=1 !");
  writer_case_run(&fixture);
  g_assert_no_error(fixture.failure);
  g_assert_cmpstr(fixture.waiting->str, ==, "wr");
  writer_case_assert_books(&fixture, 1, 0, 1);

  g_autoptr(GPtrArray) letters = kafka_mock_read(&mock, "topic.dlq", 2);

  g_assert_cmpuint(letters->len, ==, 1);
}

static void
the_policy_for_bad_records_holds(void)
{
  const struct {
    const char *errors;
    const char *tombstone;
    const char *records;
    size_t written;
    size_t skipped;
    bool is_failure;
    const char *log;
  } cases[] = {
      {"skip", "row", "a=1 ! b=1", 2, 1, false, "put a;put b;store 0:3;"},
      {"stop", "row", "a=1 ! b=1", 1, 0, true, "put a;"},
      {"dlq", "skip", "a=1 -a b=1", 2, 1, false, "put a;store 0:2;put b;store 0:3;"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    WriterSettings settings = writer_case_plain;
    g_auto(WriterCase) fixture;

    settings.errors = cases[i].errors;
    settings.tombstone = cases[i].tombstone;
    writer_case_init(&fixture, &settings);
    memory_source_add(&fixture.source, 0, cases[i].records);
    writer_case_run(&fixture);
    g_assert_cmpint(fixture.failure != NULL, ==, cases[i].is_failure);
    g_assert_cmpuint(writer_case_count(&fixture, COUNTER_WRITTEN), ==, cases[i].written);
    g_assert_cmpuint(writer_case_count(&fixture, COUNTER_SKIPPED), ==, cases[i].skipped);
    g_assert_cmpstr(fixture.sink.calls->str, ==, cases[i].log);
    if (cases[i].is_failure)
      g_assert_nonnull(strstr(fixture.failure->message, "topic[0]@1: "));
  }
}

static void
when_nearly_all_is_bad_nothing_of_it_is_let_go(void)
{
  WriterSettings settings = writer_case_plain;
  g_auto(WriterCase) fixture;

  settings.window.records = 10;
  writer_case_init(&fixture, &settings);
  memory_source_add(&fixture.source, 0, "a=1 b=1");
  memory_source_add(&fixture.source, 0, "! ! ! ! ! ! c=1 ! d=1 ! e=1 f=1 g=1 h=1");
  writer_case_run(&fixture);
  g_assert_error(fixture.failure, FAULT, FAULT_RECORD);
  g_assert_nonnull(strstr(fixture.failure->message, "8 of 10 records of topic topic are bad"));
  g_assert_true(g_str_has_prefix(fixture.sink.calls->str, "put a b;"));
  g_assert_null(strstr(fixture.sink.calls->str, "store 0:3"));
  g_assert_cmpint(atomic_load(&((KafkaPartition *)fixture.source.partitions->pdata[0])->stored), <=,
                  2);
  g_assert_cmpuint(writer_case_count(&fixture, COUNTER_DEAD_LETTERED), ==, 0);
}

/* A few records, nearly all of them bad: whoever stops lets none of them go, and whoever has come
 * to the end does. Skipped, so that it needs no Kafka. */
static void
who_leaves_does_not_judge_by_too_little(void)
{
  for (int ends = 0; ends <= 1; ends++) {
    WriterSettings settings = writer_case_plain;
    g_auto(WriterCase) fixture;

    settings.errors = "skip";
    settings.ends = ends;
    writer_case_init(&fixture, &settings);
    memory_source_add(&fixture.source, 0, "a=1 ! ! !");
    writer_case_run(&fixture);
    g_assert_no_error(fixture.failure);
    g_assert_cmpint(stream_writer_is_settled(fixture.writer), ==, ends);
    g_assert_cmpuint(writer_case_count(&fixture, COUNTER_SKIPPED), ==, ends ? 3 : 0);
    g_assert_cmpint(strstr(fixture.sink.calls->str, "store") != NULL, ==, ends);
  }
}

static void
a_flush_stores_all_that_was_read(void)
{
  g_auto(WriterCase) fixture;
  KafkaPartition *partition;

  writer_case_init(&fixture, &writer_case_plain);
  fixture.source.exhausted = NULL;
  memory_source_add(&fixture.source, 0, "a=1 b=1 c=1");
  stream_writer_start(fixture.writer);
  partition = fixture.source.partitions->pdata[0];
  while (writer_case_count(&fixture, COUNTER_READ) < 3)
    g_thread_yield();
  stream_writer_flush(fixture.writer);
  g_assert_true(stream_writer_await_flush(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
  g_assert_cmpint(atomic_load(&partition->stored), ==, 3);
  stream_writer_stop(fixture.writer);
  g_assert_true(stream_writer_join(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
}

static void
an_abandoned_writer_ends_in_the_middle_of_an_outage(void)
{
  g_autofree char *outage = g_strnfill(100000, 'P');
  g_auto(WriterCase) fixture;
  bool is_waiting = false;

  writer_case_init(&fixture, &writer_case_plain);
  fixture.sink.answers = "P";
  fixture.sink.probes = outage;
  memory_source_add(&fixture.source, 0, "a=1");
  stream_writer_start(fixture.writer);
  while (!is_waiting) {
    g_thread_yield();
    g_mutex_lock(&fixture.lock);
    is_waiting = fixture.waiting->len > 0;
    g_mutex_unlock(&fixture.lock);
  }
  g_assert_false(stream_writer_join(fixture.writer, g_get_monotonic_time()));
  stream_writer_abandon(fixture.writer);
  g_assert_true(stream_writer_join(fixture.writer, g_get_monotonic_time() + PATIENCE_US));
  g_assert_null(strstr(fixture.sink.calls->str, "store"));
  g_assert_no_error(fixture.failure);
}

static void
little_memory_means_small_steps_not_loss(void)
{
  static const struct {
    size_t memory_bytes; /* a record counts for some 550 */
    size_t waiting; /* records that the source has: half as many bytes are set aside for them */
    uint64_t batches;
  } cases[] = {
      {1500, 0, 34}, {6000, 0, 9}, {6000, 5, 9}, {6000, 8, 12}, {6000, 1000, 34},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    WriterSettings settings = writer_case_plain;
    g_auto(WriterCase) fixture;
    g_autoptr(GString) records = g_string_new("k0=v");

    settings.rows = 1000;
    settings.memory_bytes = cases[i].memory_bytes;
    for (size_t n = 1; n < 100; n++)
      g_string_append_printf(records, " k%zu=v", n);
    writer_case_init(&fixture, &settings);
    fixture.source.read_at_once = 3;
    fixture.source.waiting = cases[i].waiting;
    memory_source_add(&fixture.source, 0, records->str);
    writer_case_run(&fixture);
    writer_case_assert_books(&fixture, 100, 0, 0);
    g_assert_cmpuint(g_hash_table_size(fixture.sink.table), ==, 100);
    g_assert_cmpuint(writer_case_count(&fixture, COUNTER_WRITTEN), ==, 100);
    g_assert_cmpuint(metrics_counters_sum(fixture.counters, WRITER_CASE_LINES, COUNTER_BATCHES), ==,
                     cases[i].batches);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_FATAL_MASK);
  g_test_add_func("/writer/road", records_take_their_road);
  g_test_add_func("/writer/dead-letters",
                  bad_records_become_dead_letters_before_their_offset_is_stored);
  g_test_add_func("/writer/dead-letters-wait", dead_letters_wait_for_kafka_and_are_not_sent_twice);
  g_test_add_func("/writer/policy", the_policy_for_bad_records_holds);
  g_test_add_func("/writer/limit", when_nearly_all_is_bad_nothing_of_it_is_let_go);
  g_test_add_func("/writer/flush", a_flush_stores_all_that_was_read);
  g_test_add_func("/writer/leaves", who_leaves_does_not_judge_by_too_little);
  g_test_add_func("/writer/abandon", an_abandoned_writer_ends_in_the_middle_of_an_outage);
  g_test_add_func("/writer/memory", little_memory_means_small_steps_not_loss);
  return g_test_run();
}
