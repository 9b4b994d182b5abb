/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include "base/bytes.h"

static void
takes_what_rfc_8259_takes(void)
{
  const char *const cases[] = {
      "{}",
      "[]",
      " [ ] \n",
      "null",
      "\"\"",
      "[true,false,null]",
      "{\"a\":{\"b\":[1,-2.5e-3,{}]},\"c\":[[],[0]]}",
      "[9223372036854775807,-9223372036854775808]",
      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"",
      "{\"a\":{\"a\":1},\"b\":{\"a\":1}}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_parse("x", cases[i], strlen(cases[i]), &error);

    g_assert_no_error(error);
    g_assert_nonnull(node);
  }
}

static void
refuses_the_rest_with_the_line(void)
{
  const struct {
    const char *text;
    const char *message;
  } cases[] = {
      {"", "x: it is empty; JSON is expected"},
      {" \n", "x: it is empty; JSON is expected"},
      {"\xef\xbb\xbf{}", "x: it begins with a byte order mark; save it as UTF-8 without one"},
      {"\xff\xfe{", "x: it is UTF-16; save it as UTF-8"},
      {"[1,,2]", "x:1: one comma too many, found ',2]'"},
      {"{\"a\":1,}", "x:1: one comma too many: none stands before a closing bracket, found '}'"},
      {"{\"a\":1 // one\n}", "x:1: there are no comments in JSON, found '// one\\x0a}'"},
      {"{\"a\":1, /* b */ \"b\":2}",
       "x:1: there are no comments in JSON, found '/* b */ \"b\":2}'"},
      {"[1,\n2,]", "x:2: one comma too many: none stands before a closing bracket, found ']'"},
      {"[1 2]", "x:1: expected ',' or ']', found '2]'"},
      {"{\"a\" 1}", "x:1: expected ':' after a key, found '1}'"},
      {"{\"a\":1]", "x:1: expected ',' or '}', found ']'"},
      {"{'a':1}", "x:1: a text is in double quotes, found ''a':1}'"},
      {"// no\n1", "x:1: there are no comments in JSON, found '// no\\x0a1'"},
      {"[01]", "x:1: expected a value (a number has no leading zero or sign +), found '01]'"},
      {"[1.]", "x:1: expected digits behind the point, found '1.]'"},
      {"[1e]", "x:1: expected digits in the exponent, found '1e]'"},
      {"[1e999]", "x:1: expected a number within the range of a double, found '1e999]'"},
      {"[\n9223372036854775808]",
       "x:2: expected an integer within 64 bits, found '9223372036854775'"},
      {"{\"a\":1,\n\"a\":2}", "x:2: expected each key once in an object, found '\"a\":2}'"},
      {"\"a", "x:1: expected a closing quote on this string, found '\"a'"},
      {"\"a\nb\"", "x:1: expected a control character to be escaped, found '\\x0ab\"'"},
      {"\"\\x\"", "x:1: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u, found '\\x5cx\"'"},
      {"\"\\u12\"", "x:1: expected four hex digits after \\u, found '\\x5cu12\"'"},
      {"\"\\ud83d\"", "x:1: expected both halves of a surrogate pair, found '\\x5cud83d\"'"},
      {"\"\xff\"", "x:1: expected UTF-8, found '\\xff\"'"},
      {"{} {}", "x:1: expected nothing behind the JSON value, found '{}'"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_parse("x", cases[i].text, strlen(cases[i].text), &error);

    g_assert_null(node);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_cmpstr(error->message, ==, cases[i].message);
  }
}

static void
depth_is_bounded_before_the_parser_recurses(void)
{
  const struct {
    size_t depth;
    bool is_taken;
  } cases[] = {{JSON_DEPTH, true}, {JSON_DEPTH + 1, false}, {1000000, false}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    for (size_t j = 0; j < cases[i].depth; j++)
      g_string_append_c(text, '[');
    for (size_t j = 0; j < cases[i].depth; j++)
      g_string_append_c(text, ']');

    g_autoptr(JsonNode) node = json_parse("x", text->str, text->len, &error);

    g_assert_cmpint(node != NULL, ==, cases[i].is_taken);
    g_assert_cmpint(error == NULL, ==, cases[i].is_taken);
  }
}

static void
size_is_bounded(void)
{
  g_autofree char *spaces = g_strnfill(JSON_BYTES + 1, ' ');
  g_autoptr(GError) error = NULL;

  g_assert_null(json_parse("x", spaces, JSON_BYTES + 1, &error));
  g_assert_cmpstr(error->message, ==, "x: 4194305 bytes of JSON; at most 4194304 are read");
}

static void
a_zero_character_survives_as_its_stand_in(void)
{
  const char *text = "\"a\\u0000b\"";
  g_autoptr(JsonNode) node = json_parse("x", text, strlen(text), NULL);
  const char *read = json_node_get_string(node);

  g_assert_cmpuint(g_utf8_get_char(read + 1), ==, JSON_NUL);
  g_assert_true(g_str_has_suffix(read, "b"));
}

static void
a_file_that_cannot_be_read_is_named(void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null(json_load("/nowhere/x.avsc", &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "/nowhere/x.avsc"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/json/takes", takes_what_rfc_8259_takes);
  g_test_add_func("/json/refuses", refuses_the_rest_with_the_line);
  g_test_add_func("/json/depth", depth_is_bounded_before_the_parser_recurses);
  g_test_add_func("/json/size", size_is_bounded);
  g_test_add_func("/json/nul", a_zero_character_survives_as_its_stand_in);
  g_test_add_func("/json/file", a_file_that_cannot_be_read_is_named);
  return g_test_run();
}
