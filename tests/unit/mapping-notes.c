/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mapping-case.h"

#include <string.h>

/* What loads, but hardly as it was meant. */
static void
what_looks_like_a_slip_is_noted(void)
{
  static const struct {
    const char *key;
    const char *column;
    const char *note; /* NULL: none */
  } cases[] = {
      {"id", "{'field':'n','null':'delet'}",
       "$.families.f.columns[0].null: the text 'delet' is stored where the field is missing; did "
       "you mean the word 'delete'? {\"literal\": \"delet\"} says that the text is meant"},
      {"id", "{'field':'n','null':{'literal':'delet'}}", NULL},
      {"id", "{'field':'n','null':'unknown'}", NULL},
      {"id", "{'field':'n','null':'skip'}", NULL},
      {"n", "id",
       "$.key.parts[0]: 'n' may be null by its schema, and a record without it has no row: it is "
       "refused"},
      {"home.city", "id",
       "$.key.parts[0]: 'home.city' may be null by its schema, and a record without it has no row: "
       "it is refused"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *column = *cases[i].column == '{' ? g_strdup(cases[i].column)
                                                      : g_strdup_printf("'%s'", cases[i].column);
    g_autofree char *json =
        g_strdup_printf("{'table':'t','topic':'t','record':{'schema':'value.avsc'},"
                        "'key':{'parts':['%s']},'families':{'f':{'columns':[%s]}}}",
                        cases[i].key, column);
    g_auto(MappingCase) loaded = mapping_case_load(
        "{'type':'record','name':'R','fields':[{'name':'id','type':'string'},"
        "{'name':'n','type':['null','string']},{'name':'home','type':['null',{'type':'record',"
        "'name':'H','fields':[{'name':'city','type':'string'}]}]}]}",
        NULL, json);

    g_assert_nonnull(loaded.mapping);
    g_assert_cmpuint(fault_list_length(mapping_notes(loaded.mapping)), ==, cases[i].note != NULL);
    if (cases[i].note != NULL)
      g_assert_true(
          g_str_has_suffix(fault_list_get(mapping_notes(loaded.mapping), 0), cases[i].note));
  }
}

/* Types that make nothing but bad records, and names that HBase cannot hold. */
static void
what_never_works_is_a_fault(void)
{
  static const struct {
    const char *table;
    const char *timestamp;
    const char *columns;
    const char *fault;
  } cases[] = {
      {"t", "id", "{'field':'e','type':'long'}",
       "$.families.f.columns[0].type: 'long' cannot be made of the field e, of type enum; use "
       "'text', or a type that fits"},
      {"t", "b", "'id'", "$.timestamp.field: 'b' is of type boolean, which holds no time"},
      {"t", "clock", "'id'",
       "$.timestamp.field: 'clock' is of type time-millis, which holds no time"},
      {"t", "n','format':'iso8601", "'id'",
       "$.timestamp.field: 'n' is a number; for its time the 'format' is ms, s, us or ns"},
      {"hbase:meta", "id", "'id'",
       "$.table: the namespace 'hbase' is HBase's own; give the table another"},
      {"zookeeper", "id", "'id'", "$.table: HBase lets no table or namespace be named 'zookeeper'"},
  };
  g_autofree char *long_name = g_strnfill(302, 'x');
  g_auto(MappingCase) nul = {0};

  for (size_t i = 0; i <= G_N_ELEMENTS(cases); i++) {
    bool is_long = i == G_N_ELEMENTS(cases);
    g_autofree char *json = g_strdup_printf(
        "{'table':'%s','topic':'t','record':{'schema':'value.avsc'},'key':{'parts':['id']},"
        "'timestamp':{'field':'%s'},'families':{'f':{'columns':[%s]}}}",
        is_long ? long_name : cases[i].table, is_long ? "id" : cases[i].timestamp,
        is_long ? "'id'" : cases[i].columns);
    g_auto(MappingCase) loaded =
        mapping_case_load("{'type':'record','name':'R','fields':[{'name':'id','type':'string'},"
                          "{'name':'b','type':'boolean'},{'name':'n','type':'long'},"
                          "{'name':'clock','type':{'type':'int','logicalType':'time-millis'}},"
                          "{'name':'e','type':{'type':'enum','name':'E','symbols':['A']}}]}",
                          NULL, json);

    g_assert_null(loaded.mapping);
    g_test_message("%s", fault_list_get(&loaded.faults, 0));
    g_assert_true(g_str_has_suffix(
        fault_list_get(&loaded.faults, 0),
        is_long ? "$.table: a name of 302 bytes cannot name a table: HBase makes folders of "
                  "namespace and name, which may have 255 each"
                : cases[i].fault));
  }
  nul = mapping_case_load(
      "{'type':'record','name':'R','fields':[{'name':'id','type':'string'}]}", NULL,
      "{'table':'t','topic':'t','record':{'schema':'value.avsc'},'key':{'parts':['id']},"
      "'families':{'a\\u0000b':{'columns':['id']}}}");
  g_assert_null(nul.mapping);
  g_assert_nonnull(strstr(fault_list_get(&nul.faults, 0), "this cannot name a family"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mapping/notes", what_looks_like_a_slip_is_noted);
  g_test_add_func("/mapping/never", what_never_works_is_a_fault);
  return g_test_run();
}
