/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/summary.h"

#include "mapping/set.h"

#include "support/output.h"

/* What is printed of the built-in mappings, each with so many records. */
static char *
print(uint64_t records, bool is_json)
{
  g_autofree char *builtin = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", NULL);
  g_autoptr(GPtrArray) kafka = g_ptr_array_new();
  char *none[] = {NULL};
  const Config config = {.kafka = kafka, .ingest = {.mappings = none, .builtin = builtin}};
  MappingSet *mappings = mapping_set_load(&config, NULL);
  const Mapping *chosen[] = {mapping_set_pick(mappings, "transactions", NULL, NULL),
                             mapping_set_pick(mappings, "clickstream", NULL, NULL)};
  MetricsCounters *counters = metrics_counters_new(1, 2);
  const CmdSummary summary = {counters, chosen, 2, 2};
  TestOutput output;
  char *text;

  metrics_count(metrics_counters_sheet(counters, 0, 0), COUNTER_WRITTEN, records);
  metrics_count(metrics_counters_sheet(counters, 0, 1), COUNTER_DEAD_LETTERED, 12);
  output = test_output_begin();
  cmd_summary_print(&summary, is_json);
  text = test_output_take(&output);
  metrics_counters_free(counters);
  mapping_set_free(mappings);
  return text;
}

static void
it_fits_a_terminal_whatever_the_numbers(void)
{
  const struct {
    uint64_t records;
    const char *text;
  } cases[] = {
      {30000000, "topic        table        consumed  written  skipped dead_lettered\n"
                 "transactions transactions 30000000 30000000        0             0\n"
                 "click_stream clickstream        12        0        0            12\n"
                 "all                       30000012 30000000        0            12\n"
                 "2.0 seconds, 15000006 records a second\n"},
      {UINT64_C(1) << 62,
       "topic table\n"
       "            consumed             written             skipped       dead_lettered\n"
       "transactions transactions\n"
       " 4611686018427387904 4611686018427387904                   0                   0\n"
       "click_stream clickstream\n"
       "                  12                   0                   0                  12\n"
       "all\n"
       " 4611686018427387916 4611686018427387904                   0                  12\n"
       "2.0 seconds, 2305843009213693952 records a second\n"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = print(cases[i].records, false);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    g_assert_cmpstr(text, ==, cases[i].text);
    for (size_t j = 0; lines[j] != NULL; j++)
      g_assert_cmpuint(strlen(lines[j]), <=, 80);
  }
}

static void
json_has_what_the_table_has(void)
{
  g_autofree char *text = print(30, true);

  g_assert_cmpstr(text, ==,
                  "{\"topics\":[{\"topic\":\"transactions\",\"table\":\"transactions\","
                  "\"consumed\":30,\"written\":30,\"skipped\":0,\"dead_lettered\":0},"
                  "{\"topic\":\"click_stream\",\"table\":\"clickstream\","
                  "\"consumed\":12,\"written\":0,\"skipped\":0,\"dead_lettered\":12}],"
                  "\"consumed\":42,\"written\":30,\"skipped\":0,\"dead_lettered\":12,"
                  "\"seconds\":2,\"records_per_second\":21}\n");
}

static void
all_is_bad_only_where_nothing_else_was_read(void)
{
  const struct {
    uint64_t written, skipped, dead_lettered, bad_decode, bad_put, all_bad;
  } cases[] = {
      {0, 0, 0, 0, 0, 0}, {0, 0, 3, 3, 0, 3}, {0, 2, 3, 3, 2, 5},
      {0, 1, 3, 3, 0, 0}, /* a tombstone that was skipped */
      {1, 0, 3, 3, 0, 0}, {9, 0, 0, 0, 0, 0}, {0, 4, 0, 0, 0, 0},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    MetricsCounters *counters = metrics_counters_new(1, 2);
    const CmdSummary summary = {.counters = counters};

    metrics_count(metrics_counters_sheet(counters, 0, 0), COUNTER_WRITTEN, cases[i].written);
    metrics_count(metrics_counters_sheet(counters, 0, 1), COUNTER_SKIPPED, cases[i].skipped);
    metrics_count(metrics_counters_sheet(counters, 0, 0), COUNTER_DEAD_LETTERED,
                  cases[i].dead_lettered);
    metrics_count(metrics_counters_sheet(counters, 0, 0), COUNTER_BAD_DECODE, cases[i].bad_decode);
    metrics_count(metrics_counters_sheet(counters, 0, 1), COUNTER_BAD_PUT, cases[i].bad_put);
    g_assert_cmpuint(cmd_summary_all_bad(&summary), ==, cases[i].all_bad);
    metrics_counters_free(counters);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/summary/fits", it_fits_a_terminal_whatever_the_numbers);
  g_test_add_func("/summary/json", json_has_what_the_table_has);
  g_test_add_func("/summary/all-bad", all_is_bad_only_where_nothing_else_was_read);
  return g_test_run();
}
