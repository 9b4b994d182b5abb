/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/dead_letters.h"

#include "support/kafka-mock.h"

static const int64_t PATIENCE_US = INT64_C(30) * 1000 * 1000;

typedef struct {
  KafkaMock mock;
  KafkaPartition *partition;
  StreamDeadLetters *letters;
  GPtrArray *rejects; /* of StreamReject */
} Fixture;

static void
add_reject(Fixture *self, int64_t offset, const char *value)
{
  KafkaMessage message = {.partition = self->partition,
                          .offset = offset,
                          .timestamp_ms = 1000 + offset,
                          .key = slice_text("key"),
                          .value = slice_text(value)};
  g_autoptr(GError) error = g_error_new_literal(FAULT, FAULT_RECORD, "too large");
  StreamReject *reject = stream_reject_new(&message, STREAM_PUT, error);

  bytes_append_slice(&reject->key, slice_text("row"));
  reject->attempts = 3;
  g_ptr_array_add(self->rejects, reject);
}

static void
fixture_init(Fixture *self)
{
  kafka_mock_init(&self->mock);
  kafka_mock_add(&self->mock, "topic.metadata.refresh.interval.ms", "100");
  rd_kafka_mock_topic_create(self->mock.cluster, "orders.dlq", 1, 1);
  self->partition = kafka_partition_new("orders", 0, 2);
  self->letters = stream_dead_letters_new(self->mock.properties, NULL, "group");
  self->rejects = g_ptr_array_new_with_free_func((GDestroyNotify)stream_reject_free);
}

static void
fixture_clear(Fixture *self)
{
  stream_dead_letters_free(self->letters);
  g_ptr_array_unref(self->rejects);
  kafka_partition_unref(self->partition);
  kafka_mock_clear(&self->mock);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static const char headers[] = "__connect.errors.topic=orders\n"
                              "__connect.errors.partition=2\n"
                              "__connect.errors.offset=7\n"
                              "__connect.errors.connector.name=group\n"
                              "__connect.errors.task.id=1\n"
                              "__connect.errors.stage=TASK_PUT\n"
                              "__connect.errors.class.name=sluice.Gateway\n"
                              "__connect.errors.exception.class.name=sluice.PutError\n"
                              "__connect.errors.exception.message=too large\n"
                              "sluice.table=t\n"
                              "sluice.row.key=row\n"
                              "sluice.attempts=3\n"
                              "sluice.timestamp=1007\n";

static void
a_letter_is_the_record_with_its_story(void)
{
  g_auto(Fixture) self;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) records = NULL;

  fixture_init(&self);
  add_reject(&self, 7, "value");
  g_assert_true(stream_dead_letters_send(self.letters, "t", 1, self.rejects, &error));
  g_assert_no_error(error);
  records = kafka_mock_read(&self.mock, "orders.dlq", 1);
  g_assert_cmpuint(records->len, ==, 1);

  const MockRecord *record = records->pdata[0];

  g_assert_cmpstr(record->key, ==, "key");
  g_assert_cmpstr(record->value, ==, "value");
  g_assert_cmpint(record->timestamp_ms, ==, 1007);
  g_assert_cmpstr(record->headers, ==, headers);
}

/* What a broker may answer to the first letter, and what that asks of us. */
static const struct {
  rd_kafka_resp_err_t answer;
  Fault fault;
  const char *says;
} refusals[] = {
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, FAULT_SETUP, "authorization failed"},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, FAULT_SETUP, "max.message.bytes"},
    /* Of this an idempotent producer dies */
    {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, FAULT_PEER, "orders.dlq"},
};

/* A topic that was refused is tried again once librdkafka has asked for it anew. */
static void
send_until_taken(Fixture *self)
{
  int64_t until_us = g_get_monotonic_time() + PATIENCE_US;

  while (!stream_dead_letters_send(self->letters, "t", 1, self->rejects, NULL)) {
    g_assert_cmpint(g_get_monotonic_time(), <, until_us);
    g_thread_yield();
  }
}

static void
a_letter_that_is_refused_is_sent_again_and_the_others_are_not(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
    g_auto(Fixture) self;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = NULL;

    fixture_init(&self);
    add_reject(&self, 7, "a");
    g_assert_true(stream_dead_letters_send(self.letters, "t", 1, self.rejects, &error));
    add_reject(&self, 8, "b");
    rd_kafka_mock_push_request_errors(self.mock.cluster, KAFKA_API_PRODUCE, 1, refusals[i].answer);
    g_assert_false(stream_dead_letters_send(self.letters, "t", 1, self.rejects, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, FAULT, (gint)refusals[i].fault);
    g_assert_nonnull(strstr(error->message, "orders.dlq"));
    g_assert_nonnull(strstr(error->message, refusals[i].says));
    g_clear_error(&error);

    send_until_taken(&self);
    records = kafka_mock_read(&self.mock, "orders.dlq", 1);
    g_assert_cmpuint(records->len, ==, 2);
    g_assert_cmpstr(((MockRecord *)records->pdata[0])->value, ==, "a");
    g_assert_cmpstr(((MockRecord *)records->pdata[1])->value, ==, "b");
  }
}

/* Its thread has mostly not even begun: it must find what it needs all the same. */
static void
what_was_begun_may_outlast_its_dead_letters(void)
{
  enum { TIMES = 200 };
  g_auto(Fixture) self;

  fixture_init(&self);
  add_reject(&self, 7, "value");
  for (unsigned i = 0; i < TIMES; i++) {
    g_autoptr(GError) error = NULL;
    StreamDeadLettersTask *task = stream_dead_letters_begin(self.letters, "t", 1, self.rejects);

    stream_dead_letters_free(g_steal_pointer(&self.letters));
    if (!stream_dead_letters_end(task, &error))
      g_assert_error(error, FAULT, FAULT_PEER);
    self.letters = stream_dead_letters_new(self.mock.properties, NULL, "group");
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/letters/record", a_letter_is_the_record_with_its_story);
  g_test_add_func("/letters/refused",
                  a_letter_that_is_refused_is_sent_again_and_the_others_are_not);
  g_test_add_func("/letters/outlasts", what_was_begun_may_outlast_its_dead_letters);
  return g_test_run();
}
