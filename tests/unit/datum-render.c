/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/plan.h"
#include "datum/render.h"

#define BYTES(text) slice(text, sizeof text - 1)

/* In what follows ' stands for ". */
static Schema *
schema_of(const char *type)
{
  g_autofree char *quoted =
      g_strdup_printf("{'type':'record','name':'R','fields':[{'name':'x','type':%s}]}", type);
  g_autoptr(GError) error = NULL;
  Schema *schema = NULL;

  g_strdelimit(quoted, "'", '"');
  schema = schema_parse("x", quoted, strlen(quoted), &error);
  g_assert_no_error(error);
  return schema;
}

/* What the field x of the reader's is: its text, or the error's. */
static char *
read_as(const char *writer_type, const char *reader_type, Slice datum)
{
  const char *const paths[] = {"x"};
  g_autoptr(Schema) writer = schema_of(writer_type);
  g_autoptr(Schema) reader = schema_of(reader_type);
  g_auto(PlanOutput) output = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(Plan) plan = plan_new(writer, &(PlanFields){reader, paths, 1}, &error);

  g_assert_no_error(error);
  plan_output_init(&output, 1);
  if (!plan_run(plan, datum, &output, &error)) {
    g_assert_error(error, FAULT, FAULT_RECORD);
    return g_strdup(error->message);
  }
  g_assert_cmpint(output.values[0].kind, ==, VALUE_TEXT);
  return g_strndup((const char *)output.values[0].text.data, output.values[0].text.len);
}

#define INTS "{'type':'array','items':'int'}"
#define LONGS "{'type':'map','values':'long'}"
#define MAPS "{'type':'map','values':{'type':'map','values':'int'}}"
#define STRINGS "{'type':'array','items':'string'}"
#define RECORDS                                                                                    \
  "{'type':'array','items':{'type':'record','name':'I','fields':["                                 \
  "{'name':'a','type':'boolean'},{'name':'b','type':['null','int']}]}}"
#define ENUMS "{'type':'array','items':{'type':'enum','name':'E','symbols':['A','B']}}"
#define TIMES "{'type':'array','items':{'type':'int','logicalType':'time-millis'}}"
#define LIST "{'type':'record','name':'L','fields':[{'name':'next','type':['null','L']}]}"

static void
values_become_json_and_faults_name_their_place(void)
{
  const struct {
    const char *type;
    Slice datum;
    const char *text; /* ' stands for " where it is JSON */
  } cases[] = {
      {INTS, BYTES("\0"), "[]"},
      {INTS, BYTES("\2\2\4\4\6\0"), "[1,2,3]"},
      {INTS, BYTES("\1\2\2\3\4\4\6\0"), "[1,2,3]"},
      {INTS, BYTES("\3\2\2\4\0"), "field x (byte 0): a block of 2 items in 1 bytes"},
      {INTS, BYTES("\3\6\2\4\0"), "field x (byte 4): a block of 3 bytes took 2"},
      {INTS, BYTES("\3\7\2\4\0"), "field x (byte 1): a negative length: -4"},
      {INTS, BYTES("\3\x0a\2\4\0"), "field x (byte 1): a length of 5 with 3 bytes left"},
      {LONGS, BYTES("\2\2a\2\2\2b\3\0"), "{'a':1,'b':-2}"},
      {LONGS, BYTES("\1\6\2a\2\0"), "{'a':1}"},
      {STRINGS, BYTES("\4\0\6a\0\x1f\0"), "['','a\\u0000\\u001f']"},
      {STRINGS, BYTES("\2\4\xc3\x28\0"),
       "field x[0] (byte 1): a string that is not UTF-8 cannot become JSON"},
      {STRINGS, BYTES("\2\2\x7f\0"), "['\x7f']"},
      {RECORDS, BYTES("\4\1\0\0\2\6\0"), "[{'a':true,'b':null},{'a':false,'b':3}]"},
      {RECORDS, BYTES("\4\1\0\2\2\6\0"), "field x[1].a (byte 3): a boolean is 0 or 1, not 2"},
      {RECORDS, BYTES("\4\1\0\0\4\6\0"), "field x[1].b (byte 4): union branch 2 of 2"},
      {ENUMS, BYTES("\2\4\0"), "field x[0] (byte 1): enum symbol 2 of 2"},
      {TIMES, BYTES("\2\2\0"), "['00:00:00.001']"},
      {TIMES, BYTES("\2\1\0"), "['-00:00:00.001']"},
      {LONGS, BYTES("\4\2a\2\2a\4\0"), "{'a':2}"}, /* the last counts */
      {LONGS, BYTES("\2\2a\2\6\2b\4\2a\6\2c\x08\2\2a\x0a\0"), "{'b':2,'c':4,'a':5}"},
      {MAPS, BYTES("\4\2a\4\2b\2\2b\4\0\2a\2\2c\6\0\0"), "{'a':{'c':3}}"},
      {MAPS, BYTES("\4\2a\4\2b\2\2b\4\0\2b\4\2c\6\2c\x08\0\0"), "{'a':{'b':2},'b':{'c':4}}"},
      {"{'type':'record','name':'E','fields':[]}", BYTES(""), "{}"},
      {LIST, BYTES("\2\2\0"), "{'next':{'next':{'next':null}}}"},
      {"{'type':'array','items':'null'}", BYTES("\6\0"), "[null,null,null]"},
      {"{'type':'array','items':'null'}", BYTES("\2\0\0"),
       "byte 2: 1 bytes are left over behind the record"},
      {"{'type':'array','items':'null'}", BYTES("\1\2\0\0"),
       "field x (byte 2): a block of 1 bytes took 0"},
      {"{'type':'int','logicalType':'time-millis'}", BYTES("\1"), "-00:00:00.001"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = read_as(cases[i].type, cases[i].type, cases[i].datum);
    g_autofree char *wanted = g_strdup(cases[i].text);

    if (!g_str_has_prefix(wanted, "field"))
      g_strdelimit(wanted, "'", '"');
    g_assert_cmpstr(text, ==, wanted);
  }
}

static void
json_has_an_end_whatever_the_bytes_say(void)
{
  g_autofree char *long_text = g_strnfill(200, 'x');
  g_autofree char *grown =
      g_strdup_printf("{'type':'array','items':{'type':'record','name':'I','fields':"
                      "[{'name':'more','type':'string','default':'%s'}]}}",
                      long_text);

  /* 65536 records without a byte, each with a default of ours */
  g_autofree char *text =
      read_as("{'type':'array','items':{'type':'record','name':'I','fields':[]}}", grown,
              BYTES("\x80\x80\x08\0"));

  g_assert_nonnull(strstr(text, "as JSON it is longer than 10485760 bytes"));
}

static void
json_has_a_depth(void)
{
  const struct {
    size_t depth;
    bool is_right;
  } cases[] = {{100, true}, {254, true}, {300, false}, {1000000, false}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *datum = g_strnfill(cases[i].depth + 1, '\2');

    datum[cases[i].depth] = '\0';

    g_autofree char *text = read_as(LIST, LIST, slice(datum, cases[i].depth + 1));

    g_assert_cmpint(g_str_has_prefix(text, "{\"next\":{"), ==, cases[i].is_right);
    if (!cases[i].is_right)
      g_assert_nonnull(strstr(text, "nested more than 256 deep"));
  }
}

static void
a_decimal_of_endless_digits_is_refused(void)
{
  g_auto(Bytes) datum = {0};

  bytes_append(&datum, "\x80\x20", 2); /* 2048 bytes */
  memset(bytes_reserve(&datum, 2048), 0x55, 2048);
  datum.len += 2048;

  const char *type = "{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}";
  g_autofree char *text = read_as(type, type, bytes_slice(&datum));

  g_assert_cmpstr(text, ==, "field x (byte 0): a decimal of 2048 bytes; at most 1024 are read");
}

/* As Avro's BigDecimalConversion writes them. */
static void
a_big_decimal_has_the_scale_that_it_says(void)
{
  static const char type[] = "{'type':'bytes','logicalType':'big-decimal'}";
  static const char decimal[] = "{'type':'bytes','logicalType':'decimal','precision':9,'scale':3}";
  const struct {
    const char *reader;
    Slice datum;
    const char *text;
  } cases[] = {
      {type, slice("\x08\x04\x04\xce\x04", 5), "12.30"},
      {decimal, slice("\x08\x04\x04\xce\x04", 5), "12.30"},
      {type, slice("\x06\x02\x85\x02", 4), "-12.3"},
      {type, slice("\x06\x02\x05\x05", 4), "5000"},
      {type, slice("\x06\x02\0\x05", 4), "0"},
      {type, slice("\x06\x02\0\x04", 4), "0.00"},
      {type, slice("\x04\x02\x05", 3), "field x (byte 0): no big-decimal"},
      {type, slice("\x08\x02\x05\x04\x04", 5), "field x (byte 0): no big-decimal"},
      {type, slice("\x0a\x02\x05\xc0\x9a\x0c", 6), "field x (byte 0): no big-decimal"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = read_as(type, cases[i].reader, cases[i].datum);

    g_test_message("%zu: %s", i, text);
    g_assert_nonnull(strstr(text, cases[i].text));
  }
}

/* 13 bytes may say 2^40 items; the text of them is refused before the first is written. */
static void
items_without_bytes_are_bounded(void)
{
  static const char *const types[] = {
      "{'type':'array','items':'null'}",
      "{'type':'array','items':{'type':'record','name':'E','fields':[]}}",
      "{'type':'array','items':{'type':'fixed','name':'F','size':0}}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autofree char *many = read_as(types[i], types[i], BYTES("\x80\x80\x80\x80\x80\x40\0"));
    /* 65536 in one block, and one more in the next */
    g_autofree char *slowly = read_as(types[i], types[i], BYTES("\x80\x80\x08\2\0"));
    /* 2^62 in ten bytes */
    g_autofree char *endless =
        read_as(types[i], types[i], BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\0"));
    g_autofree char *most = read_as(types[i], types[i], BYTES("\x80\x80\x08\0"));

    g_assert_cmpstr(many, ==,
                    "field x (byte 6): 1099511627776 items that take no byte; at most 65536 are "
                    "read");
    g_assert_cmpstr(slowly, ==,
                    "field x (byte 4): 65537 items that take no byte; at most 65536 are read");
    g_assert_nonnull(strstr(endless, " items that take no byte; at most 65536 are read"));
    g_assert_cmpuint(strlen(most), >, 65536);
  }
}

static void
a_map_of_many_keys_twice_keeps_the_last_of_each(void)
{
  enum { KEYS = 5000 };
  g_autoptr(GString) datum = g_string_new(NULL);
  g_autoptr(GString) wanted = g_string_new("{");

  for (int i = 0; i < 2 * KEYS; i++) {
    g_autofree char *key = g_strdup_printf("%04d", i % KEYS);

    g_string_append_len(datum, "\2\x08", 2);
    g_string_append(datum, key);
    g_string_append_c(datum, i < KEYS ? 2 : 4);
    if (i >= KEYS)
      g_string_append_printf(wanted, "%s\"%s\":2", i == KEYS ? "" : ",", key);
  }
  g_string_append_len(datum, "\0", 1);
  g_string_append(wanted, "}");

  g_autofree char *got = read_as(LONGS, LONGS, slice(datum->str, datum->len));

  g_assert_cmpstr(got, ==, wanted->str);
}

static void
a_date_read_as_an_instant_is_its_midnight(void)
{
  static const char date[] = "{'type':'int','logicalType':'date'}";
  const struct {
    const char *writer;
    const char *reader;
    Slice datum;
    const char *text;
  } cases[] = {
      {date, "timestamp-millis", BYTES("\xf0\xa8\2"), "2022-01-08T00:00:00.000Z"},
      {date, "timestamp-micros", BYTES("\xf0\xa8\2"), "2022-01-08T00:00:00.000000Z"},
      {date, "timestamp-nanos", BYTES("\xf0\xa8\2"), "2022-01-08T00:00:00.000000000Z"},
      {date, "local-timestamp-millis", BYTES("\1"), "1969-12-31T00:00:00.000"},
      {date, "timestamp-nanos", BYTES("\xfe\xff\xff\xff\x0f"),
       "field x (byte 0): a date out of the range of timestamp-nanos"},
      {"{'type':'long','logicalType':'timestamp-micros'}", "local-timestamp-millis",
       BYTES("\xd0\x0f"), "1970-01-01T00:00:00.001000"},
      {"{'type':'long','logicalType':'local-timestamp-millis'}", "timestamp-micros",
       BYTES("\xd0\x0f"), "1970-01-01T00:00:01.000Z"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *reader =
        g_strdup_printf("{'type':'long','logicalType':'%s'}", cases[i].reader);
    g_autofree char *got = read_as(cases[i].writer, reader, cases[i].datum);

    g_assert_cmpstr(got, ==, cases[i].text);
  }
}

static void
names_of_others_are_quoted_as_json(void)
{
  static const char text[] = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"x\","
                             "\"type\":{\"type\":\"record\",\"name\":\"I\",\"fields\":["
                             "{\"name\":\"gr\u00f6\\\"e.$\",\"type\":\"int\"}]}}]}";
  const char *const path = "x";
  g_autoptr(GError) error = NULL;
  g_autoptr(Schema) schema = schema_parse_writer("x", text, strlen(text), &error);
  g_autoptr(Plan) plan = plan_new(schema, &(PlanFields){schema, &path, 1}, &error);
  g_auto(PlanOutput) output = {0};

  g_assert_no_error(error);
  plan_output_init(&output, 1);
  g_assert_true(plan_run(plan, BYTES("\2"), &output, &error));

  const Slice wanted = slice_text("{\"gr\xc3\xb6\\\"e.$\":1}");

  g_assert_cmpmem(output.values[0].text.data, output.values[0].text.len, wanted.data, wanted.len);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/render/json", values_become_json_and_faults_name_their_place);
  g_test_add_func("/render/bounded", json_has_an_end_whatever_the_bytes_say);
  g_test_add_func("/render/empty-items", items_without_bytes_are_bounded);
  g_test_add_func("/render/repeated", a_map_of_many_keys_twice_keeps_the_last_of_each);
  g_test_add_func("/render/dates", a_date_read_as_an_instant_is_its_midnight);
  g_test_add_func("/render/names", names_of_others_are_quoted_as_json);
  g_test_add_func("/render/depth", json_has_a_depth);
  g_test_add_func("/render/big-decimal", a_big_decimal_has_the_scale_that_it_says);
  g_test_add_func("/render/decimal", a_decimal_of_endless_digits_is_refused);
  return g_test_run();
}
