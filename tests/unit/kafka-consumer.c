/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/consumer.h"

#include "support/kafka-mock.h"

enum { ANSWER_MS = 20000, QUEUES = 2, PARTITIONS = 4, RECORDS = 50 };

static const char *const topics[] = {"t", NULL};

/* One member of the group "g" and what it was told. Its queues are read by the test itself. */
typedef struct {
  KafkaConsumer *consumer;
  size_t assigned;
  size_t revokings;
  bool stores_when_revoked;
  size_t records;
  size_t ends;
} Member;

static void
on_assigned(void *data, size_t count)
{
  ((Member *)data)->assigned = count;
}

/* Marks everything read so far as done, as a writer does once the sink has acknowledged it. */
static void
store_all(Member *self, KafkaPartition **seen, size_t length)
{
  g_autoptr(GError) error = NULL;

  for (size_t i = 0; i < length; i++)
    g_assert_true(kafka_queue_store(kafka_consumer_queue(self->consumer, seen[i]->queue), &seen[i],
                                    1, &error));
}

static size_t
read_queue(Member *self, size_t queue, KafkaPartition **seen)
{
  KafkaMessage messages[RECORDS * PARTITIONS * 2];
  size_t length = kafka_queue_read(kafka_consumer_queue(self->consumer, queue), messages,
                                   G_N_ELEMENTS(messages), 0);

  for (size_t i = 0; i < length; i++) {
    KafkaPartition *partition = messages[i].partition;

    g_assert_cmpuint(partition->queue, ==, queue);
    g_assert_null(messages[i].trouble);
    self->ends += messages[i].is_end;
    self->records += !messages[i].is_end;
    partition->readers[0].done = messages[i].offset + !messages[i].is_end;
    seen[partition->id] = partition;
    kafka_message_release(&messages[i]);
  }
  return length;
}

static void
on_revoking(void *data, const bool *queues)
{
  Member *self = data;
  KafkaPartition *seen[PARTITIONS] = {NULL};

  g_assert_true(queues[0] || queues[1]);
  self->revokings++;
  if (!self->stores_when_revoked)
    return;
  for (size_t queue = 0; queue < QUEUES; queue++)
    g_assert_cmpuint(read_queue(self, queue, seen), ==, 0);
}

static void
on_trouble(void *data, const GError *error)
{
  (void)data;
  g_test_message("trouble: %s", error->message);
}

static void
on_cut_off(void *data, const char *reason)
{
  (void)data;
  g_test_message("cut off: %s", reason);
}

static void
member_clear(Member *self)
{
  kafka_consumer_free(self->consumer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Member, member_clear)

static void
member_init(Member *self, KafkaMock *mock)
{
  const KafkaConsumerOptions options = {
      .properties = mock->properties,
      .topics = topics,
      .queues = QUEUES,
      .queue_bytes = 1 << 20,
      .fetch_bytes = 1 << 20,
      .commit_timeout_ms = ANSWER_MS,
      .events = {self, on_assigned, on_revoking, on_trouble, on_trouble, on_cut_off, on_trouble},
  };
  g_autoptr(GError) error = NULL;

  *self = (Member){0};
  self->consumer = kafka_consumer_new(&options, &error);
  g_assert_no_error(error);
  g_assert_true(kafka_consumer_start(self->consumer, NULL, &error));
}

static void
poll_once(Member *self, int64_t deadline)
{
  g_assert_cmpint(g_get_monotonic_time(), <, deadline);
  kafka_consumer_poll(self->consumer);
  g_usleep(1000);
}

/* Reads until every partition has told its end. */
static void
read_to_the_ends(Member *self, KafkaPartition **seen)
{
  int64_t deadline = g_get_monotonic_time() + (int64_t)ANSWER_MS * 1000;

  while (self->ends < PARTITIONS) {
    poll_once(self, deadline);
    for (size_t queue = 0; queue < QUEUES; queue++)
      read_queue(self, queue, seen);
  }
}

static void
mock_with_records(KafkaMock *mock)
{
  kafka_mock_init(mock);
  kafka_mock_add(mock, "group.id", "g");
  rd_kafka_mock_topic_create(mock->cluster, "t", PARTITIONS, 1);
  for (int32_t i = 0; i < PARTITIONS; i++)
    kafka_mock_fill(mock, "t", i, RECORDS);
}

static void
queues_share_partitions_and_only_what_is_stored_is_committed(void)
{
  g_auto(KafkaMock) mock;
  mock_with_records(&mock);
  g_auto(Member) member;
  member_init(&member, &mock);
  KafkaPartition *seen[PARTITIONS] = {NULL};
  g_autoptr(GError) error = NULL;
  size_t on_first = 0;

  read_to_the_ends(&member, seen);
  g_assert_cmpuint(member.records, ==, RECORDS * PARTITIONS);
  g_assert_cmpuint(member.assigned, ==, PARTITIONS);
  g_assert_cmpint(kafka_consumer_stored(member.consumer, "t", 0), ==, -1);
  for (size_t i = 0; i < PARTITIONS; i++)
    on_first += seen[i]->queue == 0;
  g_assert_cmpuint(on_first, ==, PARTITIONS / QUEUES);

  /* All of partition 0 and the first half of 1; of 2 and 3 nothing. */
  seen[1]->readers[0].done = RECORDS / 2;
  store_all(&member, seen, 2);
  g_assert_true(kafka_consumer_commit(member.consumer, ANSWER_MS, &error));
  g_assert_cmpint(kafka_consumer_stored(member.consumer, "t", 0), ==, RECORDS);
  g_assert_cmpint(kafka_consumer_stored(member.consumer, "t", 9), ==, -2);

  KafkaPosition positions[] = {{"t", 1, 0}, {"t", 3, 0}};

  g_assert_true(kafka_consumer_committed(member.consumer, positions, 2, ANSWER_MS, &error));
  g_assert_cmpint(positions[0].offset, ==, RECORDS / 2);
  g_assert_cmpint(positions[1].offset, ==, -1);
  g_assert_true(kafka_consumer_close(member.consumer, ANSWER_MS));

  g_assert_cmpint(kafka_mock_committed(&mock, "g", "t", 0), ==, RECORDS);
  g_assert_cmpint(kafka_mock_committed(&mock, "g", "t", 1), ==, RECORDS / 2);
  g_assert_cmpint(kafka_mock_committed(&mock, "g", "t", 2), ==, RD_KAFKA_OFFSET_INVALID);
}

static void
closing_commits_what_the_queues_stored_last_but_not_what_is_gone(void)
{
  g_auto(KafkaMock) mock;
  mock_with_records(&mock);
  g_auto(Member) member;
  member_init(&member, &mock);
  KafkaPartition *seen[PARTITIONS] = {NULL};

  read_to_the_ends(&member, seen);
  atomic_store(&seen[0]->hold, KAFKA_GONE);
  store_all(&member, seen, PARTITIONS);
  g_assert_true(kafka_consumer_close(member.consumer, ANSWER_MS));
  g_assert_cmpuint(member.revokings, ==, 1);
  g_assert_cmpuint(member.assigned, ==, 0);
  g_assert_cmpint(kafka_mock_committed(&mock, "g", "t", 0), ==, RD_KAFKA_OFFSET_INVALID);
  for (int32_t i = 1; i < PARTITIONS; i++)
    g_assert_cmpint(kafka_mock_committed(&mock, "g", "t", i), ==, RECORDS);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/consumer/stored-only",
                  queues_share_partitions_and_only_what_is_stored_is_committed);
  g_test_add_func("/consumer/close",
                  closing_commits_what_the_queues_stored_last_but_not_what_is_gone);
  return g_test_run();
}
