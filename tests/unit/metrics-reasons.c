/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/reasons.h"

#include <json-glib/json-glib.h>

static const MetricsBad usual = {.topic = "orders",
                                 .table = "orders",
                                 .stage = "map",
                                 .field = "price",
                                 .kind = "not a number: '%s'",
                                 .partition = 2,
                                 .offset = 7};

static JsonArray *
read_back(MetricsReasons *reasons, uint64_t *out_lost, JsonParser *parser)
{
  g_autoptr(GString) json = g_string_new(NULL);
  g_autoptr(GError) error = NULL;

  metrics_reasons_append(reasons, json, out_lost);
  g_test_message("%s", json->str);
  json_parser_load_from_data(parser, json->str, (gssize)json->len, &error);
  g_assert_no_error(error);
  return json_node_get_array(json_parser_get_root(parser));
}

static void
the_like_are_counted_together(void)
{
  g_autoptr(MetricsReasons) reasons = metrics_reasons_new();
  g_autoptr(JsonParser) parser = json_parser_new();
  MetricsBad bad = usual;
  JsonArray *list;
  JsonObject *first;
  uint64_t lost;

  metrics_reasons_add(NULL, &usual);
  metrics_reasons_add(reasons, &usual);
  bad.offset = 9;
  metrics_reasons_add(reasons, &bad);
  bad.field = "weight";
  metrics_reasons_add(reasons, &bad);
  bad.field = NULL;
  bad.kind = NULL;
  metrics_reasons_add(reasons, &bad);
  bad = usual;
  bad.partition = 1;
  bad.offset = 11;
  metrics_reasons_add(reasons, &bad); /* the first again: the last seen */
  list = read_back(reasons, &lost, parser);
  g_assert_cmpuint(json_array_get_length(list), ==, 3);
  first = json_array_get_object_element(list, 0);
  g_assert_cmpint(json_object_get_int_member(first, "count"), ==, 3);
  g_assert_cmpstr(json_object_get_string_member(first, "field"), ==, "price");
  first = json_object_get_object_member(first, "example");
  g_assert_cmpint(json_object_get_int_member(first, "partition"), ==, 1);
  g_assert_cmpint(json_object_get_int_member(first, "offset"), ==, 11);
  g_assert_false(json_object_has_member(json_array_get_object_element(list, 1), "field"));
  g_assert_cmpuint(lost, ==, 0);
}

static void
a_reason_has_no_value_in_it(void)
{
  const struct {
    const char *kind;
    const char *reason;
    const char *replay;
  } cases[] = {
      {"not a number: '%s'", "not a number: '…'",
       "sluice replay 'orders.dlq' --table 'orders' --stage map --reason 'not a number: '\\'''"},
      {"%zu rows make a frame of %zu bytes, over %5.3lf%%",
       "… rows make a frame of … bytes, over …%",
       "sluice replay 'orders.dlq' --table 'orders' --stage map --reason ' rows make a frame of '"},
      {"is missing", "is missing",
       "sluice replay 'orders.dlq' --table 'orders' --stage map --reason 'is missing'"},
      {"%s", "…", "sluice replay 'orders.dlq' --table 'orders' --stage map"},
      {"no%", "no…", "sluice replay 'orders.dlq' --table 'orders' --stage map"},
      {NULL, "it is not told apart: the log has it",
       "sluice replay 'orders.dlq' --table 'orders' --stage map"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(MetricsReasons) reasons = metrics_reasons_new();
    g_autoptr(JsonParser) parser = json_parser_new();
    MetricsBad bad = usual;
    JsonObject *first;
    uint64_t lost;

    bad.kind = cases[i].kind;
    metrics_reasons_add(reasons, &bad);
    first = json_array_get_object_element(read_back(reasons, &lost, parser), 0);
    g_assert_cmpstr(json_object_get_string_member(first, "reason"), ==, cases[i].reason);
    g_assert_cmpstr(json_object_get_string_member(first, "replay"), ==, cases[i].replay);
  }
}

static void
their_number_is_bounded(void)
{
  g_autoptr(MetricsReasons) reasons = metrics_reasons_new();
  g_autoptr(JsonParser) parser = json_parser_new();
  JsonArray *list;
  uint64_t lost;

  for (unsigned i = 0; i < 1000; i++) {
    g_autofree char *field = g_strdup_printf("field %u", i);
    MetricsBad bad = usual;

    bad.field = field;
    metrics_reasons_add(reasons, &bad);
  }
  list = read_back(reasons, &lost, parser);
  g_assert_cmpuint(json_array_get_length(list), ==, METRICS_REASONS);
  g_assert_cmpuint(lost, ==, 1000 - METRICS_REASONS);
  g_assert_cmpstr(json_object_get_string_member(json_array_get_object_element(list, 0), "field"),
                  ==, "field 999");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reasons/alike", the_like_are_counted_together);
  g_test_add_func("/reasons/values", a_reason_has_no_value_in_it);
  g_test_add_func("/reasons/bounded", their_number_is_bounded);
  return g_test_run();
}
