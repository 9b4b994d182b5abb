/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/property.h"

#include <string.h>

static void
properties_are_taken_or_refused_with_the_reason(void)
{
  const struct {
    const char *name;
    const char *value;
    const char *fault; /* NULL: taken */
  } cases[] = {
      {"bootstrap.servers", "a:1,b:2", NULL},
      {"queued.max.messages.kbytes", "4096", "is not yours to set: ingest.memory"},
      {"isolation.level", "read_uncommitted", NULL},
      {"partition.assignment.strategy", "range", "is not yours to set: partitions are handed over"},
      {"bootstrap.server", "a:1", "did you mean bootstrap.servers?"},
      {"compression.codecs", "lz4", "did you mean compression.codec?"},
      {"colour", "red", "librdkafka has no property of that name"},
      {"session.timeout.ms", "soon", "session.timeout.ms"},
      {"security.protocol", "tls", "security.protocol"},
      {"error_cb", "x", "error_cb"},
      {"enable.auto.offset.store", "true", "is not yours to set: offsets are stored only when"},
      {"enable.auto.offset.store", "false", "is not yours to set: offsets are stored only when"},
      {"delivery.report.only.error", "true", "is not yours to set: a dead letter counts only when"},
      {"enable.gapless.guarantee", "true", "is not yours to set: a dead letter that fails"},
      {"retries", "0", "must be from 1 to 2147483647: dead letters are produced idempotently"},
      {"message.send.max.retries", "0", "must be from 1"},
      {"retries", "7", NULL},
      {"max.in.flight", "6", "at most 5 in flight"},
      {"max.in.flight.requests.per.connection", "6", "at most 5 in flight"},
      {"max.in.flight", "5", NULL},
      {"queuing.strategy", "lifo", "must be fifo"},
      {"queuing.strategy", "fifo", NULL},
      {"message.max.bytes", "1000000", NULL}, /* the producer has its own */
      {"queue.buffering.max.kbytes", "32768", "a dead letter is as large as its record"},
      {"linger.ms", "900000", "dead letters are waited for"},
      {"linger.ms", "0.5", NULL},
      {"acks", "1", "is not yours to set: a dead letter counts only when"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    bool is_taken =
        kafka_property_check(&(KafkaProperty){cases[i].name, cases[i].value}, false, &error);

    g_test_message("%s: %s", cases[i].name, is_taken ? "taken" : error->message);
    g_assert_cmpint(is_taken, ==, cases[i].fault == NULL);
    if (is_taken)
      continue;
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_nonnull(strstr(error->message, cases[i].fault));
  }
}

static void
a_secret_is_not_repeated(void)
{
  g_autoptr(GError) error = NULL;

  g_assert_false(
      kafka_property_check(&(KafkaProperty){"security.protocol", "hunter2"}, true, &error));
  g_assert_null(strstr(error->message, "hunter2"));
}

static void
every_name_librdkafka_knows_exists(void)
{
  g_assert_true(kafka_property_exists("group.id"));
  g_assert_true(kafka_property_exists("auto.offset.reset"));
  g_assert_true(kafka_property_exists("session.timeout.ms"));
  g_assert_false(kafka_property_exists("service.host"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/property/check", properties_are_taken_or_refused_with_the_reason);
  g_test_add_func("/property/secret", a_secret_is_not_repeated);
  g_test_add_func("/property/exists", every_name_librdkafka_knows_exists);
  return g_test_run();
}
