/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/plan.h"

#define RECORD(name, fields) "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"

typedef struct {
  Schema *schema;
  Plan *plan;
  PlanOutput output;
} Fixture;

static void
fixture_clear(Fixture *self)
{
  schema_unref(self->schema);
  plan_free(self->plan);
  plan_output_clear(&self->output);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
fixture_init(Fixture *self, const char *schema, const char *const *paths)
{
  g_autoptr(GError) error = NULL;
  size_t length = g_strv_length((char **)paths);

  self->schema = schema_parse("x", schema, strlen(schema), &error);
  g_assert_no_error(error);

  PlanFields fields = {self->schema, paths, length};

  self->plan = plan_new(self->schema, &fields, &error);
  g_assert_no_error(error);
  plan_output_init(&self->output, length);
}

static const char *const flat = RECORD(
    "R",
    FIELD("text", "\"string\"") "," FIELD("yes", "\"boolean\"") "," FIELD("small", "\"int\"") "," FIELD("large", "\"long\"") "," FIELD(
        "half",
        "\"float\"") "," FIELD("number",
                               "\"double\"") "," FIELD("raw",
                                                       "\"bytes\"") "," FIELD("colour",
                                                                              "{\"type\":\"enum\","
                                                                              "\"name\":"
                                                                              "\"E\",\"symbols\":["
                                                                              "\"RED\","
                                                                              "\"BLUE\"]}") "," FIELD("four",
                                                                                                      "{\"type\""
                                                                                                      ":\"fixed"
                                                                                                      "\","
                                                                                                      "\"name\":"
                                                                                                      "\"F\","
                                                                                                      "\"size\":"
                                                                                                      "4}") "," FIELD("maybe",
                                                                                                                      "[\"null\",\"string\"]"));

/* text "hi", true, -3, 300, 0.5, -2.0, bytes 00 01, BLUE, "abcd", "x" */
#define FLAT                                                                                       \
  "\x04hi"                                                                                         \
  "\x01"                                                                                           \
  "\x05"                                                                                           \
  "\xd8\x04"                                                                                       \
  "\x00\x00\x00\x3f"                                                                               \
  "\x00\x00\x00\x00\x00\x00\x00\xc0"                                                               \
  "\x04\x00\x01"                                                                                   \
  "\x02"                                                                                           \
  "abcd"                                                                                           \
  "\x02\x02x"

static Slice
flat_datum(void)
{
  return slice(FLAT, sizeof FLAT - 1);
}

static void
every_plain_type_becomes_its_value(void)
{
  const char *const paths[] = {"text", "yes",    "small", "large", "half", "number",
                               "raw",  "colour", "four",  "maybe", NULL};
  g_autoptr(GError) error = NULL;
  g_auto(Fixture) fixture = {0};

  fixture_init(&fixture, flat, paths);
  g_assert_true(plan_run(fixture.plan, flat_datum(), &fixture.output, &error));

  const Value *values = fixture.output.values;

  g_assert_cmpint(values[0].kind, ==, VALUE_TEXT);
  g_assert_cmpmem(values[0].text.data, values[0].text.len, "hi", 2);
  g_assert_cmpint(values[1].kind, ==, VALUE_BOOLEAN);
  g_assert_true(values[1].boolean);
  g_assert_cmpint(values[2].kind, ==, VALUE_INT);
  g_assert_cmpint(values[2].integer, ==, -3);
  g_assert_cmpint(values[3].kind, ==, VALUE_INT);
  g_assert_cmpint(values[3].integer, ==, 300);
  g_assert_cmpint(values[4].kind, ==, VALUE_FLOAT);
  g_assert_cmpfloat(values[4].single, ==, 0.5f);
  g_assert_cmpint(values[5].kind, ==, VALUE_DOUBLE);
  g_assert_cmpfloat(values[5].number, ==, -2.0);
  g_assert_cmpint(values[6].kind, ==, VALUE_BYTES);
  g_assert_cmpmem(values[6].text.data, values[6].text.len, "\0\1", 2);
  g_assert_cmpint(values[7].kind, ==, VALUE_TEXT);
  g_assert_cmpmem(values[7].text.data, values[7].text.len, "BLUE", 4);
  g_assert_cmpint(values[8].kind, ==, VALUE_BYTES);
  g_assert_cmpmem(values[8].text.data, values[8].text.len, "abcd", 4);
  g_assert_cmpint(values[9].kind, ==, VALUE_TEXT);
  g_assert_cmpmem(values[9].text.data, values[9].text.len, "x", 1);
}

static void
fields_come_in_the_order_they_are_asked_for(void)
{
  const char *const paths[] = {"maybe", "large", NULL};
  g_autoptr(GError) error = NULL;
  g_auto(Fixture) fixture = {0};

  fixture_init(&fixture, flat, paths);
  g_assert_true(plan_run(fixture.plan, flat_datum(), &fixture.output, &error));
  g_assert_cmpmem(fixture.output.values[0].text.data, fixture.output.values[0].text.len, "x", 1);
  g_assert_cmpint(fixture.output.values[1].integer, ==, 300);
}

static void
every_cut_is_refused_and_so_is_a_tail(void)
{
  const char *const all[] = {"text", "yes",    "small", "large", "half", "number",
                             "raw",  "colour", "four",  "maybe", NULL};
  const char *const none[] = {NULL};
  const char *const *const lists[] = {all, none};

  for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
    g_auto(Fixture) fixture = {0};

    fixture_init(&fixture, flat, lists[i]);
    for (size_t len = 0; len <= sizeof FLAT; len++) {
      g_autoptr(GError) error = NULL;
      g_autofree uint8_t *cut = g_memdup2(FLAT, sizeof FLAT);
      bool is_whole = len == sizeof FLAT - 1;

      g_assert_cmpint(plan_run(fixture.plan, slice(cut, len), &fixture.output, &error), ==,
                      is_whole);
      if (!is_whole)
        g_assert_error(error, FAULT, FAULT_RECORD);
    }
  }
}

static void
nested_fields_are_found_through_unions_and_missing_behind_null(void)
{
  const char *schema = RECORD(
      "R",
      FIELD("home", "[\"null\"," RECORD(
                        "H", FIELD("n", "\"int\"") "," FIELD(
                                 "city", "\"string\"")) ",\"long\"]") "," FIELD("end", "\"int\""));
  const char *const paths[] = {"home.city", "end", NULL};
  const struct {
    Slice datum;
    const char *city; /* NULL: missing */
  } cases[] = {
      {slice("\x02\x08\x04Zx\x0e", 6), "Zx"},
      {slice("\x00\x0e", 2), NULL},
      {slice("\x04\x7f\x0e", 3), NULL},
  };
  g_auto(Fixture) fixture = {0};

  fixture_init(&fixture, schema, paths);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    const Value *values = fixture.output.values;

    plan_run(fixture.plan, cases[i].datum, &fixture.output, &error);
    g_assert_no_error(error);
    g_assert_cmpint(values[0].kind, ==, cases[i].city == NULL ? VALUE_MISSING : VALUE_TEXT);
    if (cases[i].city != NULL)
      g_assert_cmpmem(values[0].text.data, values[0].text.len, cases[i].city,
                      strlen(cases[i].city));
    g_assert_cmpint(values[1].integer, ==, 7);
  }
}

static void
hostile_bytes_are_refused_with_field_and_byte(void)
{
  const struct {
    const char *type;
    Slice datum; /* behind one good int */
    const char *message;
  } cases[] = {
      {"\"boolean\"", slice("\x02", 1), "field x (byte 1): a boolean is 0 or 1, not 2"},
      {"\"int\"", slice("\x80\x80\x80\x80\x10", 5),
       "field x (byte 1): an int of more than 32 bits: 2147483648"},
      {"\"int\"", slice("\x80", 1), "field x (byte 1): the record ends in the middle of a number"},
      {"\"long\"", slice("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10),
       "field x (byte 1): a number of more than 64 bits"},
      {"\"long\"", slice("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11),
       "field x (byte 1): a number of more than 64 bits"},
      {"\"string\"", slice("\x01", 1), "field x (byte 1): a negative length: -1"},
      {"\"string\"", slice("\x06hi", 3), "field x (byte 1): a length of 3 with 2 bytes left"},
      {"\"bytes\"", slice("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10),
       "field x (byte 1): a length of 9223372036854775807 with 0 bytes left"},
      {"\"double\"", slice("1234567", 7), "field x (byte 1): 8 bytes are needed and 7 are left"},
      {"[\"null\",\"int\"]", slice("\x04", 1), "field x (byte 1): union branch 2 of 2"},
      {"[\"null\",\"int\"]", slice("\x01", 1), "field x (byte 1): union branch -1 of 2"},
      {"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}", slice("\x02", 1),
       "field x (byte 1): enum symbol 1 of 1"},
      {"\"int\"", slice("\x02zz", 3), "byte 2: 2 bytes are left over behind the record"},
  };
  const char *const wanted[] = {"x", NULL};
  const char *const unwanted[] = {"n", NULL};

  for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
    size_t c = i / 2;
    g_autofree char *schema =
        g_strdup_printf(RECORD("R", FIELD("n", "\"int\"") "," FIELD("x", "%s")), cases[c].type);
    g_auto(Fixture) fixture = {0};
    g_auto(Bytes) datum = {0};
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture, schema, i % 2 == 0 ? wanted : unwanted);
    bytes_append_u8(&datum, 0);
    bytes_append_slice(&datum, cases[c].datum);
    g_assert_false(plan_run(fixture.plan, bytes_slice(&datum), &fixture.output, &error));
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_assert_cmpstr(error->message, ==, cases[c].message);
  }
}

static void
hostile_arrays_are_stepped_over_or_refused(void)
{
  const struct {
    const char *items;
    Slice datum;
    const char *message; /* NULL: fine */
  } cases[] = {
      {"\"int\"", slice("\x04\x02\x04\x00", 4), NULL},
      {"\"int\"", slice("\x03\x04\x02\x04\x00", 5), NULL},
      {"\"null\"", slice("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 11), NULL},
      {"\"int\"", slice("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 11),
       "field x (byte 0): a block of 9223372036854775807 items in 1 bytes"},
      {"\"int\"", slice("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 11),
       "field x (byte 0): a block of 9223372036854775808 items in 0 bytes"},
      {"\"int\"", slice("\x03\x01\x02\x04\x00", 5), "field x (byte 1): a negative length: -1"},
      {"\"int\"", slice("\x03\x0a\x02\x04\x00", 5),
       "field x (byte 1): a length of 5 with 3 bytes left"},
      {"\"boolean\"", slice("\x04\x01\x02\x00", 4),
       "field x[1] (byte 2): a boolean is 0 or 1, not 2"},
      {"\"int\"", slice("\x02\x02", 2),
       "field x (byte 2): the record ends in the middle of a number"},
  };
  const char *const none[] = {NULL};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *schema = g_strdup_printf(
        RECORD("R", FIELD("x", "{\"type\":\"array\",\"items\":%s}")), cases[i].items);
    g_auto(Fixture) fixture = {0};
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture, schema, none);
    plan_run(fixture.plan, cases[i].datum, &fixture.output, &error);
    g_assert_cmpstr(error == NULL ? NULL : error->message, ==, cases[i].message);
  }
}

static void
depth_without_end_is_refused(void)
{
  const char *schema = RECORD("R", FIELD("next", "[\"null\",\"R\"]"));
  const char *const none[] = {NULL};
  const struct {
    size_t depth;
    bool is_right;
  } cases[] = {{1, true}, {200, true}, {300, false}, {1000000, false}};
  g_auto(Fixture) fixture = {0};

  fixture_init(&fixture, schema, none);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *datum = g_strnfill(cases[i].depth + 1, '\x02');
    g_autoptr(GError) error = NULL;

    datum[cases[i].depth] = '\0';
    plan_run(fixture.plan, slice(datum, cases[i].depth + 1), &fixture.output, &error);
    g_assert_cmpint(error == NULL, ==, cases[i].is_right);
    if (!cases[i].is_right)
      g_assert_nonnull(strstr(error->message, "nested more than 256 deep"));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/plan/plain-types", every_plain_type_becomes_its_value);
  g_test_add_func("/plan/order", fields_come_in_the_order_they_are_asked_for);
  g_test_add_func("/plan/cut", every_cut_is_refused_and_so_is_a_tail);
  g_test_add_func("/plan/nested", nested_fields_are_found_through_unions_and_missing_behind_null);
  g_test_add_func("/plan/hostile", hostile_bytes_are_refused_with_field_and_byte);
  g_test_add_func("/plan/hostile-arrays", hostile_arrays_are_stepped_over_or_refused);
  g_test_add_func("/plan/depth", depth_without_end_is_refused);
  return g_test_run();
}
