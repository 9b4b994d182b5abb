/* SPDX-License-Identifier: Apache-2.0 */
#include "try/outcome.h"

#include "support/mapping-case.h"

static void
texts_are_unlike_for_unlike_bytes(void)
{
  static const struct {
    Slice bytes;
    const char *text;
  } cases[] = {
      {{NULL, 0}, ""},
      {{(const uint8_t *)"a b", 3}, "a b"},
      {{(const uint8_t *)"\xC3\xBC\xE6\x97\xA5", 5}, "ü日"},
      {{(const uint8_t *)"a\\x00", 5}, "a\\x5Cx00"},
      {{(const uint8_t *)"\0\0\0A", 4}, "\\x00\\x00\\x00A"},
      {{(const uint8_t *)"\xC3\xBC\n", 3}, "\\xC3\\xBC\\x0A"},
      {{(const uint8_t *)"\xC3", 1}, "\\xC3"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = try_text(cases[i].bytes);

    g_assert_cmpstr(text, ==, cases[i].text);
  }
}

static void
check_decoded(ColumnType type, Value value, const char *wanted)
{
  uint8_t scratch[4096];
  Slice bytes;
  GError *error = NULL;
  g_autofree char *found = NULL;

  convert_to_cell(&value, type, scratch, &bytes, &error);
  g_assert_no_error(error);
  found = try_decoded(type, bytes);
  g_assert_cmpstr(found, ==, wanted);
  if (bytes.len > 0 && wanted != NULL && type != COLUMN_DECIMAL) {
    g_autofree char *cut = try_decoded(type, slice(bytes.data, bytes.len - 1));

    g_assert_null(cut);
  }
}

static void
what_is_converted_is_decoded(void)
{
  static const struct {
    ColumnType type;
    const char *text;
  } cases[] = {
      {COLUMN_SHORT, "-32768"},
      {COLUMN_INT, "-7"},
      {COLUMN_INT, "2147483647"},
      {COLUMN_LONG, "-9223372036854775808"},
      {COLUMN_LONG, "4702111234474983745"}, /* its bytes are letters */
      {COLUMN_ORDERED_INT, "-2147483648"},
      {COLUMN_ORDERED_INT, "5"},
      {COLUMN_ORDERED_LONG, "-1"},
      {COLUMN_ORDERED_LONG, "9223372036854775807"},
      {COLUMN_FLOAT, "0.1"},
      {COLUMN_DOUBLE, "-2.5e-05"},
      {COLUMN_BOOLEAN, "true"},
      {COLUMN_BOOLEAN, "false"},
      {COLUMN_DECIMAL, "-12.34"},
      {COLUMN_DECIMAL, "123456789012345678901234567890.5"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    check_decoded(cases[i].type, (Value){VALUE_TEXT, .text = slice_text(cases[i].text)},
                  cases[i].text);
  check_decoded(COLUMN_TEXT, (Value){VALUE_TEXT, .text = slice_text("a")}, NULL);
}

static const char schema[] = "{'type': 'record', 'name': 'r', 'fields': ["
                             "{'name': 'id', 'type': 'string'}, {'name': 'n', 'type': 'long'}, "
                             "{'name': 's', 'type': ['null', 'string']}]}";
static const char mapping[] =
    "{'table': 't', 'topic': 't', 'record': {'format': 'avro', 'schema': 'value.avsc'}, "
    "'key': {'parts': ['id']}, 'timestamp': 'record', 'families': {'f': {'columns': ["
    "{'field': 'n', 'type': 'long'}, {'field': 's', 'null': 'delete'}, "
    "{'field': 'id', 'qualifier': 'i d'}]}}}";

static void
expect(const TryOutcome *outcome, const char *text, const char *json)
{
  for (int is_json = 0; is_json < 2; is_json++) {
    g_autoptr(Report) report = report_new(is_json);
    g_autofree char *said = NULL;

    try_outcome_tell(outcome, report);
    said = report_take(report);
    g_assert_cmpstr(is_json ? g_strchomp(said) : said, ==, is_json ? json : text);
  }
}

static void
outcomes_are_told(void)
{
  g_auto(MappingCase) m = mapping_case_load(schema, NULL, mapping);
  g_auto(Row) row = {0};
  GError *error = NULL;
  Origin origin = {.topic = "t", .timestamp_ms = 5};
  Value values[3] = {{0}};
  TryOutcome outcome = {.mapping = m.mapping, .from = "t[0]@1", .row = &row};

  values[mapping_case_field(m.mapping, "id")] = (Value){VALUE_TEXT, .text = slice_text("k\\")};
  values[mapping_case_field(m.mapping, "n")] = (Value){VALUE_INT, .integer = 65};
  mapping_apply(m.mapping, &origin, values, &row, &error);
  g_assert_no_error(error);
  expect(
      &outcome,
      "t[0]@1: row 'k\\x5C' at 5\n  f:n = \\x00\\x00\\x00\\x00\\x00\\x00\\x00A (long 65)\n"
      "  f:s deleted\n  f:i d = k\\x5C\n",
      "{\"from\":\"t[0]@1\",\"row\":\"k\\\\x5C\",\"timestamp\":5,\"cells\":{\"f:n\":"
      "\"\\\\x00\\\\x00\\\\x00\\\\x00\\\\x00\\\\x00\\\\x00A\",\"f:s\":null,\"f:i d\":\"k\\\\x5C\"},"
      "\"decoded\":{\"f:n\":\"65\"}}");

  row.kind = ROW_DELETE;
  expect(&outcome, "t[0]@1: delete row 'k\\x5C' up to 5\n",
         "{\"from\":\"t[0]@1\",\"deleted\":\"k\\\\x5C\",\"timestamp\":5}");
  outcome.kind = TRY_SKIPPED;
  expect(&outcome, "t[0]@1: skipped: a tombstone, which the mapping passes over\n",
         "{\"from\":\"t[0]@1\",\"skipped\":true}");
  outcome =
      (TryOutcome){m.mapping, "f line 3", TRY_REFUSED, .stage = "map", .reason = "field n: x"};
  expect(&outcome, "f line 3: refused (map): field n: x\n",
         "{\"from\":\"f line 3\",\"refused\":\"field n: x\",\"stage\":\"map\"}");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/try/text", texts_are_unlike_for_unlike_bytes);
  g_test_add_func("/try/decoded", what_is_converted_is_decoded);
  g_test_add_func("/try/outcomes", outcomes_are_told);
  return g_test_run();
}
