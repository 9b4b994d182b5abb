/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/tally.h"
#include "http/registry.h"
#include "kafka/consumer.h"
#include "mapping/mapping.h"
#include "metrics/counters.h"
#include "metrics/exporter.h"

/* All that a running service tells about itself, for docs/metrics.md. Everything is borrowed. */
typedef struct {
  const char *revision; /* of the source that was built */
  bool is_ready;
  const MetricsCounters *counters; /* NULL: none yet; topics in the order of the mappings */
  const Mapping *const *mappings;  /* NULL: none yet */
  size_t mappings_length;
  const GArray *standings;      /* of KafkaStanding */
  const GatewayTally *gateways; /* ends with a nameless one; NULL: none yet */
  HttpRegistry *registry;       /* NULL: none is asked */
  uint64_t memory_bytes;        /* ingest.memory */
} MetricsService;

/* Offsets that a partition waits for, and the age of the oldest of them in seconds; -1: not known.
 */
int64_t metrics_service_lag(const KafkaStanding *standing);
int64_t metrics_service_lag_seconds(const KafkaStanding *standing);

void metrics_service_export(const MetricsService *self, MetricsExporter *exporter);
