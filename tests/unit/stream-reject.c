/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/reject.h"

static void
reject(StreamRejectLog *report, StreamStage stage, int64_t offset)
{
  KafkaPartition *partition = kafka_partition_new("orders", 0, 2);
  StreamReject rejected = {.message = {.partition = partition, .offset = offset},
                           .stage = stage,
                           .reason = (char *)"because so"};

  stream_reject_log(report, &rejected, "t");
  kafka_partition_unref(partition);
}

static void
many_alike_do_not_bury_one_of_another_kind(void)
{
  StreamRejectLog report = {0};

  for (int64_t i = 0; i < 3; i++)
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING,
                          i < 2 ? "rejected topic=orders partition=2*stage=decode*because so'"
                                : "*offset=2 *hint='more within this minute are only counted'");
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*offset=20 *stage=put*");
  for (int64_t i = 0; i < 20; i++)
    reject(&report, STREAM_DECODE, i);
  reject(&report, STREAM_PUT, 20);
  g_test_assert_expected_messages();

  report.began_us -= INT64_C(61) * G_USEC_PER_SEC; /* the next minute */
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "rejected topic=orders more=17 *");
  g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*offset=21 *");
  reject(&report, STREAM_DECODE, 21);
  g_test_assert_expected_messages();
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reject/alike", many_alike_do_not_bury_one_of_another_kind);
  return g_test_run();
}
