/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/exporter.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

/* One of everything, as counters and gauges of a running service look. */
static char *
export_everything(void)
{
  g_autoptr(MetricsExporter) exporter = metrics_exporter_new(METRICS_TEXT);
  const MetricsLabel labels[] = {
      {"topic", "click_stream"}, {"reason", "not \"a\"\nnumber: \\d \xff"}, {NULL, NULL}};
  const double bounds[] = {0.001, 0.5, 2};
  const uint64_t counts[] = {1, 0, 2, 4};

  metrics_exporter_family(exporter, "sluice_records_total", METRICS_COUNTER,
                          "Records, by\nfate \"and\" C:\\topic");
  metrics_exporter_count(exporter, labels, G_MAXUINT64);
  metrics_exporter_count(exporter, NULL, 0);
  metrics_exporter_family(exporter, "sluice_lag_seconds", METRICS_GAUGE, "Lag");
  metrics_exporter_number(exporter, NULL, 0.25);
  metrics_exporter_family(exporter, "sluice_batch_seconds", METRICS_HISTOGRAM, "Batches");
  metrics_exporter_histogram(exporter, (const MetricsLabel[]){{"table", "t"}, {NULL, NULL}},
                             &(const MetricsBuckets){bounds, counts, 3, 12.5});
  return metrics_exporter_finish(exporter);
}

static void
families_are_written_as_the_format_has_them(void)
{
  g_autofree char *text = export_everything();

  g_assert_cmpstr(text, ==,
                  "# HELP sluice_records_total Records, by\\nfate \"and\" C:\\\\topic\n"
                  "# TYPE sluice_records_total counter\n"
                  "sluice_records_total{topic=\"click_stream\",reason=\"not \\\"a\\\"\\nnumber: "
                  "\\\\d \xef\xbf\xbd\"} 18446744073709551615\n"
                  "sluice_records_total 0\n"
                  "# HELP sluice_lag_seconds Lag\n"
                  "# TYPE sluice_lag_seconds gauge\n"
                  "sluice_lag_seconds 0.25\n"
                  "# HELP sluice_batch_seconds Batches\n"
                  "# TYPE sluice_batch_seconds histogram\n"
                  "sluice_batch_seconds_bucket{table=\"t\",le=\"0.001\"} 1\n"
                  "sluice_batch_seconds_bucket{table=\"t\",le=\"0.5\"} 1\n"
                  "sluice_batch_seconds_bucket{table=\"t\",le=\"2\"} 3\n"
                  "sluice_batch_seconds_bucket{table=\"t\",le=\"+Inf\"} 7\n"
                  "sluice_batch_seconds_sum{table=\"t\"} 12.5\n"
                  "sluice_batch_seconds_count{table=\"t\"} 7\n");
}

static void
numbers_have_the_formats_own_form(void)
{
  const struct {
    double value;
    const char *line;
  } cases[] = {
      {0, "x 0\n"},           {-1.5, "x -1.5\n"},
      {1e300, "x 1e+300\n"},  {NAN, "x NaN\n"},
      {INFINITY, "x +Inf\n"}, {-INFINITY, "x -Inf\n"},
      {0.1, "x 0.1\n"},       {1700000000.5, "x 1700000000.5\n"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(MetricsExporter) exporter = metrics_exporter_new(METRICS_TEXT);
    g_autofree char *text = NULL;

    metrics_exporter_family(exporter, "x", METRICS_GAUGE, "X");
    metrics_exporter_number(exporter, NULL, cases[i].value);
    text = metrics_exporter_finish(exporter);
    g_assert_true(g_str_has_suffix(text, cases[i].line));
  }
}

static void
prometheus_own_checker_has_nothing_to_say(void)
{
  g_autofree char *promtool = g_find_program_in_path("promtool");
  g_autofree char *text = export_everything();
  g_autofree char *path = NULL;
  g_autofree char *command = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  int status = -1;
  int file;

  if (promtool == NULL) {
    g_test_skip("promtool is not installed");
    return;
  }
  file = g_file_open_tmp("sluice-metrics-XXXXXX", &path, NULL);
  g_assert_cmpint(file, >=, 0);
  g_close(file, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  command = g_strdup_printf("sh -c '%s check metrics < %s'", promtool, path);
  g_assert_true(g_spawn_command_line_sync(command, &out, &err, &status, NULL));
  g_unlink(path);
  g_test_message("%s%s", out, err);
  g_assert_cmpint(status, ==, 0);
  g_assert_cmpstr(err, ==, "");
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/exporter/families", families_are_written_as_the_format_has_them);
  g_test_add_func("/exporter/numbers", numbers_have_the_formats_own_form);
  g_test_add_func("/exporter/promtool", prometheus_own_checker_has_nothing_to_say);
  return g_test_run();
}
