/* SPDX-License-Identifier: Apache-2.0 */
#include "base/event.h"

static void
a_line_becomes_members(void)
{
  const struct {
    const char *line, *members;
  } cases[] = {
      {"rejected topic=orders partition=2 offset=-88 reason=late",
       ",\"event\":\"rejected\",\"topic\":\"orders\",\"partition\":2,\"offset\":-88,"
       "\"reason\":\"late\""},
      {"waiting, nothing is lost reason='it''s a=b c=d \"x\"'",
       ",\"event\":\"waiting, nothing is lost\",\"reason\":\"it's a=b c=d \\\"x\\\"\""},
      {"cannot read reason=\"not a number: 'abc'\" writer=0",
       ",\"event\":\"cannot read\",\"reason\":\"not a number: 'abc'\",\"writer\":0"},
      {"kafka text='two\nlines'", ",\"event\":\"kafka\",\"text\":\"two\\nlines\""},
      {"reading done=26% rows=600 left=6s",
       ",\"event\":\"reading\",\"done\":\"26%\",\"rows\":600,\"left\":\"6s\""},
      {"a topic=007 table=12 more=007 group='12' id=00",
       ",\"event\":\"a\",\"topic\":\"007\",\"table\":\"12\",\"more\":\"007\",\"group\":\"12\","
       "\"id\":\"00\""},
      {"a one=18446744073709551615 two=-0 empty=''",
       ",\"event\":\"a\",\"one\":\"18446744073709551615\",\"two\":\"-0\",\"empty\":\"\""},
      {"a url=http://h:1/?a=b", ",\"event\":\"a\",\"url\":\"http://h:1/?a=b\""},
      /* Sentences, and what is not quite a line. */
      {"writing again", ""},
      {"a mapping is left out: column=x", ""},
      {"it's so topic=orders", ""},
      {"topic=orders", ""},
      {" topic=orders", ""},
      {"a topic=orders which is not there", ""},
      {"a topic=", ""},
      {"a topic='orders", ""},
      {"a topic='orders'x", ""},
      {"a topic=or'ders", ""},
      {"a topic=orders ", ""},
      {"a  topic=orders  b=c", ""},
      {"a Topic=orders", ""},
      {"", ""},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) json = g_string_new(NULL);

    event_append_members(json, cases[i].line);
    g_assert_cmpstr(json->str, ==, cases[i].members);
  }
}

static void
any_text_comes_out_of_a_line_as_it_went_in(void)
{
  static const char *const texts[] = {"",
                                      " ",
                                      "a",
                                      "'",
                                      "\"",
                                      "''",
                                      "'\"",
                                      "\"'\"'",
                                      "a=b",
                                      "12",
                                      "-1",
                                      "1.5",
                                      "a b",
                                      "x='y' z=",
                                      "\n",
                                      "\\n\\'",
                                      "\t\x01",
                                      "größe",
                                      "it's",
                                      "say \"\"",
                                      "'a' b=c",
                                      "don't \"do\" it",
                                      "ends with '",
                                      "\" begins",
                                      "\x7f"};

  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autofree char *value = event_value(texts[i]);
    g_autofree char *line = g_strdup_printf("told first=%s second=%s", value, value);
    g_autoptr(GString) json = g_string_new(NULL);
    g_autoptr(GString) expected = g_string_new(",\"event\":\"told\",\"first\":");

    event_append_text(expected, texts[i]);
    g_string_append(expected, ",\"second\":");
    event_append_text(expected, texts[i]);
    event_append_members(json, line);
    g_assert_cmpstr(json->str, ==, expected->str);
  }
}

static void
quotes_stand_only_where_they_are_needed(void)
{
  const struct {
    const char *text, *value;
  } cases[] = {{"orders", "orders"},
               {"a b", "'a b'"},
               {"say 'x'", "\"say 'x'\""},
               {"x \"y\"", "'x \"y\"'"},
               {"12", "'12'"},
               {"'\"", "'''\"'"},
               {"", "''"},
               {"/a/b", "/a/b"}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *value = event_value(cases[i].text);

    g_assert_cmpstr(value, ==, cases[i].value);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/event/members", a_line_becomes_members);
  g_test_add_func("/event/whole", any_text_comes_out_of_a_line_as_it_went_in);
  g_test_add_func("/event/quotes", quotes_stand_only_where_they_are_needed);
  return g_test_run();
}
