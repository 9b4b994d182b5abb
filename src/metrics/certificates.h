/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "metrics/exporter.h"

/* Until when the certificates are valid that settings name: our own, and authorities. */
typedef struct MetricsCertificates MetricsCertificates;

/* `config` is borrowed. */
MetricsCertificates *metrics_certificates_new(const Config *config);
void metrics_certificates_free(MetricsCertificates *self);

/* Reads the files again when they were last read some minutes ago: they are renewed in place. What
 * cannot be read is left out. */
void metrics_certificates_export(MetricsCertificates *self, MetricsExporter *exporter);
