/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/history.h"

#include "mapping/set.h"

#include <json-glib/json-glib.h>

/* A service of one mapping, whose clock the test turns. */
typedef struct {
  MappingSet *mappings;      /* owned */
  const Mapping *chosen;     /* borrowed */
  MetricsCounters *counters; /* owned */
  GArray *standings;         /* owned */
  MetricsService service;
  MetricsHistory *history; /* owned */
  int64_t now_us;
} Fixture;

static void
make(Fixture *self, gconstpointer data)
{
  g_autofree char *builtin = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", NULL);
  char *none[] = {NULL};
  const Config config = {.ingest = {.mappings = none, .builtin = builtin}};
  const KafkaStanding standing = {.acknowledged = 0, .end = 1000, .waiting_ms = -1};

  (void)data;
  self->mappings = mapping_set_load(&config, NULL);
  self->chosen = mapping_set_pick(self->mappings, "customers", NULL, NULL);
  self->counters = metrics_counters_new(1, 2);
  self->standings = g_array_new(FALSE, FALSE, sizeof(KafkaStanding));
  g_array_append_val(self->standings, standing);
  self->service = (MetricsService){.counters = self->counters,
                                   .mappings = &self->chosen,
                                   .mappings_length = 1,
                                   .standings = self->standings};
  self->history = metrics_history_new();
  self->now_us = G_USEC_PER_SEC;
}

static void
unmake(Fixture *self, gconstpointer data)
{
  (void)data;
  metrics_history_free(self->history);
  g_array_unref(self->standings);
  metrics_counters_free(self->counters);
  mapping_set_free(self->mappings);
}

/* A second in which so many records were acknowledged, each so late. */
static void
pass(Fixture *self, unsigned records, uint64_t delay_ms)
{
  MetricsSheet *sheet = metrics_counters_sheet(self->counters, 0, 0);

  metrics_count(sheet, COUNTER_WRITTEN, records);
  for (unsigned i = 0; i < records; i++)
    histogram_add(&sheet->topic->delay_ms, delay_ms);
  g_array_index(self->standings, KafkaStanding, 0).acknowledged += records;
  metrics_history_note(self->history, &self->service, self->now_us);
  self->now_us += G_USEC_PER_SEC;
}

static JsonObject *
read_back(const Fixture *self, const char *topic, JsonParser *parser)
{
  g_autoptr(GString) json = g_string_new(NULL);
  g_autoptr(GError) error = NULL;

  metrics_history_append(self->history, &self->service, 0, topic, json);
  g_test_message("%s", json->str);
  json_parser_load_from_data(parser, json->str, (gssize)json->len, &error);
  g_assert_no_error(error);
  return json_node_get_object(json_parser_get_root(parser));
}

static JsonArray *
line_of(JsonObject *flow, const char *name)
{
  return json_object_get_array_member(json_object_get_object_member(flow, "all"), name);
}

static void
a_sample_has_what_came_in_its_five_seconds(Fixture *self, gconstpointer data)
{
  g_autoptr(JsonParser) parser = json_parser_new();
  JsonObject *flow;
  JsonObject *topic;

  (void)data;
  pass(self, 10, 60);
  for (unsigned i = 0; i < 5; i++)
    pass(self, 20, 200);
  flow = read_back(self, "customer", parser);
  g_assert_cmpuint(json_array_get_length(line_of(flow, "written")), ==, 2);
  g_assert_cmpfloat(json_array_get_double_element(line_of(flow, "written"), 0), ==, 2);
  g_assert_cmpfloat(json_array_get_double_element(line_of(flow, "written"), 1), ==, 20);
  g_assert_cmpint(json_array_get_int_element(line_of(flow, "p50_ms"), 0), ==, 75);
  g_assert_cmpint(json_array_get_int_element(line_of(flow, "p50_ms"), 1), ==, 175);
  g_assert_cmpint(json_array_get_int_element(line_of(flow, "p99_ms"), 1), >, 240);
  g_assert_cmpint(json_array_get_int_element(line_of(flow, "lag"), 1), ==, 890);
  g_assert_true(json_array_get_null_element(line_of(flow, "lag_seconds"), 1));
  topic = json_array_get_object_element(json_object_get_array_member(flow, "topics"), 0);
  g_assert_cmpstr(json_object_get_string_member(topic, "table"), ==, "customers");
  flow = read_back(self, "no such topic", parser);
  g_assert_cmpuint(json_array_get_length(json_object_get_array_member(flow, "topics")), ==, 0);
}

static void
what_is_older_than_a_quarter_of_an_hour_is_gone(Fixture *self, gconstpointer data)
{
  g_autoptr(JsonParser) parser = json_parser_new();
  JsonObject *flow;

  (void)data;
  for (unsigned i = 0; i < 2000; i++)
    pass(self, i < 1000 ? 1 : 0, 60);
  flow = read_back(self, NULL, parser);
  g_assert_cmpuint(json_array_get_length(line_of(flow, "written")), ==, HISTORY_SAMPLES);
  g_assert_cmpfloat(json_array_get_double_element(line_of(flow, "written"), 0), ==, 0);
  g_assert_true(json_array_get_null_element(line_of(flow, "p99_ms"), 0));
}

static void
a_partition_has_its_speed_and_its_end(Fixture *self, gconstpointer data)
{
  const KafkaStanding *standing = &g_array_index(self->standings, KafkaStanding, 0);
  MetricsSpeed speed = metrics_history_speed(self->history, standing);

  (void)data;
  g_assert_cmpfloat(speed.rate, ==, -1);
  g_assert_cmpint(speed.caught_up_s, ==, -1);
  for (unsigned i = 0; i < 61; i++)
    pass(self, 10, 60);
  speed = metrics_history_speed(self->history, standing);
  g_assert_cmpfloat(speed.rate, ==, 10);
  g_assert_cmpint(speed.caught_up_s, ==, 39); /* 390 wait */
  g_array_set_size(self->standings, 0);       /* it has left us */
  for (unsigned i = 0; i < 6; i++) {
    metrics_history_note(self->history, &self->service, self->now_us);
    self->now_us += G_USEC_PER_SEC;
  }
  speed = metrics_history_speed(self->history,
                                &(KafkaStanding){.acknowledged = 10, .end = 20, .waiting_ms = -1});
  g_assert_cmpfloat(speed.rate, ==, -1);
}

/* As when mappings are read again. */
static void
what_was_counted_before_is_no_growth(Fixture *self, gconstpointer data)
{
  g_autoptr(JsonParser) parser = json_parser_new();
  MetricsCounters *before = self->counters;
  JsonArray *before_it;
  JsonObject *flow;

  (void)data;
  for (unsigned i = 0; i < 6; i++)
    pass(self, 100, 60);
  self->counters = metrics_counters_new(1, 2);
  metrics_counters_continue(self->counters, before, (const int[]){0, 1});
  self->service.counters = self->counters;
  metrics_counters_free(before);
  for (unsigned i = 0; i < 10; i++)
    pass(self, 10, 60);
  flow = read_back(self, "customer", parser);
  before_it = json_object_get_array_member(
      json_object_get_object_member(
          json_array_get_object_element(json_object_get_array_member(flow, "topics"), 0), "series"),
      "lag");
  g_assert_true(json_array_get_null_element(before_it, 0));
  for (guint i = 1; i < json_array_get_length(line_of(flow, "written")); i++)
    g_assert_cmpfloat(json_array_get_double_element(line_of(flow, "written"), i), <=, 100);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/history/sample", Fixture, NULL, make, a_sample_has_what_came_in_its_five_seconds,
             unmake);
  g_test_add("/history/bounded", Fixture, NULL, make,
             what_is_older_than_a_quarter_of_an_hour_is_gone, unmake);
  g_test_add("/history/continued", Fixture, NULL, make, what_was_counted_before_is_no_growth,
             unmake);
  g_test_add("/history/speed", Fixture, NULL, make, a_partition_has_its_speed_and_its_end, unmake);
  return g_test_run();
}
