/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/end_offsets.h"

#include "support/kafka-mock.h"

enum { ANSWER_MS = 10000 };

static const char *const names[] = {"a", "b", NULL};

static void
ignore_count(void *self, size_t count)
{
  (void)self;
  (void)count;
}

static void
ignore_queues(void *self, const bool *queues)
{
  (void)self;
  (void)queues;
}

static void
ignore_error(void *self, const GError *error)
{
  (void)self;
  g_test_message("%s", error->message);
}

static void
ignore_reason(void *self, const char *reason)
{
  (void)self;
  g_test_message("%s", reason);
}

/* A member of the group "g" that never joins: it only asks. */
static KafkaConsumer *
asker(const KafkaMock *mock)
{
  const KafkaConsumerOptions options = {
      .properties = mock->properties,
      .topics = names,
      .queues = 1,
      .queue_bytes = 1 << 20,
      .fetch_bytes = 1 << 20,
      .commit_timeout_ms = ANSWER_MS,
      .events = {NULL, ignore_count, ignore_queues, ignore_error, ignore_error, ignore_reason,
                 ignore_error},
  };
  g_autoptr(GError) error = NULL;
  KafkaConsumer *consumer = kafka_consumer_new(&options, &error);

  g_assert_no_error(error);
  return consumer;
}

static void
ends_are_struck_out_as_the_group_commits_them(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  kafka_mock_add(&mock, "group.id", "g");
  rd_kafka_mock_topic_create(mock.cluster, "a", 3, 1);
  rd_kafka_mock_topic_create(mock.cluster, "b", 1, 1);
  kafka_mock_fill(&mock, "a", 0, 5);
  kafka_mock_fill(&mock, "a", 2, 7);
  kafka_mock_fill(&mock, "b", 0, 4);
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaTopics) topics = kafka_topics_new(mock.properties, ANSWER_MS, &error);
  g_autoptr(KafkaConsumer) consumer = asker(&mock);
  g_autoptr(StreamEndOffsets) ends = stream_end_offsets_read(topics, names, true, &error);

  /* a[1] is empty: nothing is to be waited for. */
  g_assert_no_error(error);
  g_assert_cmpuint(stream_end_offsets_left(ends), ==, 3);

  kafka_mock_commit(&mock, "g", "a", 0, 5);
  kafka_mock_commit(&mock, "g", "a", 2, 6);
  kafka_mock_commit(&mock, "g", "b", 0, 9); /* of a topic "b" that is no more */
  g_assert_true(stream_end_offsets_strike_committed(ends, consumer, ANSWER_MS, &error));
  g_assert_cmpuint(stream_end_offsets_left(ends), ==, 2);

  /* None of them is ours: another member commits them. */
  stream_end_offsets_strike(ends, consumer, false, 0);
  g_assert_cmpuint(stream_end_offsets_left(ends), ==, 2);
  kafka_mock_commit(&mock, "g", "a", 2, 8);
  kafka_mock_commit(&mock, "g", "b", 0, 3);
  stream_end_offsets_strike(ends, consumer, true, ANSWER_MS);
  g_assert_cmpuint(stream_end_offsets_left(ends), ==, 1);
  kafka_mock_commit(&mock, "g", "b", 0, 4);
  stream_end_offsets_strike(ends, consumer, true, ANSWER_MS);
  g_assert_cmpuint(stream_end_offsets_left(ends), ==, 0);
}

static void
a_missing_topic_is_left_out_or_a_fault(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "a", 1, 1);
  rd_kafka_mock_topic_set_error(mock.cluster, "b", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  kafka_mock_fill(&mock, "a", 0, 5);
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaTopics) topics = kafka_topics_new(mock.properties, ANSWER_MS, &error);
  g_autoptr(StreamEndOffsets) strict = stream_end_offsets_read(topics, names, true, &error);

  g_assert_null(strict);
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "topic b"));
  g_clear_error(&error);

  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*topic b*nothing to read*");
  g_autoptr(StreamEndOffsets) ends = stream_end_offsets_read(topics, names, false, &error);

  g_test_assert_expected_messages();
  g_assert_no_error(error);
  g_assert_cmpuint(stream_end_offsets_left(ends), ==, 1);
  g_assert_cmpstr(stream_end_offsets_topics(ends)[0], ==, "a");
  g_assert_null(stream_end_offsets_topics(ends)[1]);

  const char *const missing[] = {"b", NULL};

  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*topic b*nothing to read*");
  g_assert_null(stream_end_offsets_read(topics, missing, false, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_log_set_always_fatal(G_LOG_FATAL_MASK);
  g_test_add_func("/ends/struck", ends_are_struck_out_as_the_group_commits_them);
  g_test_add_func("/ends/missing", a_missing_topic_is_left_out_or_a_fault);
  return g_test_run();
}
