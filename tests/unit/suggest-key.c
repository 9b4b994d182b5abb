/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/key.h"

#include <string.h>

enum { FIELDS = 4, ROWS = 6 };

/* Of a table's columns: names, then values by row; NULL: none. */
typedef struct {
  const char *names[FIELDS + 1];
  const char *rows[ROWS][FIELDS];
  const char *parts; /* that are wanted */
  uint64_t colliding;
  size_t missing;
  char separator;
} Example;

static const Example examples[] = {
    {{"v", "id"}, {{"a", "1"}, {"b", "2"}}, "id", 0, 0, '#'},
    /* Its place speaks for a name that says nothing, and uniqueness against one that says all. */
    {{"v", "w"}, {{"a", "1"}, {"b", "2"}}, "v", 0, 0, '#'},
    {{"id", "v"}, {{"1", "a"}, {"1", "b"}}, "v", 0, 0, '#'},
    /* Numbers with a fraction are measured; a time is nobody's name. */
    {{"d", "name"}, {{"1.5", "x"}, {"2.5", "y"}}, "name", 0, 0, '#'},
    {{"day", "kind"},
     {{"2020-01-01", "x"}, {"2020-01-02", "x"}, {"2020-01-03", "y"}},
     "day",
     0,
     0,
     '#'},
    /* The coarser one first, and times last. */
    {{"day", "site"},
     {{"2020-01-01", "b"}, {"2020-01-02", "b"}, {"2020-01-01", "c"}, {"2020-01-02", "c"}},
     "site day",
     0,
     0,
     '#'},
    {{"a_id", "b", "c"},
     {{"1", "x", "p"}, {"1", "y", "p"}, {"1", "x", "q"}, {"2", "x", "q"}, {"2", "y", "p"}},
     "a_id b c",
     0,
     0,
     '#'},
    /* Who lacks it has no row. */
    {{"id", "v"}, {{"1", "a"}, {NULL, "b"}, {"3", "c"}}, "v", 0, 0, '#'},
    {{"id", "v"}, {{"1", "a"}, {NULL, "b"}, {"3", NULL}}, "id", 0, 1, '#'},
    {{"id", "v"}, {{"1", "a"}, {"NULL", "b"}, {"3", "c"}}, "v", 0, 0, '#'},
    /* Nothing tells apart. */
    {{"a", "d"}, {{"x", "1.5"}, {"x", "2.5"}, {"y", "1.5"}}, "a", 1, 0, '#'},
    /* The same to the last field is the same row. */
    {{"id", "v"}, {{"1", "a"}, {"1", "a"}, {"2", "b"}}, "id", 0, 0, '#'},
    {{"a", "b"}, {{"x#1", "p"}, {"x#1", "q"}, {"y", "p"}, {"y", "q"}}, "a b", 0, 0, '|'},
    {{"a", "b"}, {{"x#|~^", "p"}, {"x#|~^", "q"}, {"y", "p"}, {"y", "q"}}, "a b", 0, 0, '\x01'},
    {{"a", "b"}, {{"x", "p#"}, {"x", "q#"}, {"y", "p#"}, {"y", "q#"}}, "a b", 0, 0, '#'},
};

static GPtrArray *
make_fields(const Example *example, const Times *times, size_t *out_rows)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func((GDestroyNotify)suggest_field_free);

  *out_rows = 0;
  for (size_t i = 0; i < ROWS; i++)
    *out_rows += example->rows[i][0] != NULL || example->rows[i][1] != NULL;
  for (size_t i = 0; example->names[i] != NULL; i++) {
    SuggestField *field = suggest_field_new(example->names[i], times);

    for (size_t row = 0; row < *out_rows; row++) {
      const char *value = example->rows[row][i];

      suggest_field_add(field, row, value == NULL ? SLICE_EMPTY : slice_text(value), '.');
    }
    suggest_field_end(field, *out_rows);
    g_ptr_array_add(fields, field);
  }
  return fields;
}

static void
the_shortest_that_tells_all_apart_is_proposed(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
    size_t rows;
    g_autoptr(Times) times = times_new();
    g_autoptr(GPtrArray) fields = make_fields(&examples[i], times, &rows);
    SuggestKey key = key_propose(fields, rows);
    g_autoptr(GString) parts = g_string_new(NULL);

    for (size_t j = 0; j < key.length; j++)
      g_string_append_printf(parts, "%s%s", j == 0 ? "" : " ", key.parts[j]->path);
    g_test_message("example %zu: %s", i, parts->str);
    g_assert_cmpstr(parts->str, ==, examples[i].parts);
    g_assert_cmpuint(key.records - key.distinct, ==, examples[i].colliding);
    g_assert_cmpuint(key.missing, ==, examples[i].missing);
    g_assert_cmpint(key.separator, ==, examples[i].separator);
  }
}

static void
the_records_that_collide_are_named(void)
{
  static const Example example = {
      {"a", "d"}, {{"x", "1.5"}, {"y", "1"}, {"x", "1.5"}, {"x", "2"}}, NULL, 0, 0, 0};
  size_t rows;
  g_autoptr(Times) times = times_new();
  g_autoptr(GPtrArray) fields = make_fields(&example, times, &rows);
  const SuggestField *part = fields->pdata[0];
  SuggestKey key = key_judge(fields, rows, &part, 1);

  g_assert_cmpuint(key.records, ==, 3);
  g_assert_cmpuint(key.distinct, ==, 2);
  g_assert_cmpuint(key.one, ==, 0);
  g_assert_cmpuint(key.other, ==, 3);
}

static void
what_texts_spell_is_known(void)
{
  static const struct {
    const char *text;
    char point;
    SuggestClass class;
  } cases[] = {
      {"0", '.', SUGGEST_LONG},       {"-17", '.', SUGGEST_LONG},
      {"007", '.', SUGGEST_TEXT},     {"+49", '.', SUGGEST_TEXT},
      {"", '.', SUGGEST_TEXT},        {"-", '.', SUGGEST_TEXT},
      {".5", '.', SUGGEST_TEXT},      {"5.", '.', SUGGEST_TEXT},
      {"0.5", '.', SUGGEST_DOUBLE},   {"0,5", '.', SUGGEST_TEXT},
      {"0,5", ',', SUGGEST_DOUBLE},   {"0.5", ',', SUGGEST_TEXT},
      {"1e3", '.', SUGGEST_DOUBLE},   {"1e999", '.', SUGGEST_TEXT},
      {"1e", '.', SUGGEST_TEXT},      {"12345678901234567890", '.', SUGGEST_TEXT},
      {"TRUE", '.', SUGGEST_BOOLEAN}, {"false", '.', SUGGEST_BOOLEAN},
      {"yes", '.', SUGGEST_TEXT},     {"1.2.3", '.', SUGGEST_TEXT},
      {"1 000", '.', SUGGEST_TEXT},   {"0.1234567890123456", '.', SUGGEST_TEXT},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("%s", cases[i].text);
    g_assert_cmpint(suggest_class(slice_text(cases[i].text), cases[i].point), ==, cases[i].class);
  }
}

static void
times_have_their_forms(void)
{
  static const struct {
    const char *text;
    const char *forms;
  } cases[] = {
      {"2019-10-01T00:00:00Z", "iso8601"},
      {"2019-10-01 00:00:00 UTC", "%Y-%m-%d %H:%M:%S %Z"},
      {"11/8/2016", "%m/%d/%Y %d/%m/%Y"},
      {"11/18/2016", "%m/%d/%Y"},
      {"18/11/2016 8:26", "%d/%m/%Y %H:%M"},
      {"01.10.2019", "%d.%m.%Y"},
      {"1-Oct-2019", "%d-%b-%Y"},
      {"Mon, 01 Oct 2019 08:26:00 GMT", ""},
      {"Tue, 01 Oct 2019 08:26:00 GMT", "%a, %d %b %Y %H:%M:%S %Z"},
      {"1700000000", "s"},
      {"1700000000123", "ms"},
      {"1700000000123456", "us"},
      {"1700000000123456789", "ns"},
      {"17000000", ""},
      {"2019-13-01", ""},
      {"31.13.2019", ""},
      {"2019", ""},
      {"not a time at all", ""},
      {"11/8/2016 25:00", ""},
  };

  g_autoptr(Times) times = times_new();

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    int64_t ms;
    TimesForms forms = times_forms(times, slice_text(cases[i].text), &ms);
    g_autoptr(GString) names = g_string_new(NULL);

    for (size_t form = 0; form < times_length(); form++)
      if (forms & TIMES_OF(form))
        g_string_append_printf(names, "%s%s", names->len == 0 ? "" : " ", times_name(form));
    g_test_message("%s", cases[i].text);
    g_assert_cmpstr(names->str, ==, cases[i].forms);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/suggest/key/shortest", the_shortest_that_tells_all_apart_is_proposed);
  g_test_add_func("/suggest/key/collide", the_records_that_collide_are_named);
  g_test_add_func("/suggest/field/class", what_texts_spell_is_known);
  g_test_add_func("/suggest/times/forms", times_have_their_forms);
  return g_test_run();
}
