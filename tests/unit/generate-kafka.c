/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/kafka.h"

#include "generate/datum.h"
#include "support/kafka-mock.h"

enum { PARTITIONS = 3, TIMEOUT_MS = 10000 };

/* A macro, so that the call comes before the look at its error. */
#define assert_ok(is_ok, error)                                                                    \
  do {                                                                                             \
    bool was_ok = (is_ok);                                                                         \
    g_assert_no_error(error);                                                                      \
    g_assert_true(was_ok);                                                                         \
  } while (false)

/* Sends the first record of transactions twice: damaged to nothing, then whole. */
static void
send_some(const KafkaMock *mock, ShopRecord *record)
{
  const ShopEntity *entity = &shop_entities[2];
  g_autoptr(ShopWorld) world = shop_world_new(1, 1.0 / SHOP_BLOCKS);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaProducer) producer = kafka_producer_new(mock->properties, &error);
  g_autoptr(KafkaTopics) topics = kafka_topics_new(mock->properties, TIMEOUT_MS, &error);

  assert_ok(producer != NULL && topics != NULL, error);

  g_autoptr(GenerateKafka) kafka = generate_kafka_new(&(GenerateKafkaOptions){
      .producer = producer,
      .topics = topics,
      .prefix = "shop-",
      .partitions = PARTITIONS,
      .timeout_ms = TIMEOUT_MS,
  });
  GenerateSink sink = generate_kafka_sink(kafka);

  entity->fill(visits, 0, record);
  assert_ok(sink.begin(sink.self, entity, &error), error);
  assert_ok(sink.damaged(sink.self, record, GENERATE_DATUM_EMPTY, &error), error);
  assert_ok(sink.record(sink.self, record, &error), error);
  assert_ok(sink.end(sink.self, true, &error), error);
  g_assert_cmpuint(kafka_producer_delivered(producer), ==, 2);
}

static void
messages_have_the_row_key_the_datum_and_the_time_it_happened(void)
{
  g_auto(KafkaMock) mock;
  g_auto(ShopRecord) record = {0};
  g_auto(Bytes) datum = {0};

  kafka_mock_init(&mock);
  rd_kafka_mock_topic_create(mock.cluster, "shop-transactions", PARTITIONS, 1);
  send_some(&mock, &record);

  g_autoptr(GPtrArray) read = kafka_mock_read(&mock, "shop-transactions", PARTITIONS);

  g_assert_cmpuint(read->len, ==, 2);

  const MockRecord *damaged = read->pdata[0];
  const MockRecord *whole = read->pdata[1];
  Slice id = record.values[2].text;

  g_assert_true(slice_equal(slice_text(whole->key), id));
  g_assert_true(slice_equal(slice_text(damaged->key), id));
  g_assert_cmpint(whole->timestamp_ms, ==, record.time_ms);
  g_assert_cmpint(damaged->timestamp_ms, ==, record.time_ms);
  generate_datum_put(&shop_entities[2], &record, &datum);
  g_assert_cmpmem(whole->value, strlen(whole->value), datum.data,
                  strnlen((const char *)datum.data, datum.len));
  g_assert_cmpuint(strlen(whole->value), >, SHOP_TIME_BYTES);
  g_assert_cmpstr(damaged->value, ==, ""); /* and no tombstone, "-" */
}

static void
a_broker_that_is_not_there_is_a_peers_fault(void)
{
  static const KafkaProperty nowhere[] = {{"bootstrap.servers", "127.0.0.1:1"}, {NULL, NULL}};
  g_autoptr(GError) error = NULL;
  g_autoptr(KafkaProducer) producer = kafka_producer_new(nowhere, &error);
  g_autoptr(KafkaTopics) topics = kafka_topics_new(nowhere, 200, &error);

  assert_ok(producer != NULL && topics != NULL, error);

  g_autoptr(GenerateKafka) kafka =
      generate_kafka_new(&(GenerateKafkaOptions){producer, topics, "", PARTITIONS, false, 200});
  GenerateSink sink = generate_kafka_sink(kafka);

  g_assert_false(sink.begin(sink.self, &shop_entities[0], &error));
  g_assert_error(error, FAULT, FAULT_PEER);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/generate-kafka/messages",
                  messages_have_the_row_key_the_datum_and_the_time_it_happened);
  g_test_add_func("/generate-kafka/no-broker", a_broker_that_is_not_there_is_a_peers_fault);
  return g_test_run();
}
