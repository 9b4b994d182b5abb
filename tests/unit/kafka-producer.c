/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/producer.h"

#include "support/kafka-mock.h"

enum { FLUSH_MS = 10000 };

static KafkaProducer *
producer_on(const KafkaMock *mock)
{
  g_autoptr(GError) error = NULL;
  KafkaProducer *producer = kafka_producer_new(mock->properties, &error);

  g_assert_no_error(error);
  return producer;
}

static void
a_record_arrives_with_key_value_headers_and_time(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", 4, 1);
  g_autoptr(KafkaProducer) producer = producer_on(&mock);
  g_autoptr(GError) error = NULL;
  const KafkaHeader headers[] = {{"a", slice_text("1")}, {"null", SLICE_EMPTY}};
  const KafkaRecord records[] = {
      {.topic = "t",
       .partition = 2,
       .key = slice_text("k"),
       .value = slice_text("v"),
       .headers = headers,
       .headers_length = 2,
       .timestamp_ms = 1234567890123},
      {.topic = "t", .partition = 2, .key = slice("", 0), .timestamp_ms = 5},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(records); i++)
    g_assert_true(kafka_producer_send(producer, &records[i], &error));
  g_assert_true(kafka_producer_flush(producer, FLUSH_MS, &error));
  g_assert_cmpuint(kafka_producer_delivered(producer), ==, 2);

  g_autoptr(GPtrArray) read = kafka_mock_read(&mock, "t", 4);
  const MockRecord *first = read->pdata[0];
  const MockRecord *second = read->pdata[1];

  g_assert_cmpuint(read->len, ==, 2);
  g_assert_cmpint(first->partition, ==, 2);
  g_assert_cmpstr(first->key, ==, "k");
  g_assert_cmpstr(first->value, ==, "v");
  g_assert_cmpstr(first->headers, ==, "a=1\nnull=-\n");
  g_assert_cmpint(first->timestamp_ms, ==, 1234567890123);
  g_assert_cmpstr(second->key, ==, "");
  g_assert_cmpstr(second->value, ==, "-");
}

/* murmur2 as org.apache.kafka.common.utils.Utils.toPositive(murmur2(key)) % 7 gives it. */
static void
keys_go_where_javas_clients_put_them(void)
{
  const struct {
    const char *key;
    int32_t partition;
  } cases[] = {{"kafka", 3}, {"giberish123456789", 5}, {"1234", 0}, {"234", 4}};
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", 7, 1);
  g_autoptr(KafkaProducer) producer = producer_on(&mock);
  g_autoptr(GError) error = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const KafkaRecord record = {
        .topic = "t", .partition = KAFKA_BY_KEY, .key = slice_text(cases[i].key)};

    g_assert_true(kafka_producer_send(producer, &record, &error));
  }
  g_assert_true(kafka_producer_flush(producer, FLUSH_MS, &error));

  g_autoptr(GPtrArray) read = kafka_mock_read(&mock, "t", 7);

  g_assert_cmpuint(read->len, ==, G_N_ELEMENTS(cases));
  for (size_t i = 0; i < read->len; i++) {
    const MockRecord *record = read->pdata[i];

    for (size_t j = 0; j < G_N_ELEMENTS(cases); j++) {
      if (g_str_equal(record->key, cases[j].key))
        g_assert_cmpint(record->partition, ==, cases[j].partition);
    }
  }
}

static void
a_full_queue_waits_and_loses_nothing(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  kafka_mock_add(&mock, "queue.buffering.max.messages", "10");
  kafka_mock_add(&mock, "linger.ms", "0");
  rd_kafka_mock_topic_create(mock.cluster, "t", 1, 1);
  g_autoptr(KafkaProducer) producer = producer_on(&mock);
  g_autoptr(GError) error = NULL;
  const KafkaRecord record = {.topic = "t", .value = slice_text("v")};

  for (size_t i = 0; i < 200; i++)
    g_assert_true(kafka_producer_send(producer, &record, &error));
  g_assert_true(kafka_producer_flush(producer, FLUSH_MS, &error));
  g_assert_cmpuint(kafka_producer_delivered(producer), ==, 200);
}

static void
a_failed_delivery_is_told_for_good(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", 1, 1);
  g_autoptr(KafkaProducer) producer = producer_on(&mock);
  const KafkaRecord record = {.topic = "t", .value = slice_text("v")};

  rd_kafka_mock_push_request_errors(mock.cluster, KAFKA_API_PRODUCE, 1,
                                    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  g_assert_true(kafka_producer_send(producer, &record, NULL));
  for (size_t i = 0; i < 2; i++) {
    g_autoptr(GError) error = NULL;

    g_assert_false(kafka_producer_flush(producer, FLUSH_MS, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
  }
  g_assert_false(kafka_producer_send(producer, &record, NULL));
}

static void
a_receipt_tells_each_records_fate(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", 1, 1);
  g_autoptr(KafkaProducer) producer = producer_on(&mock);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) fate = NULL;
  KafkaReceipt receipts[2];
  KafkaRecord record = {.topic = "t", .value = slice_text("v")};

  rd_kafka_mock_push_request_errors(mock.cluster, KAFKA_API_PRODUCE, 1,
                                    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  for (size_t i = 0; i < 2; i++) {
    record.receipt = &receipts[i];
    g_assert_true(kafka_producer_send(producer, &record, &error));
    g_assert_true(kafka_producer_flush(producer, FLUSH_MS, &error));
  }
  g_assert_cmpint(receipts[0].fate, ==, KAFKA_FAILED);
  g_assert_cmpint(receipts[1].fate, ==, KAFKA_DELIVERED);
  kafka_receipt_error(&receipts[0], "t", &fate);
  g_assert_error(fate, FAULT, FAULT_SETUP);
}

static void
a_flush_ends_at_its_deadline(void)
{
  g_auto(KafkaMock) mock;
  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "t", 1, 1);
  g_autoptr(KafkaProducer) producer = producer_on(&mock);
  g_autoptr(GError) error = NULL;
  const KafkaRecord record = {.topic = "t", .value = slice_text("v")};

  rd_kafka_mock_broker_set_down(mock.cluster, 1);
  g_assert_true(kafka_producer_send(producer, &record, &error));
  g_assert_false(kafka_producer_flush(producer, 1, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
}

static void
wrong_properties_are_named(void)
{
  const struct {
    KafkaProperty property;
    const char *said;
  } cases[] = {
      {{"no.such.property", "1"}, "kafka.no.such.property"},
      {{"linger.ms", "soon"}, "kafka.linger.ms"},
      {{"acks", "1"}, "acks"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const KafkaProperty properties[] = {cases[i].property, {NULL, NULL}};
    g_autoptr(GError) error = NULL;

    g_assert_false(kafka_producer_check(properties, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_nonnull(strstr(error->message, cases[i].said));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/producer/arrives", a_record_arrives_with_key_value_headers_and_time);
  g_test_add_func("/producer/partitioner", keys_go_where_javas_clients_put_them);
  g_test_add_func("/producer/full-queue", a_full_queue_waits_and_loses_nothing);
  g_test_add_func("/producer/failed", a_failed_delivery_is_told_for_good);
  g_test_add_func("/producer/receipt", a_receipt_tells_each_records_fate);
  g_test_add_func("/producer/deadline", a_flush_ends_at_its_deadline);
  g_test_add_func("/producer/properties", wrong_properties_are_named);
  return g_test_run();
}
