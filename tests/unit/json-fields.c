/* SPDX-License-Identifier: Apache-2.0 */
#include "json/fields.h"
#include "text/text.h"

static char *
describe(const Value *value)
{
  uint8_t number[TEXT_NUMBER_BYTES];

  switch (value->kind) {
  case VALUE_MISSING:
    return g_strdup("-");
  case VALUE_TEXT:
    return g_strdup_printf("'%.*s'", (int)value->text.len, (const char *)value->text.data);
  case VALUE_BYTES:
    return g_strdup_printf("\"%.*s\"", (int)value->text.len, (const char *)value->text.data);
  case VALUE_INT:
    return g_strdup_printf("int %" G_GINT64_FORMAT, value->integer);
  case VALUE_DOUBLE:
    return g_strdup_printf("double %.*s", (int)text_put_double(number, value->number), number);
  case VALUE_BOOLEAN:
    return g_strdup(value->boolean ? "true" : "false");
  case VALUE_FLOAT:
    break;
  }
  g_assert_not_reached();
}

/* The values of the paths (with | between) in the document, with | between, or the error. */
static char *
read_paths(const char *paths, JsonTypes types, Slice document)
{
  g_auto(GStrv) list = g_strsplit(paths, "|", -1);
  g_autoptr(GString) out = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  size_t length = g_strv_length(list);
  g_autoptr(JsonFields) reader = json_fields_new((const char *const *)list, length, types, &error);

  g_assert_no_error(error);

  /* twice: nothing is left of a document in the next */
  json_fields_read(reader, document, NULL);

  const Value *values = json_fields_read(reader, document, &error);

  if (values == NULL) {
    g_assert_error(error, FAULT, FAULT_RECORD);
    return g_strdup(error->message);
  }
  for (size_t i = 0; i < length; i++) {
    g_autofree char *text = describe(&values[i]);

    g_string_append_printf(out, "%s%s", i == 0 ? "" : "|", text);
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

typedef struct {
  const char *paths;
  const char *document;
  const char *values;
} Case;

static void
check(const Case *cases, size_t length, JsonTypes types)
{
  for (size_t i = 0; i < length; i++) {
    g_autofree char *got = read_paths(cases[i].paths, types, slice_text(cases[i].document));

    g_assert_cmpstr(got, ==, cases[i].values);
  }
}

static void
values_have_their_own_types(void)
{
  static const Case cases[] = {
      {"a|b", "{\"a\": 1, \"b\" : \"x\"}", "int 1|'x'"},
      {"a|b", " \t\r\n{\"b\":true,\"c\":[{}],\"a\":false}\n", "false|true"},
      {"a", "{}", "-"},
      {"a", "{\"a\":null}", "-"},
      {"a", "{\"a\":\"\"}", "''"},
      {"a", "\xEF\xBB\xBF{\"a\":0}", "int 0"},
      {"a", "{\"a\":-0}", "int 0"},
      {"a", "{\"a\":1.0}", "double 1"},
      {"a", "{\"a\":12.50}", "double 12.5"},
      {"a", "{\"a\":-1.5E+3}", "double -1500"},
      {"a", "{\"a\":2.5e-05}", "double 2.5e-05"},
      {"a", "{\"a\":1e300}", "double 1e+300"},
      {"a", "{\"a\":9223372036854775807}", "int 9223372036854775807"},
      {"a", "{\"a\":-9223372036854775808}", "int -9223372036854775808"},
      {"a", "{\"a\":9223372036854775808}", "double 9.223372036854776e+18"},
      {"a", "{\"a\":9223372036854775809}", "'9223372036854775809'"},
      {"a", "{\"a\":1234567890123456789.0}", "int 1234567890123456789"},
      {"a", "{\"a\":9007199254740993.0}", "int 9007199254740993"},
      {"a", "{\"a\":9007199254740991.4}", "'9007199254740991.4'"},
      {"a", "{\"a\":0.1234567890123456789}", "double 0.12345678901234568"},
      {"a", "{\"a\":NaN}", "-"},
      {"a|b", "{\"a\":Infinity,\"b\":-Infinity}", "double inf|double -inf"},
      {"a", "{\"\\u0061\":\"\\u00e4\\n\\ud83d\\ude00\\/\"}", "'ä\n😀/'"},
      {"a", "{\"a\":[1, 2.50,\"x\\u0079\", {\"b\" : null}]}", "'[1,2.5,\"xy\",{\"b\":null}]'"},
      {"a", "{\"a\":{\"b\":[ ],\"c\":NaN,\"d\":-0}}", "'{\"b\":[],\"c\":null,\"d\":0}'"},
  };

  check(cases, G_N_ELEMENTS(cases), JSON_OWN_TYPES);
}

static void
paths_lead_into_objects_and_arrays(void)
{
#define OPTIONS                                                                                    \
  "{\"o\":[{\"v\":1,\"l\":\"x\"},{\"v\":2,\"l\":\"alloy\"},{\"l\":\"alloy\",\"v\":3},7],\"n\":{}}"
  static const Case cases[] = {
      {"a.b.c", "{\"a\":{\"x\":1,\"b\":{\"c\":\"deep\"}}}", "'deep'"},
      {"a.b|a", "{\"a\":{\"b\":1}}", "int 1|'{\"b\":1}'"},
      {"a|a.b|a.c[1]", "{\"a\":{\"b\":\"\\n\",\"c\":[0,\"\\t\"]}}",
       "'{\"b\":\"\\n\",\"c\":[0,\"\\t\"]}'|'\n'|'\t'"},
      {"a.b", "{\"a\":[{\"b\":1}]}", "-"}, /* another shape on the way */
      {"a[0]", "{\"a\":{\"0\":1}}", "-"},
      {"a.b", "{\"a\":\"b\"}", "-"},
      {"o[0].v|o[2].v|o[3]|o[4]", OPTIONS, "int 1|int 3|int 7|-"},
      {"o[l=alloy].v|o[l=x].v|o[l=y].v", OPTIONS, "int 2|int 1|-"},
      {"o[v=3].l|o[l=alloy]", OPTIONS, "'alloy'|'{\"v\":2,\"l\":\"alloy\"}'"},
      {"o[1].l|o[l=alloy].v", OPTIONS, "'alloy'|int 2"},
      {"m[1][0]|m[1]", "{\"m\":[[1],[2,3]]}", "int 2|'[2,3]'"},
      {"a\\.b|a\\[0]", "{\"a.b\":1,\"a[0]\":2}", "int 1|int 2"},
  };

  check(cases, G_N_ELEMENTS(cases), JSON_OWN_TYPES);
}

/* More names than are looked through one by one, in any order. */
static void
a_hundred_names_are_found_in_any_order(void)
{
  enum { NAMES = 100 };
  g_autoptr(GString) paths = g_string_new(NULL);
  g_autoptr(GString) document = g_string_new("{");
  g_autoptr(GString) wanted = g_string_new(NULL);

  for (int i = 0; i < NAMES; i++) {
    g_string_append_printf(paths, "%sname_%d", i == 0 ? "" : "|", i);
    g_string_append_printf(document, "%s\"name_%d\":%d,\"other_%d\":0", i == 0 ? "" : ",",
                           i * 37 % NAMES, i * 37 % NAMES, i);
    g_string_append_printf(wanted, "%sint %d", i == 0 ? "" : "|", i);
  }
  g_string_append(document, "}");

  g_autofree char *got =
      read_paths(paths->str, JSON_OWN_TYPES, slice(document->str, document->len));

  g_assert_cmpstr(got, ==, wanted->str);
}

static void
what_is_wrong_is_told_by_field_and_byte(void)
{
  static const Case cases[] = {
      {"a", "", "byte 0: a record in JSON is an object, { ... }"},
      {"a", "[1]", "byte 0: a record in JSON is an object, { ... }, found '[1]'"},
      {"a", "{\"a\":1", "byte 6: the text ends in the middle of a value"},
      {"a", "{\"a\":", "field a (byte 5): the text ends in the middle of a value"},
      {"a", "{\"a\":\"x", "field a (byte 7): the text ends in the middle of a string"},
      {"a", "{\"a\":1}x", "byte 7: expected nothing behind the JSON value, found 'x'"},
      {"a", "{\"a\":1,}", "byte 7: expected a name in double quotes, found '}'"},
      {"a", "{'a':1}", "byte 1: expected a name in double quotes, found ''a':1}'"},
      {"a", "{\"a\" 1}", "byte 5: expected ':' after a name, found '1}'"},
      {"a", "{\"a\":01}", "field a (byte 5): a number has no leading zero, found '01}'"},
      {"a", "{\"a\":1.}", "field a (byte 7): expected digits behind the point, found '}'"},
      {"a", "{\"b\":+1}", "byte 5: expected a value, found '+1}'"},
      {"a", "{\"a\":tru}", "field a (byte 5): expected a value, found 'tru}'"},
      {"a", "{\"a\":1e999}",
       "field a (byte 5): a number beyond the range of a double, found '1e999}'"},
      {"a", "{\"a\":\"\xff\"}", "field a (byte 6): a string that is not UTF-8, found '\\xff\"}'"},
      {"a", "{\"a\":\"\xed\xa0\x80\"}",
       "field a (byte 6): a string that is not UTF-8, found '\\xed\\xa0\\x80\"}'"},
      {"a", "{\"b\":\"\\ud800\"}",
       "byte 6: one half of a surrogate pair alone is no character, found '\\x5cud800\"}'"},
      {"a", "{\"a\":\"\t\"}",
       "field a (byte 6): a control character in a string must be escaped, found '\\x09\"}'"},
      {"a", "{\"a\":1,\"a\":2}",
       "field a (byte 7): the name stands twice in its object, found '\"a\":2}'"},
      {"x.a", "{\"x\":{\"a\":1,\"b\":2,\"b\":3,\"\\u0061\":2}}",
       "field x.a (byte 24): the name stands twice in its object, found '\"\\x5cu0061\"'"},
  };

  check(cases, G_N_ELEMENTS(cases), JSON_OWN_TYPES);
}

/* As a schema reads them: nothing is taken for a number before it is said to be one. */
static void
a_schema_gets_every_scalar_as_its_text(void)
{
  static const Case cases[] = {
      {"a|b|c|d", "{\"a\":12.50,\"b\":\"12.50\",\"c\":true,\"d\":null}",
       "'12.50'|\"12.50\"|'true'|-"},
      {"a|b", "{\"a\":-Infinity,\"b\":NaN}", "'-inf'|-"},
      {"a", "{\"a\":[1.0]}", "'[1]'"},
  };

  check(cases, G_N_ELEMENTS(cases), JSON_TEXTS);
}

static void
depth_has_an_end(void)
{
  g_autofree char *open = g_strnfill(200000, '[');
  g_autofree char *endless = g_strconcat("{\"b\":", open, NULL);
  g_autofree char *most = g_strnfill(255, '[');
  g_autofree char *least = g_strnfill(255, ']');
  g_autofree char *deep = g_strconcat("{\"a\":", most, least, "}", NULL);
  g_autofree char *refused = read_paths("a", JSON_OWN_TYPES, slice_text(endless));
  g_autofree char *taken = read_paths("a", JSON_OWN_TYPES, slice_text(deep));

  g_assert_cmpstr(refused, ==, "byte 260: nested more than 256 deep, found '[[[[[[[['");
  g_assert_cmpuint(strlen(taken), ==, 2 * 255 + 2);
}

static void
a_path_that_is_none_is_told(void)
{
  static const struct {
    const char *paths;
    const char *message;
  } cases[] = {
      {"a..b", "'a..b' is no path: a name is empty; they look like a.b, a[0].b, a[name=text].b"},
      {"", "'' is no path: a name is empty; they look like a.b, a[0].b, a[name=text].b"},
      {"a[x]", "'a[x]' is no path: brackets hold the number of an element, or name=text; they look "
               "like a.b, a[0].b, a[name=text].b"},
      {"a[0", "'a[0' is no path: a bracket is not closed; they look like a.b, a[0].b, "
              "a[name=text].b"},
      {"a[0]b", "'a[0]b' is no path: behind brackets comes a dot or the end; they look like a.b, "
                "a[0].b, a[name=text].b"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonFields) reader = json_fields_new(&cases[i].paths, 1, JSON_OWN_TYPES, &error);

    g_assert_null(reader);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_cmpstr(error->message, ==, cases[i].message);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/json-fields/types", values_have_their_own_types);
  g_test_add_func("/json-fields/paths", paths_lead_into_objects_and_arrays);
  g_test_add_func("/json-fields/names", a_hundred_names_are_found_in_any_order);
  g_test_add_func("/json-fields/told", what_is_wrong_is_told_by_field_and_byte);
  g_test_add_func("/json-fields/texts", a_schema_gets_every_scalar_as_its_text);
  g_test_add_func("/json-fields/depth", depth_has_an_end);
  g_test_add_func("/json-fields/no-path", a_path_that_is_none_is_told);
  return g_test_run();
}
