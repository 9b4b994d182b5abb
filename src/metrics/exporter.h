/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes Prometheus's text format, version 0.0.4, or OpenMetrics, version 1.0.0: families one after
 * the other, each with its samples. */
typedef struct MetricsExporter MetricsExporter;

typedef enum { METRICS_COUNTER, METRICS_GAUGE, METRICS_HISTOGRAM } MetricsKind;

typedef struct {
  const char *name;
  const char *value; /* any text; what is not UTF-8 in it is replaced */
} MetricsLabel;

typedef enum { METRICS_TEXT, METRICS_OPEN } MetricsFormat;

MetricsExporter *metrics_exporter_new(MetricsFormat format);
void metrics_exporter_free(MetricsExporter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MetricsExporter, metrics_exporter_free)

/* Begins a family. Each name comes once; a counter's ends in _total. */
void metrics_exporter_family(MetricsExporter *self, const char *name, MetricsKind kind,
                             const char *help);

/* One sample of the family. `labels` ends with a nameless one; NULL: none. */
void metrics_exporter_count(MetricsExporter *self, const MetricsLabel *labels, uint64_t value);
void metrics_exporter_number(MetricsExporter *self, const MetricsLabel *labels, double value);

/* What fell between the bounds: counts[i] of them at most bounds[i] and above the bound before,
 * counts[length] above all. */
typedef struct {
  const double *bounds; /* ascending */
  const uint64_t *counts;
  size_t length; /* of bounds; counts has one more */
  double sum;
} MetricsBuckets;

void metrics_exporter_histogram(MetricsExporter *self, const MetricsLabel *labels,
                                const MetricsBuckets *buckets);

/* The whole text; the exporter is empty again. */
char *metrics_exporter_finish(MetricsExporter *self);
