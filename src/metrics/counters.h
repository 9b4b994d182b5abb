/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/histogram.h"
#include "metrics/reasons.h"

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
  /* Tries that failed for one that is waited for, by cause: */
  COUNTER_RETRY_GATEWAY, /* no gateway answers */
  COUNTER_RETRY_TABLE,   /* the table does not take rows */
  COUNTER_RETRY_SCHEMA,  /* the schema registry does not answer */
  COUNTER_RETRY_LETTERS, /* Kafka does not take dead letters */
  COUNTERS,
} Counter;

typedef struct {
  const char *name; /* as in an exporter: "records_written"; of a retry its cause */
  const char *help;
} CounterInfo;

/* Indexed by Counter. */
extern const CounterInfo metrics_counter_infos[COUNTERS];

/* What all threads tell of one topic; any of them may add. */
typedef struct {
  Histogram delay_ms;                 /* from a record's time to its acknowledgement */
  atomic_int_fast64_t acknowledged_s; /* when HBase last acknowledged one, Unix time; 0: never */
} MetricsTopic;

/* What all threads tell of the process. */
typedef struct {
  Histogram batch_rows;
  Histogram batch_bytes;
  atomic_uint_fast64_t rebalances;
  atomic_uint_fast64_t commit_failures;
  atomic_uint_fast64_t partitions; /* held now */
  MetricsReasons *reasons;         /* a reference of the counters */
} MetricsShared;

typedef struct {
  _Alignas(64) atomic_uint_fast64_t values[COUNTERS];
  atomic_uint_fast64_t held_bytes; /* of batches and bad records; a writer's own sheet */
  MetricsTopic *topic;             /* borrowed; NULL: nobody asks */
  MetricsShared *shared;           /* borrowed; NULL: nobody asks */
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

MetricsTopic *metrics_counters_topic(const MetricsCounters *self, size_t topic);
MetricsShared *metrics_counters_shared(const MetricsCounters *self);

/* Goes on from what others have counted, before anybody counts here: topics[i] is their number of
 * our topic i, -1 if it is new to them. */
void metrics_counters_continue(MetricsCounters *self, const MetricsCounters *before,
                               const int *topics);

/* What the writers hold in memory, about. */
uint64_t metrics_counters_held_bytes(const MetricsCounters *self);

/* From any thread: the sum over threads for one topic, or over all. */
enum { METRICS_ALL_TOPICS = -1 };
uint64_t metrics_counters_sum(const MetricsCounters *self, int topic, Counter counter);

/* Records that are done with. By its definition what was consumed was written, skipped or
 * dead-lettered: nothing else ends a record. */
uint64_t metrics_counters_consumed(const MetricsCounters *self, int topic);
