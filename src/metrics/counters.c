/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/counters.h"

#include <glib.h>
#include <stdlib.h>

struct MetricsCounters {
  MetricsSheet *sheets; /* owned: thread by thread, a sheet for each topic */
  size_t threads;
  size_t topics;
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
};

MetricsCounters *
metrics_counters_new(size_t threads, size_t topics)
{
  MetricsCounters *self = g_new0(MetricsCounters, 1);
  size_t bytes = MAX(threads * topics, 1) * sizeof(MetricsSheet);

  self->threads = threads;
  self->topics = topics;
  self->sheets = g_aligned_alloc0(1, bytes, _Alignof(MetricsSheet));
  return self;
}

void
metrics_counters_free(MetricsCounters *self)
{
  if (self == NULL)
    return;
  g_aligned_free(self->sheets);
  g_free(self);
}

MetricsSheet *
metrics_counters_sheet(MetricsCounters *self, size_t thread, size_t topic)
{
  return &self->sheets[thread * self->topics + topic];
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
