/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/spelled.h"

#include "mapping/convert.h"

/* What one text becomes: its text form, "(missing)", or the sentence of the refusal. */
static char *
read_as(const char *type, const char *text)
{
  g_autofree char *json = g_strdelimit(g_strdup(type), "'", '"');
  g_autoptr(GError) error = NULL;
  g_autoptr(Schema) schema = schema_parse("schema", json, strlen(json), &error);
  g_auto(Bytes) scratch = {0};
  uint8_t number[TEXT_NUMBER_BYTES];
  Value value = {0};
  Slice form;

  g_assert_no_error(error);
  bytes_reserve(&scratch, spelled_bytes(schema_root(schema), slice_text(text)));
  if (!spelled_read(schema_root(schema), slice_text(text), &scratch, &value, &error)) {
    g_assert_error(error, FAULT, FAULT_RECORD);
    return g_strdup(error->message);
  }
  if (value.kind == VALUE_MISSING)
    return g_strdup("(missing)");
  form = convert_to_text(&value, number);
  return g_strndup((const char *)form.data, form.len);
}

typedef struct {
  const char *type;
  const char *text;
  const char *wanted;
} SpelledCase;

static void
check(const SpelledCase *cases, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    g_autofree char *form = NULL;

    g_test_message("%s as %s", cases[i].text, cases[i].type);
    form = read_as(cases[i].type, cases[i].text);
    g_assert_cmpstr(form, ==, cases[i].wanted);
  }
}

static void
plain_types_take_what_spells_them(void)
{
  static const SpelledCase cases[] = {
      {"'double'", "2012.0", "2012"},
      {"'double'", " 2012 ", "2012"},
      {"'double'", "0.10", "0.1"},
      {"'double'", "1E3", "1000"},
      {"'double'", "-0", "0"},
      {"'double'", "inf", "inf"},
      {"'double'", "NaN", "(missing)"},
      {"'double'", "12,5", "not a number: '12,5'"},
      {"'float'", "0.1", "0.1"},
      {"'float'", "nan", "(missing)"},
      {"'float'", "1e39", "not a number that a float holds: '1e39'"},
      {"'int'", "2012.0", "2012"},
      {"'int'", "nan", "(missing)"},
      {"'int'", "2147483648", "not a whole number of 32 bits: '2147483648'"},
      {"'long'", "9007199254740993", "9007199254740993"},
      {"'long'", "9007199254740993.0", "9007199254740993"},
      {"'double'", "9007199254740993",
       "not a number that a double holds exactly: '9007199254740993'"},
      {"'float'", "16777217", "not a number that a float holds: '16777217'"},
      {"['null','long','double']", "9007199254740993", "9007199254740993"},
      {"['null','long','double']", "9007199254740993.5",
       "not a number that a double holds exactly: '9007199254740993.5'"},
      {"'long'", "2012.5", "not a whole number of 64 bits: '2012.5'"},
      {"'boolean'", "True", "true"},
      {"'boolean'", "0", "false"},
      {"'boolean'", "no", "not true or false: 'no'"},
      {"'string'", "2012.0", "2012.0"},
      {"'string'", "nan", "nan"},
      {"'bytes'", "2012.0", "2012.0"},
      {"{'type':'fixed','name':'F','size':2}", "ab", "ab"},
      {"{'type':'fixed','name':'F','size':2}", "abc", "3 bytes where F has 2"},
      {"{'type':'enum','name':'E','symbols':['A','B']}", "B", "B"},
      {"{'type':'enum','name':'E','symbols':['A','B']}", "C", "not a symbol of the enum: 'C'"},
      {"{'type':'array','items':'int'}", "[1,2]", "[1,2]"},
      {"['null','int','double']", "2012.50", "2012.5"},
      {"['null','int','long']", "2012.0", "2012"},
      {"['int','string']", "2012.0", "2012.0"},
  };

  check(cases, G_N_ELEMENTS(cases));
}

#define LOGICAL(base, name) "{'type':'" base "','logicalType':'" name "'}"
#define DECIMAL "{'type':'bytes','logicalType':'decimal','precision':6,'scale':2}"
#define WHOLE "{'type':'bytes','logicalType':'decimal','precision':4}"

static void
logical_types_take_the_form_of_the_decoder(void)
{
  static const SpelledCase cases[] = {
      {LOGICAL("int", "date"), "2024-02-29", "2024-02-29"},
      {LOGICAL("int", "date"), "2024-02-29 23:00:00", "2024-02-29"},
      {LOGICAL("int", "date"), "1969-12-31T01:00", "1969-12-31"},
      {LOGICAL("int", "date"), "19782", "2024-02-29"},
      {LOGICAL("int", "date"), "2023-02-29",
       "not an ISO 8601 date, or a number of days: '2023-02-29'"},
      {LOGICAL("int", "date"), "2147483648",
       "not an ISO 8601 date, or a number of days: '2147483648'"},
      {LOGICAL("int", "time-millis"), "16:05", "16:05:00.000"},
      {LOGICAL("long", "time-micros"), "16:05:30.5", "16:05:30.500000"},
      {LOGICAL("int", "time-millis"), "1500", "00:00:01.500"},
      {LOGICAL("int", "time-millis"), "16:05Z",
       "not a time of day, or a number of the type's unit: '16:05Z'"},
      {LOGICAL("long", "timestamp-millis"), "2018-07-29 22:22:01.458193+07:00",
       "2018-07-29T15:22:01.458Z"},
      {LOGICAL("long", "timestamp-micros"), "2018-07-29T15:22:01.458193Z",
       "2018-07-29T15:22:01.458193Z"},
      {LOGICAL("long", "timestamp-millis"), "1532877721458.0", "2018-07-29T15:22:01.458Z"},
      {LOGICAL("long", "timestamp-millis"), "1532877721458", "2018-07-29T15:22:01.458Z"},
      {LOGICAL("long", "timestamp-millis"), "1969-12-31T23:59:59.5", "1969-12-31T23:59:59.500Z"},
      {LOGICAL("long", "timestamp-nanos"), "2018-07-29T15:22:01.1",
       "2018-07-29T15:22:01.100000000Z"},
      {LOGICAL("long", "timestamp-nanos"), "2500-01-01",
       "not an ISO 8601 time, or a number of the type's unit: '2500-01-01'"},
      {LOGICAL("long", "local-timestamp-millis"), "2018-07-29 15:22", "2018-07-29T15:22:00.000"},
      {LOGICAL("string", "uuid"), "F81D", "F81D"},
      {"{'type':'fixed','name':'U','size':16,'logicalType':'uuid'}",
       "F81D4FAE-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
      {"{'type':'fixed','name':'U','size':16,'logicalType':'uuid'}",
       "F81D4FAE-7dec-11d0-a765-00a0c91e6bfg",
       "not a UUID: 'F81D4FAE-7dec-11d0-a765-00a0c91e6bfg'"},
      {DECIMAL, "12.3", "12.30"},
      {DECIMAL, "-0012.345000",
       "not a decimal of 6 digits, 2 of them behind the point: "
       "'-0012.345000'"},
      {DECIMAL, "-0012.340000", "-12.34"},
      {DECIMAL, "+.5", "0.50"},
      {DECIMAL, "-0.00", "0.00"},
      {DECIMAL, "9999", "9999.00"},
      {DECIMAL, "nan", "(missing)"},
      {DECIMAL, "99999", "not a decimal of 6 digits, 2 of them behind the point: '99999'"},
      {DECIMAL, "1e2", "100.00"},
      {DECIMAL, "0E-8", "0.00"},
      {DECIMAL, "12345e-2", "123.45"},
      {DECIMAL, "-1e-2", "-0.01"},
      {DECIMAL, "1e4", "not a decimal of 6 digits, 2 of them behind the point: '1e4'"},
      {DECIMAL, "1e-3", "not a decimal of 6 digits, 2 of them behind the point: '1e-3'"},
      {DECIMAL, "1e", "not a decimal number: '1e'"},
      {DECIMAL, ".", "not a decimal number: '.'"},
      {WHOLE, "12.00", "12"},
      {WHOLE, "0", "0"},
  };

  check(cases, G_N_ELEMENTS(cases));
}

static void
times_of_day_go_beyond_one_as_far_as_their_type(void)
{
  static const SpelledCase cases[] = {
      {LOGICAL("int", "time-millis"), "86400000", "24:00:00.000"}, /* as Avro has it */
      {LOGICAL("int", "time-millis"), "2147483648",
       "not a time of day, or a number of the type's unit: '2147483648'"},
      {LOGICAL("long", "time-micros"), "-1", "-00:00:00.000001"},
  };

  check(cases, G_N_ELEMENTS(cases));
}

/* As MySQL has them. */
static void
times_may_be_negative_or_go_beyond_a_day(void)
{
  static const SpelledCase cases[] = {
      {LOGICAL("long", "time-micros"), "838:59:59", "838:59:59.000000"},
      {LOGICAL("int", "time-millis"), "596:31:23", "596:31:23.000"},
      {LOGICAL("int", "time-millis"), "838:59:59",
       "not a time of day, or a number of the type's unit: '838:59:59'"},
      {LOGICAL("int", "time-millis"), "-01:30", "-01:30:00.000"},
      {LOGICAL("int", "time-millis"), "1:30",
       "not a time of day, or a number of the type's unit: '1:30'"},
  };

  check(cases, G_N_ELEMENTS(cases));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/spelled/plain", plain_types_take_what_spells_them);
  g_test_add_func("/spelled/logical", logical_types_take_the_form_of_the_decoder);
  g_test_add_func("/spelled/beyond-a-day", times_of_day_go_beyond_one_as_far_as_their_type);
  g_test_add_func("/spelled/times", times_may_be_negative_or_go_beyond_a_day);
  return g_test_run();
}
