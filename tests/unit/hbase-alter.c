/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/alter.h"

#include "mapping/mapping.h"

#define NAME(text)                                                                                 \
  {                                                                                                \
    (const uint8_t *)(text), sizeof(text) - 1                                                      \
  }

static Table *
table_of(const Family *family)
{
  Table *table = table_new("people");

  table_add_family(table, family);
  return table;
}

static void
what_loses_no_cell_is_changed_and_all_else_told(void)
{
  const struct {
    Family wanted, found;
    size_t changes, left;
  } cases[] = {
      {{NAME("f"), BLOOM_ROW, 0, "GZ", 3, 0}, {NAME("f"), BLOOM_NONE, 0, "NONE", 1, 60}, 4, 0},
      {{NAME("f"), BLOOM_ROW, 0, "NONE", 1, 0}, {NAME("f"), BLOOM_ROW, 0, "NONE", 3, 0}, 0, 1},
      {{NAME("f"), BLOOM_ROW, 0, "NONE", 1, 60}, {NAME("f"), BLOOM_ROW, 0, "NONE", 1, 0}, 0, 1},
      {{NAME("f"), BLOOM_ROW, 0, "NONE", 1, 60}, {NAME("f"), BLOOM_ROW, 0, "NONE", 1, 61}, 0, 1},
      {{NAME("f"), BLOOM_ROW, 0, "NONE", 1, 60}, {NAME("f"), BLOOM_ROW, 0, "NONE", 1, 59}, 1, 0},
      {{NAME("f"), BLOOM_ROW, 0, "NONE", 1, 0, .keep_deleted = "TRUE"},
       {NAME("f"), BLOOM_ROW, 0, "NONE", 1, 0, .keep_deleted = "FALSE"},
       1,
       0},
      {{NAME("f"), BLOOM_ROW, 0, "NONE", 1, 0, .keep_deleted = "TTL"},
       {NAME("f"), BLOOM_ROW, 0, "NONE", 1, 0, .keep_deleted = "TRUE"},
       0,
       1},
      {{NAME("f"), BLOOM_ROW, 0, "NONE", 3, 0, .has_min_versions = true, .min_versions = 2},
       {NAME("f"), BLOOM_ROW, 0, "NONE", 3, 0, .has_min_versions = true},
       1,
       0},
      {{NAME("f"), BLOOM_ROWPREFIX, 4, "NONE", 1, 0},
       {NAME("f"), BLOOM_ROW, 0, "NONE", 1, 0},
       2,
       0},
      {{NAME("new"), BLOOM_ROW, 0, "NONE", 1, 0}, {NAME("f"), BLOOM_ROW, 0, "NONE", 3, 0}, 1, 0},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Table) wanted = table_of(&cases[i].wanted);
    g_autoptr(Table) found = table_of(&cases[i].found);
    g_auto(FaultList) changes = {0};
    g_auto(FaultList) again = {0};
    g_auto(FaultList) left = {0};

    alter_table(found, wanted, &changes);
    table_compare(wanted, found, &left);
    alter_table(found, wanted, &again);
    g_test_message("case %zu", i);
    g_assert_cmpuint(fault_list_length(&changes), ==, cases[i].changes);
    g_assert_cmpuint(fault_list_length(&left), ==, cases[i].left);
    g_assert_cmpuint(fault_list_length(&again), ==, 0);
  }
}

static void
a_family_of_nobody_stays_and_is_told(void)
{
  static const Family own = {.name = NAME("f"), .compression = "NONE", .versions = 1};
  static const Family other = {.name = NAME("o'k"), .compression = "NONE", .versions = 1};
  g_autoptr(Table) wanted = table_of(&own);
  g_autoptr(Table) found = table_of(&own);
  g_auto(FaultList) changes = {0};
  g_auto(FaultList) notes = {0};

  table_add_family(found, &other);
  alter_table(found, wanted, &changes);
  alter_surplus(found, wanted, &notes);
  g_assert_cmpuint(fault_list_length(&changes), ==, 0);
  g_assert_nonnull(table_family(found, other.name));
  g_assert_nonnull(
      strstr(fault_list_get(&notes, 0), "alter 'people', NAME => 'o\\'k', METHOD => 'delete'"));
}

static void
what_a_gateway_cannot_pass_on_is_refused(void)
{
  const struct {
    Slice value;
    bool passes;
  } cases[] = {{{(const uint8_t *)"a\xff", 2}, true},
               {{(const uint8_t *)"a\0b", 3}, false},
               {{(const uint8_t *)"", 0}, false}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Table) table = table_new("people");
    g_autoptr(GError) error = NULL;

    table_set_entry(table,
                    &(TableEntry){.family = -1, .name = slice_text("k"), .value = cases[i].value});
    g_assert_cmpint(alter_can_send(table, &error), ==, cases[i].passes);
  }
}

static Mapping *
mapping_with(const char *from, const char *to)
{
  static const char text[] =
      "{\"table\": \"t\", \"topic\": \"t\", \"record\": {\"format\": \"json\"},"
      " \"key\": {\"separator\": \"#\", \"parts\": [\"id\", {\"field\": \"at\", \"reverse\": true},"
      " {\"hash\": 4, \"of\": [\"id\"]}]},"
      " \"timestamp\": {\"field\": \"at\", \"format\": \"ms\"}, \"tombstone\": \"skip\","
      " \"families\": {\"f\": {\"columns\": [\"id\", {\"field\": \"n\", \"type\": \"long\"}]}}}";
  g_auto(GStrv) pieces = g_strsplit(text, from, 2);
  g_autofree char *whole = g_strjoinv(to, pieces);
  g_auto(FaultList) faults = {0};
  Mapping *mapping = mapping_parse("t.json", whole, strlen(whole), &faults);

  g_assert_cmpuint(g_strv_length(pieces), ==, 2);
  for (size_t i = 0; i < fault_list_length(&faults); i++)
    g_test_message("%s", fault_list_get(&faults, i));
  g_assert_nonnull(mapping);
  return mapping;
}

/* What a table keeps of its mapping tells a changed one, whatever it is spelled like. */
static void
a_changed_mapping_is_told(void)
{
  const struct {
    const char *from, *to;
    bool takes_rows;
    size_t differences; /* beyond families */
  } cases[] = {
      {"\"id\", {\"field\": \"at\"", "{\"field\": \"id\"}, {\"field\": \"at\"", true, 0},
      {"\"columns\": [\"id\"", "\"versions\": 1, \"columns\": [\"more\", \"id\"", true, 0},
      {"\"separator\": \"#\"", "\"separator\": \"|\"", false, 1},
      {"\"reverse\": true", "\"format\": \"ms\"", false, 1},
      {"\"hash\": 4", "\"hash\": 5", false, 1},
      {"\"of\": [\"id\"]", "\"of\": [\"at\"]", false, 1},
      {"\"at\", \"format\": \"ms\"", "\"at\", \"format\": \"s\"", false, 2}, /* reversed, too */
      {"{\"field\": \"at\", \"format\": \"ms\"}", "\"record\"", false, 2},
      {"\"type\": \"long\"", "\"type\": \"int\"", true, 1},
      {"{\"field\": \"n\", \"type\"", "{\"field\": \"m\", \"qualifier\": \"n\", \"type\"", true, 1},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Mapping) before = mapping_with("\"skip\"", "\"skip\"");
    g_autoptr(Mapping) after = mapping_with(cases[i].from, cases[i].to);
    g_autoptr(Table) found = table_from_mapping(before);
    g_autoptr(Table) wanted = table_from_mapping(after);
    g_autoptr(GError) error = NULL;
    g_auto(FaultList) differences = {0};
    g_auto(FaultList) changes = {0};
    g_auto(FaultList) left = {0};

    g_test_message("%s -> %s", cases[i].from, cases[i].to);
    table_compare(wanted, found, &differences);
    g_assert_cmpuint(fault_list_length(&differences), ==, cases[i].differences);
    g_assert_cmpint(table_takes_rows(wanted, found, &error), ==, cases[i].takes_rows);
    /* and is not forgotten by an alter */
    alter_table(found, wanted, &changes);
    table_compare(wanted, found, &left);
    g_assert_cmpuint(fault_list_length(&left), ==, cases[i].differences);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/alter/safe", what_loses_no_cell_is_changed_and_all_else_told);
  g_test_add_func("/alter/surplus", a_family_of_nobody_stays_and_is_told);
  g_test_add_func("/alter/passes", what_a_gateway_cannot_pass_on_is_refused);
  g_test_add_func("/alter/print", a_changed_mapping_is_told);
  return g_test_run();
}
