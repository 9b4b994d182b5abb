/* SPDX-License-Identifier: Apache-2.0 */
#include "json/write.h"

#include "schema/fallback.h"

static JsonNode *
parse(const char *text)
{
  GError *error = NULL;
  JsonNode *node = json_parse("x", text, strlen(text), &error);

  g_assert_no_error(error);
  return node;
}

static void
what_is_written_reads_the_same(void)
{
  static const struct {
    const char *text;
    const char *written;
  } cases[] = {
      {" { \"b\" : [ 1 , true, null ], \"a\":{} } ", "{\"b\":[1,true,null],\"a\":{}}"},
      {"[1e17, -2.5e-3, 1e300, 0.1, 3.0]", "[1e+17,-0.0025,1e+300,0.1,3]"},
      {"[-9223372036854775808,9007199254740993]", "[-9223372036854775808,9007199254740993]"},
      {"\"a\\u0000b\\n\\\"\\\\\\u00e9\"", "\"a\\u0000b\\n\\\"\\\\é\""},
      {"{\"\\u0000\":\"\"}", "{\"\\u0000\":\"\"}"},
      {"[]", "[]"},
      {"false", "false"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(JsonNode) node = parse(cases[i].text);
    g_autofree char *written = json_write(node);
    g_autoptr(JsonNode) again = parse(written);
    g_autofree char *twice = json_write(again);

    g_assert_cmpstr(written, ==, cases[i].written);
    g_assert_cmpstr(twice, ==, written);
  }
}

/* Its text was 1e+17.0 once, which nobody could read. */
static void
a_large_whole_default_is_one(void)
{
  const char text[] = "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"f\","
                      "\"type\":\"double\",\"default\":1e17}]}";
  GError *error = NULL;
  g_autoptr(Schema) schema = schema_parse("x", text, strlen(text), &error);
  g_auto(Bytes) datum = {0};
  double number;

  g_assert_no_error(error);
  fallback_encode(&schema_root(schema)->fields[0], &datum, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(datum.len, ==, sizeof number);
  memcpy(&number, datum.data, sizeof number);
  g_assert_true(number == 1e17);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/write/same", what_is_written_reads_the_same);
  g_test_add_func("/write/default", a_large_whole_default_is_one);
  return g_test_run();
}
