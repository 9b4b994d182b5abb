/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The distinct reasons why records were bad: the last fifty of them, with how often and where. A
 * reason is told without what it says of the record's values, so none of these is here. Any thread.
 */
typedef struct MetricsReasons MetricsReasons;

enum { METRICS_REASONS = 50 };

/* A bad record; all texts are borrowed. Two are alike when all but partition and offset are. */
typedef struct {
  const char *topic;
  const char *table;
  const char *stage; /* "decode", "map", "put" */
  const char *field; /* NULL: not one alone */
  const char *kind;  /* as fault_kind() has it: a format; NULL: not told */
  int32_t partition;
  int64_t offset;
} MetricsBad;

MetricsReasons *metrics_reasons_new(void);
MetricsReasons *metrics_reasons_ref(MetricsReasons *self);
void metrics_reasons_unref(MetricsReasons *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MetricsReasons, metrics_reasons_unref)

/* Does nothing where `self` is NULL. */
void metrics_reasons_add(MetricsReasons *self, const MetricsBad *bad);

/* Appends a JSON array, the last seen first, and how many are no longer in it to `*out_lost`. */
void metrics_reasons_append(MetricsReasons *self, GString *json, uint64_t *out_lost);
