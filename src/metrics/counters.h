/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* What every record's road is counted by. A sheet has one writer, its thread, so counting takes no
 * lock and no locked instruction; whoever reads sums the sheets. */
typedef enum {
  COUNTER_READ,          /* records taken from Kafka */
  COUNTER_WRITTEN,       /* acknowledged by HBase */
  COUNTER_SKIPPED,       /* passed over on purpose: tombstones, errors=skip */
  COUNTER_DEAD_LETTERED, /* acknowledged by the dead-letter topic */
  COUNTER_BAD_DECODE,    /* records that could not be decoded, */
  COUNTER_BAD_MAP,       /* mapped, */
  COUNTER_BAD_PUT,       /* or stored, whatever became of them */
  COUNTER_TOMBSTONES,
  COUNTER_ROWS,      /* acknowledged by HBase, puts and deletes */
  COUNTER_BYTES,     /* of those, as sent */
  COUNTER_BATCHES,   /* acknowledged */
  COUNTER_RESENT,    /* calls sent again because their answer did not come */
  COUNTER_HALVED,    /* calls split to find the row that is refused */
  COUNTER_ANSWER_US, /* microseconds spent waiting for answers */
  COUNTER_WAIT_US,   /* microseconds spent waiting before another try */
  COUNTERS,
} Counter;

typedef struct {
  const char *name; /* as in an exporter: "records_written" */
  const char *help;
} CounterInfo;

/* Indexed by Counter. */
extern const CounterInfo metrics_counter_infos[COUNTERS];

typedef struct {
  _Alignas(64) atomic_uint_fast64_t values[COUNTERS];
} MetricsSheet;

/* For the sheet's thread alone. */
static inline void
metrics_count(MetricsSheet *self, Counter counter, uint64_t more)
{
  uint64_t now = atomic_load_explicit(&self->values[counter], memory_order_relaxed);

  atomic_store_explicit(&self->values[counter], now + more, memory_order_relaxed);
}

/* The sheets of every thread and topic. */
typedef struct MetricsCounters MetricsCounters;

MetricsCounters *metrics_counters_new(size_t threads, size_t topics);
void metrics_counters_free(MetricsCounters *self);

MetricsSheet *metrics_counters_sheet(MetricsCounters *self, size_t thread, size_t topic);

/* From any thread: the sum over threads for one topic, or over all. */
enum { METRICS_ALL_TOPICS = -1 };
uint64_t metrics_counters_sum(const MetricsCounters *self, int topic, Counter counter);

/* Records that are done with. By its definition what was consumed was written, skipped or
 * dead-lettered: nothing else ends a record. */
uint64_t metrics_counters_consumed(const MetricsCounters *self, int topic);
