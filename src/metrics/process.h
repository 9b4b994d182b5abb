/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "metrics/exporter.h"

/* What Prometheus's own client libraries say of every process: CPU, memory, open files, start. */
void metrics_process_export(MetricsExporter *exporter);
