/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "metrics/service.h"

/* What a service did in its last 15 minutes, for the page: a sample each five seconds, of the whole
 * and of its first 64 topics, and how fast each partition went in its last minute. About 7 KiB a
 * topic and 250 bytes a partition, whatever comes. One thread at a time. */
typedef struct MetricsHistory MetricsHistory;

enum {
  HISTORY_SAMPLES = 180,
  HISTORY_STEP_MS = 5000,
  HISTORY_TOPICS = 64,
  HISTORY_PARTITIONS = 4096, /* whose speed is known */
};

MetricsHistory *metrics_history_new(void);
void metrics_history_free(MetricsHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MetricsHistory, metrics_history_free)

/* Takes a sample, if it is time for one by the monotonic clock. */
void metrics_history_note(MetricsHistory *self, const MetricsService *service, int64_t now_us);

/* Records a second that were acknowledged, and seconds until none waits if all goes on as in the
 * last minute; -1: not known, or never. */
typedef struct {
  double rate;
  int64_t caught_up_s;
} MetricsSpeed;

MetricsSpeed metrics_history_speed(const MetricsHistory *self, const KafkaStanding *standing);

/* Appends a JSON object: the samples that are later than `since_ms` (Unix time), of the whole, and
 * of the tables of a topic too (NULL: none). */
void metrics_history_append(const MetricsHistory *self, const MetricsService *service,
                            int64_t since_ms, const char *topic, GString *json);
