/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/counters.h"

#include <glib.h>
#include <stdlib.h>

struct MetricsCounters {
  MetricsSheet *sheets; /* owned: thread by thread, a sheet for each topic */
  size_t threads;
  size_t topics;
  MetricsTopic *of_topics; /* owned */
  MetricsShared shared;
};

/* Milliseconds, from 50 ms to a day. */
static const HistogramScale delays = {
    .bounds = {50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 900000, 3600000,
               21600000, 86400000},
    .length = 15,
};

static const HistogramScale rows = {
    .bounds = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000}, .length = 13};

static const HistogramScale bytes = {
    .bounds = {1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 21,
               1 << 22, 1 << 24},
    .length = 11,
};

const CounterInfo metrics_counter_infos[COUNTERS] = {
    [COUNTER_READ] = {"records_read", "Records taken from Kafka"},
    [COUNTER_WRITTEN] = {"records_written", "Records that HBase has acknowledged"},
    [COUNTER_SKIPPED] = {"records_skipped", "Records passed over on purpose"},
    [COUNTER_DEAD_LETTERED] = {"records_dead_lettered",
                               "Records that the dead-letter topic has acknowledged"},
    [COUNTER_BAD_DECODE] = {"records_bad_decode", "Records that could not be decoded"},
    [COUNTER_BAD_MAP] = {"records_bad_map", "Records that could not be mapped to a row"},
    [COUNTER_BAD_PUT] = {"records_bad_put", "Records whose row HBase refused"},
    [COUNTER_TOMBSTONES] = {"records_tombstones", "Records that deleted a row"},
    [COUNTER_ROWS] = {"rows_acknowledged", "Rows that HBase has acknowledged"},
    [COUNTER_BYTES] = {"bytes_acknowledged", "Bytes of rows that HBase has acknowledged"},
    [COUNTER_BATCHES] = {"batches_acknowledged", "Batches that HBase has acknowledged"},
    [COUNTER_RESENT] = {"calls_resent", "Calls sent again because no answer came"},
    [COUNTER_HALVED] = {"calls_halved", "Calls split to find the row that was refused"},
    [COUNTER_ANSWER_US] = {"answer_microseconds", "Time spent waiting for answers"},
    [COUNTER_WAIT_US] = {"wait_microseconds", "Time spent waiting before another try"},
    [COUNTER_RETRY_GATEWAY] = {"gateway", "Tries in which no gateway answered"},
    [COUNTER_RETRY_TABLE] = {"table", "Tries in which the table took no rows"},
    [COUNTER_RETRY_SCHEMA] = {"schema", "Tries in which the schema registry did not answer"},
    [COUNTER_RETRY_LETTERS] = {"dead_letters", "Tries in which Kafka did not take dead letters"},
};

MetricsCounters *
metrics_counters_new(size_t threads, size_t topics)
{
  MetricsCounters *self = g_new0(MetricsCounters, 1);
  size_t size = MAX(threads * topics, 1) * sizeof(MetricsSheet);

  self->threads = threads;
  self->topics = topics;
  self->sheets = g_aligned_alloc0(1, size, _Alignof(MetricsSheet));
  self->of_topics = g_new0(MetricsTopic, topics);
  self->shared.batch_rows.scale = &rows;
  self->shared.reasons = metrics_reasons_new();
  self->shared.batch_bytes.scale = &bytes;
  for (size_t i = 0; i < topics; i++)
    self->of_topics[i].delay_ms.scale = &delays;
  for (size_t i = 0; i < threads * topics; i++) {
    self->sheets[i].topic = &self->of_topics[i % topics];
    self->sheets[i].shared = &self->shared;
  }
  return self;
}

void
metrics_counters_free(MetricsCounters *self)
{
  if (self == NULL)
    return;
  g_aligned_free(self->sheets);
  metrics_reasons_unref(self->shared.reasons);
  g_free(self->of_topics);
  g_free(self);
}

MetricsSheet *
metrics_counters_sheet(MetricsCounters *self, size_t thread, size_t topic)
{
  return &self->sheets[thread * self->topics + topic];
}

MetricsTopic *
metrics_counters_topic(const MetricsCounters *self, size_t topic)
{
  return &self->of_topics[topic];
}

MetricsShared *
metrics_counters_shared(const MetricsCounters *self)
{
  return (MetricsShared *)&self->shared;
}

static void
copy_histogram(Histogram *to, const Histogram *from)
{
  for (size_t i = 0; i <= from->scale->length; i++)
    atomic_store(&to->counts[i], atomic_load(&from->counts[i]));
  atomic_store(&to->sum, atomic_load(&from->sum));
}

void
metrics_counters_continue(MetricsCounters *self, const MetricsCounters *before, const int *topics)
{
  for (size_t i = 0; i < self->topics; i++) {
    const MetricsTopic *topic;

    if (topics[i] < 0)
      continue;
    for (Counter counter = 0; counter < COUNTERS; counter++)
      metrics_count(metrics_counters_sheet(self, 0, i), counter,
                    metrics_counters_sum(before, topics[i], counter));
    topic = metrics_counters_topic(before, (size_t)topics[i]);
    copy_histogram(&self->of_topics[i].delay_ms, &topic->delay_ms);
    atomic_store(&self->of_topics[i].acknowledged_s, atomic_load(&topic->acknowledged_s));
  }
  metrics_reasons_unref(self->shared.reasons);
  self->shared.reasons = metrics_reasons_ref(before->shared.reasons);
  copy_histogram(&self->shared.batch_rows, &before->shared.batch_rows);
  copy_histogram(&self->shared.batch_bytes, &before->shared.batch_bytes);
  atomic_store(&self->shared.rebalances, atomic_load(&before->shared.rebalances));
  atomic_store(&self->shared.commit_failures, atomic_load(&before->shared.commit_failures));
}

uint64_t
metrics_counters_held_bytes(const MetricsCounters *self)
{
  uint64_t held_bytes = 0;

  for (size_t i = 0; i < self->threads * self->topics; i++)
    held_bytes += atomic_load_explicit(&self->sheets[i].held_bytes, memory_order_relaxed);
  return held_bytes;
}

uint64_t
metrics_counters_sum(const MetricsCounters *self, int topic, Counter counter)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < self->threads * self->topics; i++) {
    if (topic == METRICS_ALL_TOPICS || i % self->topics == (size_t)topic)
      sum += atomic_load_explicit(&self->sheets[i].values[counter], memory_order_relaxed);
  }
  return sum;
}

uint64_t
metrics_counters_consumed(const MetricsCounters *self, int topic)
{
  return metrics_counters_sum(self, topic, COUNTER_WRITTEN) +
         metrics_counters_sum(self, topic, COUNTER_SKIPPED) +
         metrics_counters_sum(self, topic, COUNTER_DEAD_LETTERED);
}
