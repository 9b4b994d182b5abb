/* SPDX-License-Identifier: Apache-2.0 */
#include "console/query.h"

#include "hbase/shell.h"
#include "support/mapping-case.h"

/* "name=value" each, NULL-ended. */
static const char *
get(const void *self, const char *name)
{
  for (const char *const *pair = self; *pair != NULL; pair++)
    if (g_str_has_prefix(*pair, name) && (*pair)[strlen(name)] == '=')
      return *pair + strlen(name) + 1;
  return NULL;
}

typedef struct {
  Mapping *chosen; /* owned */
} Fixture;

static void
make(Fixture *self, gconstpointer data)
{
  (void)data;
  self->chosen = mapping_case_builtin("clickstream");
}

static void
unmake(Fixture *self, gconstpointer data)
{
  (void)data;
  mapping_free(self->chosen);
}

static ConsoleQuery *
query(const Fixture *self, const char *const *pairs, GError **error)
{
  const Mapping *const mappings[] = {self->chosen};

  return console_query_rows(&(ConsoleParameters){pairs, get}, (ConsoleMappings){mappings, 1},
                            error);
}

static void
assert_bytes(const Bytes *bytes, const char *shown)
{
  g_autofree char *text = shell_escape(bytes_slice(bytes));

  g_assert_cmpstr(text, ==, shown);
}

static void
rows_are_named_in_four_ways(Fixture *self, gconstpointer data)
{
  const struct {
    const char *pairs[5];
    const char *start;
    const char *stop;
  } cases[] = {
      {{"table=clickstream", "key=a\\x00\\xfFb\\y"},
       "a\\x00\\xFFb\\x5Cy",
       "a\\x00\\xFFb\\x5Cy\\x00"},
      {{"table=clickstream", "part0=s", "part1=t", "part2=e"}, "s#t#e", "s#t#e\\x00"},
      {{"table=clickstream", "prefix=ab"}, "ab", "ac"},
      {{"table=clickstream", "prefix=a\\xff\\xff"}, "a\\xFF\\xFF", "b"},
      {{"table=clickstream", "prefix=\\xff"}, "\\xFF", ""},
      {{"table=clickstream", "prefix="}, "", ""},
      {{"table=clickstream", "newest=1"}, "", ""},
  };

  (void)data;
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(ConsoleQuery) made = query(self, cases[i].pairs, &error);

    g_test_message("case %zu", i);
    g_assert_no_error(error);
    assert_bytes(&made->start, cases[i].start);
    assert_bytes(&made->stop, cases[i].stop);
    g_assert_cmpint(made->is_newest, ==, i == 6);
    g_assert_cmpuint(made->versions, ==, 1);
  }
}

static void
what_is_wrong_is_told_by_name(Fixture *self, gconstpointer data)
{
  const struct {
    const char *pairs[5];
    const char *said;
    int code;
  } cases[] = {
      {{NULL}, "table: ", FAULT_RECORD},
      {{"table=other", "key=a"}, "no mapping", FAULT_SETUP},
      {{"table=clickstream"}, "one of key", FAULT_RECORD},
      {{"table=clickstream", "key=a", "newest=1"}, "one of key", FAULT_RECORD},
      {{"table=clickstream", "key="}, "at least one byte", FAULT_RECORD},
      {{"table=clickstream", "part0=a"}, "part1: the key needs event_time", FAULT_RECORD},
      {{"table=clickstream", "key=a", "rows=101"}, "rows: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "versions=-1"}, "versions: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "columns=f,"}, "columns: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "columns=:q"}, "columns: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "from_ms=9223372036854775807"}, "from_ms: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "from_ms=5", "until_ms=5"}, "until_ms: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "after="}, "after: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "after=61.62"}, "after: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "after=61.62.6"}, "after: ", FAULT_RECORD},
      {{"table=clickstream", "key=a", "after=61.62.63.64"}, "after: ", FAULT_RECORD},
  };

  (void)data;
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(query(self, cases[i].pairs, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, FAULT, cases[i].code);
    g_assert_nonnull(strstr(error->message, cases[i].said));
  }
}

static void
columns_and_places_are_read(Fixture *self, gconstpointer data)
{
  const char *const pairs[] = {"table=clickstream",
                               "prefix=", "columns=f, g:\\x2C:q ,h:", "after=61ff.67.", NULL};
  g_autoptr(ConsoleQuery) made = query(self, pairs, NULL);
  g_autofree char *again = console_place_text(&made->place);
  const Column *columns = (const Column *)(const void *)made->columns->data;

  (void)data;
  g_assert_cmpuint(made->columns->len, ==, 3);
  g_assert_true(slice_equal(columns[0].family, slice_text("f")));
  g_assert_null(columns[0].qualifier.data);
  g_assert_true(slice_equal(columns[1].qualifier, slice_text(",:q")));
  g_assert_nonnull(columns[2].qualifier.data);
  g_assert_cmpuint(columns[2].qualifier.len, ==, 0);
  g_assert_true(made->place.is_behind_column);
  g_assert_cmpstr(again, ==, "61ff.67.");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/query/rows", Fixture, NULL, make, rows_are_named_in_four_ways, unmake);
  g_test_add("/query/wrong", Fixture, NULL, make, what_is_wrong_is_told_by_name, unmake);
  g_test_add("/query/columns", Fixture, NULL, make, columns_and_places_are_read, unmake);
  return g_test_run();
}
