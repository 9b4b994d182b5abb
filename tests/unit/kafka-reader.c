/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/reader.h"

#include "support/kafka-mock.h"

enum { ANSWER_MS = 20000, PARTITIONS = 3 };

/* Reads to the end; how many came of each partition. */
static void
read_all(KafkaReader *reader, size_t counts[static PARTITIONS])
{
  KafkaMessage message = {0};
  KafkaReading reading;
  g_autoptr(GError) error = NULL;

  while ((reading = kafka_reader_next(reader, &message, ANSWER_MS, &error)) ==
         KAFKA_READER_RECORD) {
    size_t *count = &counts[message.partition->id];
    g_autofree char *value = g_strdup_printf("VALUE%zu", *count);

    g_assert_cmpint(message.offset, ==, *count);
    g_assert_cmpmem(message.value.data, message.value.len, value, strlen(value));
    (*count)++;
    kafka_message_release(&message);
  }
  g_assert_no_error(error);
  g_assert_cmpint(reading, ==, KAFKA_READER_END);
}

static void
a_topic_is_read_to_the_ends_that_it_had(void)
{
  g_auto(KafkaMock) mock;
  size_t counts[PARTITIONS] = {0};
  g_autoptr(GError) error = NULL;

  kafka_mock_init(&mock);
  kafka_mock_add(&mock, "group.id", "others");
  rd_kafka_mock_topic_create(mock.cluster, "t", PARTITIONS, 1);
  kafka_mock_fill(&mock, "t", 0, 700);
  kafka_mock_fill(&mock, "t", 2, 30);
  /* Half a second's rest after the first fetch, so that the next one brings the late ones too. */
  rd_kafka_mock_push_request_errors(mock.cluster, KAFKA_API_FETCH, 1,
                                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);

  g_autoptr(KafkaReader) reader = kafka_reader_new(mock.properties, "t", ANSWER_MS, &error);

  g_assert_no_error(error);
  g_assert_cmpuint(kafka_reader_total(reader), ==, 730);
  kafka_mock_fill(&mock, "t", 1, 5); /* too late */
  kafka_mock_fill(&mock, "t", 2, 5);
  read_all(reader, counts);
  g_assert_cmpuint(kafka_reader_passed(reader), ==, 730);
  g_assert_cmpuint(counts[0], ==, 700);
  g_assert_cmpuint(counts[1], ==, 0);
  g_assert_cmpuint(counts[2], ==, 30);
  g_assert_cmpint(kafka_mock_committed(&mock, "others", "t", 0), ==, RD_KAFKA_OFFSET_INVALID);
}

/* Each part by itself, in any order, and as little of it as is asked for. */
static void
parts_of_a_topic_are_read_by_themselves(void)
{
  static const struct {
    KafkaReaderPart part;
    size_t counts[PARTITIONS];
    int64_t first; /* offset in partition 0 */
  } cases[] = {
      {{.part = 2, .parts = 4, .records = 1000}, {175, 0, 7}, 350},
      {{.part = 0, .parts = 4, .records = 1000}, {175, 0, 7}, 0},
      {{.part = 3, .parts = 4, .records = 1000}, {175, 0, 8}, 525},
      {{.part = 1, .parts = 4, .records = 10}, {10, 0, 1}, 175},
      {{.part = 0, .parts = 1, .records = 1000}, {700, 0, 30}, 0},
  };
  g_auto(KafkaMock) mock;
  g_autoptr(GError) error = NULL;

  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", PARTITIONS, 1);
  kafka_mock_fill(&mock, "t", 0, 700);
  kafka_mock_fill(&mock, "t", 2, 30);

  g_autoptr(KafkaReader) reader = kafka_reader_new(mock.properties, "t", ANSWER_MS, &error);

  g_assert_no_error(error);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    size_t counts[PARTITIONS] = {0};
    KafkaMessage message = {0};
    int64_t next = cases[i].first;

    g_assert_true(kafka_reader_seek(reader, &cases[i].part, &error));
    while (kafka_reader_next(reader, &message, ANSWER_MS, &error) == KAFKA_READER_RECORD) {
      if (message.partition->id == 0)
        g_assert_cmpint(message.offset, ==, next++);
      counts[message.partition->id]++;
      kafka_message_release(&message);
    }
    g_assert_no_error(error);
    for (size_t p = 0; p < PARTITIONS; p++)
      g_assert_cmpuint(counts[p], ==, cases[i].counts[p]);
    g_assert_cmpuint(kafka_reader_total(reader), ==, counts[0] + counts[2]);
  }
}

static void
an_empty_topic_ends_at_once(void)
{
  g_auto(KafkaMock) mock;
  size_t counts[PARTITIONS] = {0};

  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", PARTITIONS, 1);

  g_autoptr(KafkaReader) reader = kafka_reader_new(mock.properties, "t", ANSWER_MS, NULL);

  read_all(reader, counts);
  g_assert_cmpuint(kafka_reader_total(reader), ==, 0);
}

static void
a_broker_that_falls_silent_ends_the_reading(void)
{
  g_auto(KafkaMock) mock;
  g_autoptr(GError) error = NULL;
  KafkaMessage message = {0};
  KafkaReading reading;

  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", 1, 1);
  kafka_mock_fill(&mock, "t", 0, 3);
  for (int i = 0; i < 50; i++) /* librdkafka waits half a second after each */
    rd_kafka_mock_push_request_errors(mock.cluster, KAFKA_API_FETCH, 1,
                                      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);

  g_autoptr(KafkaReader) reader = kafka_reader_new(mock.properties, "t", 300, &error);

  g_assert_no_error(error);
  while ((reading = kafka_reader_next(reader, &message, 50, &error)) == KAFKA_READER_IDLE)
    ;
  g_assert_cmpint(reading, ==, KAFKA_READER_FAILED);
  g_assert_error(error, FAULT, FAULT_PEER);
}

static void
a_topic_that_is_not_there_is_a_fault_of_setup(void)
{
  g_auto(KafkaMock) mock;
  g_autoptr(GError) error = NULL;

  kafka_mock_init(&mock);
  rd_kafka_mock_topic_set_error(mock.cluster, "absent", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  g_assert_null(kafka_reader_new(mock.properties, "absent", ANSWER_MS, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
}

static void
pieces_of_partitions_are_read_alone(void)
{
  const KafkaSpan spans[] = {{2, 5, 9}, {0, 690, INT64_MAX}};
  const KafkaSpan wrong[] = {{PARTITIONS, 0, 1}};
  g_auto(KafkaMock) mock;
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) seen = g_string_new(NULL);
  KafkaMessage message = {0};

  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", PARTITIONS, 1);
  for (int32_t i = 0; i < PARTITIONS; i++)
    kafka_mock_fill(&mock, "t", i, 700);

  KafkaReaderOptions options = {.properties = mock.properties,
                                .topic = "t",
                                .spans = spans,
                                .spans_length = G_N_ELEMENTS(spans),
                                .timeout_ms = ANSWER_MS};
  g_autoptr(KafkaReader) reader = kafka_reader_new_within(&options, &error);

  g_assert_no_error(error);
  g_assert_cmpuint(kafka_reader_total(reader), ==, 14);
  while (kafka_reader_next(reader, &message, ANSWER_MS, &error) == KAFKA_READER_RECORD) {
    g_autoptr(GArray) left = kafka_reader_left(reader);

    g_assert_cmpint(kafka_reader_next_offset(reader, message.partition->id), ==,
                    message.offset + 1);
    g_assert_cmpuint(left->len, <=, 2);
    g_assert_cmpint(message.offset, >=, message.partition->id == 2 ? 5 : 690);
    g_assert_cmpint(message.partition->id == 2 ? message.offset : 0, <, 9);
    g_string_append_c(seen, '.');
    kafka_message_release(&message);
  }
  g_assert_no_error(error);
  g_assert_cmpuint(seen->len, ==, 14);
  options.spans = wrong;
  options.spans_length = 1;
  g_assert_null(kafka_reader_new_within(&options, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reader/ends", a_topic_is_read_to_the_ends_that_it_had);
  g_test_add_func("/reader/parts", parts_of_a_topic_are_read_by_themselves);
  g_test_add_func("/reader/empty", an_empty_topic_ends_at_once);
  g_test_add_func("/reader/silent", a_broker_that_falls_silent_ends_the_reading);
  g_test_add_func("/reader/pieces", pieces_of_partitions_are_read_alone);
  g_test_add_func("/reader/absent", a_topic_that_is_not_there_is_a_fault_of_setup);
  return g_test_run();
}
