/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "metrics/history.h"

/* What `/status` answers and `sluice top` shows, as docs/status.schema.json has it: the same
 * figures as the metrics, for programs that want an answer and no series. */
typedef struct {
  MetricsService service;
  const char *reason;            /* why records do not flow; NULL: they do */
  int64_t since_us;              /* when that was told first, by the monotonic clock */
  int64_t started_us;            /* the service */
  const char *group;             /* kafka.group.id */
  const char *instance;          /* which of the group's members this is */
  const char *brokers;           /* bootstrap.servers */
  const char *kafka_reason;      /* why Kafka does not serve us; NULL: it does */
  const MetricsHistory *history; /* NULL: none is kept */
} MetricsStatus;

char *metrics_status_json(const MetricsStatus *self);
