/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/pages.h"

#include "mapping/set.h"

#include <glib/gstdio.h>
#include <string.h>

/* Two of the built-in mappings, counted by two threads. */
typedef struct {
  MappingSet *mappings;      /* owned */
  const Mapping *chosen[2];  /* borrowed */
  MetricsCounters *counters; /* owned */
  MetricsPages *pages;       /* owned */
} Fixture;

static void
make(Fixture *self, gconstpointer data)
{
  g_autofree char *builtin = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", NULL);
  char *none[] = {NULL};
  const Config config = {.ingest = {.mappings = none, .builtin = builtin}};

  (void)data;
  self->mappings = mapping_set_load(&config, NULL);
  self->chosen[0] = mapping_set_for_table(self->mappings, "customers", NULL);
  self->chosen[1] = mapping_set_for_table(self->mappings, "clickstream", NULL);
  self->counters = metrics_counters_new(2, 3);
  metrics_count(metrics_counters_sheet(self->counters, 0, 0), COUNTER_READ, 5);
  metrics_count(metrics_counters_sheet(self->counters, 1, 0), COUNTER_READ, 2);
  metrics_count(metrics_counters_sheet(self->counters, 1, 1), COUNTER_WRITTEN, 3);
  metrics_count(metrics_counters_sheet(self->counters, 0, 2), COUNTER_BATCHES, 4);
  metrics_count(metrics_counters_sheet(self->counters, 0, 2), COUNTER_ANSWER_US, 1500000);
  self->pages = metrics_pages_new(&config, NULL);
  metrics_pages_watch(self->pages, self->counters, self->chosen, 2);
}

static void
unmake(Fixture *self, gconstpointer data)
{
  (void)data;
  metrics_pages_free(self->pages);
  metrics_counters_free(self->counters);
  mapping_set_free(self->mappings);
}

static void
assert_holds(const char *text, const char *line)
{
  g_test_message("%s", line);
  g_assert_nonnull(strstr(text, line));
}

static void
counters_are_told_by_topic_or_once(Fixture *self, gconstpointer data)
{
  g_autofree char *text = metrics_pages_metrics(self->pages);
  const char *const lines[] = {
      "\nsluice_records_read_total{topic=\"customer\",table=\"customers\"} 7\n"
      "sluice_records_read_total{topic=\"click_stream\",table=\"clickstream\"} 0\n",
      "\nsluice_records_written_total{topic=\"click_stream\",table=\"clickstream\"} 3\n",
      "\n# TYPE sluice_batches_acknowledged_total counter\nsluice_batches_acknowledged_total 4\n",
      "\nsluice_answer_seconds_total 1.5\n",
      "\nsluice_build_info{version=\"",
      "\nprocess_resident_memory_bytes ",
      "\nprocess_start_time_seconds 1",
      "\nprocess_open_fds ",
  };

  (void)data;
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
    assert_holds(text, lines[i]);
  g_assert_null(strstr(text, "microseconds"));
}

static void
tell_standings(MetricsPages *pages)
{
  const KafkaStanding standings[] = {
      {.topic_index = 1, .id = 3, .acknowledged = 40, .committed = 30, .end = 100},
      {.topic_index = 0, .id = 0, .acknowledged = -1, .committed = -1, .end = 7},
      {.topic_index = 0, .id = 1, .acknowledged = 9, .committed = 9, .end = 8},
  };
  g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(KafkaStanding));

  g_array_append_vals(list, standings, G_N_ELEMENTS(standings));
  metrics_pages_stand(pages, list);
}

static void
partitions_are_told_as_far_as_they_are_known(Fixture *self, gconstpointer data)
{
  const char *const clicks = "{topic=\"click_stream\",table=\"clickstream\",partition=\"3\"}";
  const char *const lines[] = {"sluice_consumer_lag%s 60", "sluice_acknowledged_offset%s 40",
                               "sluice_committed_offset%s 30", "sluice_log_end_offset%s 100"};
  g_autofree char *text = NULL;

  (void)data;
  tell_standings(self->pages);
  text = metrics_pages_metrics(self->pages);
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_auto(GStrv) parts = g_strsplit(lines[i], "%s", 2);
    g_autofree char *line = g_strdup_printf("\n%s%s%s\n", parts[0], clicks, parts[1]);

    assert_holds(text, line);
  }
  assert_holds(text, "\nsluice_log_end_offset{topic=\"customer\",table=\"customers\","
                     "partition=\"0\"} 7\n");
  assert_holds(text, "\nsluice_consumer_lag{topic=\"customer\",table=\"customers\","
                     "partition=\"1\"} 0\n");
  g_assert_null(strstr(text, "table=\"customers\",partition=\"0\"} -1"));
}

static void
readiness_is_what_was_told_last(Fixture *self, gconstpointer data)
{
  g_autofree char *starting = metrics_pages_metrics(self->pages);
  g_autofree char *ready = NULL;
  g_autofree char *page = NULL;

  (void)data;
  assert_holds(starting, "\nsluice_ready 0\n");
  metrics_pages_tell(self->pages, NULL);
  ready = metrics_pages_metrics(self->pages);
  assert_holds(ready, "\nsluice_ready 1\n");
  metrics_pages_tell(self->pages, "no <gateway>");
  page = metrics_pages_console(self->pages);
  assert_holds(page, "<p>no &lt;gateway&gt;</p>");
  assert_holds(page, "<tr><th>customer</th><th>customers</th><td>7</td><td>0</td>");
}

static void
without_counters_there_is_still_an_answer(Fixture *self, gconstpointer data)
{
  g_autofree char *text = NULL;

  (void)data;
  metrics_pages_watch(self->pages, NULL, NULL, 0);
  text = metrics_pages_metrics(self->pages);
  g_assert_null(strstr(text, "sluice_records"));
  assert_holds(text, "\nsluice_ready 0\n");
}

static void
prometheus_own_checker_has_nothing_to_say(Fixture *self, gconstpointer data)
{
  g_autofree char *promtool = g_find_program_in_path("promtool");
  g_autofree char *text = NULL;
  g_autofree char *command = NULL;
  g_autofree char *path = NULL;
  g_autofree char *err = NULL;
  int status = -1;
  int file;

  (void)data;
  if (promtool == NULL) {
    g_test_skip("promtool is not installed");
    return;
  }
  tell_standings(self->pages);
  text = metrics_pages_metrics(self->pages);
  file = g_file_open_tmp("sluice-pages-XXXXXX", &path, NULL);
  g_assert_cmpint(file, >=, 0);
  g_close(file, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  command = g_strdup_printf("sh -c '%s check metrics < %s'", promtool, path);
  g_assert_true(g_spawn_command_line_sync(command, NULL, &err, &status, NULL));
  g_unlink(path);
  g_assert_cmpstr(err, ==, "");
  g_assert_cmpint(status, ==, 0);
}

int
main(int argc, char **argv)
{
  const struct {
    const char *path;
    void (*test)(Fixture *self, gconstpointer data);
  } tests[] = {
      {"/pages/counters", counters_are_told_by_topic_or_once},
      {"/pages/ready", readiness_is_what_was_told_last},
      {"/pages/no-counters", without_counters_there_is_still_an_answer},
      {"/pages/partitions", partitions_are_told_as_far_as_they_are_known},
      {"/pages/promtool", prometheus_own_checker_has_nothing_to_say},
  };

  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].path, Fixture, NULL, make, tests[i].test, unmake);
  return g_test_run();
}
