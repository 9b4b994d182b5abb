/* SPDX-License-Identifier: Apache-2.0 */
#include "check/insight.h"

static const Column columns[] = {
    {.index = 0, .family = {(const uint8_t *)"f", 1}, .qualifier = {(const uint8_t *)"one", 3}},
    {.index = 1, .family = {(const uint8_t *)"f", 1}, .qualifier = {(const uint8_t *)"two", 3}},
};

typedef struct {
  const char *key;
  const char *one;
  const char *two; /* NULL: no such cell */
  int64_t timestamp;
} Put;

static void
add(CheckInsight *insight, const Put *put, unsigned part, int64_t offset)
{
  RowCell cells[] = {{.column = &columns[0], .value = slice_text(put->one)},
                     {.column = &columns[1]}};
  Row row = {
      .key = slice_text(put->key),
      .timestamp = put->timestamp,
      .cells = cells,
      .cells_length = put->two == NULL ? 1 : 2,
  };

  if (put->two != NULL)
    cells[1].value = slice_text(put->two);
  check_insight_add(insight, &row, part, (CheckPlace){1, offset});
}

static void
records_that_share_a_row_key_are_counted_with_an_example(void)
{
  static const struct {
    const char *name;
    Put puts[5];
    uint64_t rows;
    uint64_t repeated;
    uint64_t sharing;
    uint64_t tied;
    const char *key; /* of the example */
  } cases[] = {
      {"none", {{"a", "1", NULL, 1}, {"b", "1", NULL, 1}}, 2, 0, 0, 0, NULL},
      {"the same twice", {{"a", "1", "2", 1}, {"a", "1", "2", 1}}, 1, 1, 0, 0, NULL},
      {"two versions",
       {{"b", "1", NULL, 1}, {"a", "1", NULL, 1}, {"a", "2", NULL, 2}},
       2,
       0,
       2,
       0,
       "a"},
      {"at one time", {{"a", "1", NULL, 1}, {"a", "2", NULL, 1}}, 1, 0, 2, 1, "a"},
      {"a cell less", {{"a", "1", "", 1}, {"a", "1", NULL, 1}}, 1, 0, 2, 1, "a"},
      {"moved", {{"a", "1", "23", 1}, {"a", "12", "3", 1}}, 1, 0, 2, 1, "a"},
      {"two rows",
       {{"a", "1", NULL, 1},
        {"a", "2", NULL, 1},
        {"b", "1", NULL, 1},
        {"b", "2", NULL, 9},
        {"c", "", NULL, 1}},
       3,
       0,
       4,
       1,
       "a"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(CheckInsight) insight = check_insight_new();
    CheckReport report;
    size_t puts = 0;

    g_test_message("%s", cases[i].name);
    for (; puts < 5 && cases[i].puts[puts].key != NULL; puts++)
      add(insight, &cases[i].puts[puts], 0, (int64_t)puts);
    check_insight_report(insight, &report);
    g_assert_cmpuint(report.puts, ==, puts);
    g_assert_cmpuint(report.records, ==, puts);
    g_assert_cmpuint(report.rows, ==, cases[i].rows);
    g_assert_cmpuint(report.repeated, ==, cases[i].repeated);
    g_assert_cmpuint(report.sharing, ==, cases[i].sharing);
    g_assert_cmpuint(report.tied, ==, cases[i].tied);
    if (cases[i].key != NULL) {
      g_assert_true(slice_equal(report.shared.key, slice_text(cases[i].key)));
      g_assert_cmpint(report.shared.first.offset, !=, report.shared.second.offset);
    }
  }
}

static void
add_bad(CheckInsight *insight, CheckPlace place, const char *field, GError *error)
{
  g_autoptr(GError) fault = error;

  fault_set_field(&fault, field);
  check_insight_add_bad(insight, place, fault);
}

static GError *
ends_at(int byte)
{
  GError *error = NULL;

  fault_record(&error, "byte %d: ends", byte);
  return error;
}

static GError *
no_number(const char *field, const char *value)
{
  GError *error = NULL;

  fault_record(&error, "field %s: not a number: '%s'", field, value);
  return error;
}

static void
bad_records_are_grouped_by_their_kind_and_field(void)
{
  g_autoptr(CheckInsight) insight = check_insight_new();
  CheckReport report;

  add_bad(insight, (CheckPlace){0, 7}, "a1", no_number("a1", "it's"));
  for (int i = 0; i < 3; i++)
    add_bad(insight, (CheckPlace){2, 8 + i}, NULL, ends_at(i == 1 ? 12 : 3));
  add_bad(insight, (CheckPlace){0, 9}, "a1", no_number("a1", "yy"));
  add_bad(insight, (CheckPlace){0, 10}, "a2", no_number("a2", "yy"));
  /* What has no kind is only like itself. */
  add_bad(insight, (CheckPlace){0, 11}, NULL, g_error_new(FAULT, FAULT_RECORD, "said %d", 1));
  add_bad(insight, (CheckPlace){0, 12}, NULL, g_error_new(FAULT, FAULT_RECORD, "said %d", 2));
  check_insight_add_skipped(insight);
  check_insight_report(insight, &report);
  g_assert_cmpuint(report.bad, ==, 8);
  g_assert_cmpuint(report.skipped, ==, 1);
  g_assert_cmpuint(report.records, ==, 9);
  g_assert_cmpuint(report.reasons->len, ==, 5);

  const CheckReason *first = report.reasons->pdata[0];
  const CheckReason *second = report.reasons->pdata[1];

  g_assert_cmpuint(first->records, ==, 3);
  g_assert_cmpstr(first->reason, ==, "byte 3: ends");
  g_assert_cmpint(first->place.partition, ==, 2);
  g_assert_cmpint(first->place.offset, ==, 8);
  g_assert_cmpuint(second->records, ==, 2);
  g_assert_cmpstr(second->reason, ==, "field a1: not a number: 'it's'");
}

/* Record i of 800, a hundred for each part. */
static void
key_rising(char *key, unsigned i)
{
  g_snprintf(key, 16, "%05u", i);
}

static void
key_falling(char *key, unsigned i)
{
  g_snprintf(key, 16, "%05u", 99999 - i);
}

static void
key_spread(char *key, unsigned i)
{
  g_snprintf(key, 16, "%05u", i * 48271u % 65537u);
}

/* Each time somewhere else, but all together. */
static void
key_together(char *key, unsigned i)
{
  static const unsigned places[] = {3, 6, 1, 7, 0, 5, 2, 4};

  g_snprintf(key, 16, "%u%05u", places[i / 100], i * 48271u % 65537u);
}

static void
an_order_that_heats_one_region_is_seen(void)
{
  static const struct {
    void (*key)(char *key, unsigned i);
    CheckOrder order;
    double least; /* busiest */
    double most;
  } cases[] = {
      {key_rising, CHECK_RISING, 1, 1},
      {key_falling, CHECK_FALLING, 1, 1},
      {key_together, CHECK_TOGETHER, 1, 1},
      {key_spread, CHECK_SPREAD, 0.125, 0.25},
  };

  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    g_autoptr(CheckInsight) insight = check_insight_new();
    CheckReport report;

    for (unsigned i = 0; i < 800; i++) {
      char key[16];

      cases[c].key(key, i);
      add(insight, &(Put){key, "1", NULL, 1}, i / 100, i);
    }
    check_insight_report(insight, &report);
    g_test_message("%zu: %f", c, report.busiest);
    g_assert_true(report.is_order_known);
    g_assert_cmpint(report.order, ==, cases[c].order);
    g_assert_cmpfloat(report.busiest, >=, cases[c].least);
    g_assert_cmpfloat(report.busiest, <=, cases[c].most);
  }
}

static void
few_rows_are_not_judged_by(void)
{
  g_autoptr(CheckInsight) insight = check_insight_new();
  CheckReport report;

  for (unsigned i = 0; i < 200; i++)
    add(insight, &(Put){i % 2 == 0 ? "a" : "b", "1", NULL, 1}, 0, i);
  check_insight_report(insight, &report);
  g_assert_false(report.is_order_known);
}

/* 100 rows: of 1 cell, and the last six of 2. */
static void
cells_and_bytes_are_counted_as_hbase_stores_them(void)
{
  g_autoptr(CheckInsight) insight = check_insight_new();
  CheckReport report;

  for (unsigned i = 0; i < 100; i++) {
    char key[16];

    key_rising(key, i);
    add(insight, &(Put){key, "xy", i < 94 ? NULL : "", 1}, 0, i);
  }
  check_insight_report(insight, &report);
  g_assert_cmpfloat_with_epsilon(report.cells.mean, 1.06, 1e-9);
  g_assert_cmpuint(report.cells.p95, ==, 2);
  g_assert_cmpuint(report.cells.most, ==, 2);
  /* KeyValue: 4 + 4 + 2 + row + 1 + family + qualifier + 8 + 1 + value */
  g_assert_cmpuint(report.bytes.most, ==, (20 + 5 + 1 + 3 + 2) + (20 + 5 + 1 + 3));
  g_assert_cmpfloat_with_epsilon(report.bytes.mean, 31 + 0.06 * 29, 1e-9);
}

static void
an_empty_sample_has_no_figures(void)
{
  g_autoptr(CheckInsight) insight = check_insight_new();
  CheckReport report;

  check_insight_report(insight, &report);

  g_autoptr(GArray) splits = check_insight_splits(insight, 8);

  g_assert_cmpuint(report.records, ==, 0);
  g_assert_cmpuint(report.cells.most, ==, 0);
  g_assert_false(report.is_order_known);
  g_assert_cmpuint(splits->len, ==, 0);
}

static void
split_points_have_equal_shares_and_are_short(void)
{
  static const struct {
    unsigned keys;
    unsigned regions;
    unsigned splits;
  } cases[] = {{1000, 4, 3}, {1000, 1, 0}, {800, 16, 15}, {3, 8, 2}, {1, 8, 0}};

  for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
    g_autoptr(CheckInsight) insight = check_insight_new();
    unsigned keys = cases[c].keys;
    CheckReport report;

    for (unsigned i = 0; i < 2 * keys; i++) { /* each twice */
      char key[16];

      key_spread(key, i % keys);
      add(insight, &(Put){key, "1", NULL, 1}, 0, i);
    }
    check_insight_report(insight, &report);

    g_autoptr(GArray) splits = check_insight_splits(insight, cases[c].regions);

    g_assert_cmpuint(splits->len, ==, cases[c].splits);
    for (unsigned s = 0; s < splits->len; s++) {
      Slice split = bytes_slice(&g_array_index(splits, Bytes, s));
      unsigned below = 0;

      for (unsigned i = 0; i < keys; i++) {
        char key[16];

        key_spread(key, i);
        below += slice_compare(slice_text(key), split) < 0;
      }
      if (keys >= 100) {
        double wanted = (double)keys * (s + 1) / cases[c].regions;

        g_assert_cmpfloat(ABS(below - wanted), <=, (double)keys / cases[c].regions / 10 + 1);
        g_assert_cmpuint(split.len, <=, 3);
      }
      if (s > 0)
        g_assert_cmpint(slice_compare(bytes_slice(&g_array_index(splits, Bytes, s - 1)), split), <,
                        0);
    }
  }
}

static void
add_tombstone(CheckInsight *insight, const char *key, int64_t timestamp, CheckPlace place)
{
  Row row = {.kind = ROW_DELETE, .key = slice_text(key), .timestamp = timestamp};

  check_insight_add(insight, &row, 0, place);
}

static void
puts_that_an_earlier_tombstone_hides_are_counted(void)
{
  g_autoptr(CheckInsight) insight = check_insight_new();
  CheckReport report;

  add(insight, &(Put){"a", "1", NULL, 5}, 0, 1); /* before it */
  add_tombstone(insight, "a", 7, (CheckPlace){1, 2});
  add(insight, &(Put){"a", "2", NULL, 6}, 0, 3); /* hidden */
  add(insight, &(Put){"a", "3", NULL, 7}, 0, 4); /* at its time, too */
  add(insight, &(Put){"a", "4", NULL, 8}, 0, 5);
  add(insight, &(Put){"b", "5", NULL, 1}, 0, 6);
  add_tombstone(insight, "b", 9, (CheckPlace){0, 2}); /* in a partition that has no order to it */
  add_tombstone(insight, "bb", 9, (CheckPlace){1, 0});
  check_insight_report(insight, &report);
  g_assert_cmpuint(report.tombstones, ==, 3);
  g_assert_cmpuint(report.hidden, ==, 2);
  g_assert_true(slice_equal(report.hiding.key, slice_text("a")));
  g_assert_cmpint(report.hiding.first.offset, ==, 2);
  g_assert_cmpuint(report.filled_length, ==, 1);
  g_assert_cmpuint(report.filled[0], ==, 5);
}

/* As if in another unit than the mapping says. */
static void
times_that_nobody_means_are_counted(void)
{
  g_autoptr(CheckInsight) insight = check_insight_new();
  CheckReport report;
  const int64_t times[] = {1532877721,
                           0,
                           1532877721458,
                           INT64_C(7258118399999),
                           INT64_C(7258118400000),
                           INT64_C(1532877721458193)};

  for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
    const Put put = {"a", "1", NULL, times[i]};

    add(insight, &put, 0, (int64_t)i);
  }
  check_insight_report(insight, &report);
  g_assert_cmpuint(report.too_early, ==, 2);
  g_assert_cmpuint(report.too_late, ==, 2);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/check/insight/keys", records_that_share_a_row_key_are_counted_with_an_example);
  g_test_add_func("/check/insight/bad", bad_records_are_grouped_by_their_kind_and_field);
  g_test_add_func("/check/insight/order", an_order_that_heats_one_region_is_seen);
  g_test_add_func("/check/insight/few", few_rows_are_not_judged_by);
  g_test_add_func("/check/insight/sizes", cells_and_bytes_are_counted_as_hbase_stores_them);
  g_test_add_func("/check/insight/empty", an_empty_sample_has_no_figures);
  g_test_add_func("/check/insight/splits", split_points_have_equal_shares_and_are_short);
  g_test_add_func("/check/insight/hidden", puts_that_an_earlier_tombstone_hides_are_counted);
  g_test_add_func("/insight/times", times_that_nobody_means_are_counted);
  return g_test_run();
}
