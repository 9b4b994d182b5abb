/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/topics.h"

#include "support/kafka-mock.h"

enum { ANSWER_MS = 10000 };

static KafkaTopics *
topics_on(const KafkaMock *mock)
{
  g_autoptr(GError) error = NULL;
  KafkaTopics *topics = kafka_topics_new(mock->properties, ANSWER_MS, &error);

  g_assert_no_error(error);
  return topics;
}

static void
topics_are_listed_by_name_with_their_partitions(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "b", 3, 1);
  rd_kafka_mock_topic_create(mock.cluster, "a", 1, 1);
  g_autoptr(KafkaTopics) topics = topics_on(&mock);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) list = kafka_topics_list(topics, &error);

  g_assert_no_error(error);
  g_assert_cmpuint(list->len, ==, 2);
  g_assert_cmpstr(((KafkaTopic *)list->pdata[0])->name, ==, "a");
  g_assert_cmpint(((KafkaTopic *)list->pdata[1])->partitions, ==, 3);
  g_assert_cmpint(((KafkaTopic *)list->pdata[1])->replication, ==, 1);
}

static void
watermarks_are_those_of_each_partition(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", 3, 1);
  kafka_mock_fill(&mock, "t", 0, 7);
  kafka_mock_fill(&mock, "t", 2, 2);
  g_autoptr(KafkaTopics) topics = topics_on(&mock);
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaTopic) topic = kafka_topics_find(topics, "t", &error);
  g_autofree KafkaWatermarks *watermarks = kafka_topics_watermarks(topics, topic, &error);
  const int64_t highs[] = {7, 0, 2};

  g_assert_no_error(error);
  for (size_t i = 0; i < G_N_ELEMENTS(highs); i++) {
    g_assert_cmpint(watermarks[i].low, ==, 0);
    g_assert_cmpint(watermarks[i].high, ==, highs[i]);
  }
}

static void
a_topic_that_is_not_there_is_a_fault_of_setup(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  /* Left alone the mock creates whatever it is asked for. */
  rd_kafka_mock_topic_set_error(mock.cluster, "absent", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  g_autoptr(KafkaTopics) topics = topics_on(&mock);
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaTopic) topic = kafka_topics_find(topics, "absent", &error);

  g_assert_null(topic);
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "absent"));
}

static void
a_broker_that_does_not_answer_is_a_fault_of_the_peer(void)
{
  const KafkaProperty nobody[] = {{"bootstrap.servers", "127.0.0.1:1"}, {NULL, NULL}};
  g_autoptr(KafkaTopics) topics = kafka_topics_new(nobody, 200, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) list = kafka_topics_list(topics, &error);

  g_assert_null(list);
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(error->message, "127.0.0.1:1"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/topics/list", topics_are_listed_by_name_with_their_partitions);
  g_test_add_func("/topics/watermarks", watermarks_are_those_of_each_partition);
  g_test_add_func("/topics/absent", a_topic_that_is_not_there_is_a_fault_of_setup);
  g_test_add_func("/topics/no-answer", a_broker_that_does_not_answer_is_a_fault_of_the_peer);
  return g_test_run();
}
