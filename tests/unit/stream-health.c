/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/health.h"

static GError *
reason(const char *text)
{
  return g_error_new_literal(FAULT, FAULT_PEER, text);
}

static void
assert_ready(const StreamHealth *health, const char *wanted)
{
  const char *why = NULL;
  bool is_ready = stream_health_is_ready(health, &why);

  g_assert_cmpint(is_ready, ==, wanted == NULL);
  if (wanted != NULL)
    g_assert_nonnull(strstr(why, wanted));
}

static void
it_is_ready_once_in_the_group_while_no_writer_waits_and_kafka_answers(void)
{
  StreamHealth health;
  g_autoptr(GError) gateway = reason("gateway is away");
  g_autoptr(GError) table = reason("table is disabled");

  stream_health_init(&health, 2);
  assert_ready(&health, "joining");
  stream_health_joined(&health);
  assert_ready(&health, NULL);

  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*gateway is away*");
  stream_health_note(&health, 1, gateway);
  stream_health_note(&health, 1, gateway); /* said once */
  assert_ready(&health, "gateway is away");
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*table is disabled*");
  stream_health_note(&health, 0, table);
  stream_health_note(&health, 1, NULL);
  assert_ready(&health, "table is disabled");
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*writing again*");
  stream_health_note(&health, 0, NULL);
  assert_ready(&health, NULL);

  stream_health_kafka(&health, "all brokers are down");
  assert_ready(&health, "brokers");
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*answers again*");
  stream_health_kafka(&health, NULL);
  assert_ready(&health, NULL);
  g_test_assert_expected_messages();
  stream_health_clear(&health);
}

static void
a_new_outage_is_told_again(void)
{
  StreamHealth health;
  g_autoptr(GError) gateway = reason("gateway is away");

  stream_health_init(&health, 1);
  for (size_t i = 0; i < 2; i++) {
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*gateway is away*");
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*writing again*");
    stream_health_note(&health, 0, gateway);
    stream_health_note(&health, 0, NULL);
  }
  g_test_assert_expected_messages();
  stream_health_clear(&health);
}

static void
nothing_moving_is_a_fault_that_says_why(void)
{
  StreamHealth health;
  g_autoptr(GError) gateway = reason("gateway is away");
  g_autoptr(GError) why = NULL;

  stream_health_init(&health, 1);
  stream_health_progress(&health, 5);
  g_assert_false(stream_health_is_stalled(&health, 1000000, NULL));
  health.progressed_us -= 2000000;
  stream_health_progress(&health, 5); /* the same: nothing has moved */
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*gateway is away*");
  stream_health_note(&health, 0, gateway);
  g_assert_true(stream_health_is_stalled(&health, 1000, &why));
  g_assert_error(why, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(why->message, "gateway is away"));
  stream_health_progress(&health, 6);
  g_assert_false(stream_health_is_stalled(&health, 1000, NULL));
  g_test_assert_expected_messages();
  stream_health_clear(&health);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/health/ready",
                  it_is_ready_once_in_the_group_while_no_writer_waits_and_kafka_answers);
  g_test_add_func("/health/again", a_new_outage_is_told_again);
  g_test_add_func("/health/stalled", nothing_moving_is_a_fault_that_says_why);
  return g_test_run();
}
