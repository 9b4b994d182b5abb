/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/expected.h"

#include "support/mapping-case.h"

static const char schema[] = "{'type': 'record', 'name': 'r', 'fields': ["
                             "{'name': 'id', 'type': 'string'}, {'name': 'a', 'type': 'string'}, "
                             "{'name': 'b', 'type': 'string'}]}";
/* b's family comes first in HBase, though last in the mapping. */
static const char mapping[] =
    "{'table': 't', 'topic': 't', 'record': {'format': 'avro', 'schema': 'value.avsc'}, "
    "'key': {'parts': ['id']}, 'timestamp': 'record', 'tombstone': 'row', "
    "'families': {'z': {'columns': ['a']}, 'f': {'columns': [{'field': 'b', 'null': 'delete'}]}}}";

typedef struct {
  char what; /* 'P' puts a and b; 'A' puts a and deletes b; 'D' deletes the row; 0: no more */
  int64_t timestamp;
  VerifyPlace place;
  const char *value;
} Record;

enum { MOST_RECORDS = 5 };

typedef struct {
  const char *name;
  VerifyOrder order;
  Record records[MOST_RECORDS];
  const char *wanted; /* "b|a", each "value@timestamp", several values with "/", or "-" */
} Case;

static const Case cases[] = {
    {"one", VERIFY_WITHIN_PARTS, {{'P', 5, {0, 0}, "x"}}, "x@5|x@5"},
    {"newest",
     VERIFY_WITHIN_PARTS,
     {{'P', 5, {0, 9}, "x"}, {'P', 7, {0, 1}, "y"}, {'P', 6, {0, 10}, "z"}},
     "y@7|y@7"},
    {"later offset",
     VERIFY_WITHIN_PARTS,
     {{'P', 5, {0, 3}, "x"}, {'P', 5, {0, 8}, "y"}, {'P', 5, {0, 4}, "z"}},
     "y@5|y@5"},
    {"two partitions",
     VERIFY_WITHIN_PARTS,
     {{'P', 5, {0, 3}, "x"}, {'P', 5, {1, 1}, "y"}, {'P', 5, {0, 2}, "z"}},
     "x/y@5|x/y@5"},
    {"partitions of an older time",
     VERIFY_WITHIN_PARTS,
     {{'P', 5, {0, 3}, "x"}, {'P', 5, {1, 1}, "y"}, {'P', 6, {0, 2}, "z"}},
     "z@6|z@6"},
    {"files", VERIFY_ALL_PARTS, {{'P', 5, {1, 1}, "x"}, {'P', 5, {0, 9}, "y"}}, "x@5|x@5"},
    {"tombstone wins a tie",
     VERIFY_WITHIN_PARTS,
     {{'D', 5, {0, 1}, NULL}, {'P', 5, {0, 2}, "x"}},
     "-|-"},
    {"newer than a tombstone",
     VERIFY_WITHIN_PARTS,
     {{'P', 6, {0, 1}, "x"}, {'D', 5, {0, 2}, NULL}},
     "x@6|x@6"},
    {"newest tombstone",
     VERIFY_WITHIN_PARTS,
     {{'D', 7, {0, 1}, NULL}, {'P', 6, {0, 2}, "x"}, {'D', 5, {0, 3}, NULL}},
     "-|-"},
    {"column deletion",
     VERIFY_WITHIN_PARTS,
     {{'P', 5, {0, 1}, "x"}, {'A', 6, {0, 2}, "y"}},
     "-|y@6"},
    {"column deletion wins a tie",
     VERIFY_WITHIN_PARTS,
     {{'A', 5, {0, 1}, "x"}, {'P', 5, {0, 2}, "y"}},
     "-|y@5"},
    {"before a column deletion",
     VERIFY_WITHIN_PARTS,
     {{'A', 5, {0, 1}, "x"}, {'P', 6, {0, 2}, "y"}},
     "y@6|y@6"},
    {"time zero", VERIFY_WITHIN_PARTS, {{'P', 0, {0, 0}, "x"}}, "x@0|x@0"},
};

static void
add(VerifyExpected *expected, const Mapping *m, const Record *record)
{
  size_t length;
  const Column *columns = mapping_columns(m, &length);
  Slice value = record->value == NULL ? SLICE_EMPTY : slice_text(record->value);
  RowCell cells[] = {
      {.column = &columns[0], .value = value},
      {.column = &columns[1],
       .value = record->what == 'P' ? value : SLICE_EMPTY,
       .is_delete = record->what == 'A'},
  };
  Row row = {.kind = record->what == 'D' ? ROW_DELETE : ROW_PUT,
             .timestamp = record->timestamp,
             .cells = cells,
             .cells_length = record->what == 'D' ? 0 : 2};
  g_auto(Bytes) packed = {0};

  verify_pack(&row, record->place, false, &packed);
  verify_expected_add(expected, packed.data);
}

static char *
describe(const VerifyExpected *expected)
{
  size_t length;
  const VerifyCell *cells = verify_expected_cells(expected, &length);
  GString *text = g_string_new(NULL);

  for (size_t i = 0; i < length; i++) {
    bool is_shown = verify_expected_shows(expected, &cells[i]);

    g_string_append(text, i == 0 ? "" : "|");
    for (size_t v = 0; is_shown && v < cells[i].versions_length; v++)
      g_string_append_printf(text, "%s%.*s", v == 0 ? "" : "/", (int)cells[i].versions[v].value.len,
                             (const char *)cells[i].versions[v].value.data);
    if (is_shown)
      g_string_append_printf(text, "@%d", (int)cells[i].timestamp);
    else
      g_string_append_c(text, '-');
  }
  return g_string_free(text, FALSE);
}

static void
the_state_is_what_hbase_must_hold(void)
{
  g_auto(MappingCase) m = mapping_case_load(schema, NULL, mapping);

  g_assert_nonnull(m.mapping);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(VerifyExpected) expected = verify_expected_new(m.mapping, cases[i].order);
    g_autofree char *found = NULL;

    /* what was before leaves no trace */
    add(expected, m.mapping, &(Record){'P', 90, {3, 3}, "before"});
    add(expected, m.mapping, &(Record){'D', 99, {3, 4}, NULL});
    verify_expected_begin(expected);
    for (const Record *r = cases[i].records; r < cases[i].records + MOST_RECORDS && r->what; r++)
      add(expected, m.mapping, r);
    found = describe(expected);
    g_test_message("%s", cases[i].name);
    g_assert_cmpstr(found, ==, cases[i].wanted);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/expected/state", the_state_is_what_hbase_must_hold);
  return g_test_run();
}
