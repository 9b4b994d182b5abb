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
  char *certificate;         /* owned: the path of one */
} Fixture;

static void
make(Fixture *self, gconstpointer data)
{
  g_autofree char *builtin = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", NULL);
  char *none[] = {NULL};
  g_autoptr(GPtrArray) kafka = g_ptr_array_new();
  char *certificate = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden", "tls",
                                       "server.pem", NULL);
  const Config config = {.kafka = kafka,
                         .ingest = {.mappings = none, .builtin = builtin, .memory_bytes = 1000},
                         .gateway = {.tls_ca_location = certificate}};

  (void)data;
  self->certificate = certificate;
  self->mappings = mapping_set_load(&config, NULL);
  self->chosen[0] = mapping_set_pick(self->mappings, "customers", NULL, NULL);
  self->chosen[1] = mapping_set_pick(self->mappings, "clickstream", NULL, NULL);
  self->counters = metrics_counters_new(2, 3);
  metrics_count(metrics_counters_sheet(self->counters, 0, 0), COUNTER_READ, 5);
  metrics_count(metrics_counters_sheet(self->counters, 1, 0), COUNTER_READ, 2);
  metrics_count(metrics_counters_sheet(self->counters, 1, 1), COUNTER_WRITTEN, 3);
  metrics_count(metrics_counters_sheet(self->counters, 0, 2), COUNTER_BATCHES, 4);
  metrics_count(metrics_counters_sheet(self->counters, 0, 2), COUNTER_ANSWER_US, 1500000);
  self->pages = metrics_pages_new(&config, "abc123");
  metrics_pages_watch(self->pages, self->counters, self->chosen, 2);
}

static void
unmake(Fixture *self, gconstpointer data)
{
  (void)data;
  metrics_pages_free(self->pages);
  metrics_counters_free(self->counters);
  mapping_set_free(self->mappings);
  g_free(self->certificate);
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
  g_autofree char *text = metrics_pages_metrics(self->pages, METRICS_TEXT);
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
a_main_thread_that_stands_still_is_not_alive(Fixture *self, gconstpointer data)
{
  const int64_t minute = (int64_t)60 * G_USEC_PER_SEC;
  int64_t now = g_get_monotonic_time();

  (void)data;
  g_assert_true(metrics_pages_is_alive(self->pages, now + 2 * minute)); /* not yet begun */
  metrics_pages_tell(self->pages, NULL);
  g_assert_true(metrics_pages_is_alive(self->pages, now + minute / 2));
  g_assert_false(metrics_pages_is_alive(self->pages, now + 2 * minute));
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
  text = metrics_pages_metrics(self->pages, METRICS_TEXT);
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
  g_autofree char *starting = metrics_pages_metrics(self->pages, METRICS_TEXT);
  g_autofree char *ready = NULL;

  (void)data;
  assert_holds(starting, "\nsluice_ready 0\n");
  metrics_pages_tell(self->pages, NULL);
  ready = metrics_pages_metrics(self->pages, METRICS_TEXT);
  assert_holds(ready, "\nsluice_ready 1\n");
}

static void
delays_and_batches_are_told_by_bounds(Fixture *self, gconstpointer data)
{
  MetricsSheet *sheet = metrics_counters_sheet(self->counters, 0, 1);
  const char *const lines[] = {
      "\nsluice_record_delay_seconds_bucket{topic=\"click_stream\",table=\"clickstream\","
      "le=\"0.05\"} 0\n",
      "\nsluice_record_delay_seconds_bucket{topic=\"click_stream\",table=\"clickstream\","
      "le=\"0.1\"} 1\n",
      "\nsluice_record_delay_seconds_sum{topic=\"click_stream\",table=\"clickstream\"} 0.06\n",
      "\nsluice_last_acknowledged_timestamp_seconds{topic=\"click_stream\",table=\"clickstream\"} "
      "1700000000\n",
      "\nsluice_batch_rows_bucket{le=\"500\"} 1\n",
      "\nsluice_retries_total{cause=\"table\"} 2\n",
      "\nsluice_memory_used_bytes 77\n",
      "\nsluice_memory_limit_bytes 1000\n",
      "\",revision=\"abc123\",librdkafka=\"",
  };
  g_autofree char *text = NULL;

  (void)data;
  histogram_add(&sheet->topic->delay_ms, 60);
  atomic_store(&sheet->topic->acknowledged_s, 1700000000);
  histogram_add(&sheet->shared->batch_rows, 500);
  metrics_count(sheet, COUNTER_RETRY_TABLE, 2);
  atomic_store(&sheet->held_bytes, 77);
  text = metrics_pages_metrics(self->pages, METRICS_TEXT);
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
    assert_holds(text, lines[i]);
}

static void
gateways_are_told_by_endpoint(Fixture *self, gconstpointer data)
{
  const char *const endpoints[] = {"a:9090", "b:9090", NULL};
  g_autofree GatewayTally *tallies = gateway_tally_new(endpoints);
  g_autofree char *text = NULL;

  (void)data;
  atomic_store(&tallies[1].is_up, true);
  histogram_add(&tallies[1].answers_us, 3000);
  metrics_pages_gateways(self->pages, tallies);
  text = metrics_pages_metrics(self->pages, METRICS_TEXT);
  metrics_pages_gateways(self->pages, NULL);
  assert_holds(text, "\nsluice_gateway_up{gateway=\"a:9090\"} 0\n"
                     "sluice_gateway_up{gateway=\"b:9090\"} 1\n");
  assert_holds(text, "\nsluice_put_seconds_bucket{gateway=\"b:9090\",le=\"0.005\"} 1\n");
}

static void
schemas_are_counted_where_there_is_a_registry(Fixture *self, gconstpointer data)
{
  const char *const urls[] = {"http://127.0.0.1:1", NULL};
  g_autoptr(GError) error = NULL;
  g_autoptr(HttpRegistry) registry = http_registry_new(urls, &(HttpClientOptions){0}, &error);
  g_autoptr(Schema) reader = schema_parse("ours", "\"string\"", strlen("\"string\""), &error);
  g_autofree char *without = metrics_pages_metrics(self->pages, METRICS_TEXT);
  g_autofree char *text = NULL;

  (void)data;
  g_assert_no_error(error);
  g_assert_null(writers_get(http_registry_source(registry).writers, reader, 7));
  metrics_pages_registry(self->pages, registry);
  text = metrics_pages_metrics(self->pages, METRICS_TEXT);
  metrics_pages_registry(self->pages, NULL);
  g_assert_null(strstr(without, "\nsluice_schema_cache_entries "));
  assert_holds(text, "\nsluice_schema_cache_entries 0\n");
  assert_holds(text, "\nsluice_schema_cache_misses_total 1\n");
}

static void
a_partition_that_waits_is_told_with_its_age(Fixture *self, gconstpointer data)
{
  const KafkaStanding standings[] = {
      {.topic_index = 0, .id = 0, .acknowledged = 5, .end = 9, .waiting_ms = 0},
      {.topic_index = 0, .id = 1, .acknowledged = 9, .end = 9, .waiting_ms = -1},
      {.topic_index = 0, .id = 2, .acknowledged = 5, .end = 9, .waiting_ms = -1},
  };
  g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(KafkaStanding));
  const char *const name = "sluice_consumer_lag_seconds{topic=\"customer\",table=\"customers\",";
  g_autofree char *idle = g_strconcat("\n", name, "partition=\"1\"} 0\n", NULL);
  g_autofree char *waiting = g_strconcat("\n", name, "partition=\"0\"} 1", NULL);
  g_autofree char *unknown = g_strconcat("\n", name, "partition=\"2\"}", NULL);
  g_autofree char *text = NULL;

  (void)data;
  g_array_append_vals(list, standings, G_N_ELEMENTS(standings));
  metrics_pages_stand(self->pages, list);
  text = metrics_pages_metrics(self->pages, METRICS_TEXT);
  assert_holds(text, idle);
  assert_holds(text, waiting); /* since 1970: 1.7 and more thousand million seconds */
  g_assert_null(strstr(text, unknown));
}

static void
the_end_of_a_certificate_is_told(Fixture *self, gconstpointer data)
{
  g_autofree char *text = metrics_pages_metrics(self->pages, METRICS_TEXT);

  (void)data;
  assert_holds(text, "\nsluice_certificate_expiry_timestamp_seconds{setting="
                     "\"gateway.tls.ca.location\"} ");
}

static void
open_metrics_names_counters_without_their_ending(Fixture *self, gconstpointer data)
{
  g_autofree char *text = metrics_pages_metrics(self->pages, METRICS_OPEN);

  (void)data;
  assert_holds(text, "\n# TYPE sluice_records_read counter\nsluice_records_read_total{");
  g_assert_true(g_str_has_suffix(text, "\n# EOF\n"));
}

static void
without_counters_there_is_still_an_answer(Fixture *self, gconstpointer data)
{
  g_autofree char *text = NULL;

  (void)data;
  metrics_pages_watch(self->pages, NULL, NULL, 0);
  text = metrics_pages_metrics(self->pages, METRICS_TEXT);
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
  text = metrics_pages_metrics(self->pages, METRICS_TEXT);
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
      {"/pages/alive", a_main_thread_that_stands_still_is_not_alive},
      {"/pages/no-counters", without_counters_there_is_still_an_answer},
      {"/pages/partitions", partitions_are_told_as_far_as_they_are_known},
      {"/pages/delays", delays_and_batches_are_told_by_bounds},
      {"/pages/gateways", gateways_are_told_by_endpoint},
      {"/pages/schemas", schemas_are_counted_where_there_is_a_registry},
      {"/pages/age", a_partition_that_waits_is_told_with_its_age},
      {"/pages/certificates", the_end_of_a_certificate_is_told},
      {"/pages/open-metrics", open_metrics_names_counters_without_their_ending},
      {"/pages/promtool", prometheus_own_checker_has_nothing_to_say},
  };

  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].path, Fixture, NULL, make, tests[i].test, unmake);
  return g_test_run();
}
