/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/counters.h"

#include <glib.h>

enum { THREADS = 3, TOPICS = 2, TIMES = 1000 };

static void
sums_are_over_threads_for_one_topic_or_all(void)
{
  MetricsCounters *counters = metrics_counters_new(THREADS, TOPICS);

  for (size_t thread = 0; thread < THREADS; thread++) {
    metrics_count(metrics_counters_sheet(counters, thread, 0), COUNTER_WRITTEN, 1);
    metrics_count(metrics_counters_sheet(counters, thread, 1), COUNTER_WRITTEN, 10);
    metrics_count(metrics_counters_sheet(counters, thread, 1), COUNTER_SKIPPED, 100);
  }
  metrics_count(metrics_counters_sheet(counters, 2, 1), COUNTER_DEAD_LETTERED, 1000);

  g_assert_cmpuint(metrics_counters_sum(counters, 0, COUNTER_WRITTEN), ==, 3);
  g_assert_cmpuint(metrics_counters_sum(counters, 1, COUNTER_WRITTEN), ==, 30);
  g_assert_cmpuint(metrics_counters_sum(counters, METRICS_ALL_TOPICS, COUNTER_WRITTEN), ==, 33);
  g_assert_cmpuint(metrics_counters_consumed(counters, 1), ==, 1330);
  g_assert_cmpuint(metrics_counters_consumed(counters, METRICS_ALL_TOPICS), ==, 1333);
  metrics_counters_free(counters);
}

static void
others_go_on_from_what_was_counted(void)
{
  MetricsCounters *before = metrics_counters_new(2, 3); /* topics a and b, and calls */
  MetricsCounters *now = metrics_counters_new(3, 4);    /* topics b, c and a, and calls */
  const int numbers[] = {1, -1, 0, 2};

  metrics_count(metrics_counters_sheet(before, 0, 0), COUNTER_WRITTEN, 1);
  metrics_count(metrics_counters_sheet(before, 0, 1), COUNTER_WRITTEN, 10);
  metrics_count(metrics_counters_sheet(before, 1, 1), COUNTER_WRITTEN, 20);
  metrics_count(metrics_counters_sheet(before, 1, 2), COUNTER_BATCHES, 7);
  histogram_add(&metrics_counters_topic(before, 1)->delay_ms, 60);
  atomic_store(&metrics_counters_topic(before, 1)->acknowledged_s, 1700000000);
  histogram_add(&metrics_counters_shared(before)->batch_rows, 500);
  atomic_store(&metrics_counters_shared(before)->rebalances, 3);
  metrics_counters_continue(now, before, numbers);
  metrics_counters_free(before);

  g_assert_cmpuint(metrics_counters_sum(now, 0, COUNTER_WRITTEN), ==, 30);
  g_assert_cmpuint(metrics_counters_sum(now, 1, COUNTER_WRITTEN), ==, 0);
  g_assert_cmpuint(metrics_counters_sum(now, 2, COUNTER_WRITTEN), ==, 1);
  g_assert_cmpuint(metrics_counters_sum(now, 3, COUNTER_BATCHES), ==, 7);
  g_assert_cmpuint(atomic_load(&metrics_counters_topic(now, 0)->delay_ms.sum), ==, 60);
  g_assert_cmpint(atomic_load(&metrics_counters_topic(now, 0)->acknowledged_s), ==, 1700000000);
  g_assert_cmpint(atomic_load(&metrics_counters_topic(now, 1)->acknowledged_s), ==, 0);
  g_assert_cmpuint(atomic_load(&metrics_counters_shared(now)->batch_rows.sum), ==, 500);
  g_assert_cmpuint(atomic_load(&metrics_counters_shared(now)->rebalances), ==, 3);
  metrics_counters_free(now);
}

static gpointer
count_up(gpointer data)
{
  for (size_t i = 0; i < TIMES; i++)
    metrics_count(data, COUNTER_READ, 1);
  return NULL;
}

static void
threads_count_side_by_side_and_lose_nothing(void)
{
  MetricsCounters *counters = metrics_counters_new(THREADS, 1);
  GThread *threads[THREADS];

  for (size_t i = 0; i < THREADS; i++)
    threads[i] = g_thread_new("counter", count_up, metrics_counters_sheet(counters, i, 0));
  for (size_t i = 0; i < THREADS; i++)
    g_thread_join(threads[i]);
  g_assert_cmpuint(metrics_counters_sum(counters, 0, COUNTER_READ), ==, THREADS * TIMES);
  metrics_counters_free(counters);
}

static void
every_counter_has_a_name_and_help(void)
{
  for (size_t i = 0; i < COUNTERS; i++) {
    g_assert_nonnull(metrics_counter_infos[i].name);
    g_assert_nonnull(metrics_counter_infos[i].help);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/counters/sums", sums_are_over_threads_for_one_topic_or_all);
  g_test_add_func("/counters/continue", others_go_on_from_what_was_counted);
  g_test_add_func("/counters/threads", threads_count_side_by_side_and_lose_nothing);
  g_test_add_func("/counters/infos", every_counter_has_a_name_and_help);
  return g_test_run();
}
