/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/suggest.h"

#include "json/json.h"

#include <string.h>

/* The mapping that documents (ended by NULL) give, read back. */
static Mapping *
propose(const char *const *documents, char **out_text)
{
  g_autoptr(Suggest) suggest = suggest_new();
  g_autofree Slice *slices = g_new0(Slice, g_strv_length((char **)documents));
  g_auto(FaultList) faults = {0};
  SuggestChoice choice;
  Mapping *mapping;
  guint length = 0;

  for (; documents[length] != NULL; length++)
    slices[length] = slice_text(documents[length]);
  suggest->format = MAPPING_JSON;
  suggest_json(suggest, slices, length);
  for (guint i = 0; i < suggest->fields->len; i++)
    suggest_field_end(suggest->fields->pdata[i], suggest->rows);
  choice = suggest_choose(suggest);
  *out_text = suggest_mapping(suggest, &choice, "t", NULL);
  mapping = mapping_parse("t.json", *out_text, strlen(*out_text), &faults);
  if (mapping == NULL)
    g_test_message("%s\n%s", fault_list_get(&faults, 0), *out_text);
  g_assert_nonnull(mapping);
  return mapping;
}

/* "family:qualifier=field family:..." */
static char *
columns_of(const Mapping *mapping)
{
  size_t length;
  const Column *columns = mapping_columns(mapping, &length);
  GString *out = g_string_new(NULL);

  for (size_t i = 0; i < length; i++)
    g_string_append_printf(out, "%s%.*s:%.*s", i == 0 ? "" : " ", (int)columns[i].family.len,
                           columns[i].family.data, (int)columns[i].qualifier.len,
                           columns[i].qualifier.data);
  return g_string_free(out, FALSE);
}

static void
documents_become_columns(void)
{
  static const struct {
    const char *documents[4];
    const char *columns;
  } cases[] = {
      {{"{\"id\": 1, \"n\": null}", "{\"id\": 2, \"n\": 3}"}, "data:id data:n"},
      {{"{\"id\": 1, \"at\": {\"x\": 1, \"y\": 2}, \"z\": {\"w\": 1}}"},
       "data:id data:z.w at:x at:y"},
      {{"{\"id\": 1, \"l\": [1, {\"a\": 2}], \"o\": {}}"}, "data:id data:l data:o"},
      {{"{\"user.name\": \"x\", \"a[0]\": 1, \"\\\\\": 2}"}, "data:user.name data:a[0] data:\\"},
      {{"{\"data\": {\"id\": 1, \"x\": 2}, \"id\": 3}"}, "data:data.id data:data.x data:id"},
      {{"{\"a/b\": {\"id\": 1, \"x\": 2}}"}, "data:a/b.id data:a/b.x"},
      {{"{\"v\": 1, \"id\": 7}", "nonsense", "{\"v\": {\"w\": 1}, \"id\": 8}"},
       "data:v data:id data:v.w"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = NULL;
    g_autoptr(Mapping) mapping = propose(cases[i].documents, &text);
    g_autofree char *columns = columns_of(mapping);

    g_assert_cmpstr(columns, ==, cases[i].columns);
  }
}

/* Objects whose members are data are one column each, as long as the root's are not. */
static void
a_map_is_one_column(void)
{
  enum { DOCUMENTS = 50 };
  char *documents[DOCUMENTS + 1] = {0};
  g_autofree char *text = NULL;
  g_autofree char *columns = NULL;
  g_autoptr(Mapping) mapping = NULL;

  for (int i = 0; i < DOCUMENTS; i++)
    documents[i] = g_strdup_printf("{\"id\": \"k%d\", \"by\": {\"u%d\": 1, \"w%d\": 2}}", i, i, i);
  mapping = propose((const char *const *)documents, &text);
  columns = columns_of(mapping);
  g_assert_cmpstr(columns, ==, "data:id data:by");
  for (int i = 0; i < DOCUMENTS; i++)
    g_free(documents[i]);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/suggest/json/columns", documents_become_columns);
  g_test_add_func("/suggest/json/map", a_map_is_one_column);
  return g_test_run();
}
