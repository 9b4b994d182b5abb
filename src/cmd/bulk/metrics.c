/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulk/metrics.h"

#include "base/event.h"
#include "metrics/exporter.h"

/* One gauge without more labels than the table. */
typedef struct {
  const char *name;
  const char *help;
  double value;
} Gauge;

static uint64_t
rejects_of(const CmdBulkReport *report)
{
  return report->feed != NULL ? report->feed->counts(report->feed->self).bad
                              : bulk_rejects_count(bulk_job_rejects(report->job));
}

static void
export_gauges(const CmdBulkMetrics *self, MetricsExporter *exporter)
{
  static const BulkLoadCounts none;
  const CmdBulkReport *report = self->report;
  const BulkLoadCounts *loaded = report->loaded != NULL ? report->loaded : &none;
  BulkIntakeCounts read = {0};
  BulkBuildCounts built = {0};
  uint64_t rejects = 0;

  if (report->job != NULL) {
    read = bulk_job_intake(report->job);
    built = bulk_job_build(report->job);
    rejects = rejects_of(report);
  }

  const Gauge gauges[] = {
      {"sluice_bulkload_success", "1 when it did all that it was asked to, else 0",
       self->code == EXIT_DONE},
      {"sluice_bulkload_exit_code", "The exit code of the command", (double)self->code},
      {"sluice_bulkload_end_timestamp_seconds", "When it ended, Unix time",
       (double)g_get_real_time() / G_USEC_PER_SEC},
      {"sluice_bulkload_duration_seconds", "How long it took", report->total_seconds},
      {"sluice_bulkload_records", "Records that it read", (double)read.records},
      {"sluice_bulkload_rejected_records", "Records that could not be stored", (double)rejects},
      {"sluice_bulkload_rows", "Rows in the HFiles that it wrote", (double)built.rows},
      {"sluice_bulkload_cells", "Their cells", (double)report->cells},
      {"sluice_bulkload_files", "HFiles that it wrote", (double)report->files},
      {"sluice_bulkload_bytes", "Their bytes", (double)report->bytes},
      {"sluice_bulkload_live_files", "HFiles that are loaded now", (double)loaded->files},
      {"sluice_bulkload_live_regions", "Regions whose files are all loaded",
       (double)loaded->regions},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(gauges); i++) {
    metrics_exporter_family(exporter, gauges[i].name, METRICS_GAUGE, gauges[i].help);
    metrics_exporter_number(exporter, (const MetricsLabel[]){{"table", self->table}, {NULL, NULL}},
                            gauges[i].value);
  }
}

static void
export_phases(const CmdBulkMetrics *self, MetricsExporter *exporter)
{
  metrics_exporter_family(exporter, "sluice_bulkload_phase_seconds", METRICS_GAUGE,
                          "How long each part of it took");
  for (int i = 0; i < BULK_PHASES; i++) {
    const MetricsLabel labels[] = {
        {"table", self->table}, {"phase", bulk_phase_name((BulkPhase)i)}, {NULL, NULL}};

    metrics_exporter_number(exporter, labels, self->report->seconds[i]);
  }
}

void
cmd_bulkmetrics_write(const CmdBulkMetrics *self, WholeFile *file)
{
  g_autoptr(WholeFile) owned = file;
  g_autoptr(MetricsExporter) exporter = metrics_exporter_new(METRICS_TEXT);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  export_gauges(self, exporter);
  export_phases(self, exporter);
  text = metrics_exporter_finish(exporter);
  if (whole_file_write(owned, slice(text, strlen(text)), &error) &&
      whole_file_finish(owned, &error))
    return;

  g_autofree char *reason = event_value(error->message);

  g_warning("the metrics are not written reason=%s", reason);
}
