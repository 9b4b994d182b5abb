/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/compare.h"

#include "support/mapping-case.h"

static const char schema[] = "{'type': 'record', 'name': 'r', 'fields': ["
                             "{'name': 'id', 'type': 'string'}, {'name': 'a', 'type': 'string'}, "
                             "{'name': 'b', 'type': 'string'}]}";
static const char mapping[] =
    "{'table': 't', 'topic': 't', 'record': {'format': 'avro', 'schema': 'value.avsc'}, "
    "'key': {'parts': ['id']}, 'timestamp': 'record', 'tombstone': 'row', "
    "'families': {'f': {'columns': ['a', 'b']}}}";

/* A table is a text: "row a=value@time b=value@time", rows with ";" between. */
typedef struct {
  char **rows;
  size_t next;
  unsigned failures; /* so many calls fail first */
  GArray *cells;     /* of Cell */
  char **words;
} Table;

static Cell
parse_cell(const char *word)
{
  const char *value = strchr(word, '=') + 1;
  const char *at = strchr(value, '@');

  return (Cell){.family = slice_text("f"),
                .qualifier = slice(word, (size_t)(value - 1 - word)),
                .value = slice(value, (size_t)(at - value)),
                .timestamp = g_ascii_strtoll(at + 1, NULL, 10)};
}

static bool
next_row(void *data, ScanRow *out_row, bool *out_is_end, GError **error)
{
  Table *self = data;

  if (self->failures > 0) {
    self->failures--;
    g_set_error_literal(error, FAULT, FAULT_PEER, "gone");
    return false;
  }
  *out_is_end = self->rows[self->next] == NULL;
  if (*out_is_end)
    return true;
  g_clear_pointer(&self->words, g_strfreev);
  self->words = g_strsplit(self->rows[self->next++], " ", -1);
  g_array_set_size(self->cells, 0);
  for (char **word = self->words + 1; *word != NULL; word++) {
    Cell cell = parse_cell(*word);

    g_array_append_val(self->cells, cell);
  }
  *out_row = (ScanRow){slice_text(self->words[0]), (const Cell *)(void *)self->cells->data,
                       self->cells->len};
  return true;
}

static bool
go_on(void *self, VerifyPhase phase, uint64_t done, uint64_t total)
{
  (void)phase;
  g_assert_cmpuint(done, <=, total);
  return self == NULL;
}

static void
note(void *data, const VerifyDifference *difference)
{
  GString *text = data;

  g_string_append_printf(text, "%s %.*s", verify_kind_names[difference->kind],
                         (int)difference->row.len, (const char *)difference->row.data);
  if (difference->qualifier.len > 0)
    g_string_append_printf(text, " %.*s", (int)difference->qualifier.len,
                           (const char *)difference->qualifier.data);
  if (difference->wanted != NULL)
    g_string_append_printf(text, " by %d", (int)difference->wanted->place.at);
  if (difference->deleted_at >= 0)
    g_string_append_printf(text, " deleted by %d", (int)difference->deleted_by.at);
  g_string_append(text, "; ");
}

/* The source in the same form; a row without cells is a tombstone "row @time", one that begins with
 * "?" need not be in the table. */
static void
add_source(const Mapping *m, const char *text, Sort *sort)
{
  g_auto(GStrv) rows = g_strsplit(text, ";", -1);
  size_t length;
  const Column *columns = mapping_columns(m, &length);

  for (int64_t i = 0; rows[i] != NULL; i++) {
    g_auto(GStrv) words = g_strsplit(rows[i], " ", -1);
    bool is_optional = *words[0] == '?';
    RowCell cells[2];
    Row row = {.kind = ROW_PUT, .key = slice_text(words[0] + is_optional), .cells = cells};
    g_auto(Bytes) packed = {0};

    for (char **word = words + 1; *word != NULL && **word != '@'; word++) {
      Cell cell = parse_cell(*word);

      cells[row.cells_length++] =
          (RowCell){.column = &columns[**word == 'a' ? 0 : 1], .value = cell.value};
      row.timestamp = cell.timestamp;
    }
    if (row.cells_length == 0) {
      row.kind = ROW_DELETE;
      row.timestamp = g_ascii_strtoll(words[1] + 1, NULL, 10);
    }
    verify_pack(&row, (VerifyPlace){0, i}, is_optional, &packed);
    g_assert_true(sort_add(sort, bytes_slice(&packed), NULL));
  }
}

typedef struct {
  const char *source;
  const char *table;
  const char *says;
  bool ignores_times;
  unsigned failures;
} Case;

static char *
compare(const Mapping *m, const Case *c)
{
  const VerifyWatch watch = {NULL, go_on};
  g_autoptr(Sort) sort = sort_new(&verify_packed_order, g_get_tmp_dir(), 1 << 20);
  g_autoptr(SortMerge) merge = sort_merge_new(&verify_packed_order);
  Table table = {.rows = *c->table == '\0' ? g_new0(char *, 1) : g_strsplit(c->table, ";", -1),
                 .failures = c->failures,
                 .cells = g_array_new(FALSE, FALSE, sizeof(Cell))};
  GString *said = g_string_new(NULL);
  VerifyCompareOptions options = {.mapping = m,
                                  .order = VERIFY_WITHIN_PARTS,
                                  .ignores_times = c->ignores_times,
                                  .sample = 1,
                                  .records = 100,
                                  .timeout_ms = 60000,
                                  .watch = &watch,
                                  .self = said,
                                  .differs = note};
  VerifyResult result;
  g_autoptr(GError) error = NULL;

  add_source(m, c->source, sort);
  g_assert_true(sort_finish(sort, &error));
  sort_join(sort, merge);
  g_assert_true(verify_compare(&options, merge, &(VerifyRows){&table, next_row}, &result, &error));
  g_assert_no_error(error);
  g_strfreev(table.rows);
  g_strfreev(table.words);
  g_array_unref(table.cells);
  return g_string_free(said, FALSE);
}

static void
each_difference_is_told_and_nothing_else(void)
{
  static const char three[] = "r1 a=1@5 b=2@5;r2 a=3@6;r3 b=4@7";
  static const Case cases[] = {
      {three, three, "", false, 0},
      {three, three, "", false, 2},
      {three, "r2 a=3@6;r3 b=4@7", "missing_row r1 by 0; ", false, 0},
      {three, "r1 a=1@5 b=2@5;r2 a=3@6", "missing_row r3 by 2; ", false, 0},
      {three, "", "missing_row r1 by 0; missing_row r2 by 1; missing_row r3 by 2; ", false, 0},
      {three, "r0 a=1@5;r1 a=1@5 b=2@5;r2 a=3@6;r3 b=4@7;r4 a=1@5", "extra_row r0; extra_row r4; ",
       false, 0},
      {three, "r1 a=1@5 b=X@5;r2 a=3@6;r3 b=4@7", "different_value r1 b by 0; ", false, 0},
      {three, "r1 a=1@5 b=2@4;r2 a=3@6;r3 b=4@7", "different_timestamp r1 b by 0; ", false, 0},
      {three, "r1 a=1@1 b=2@4;r2 a=3@6;r3 b=4@9", "", true, 0},
      {three, "r1 b=2@5;r2 a=3@6;r3 b=4@7", "missing_cell r1 a by 0; ", false, 0},
      {three, "r1 a=1@5 b=2@5;r2 a=3@6 b=9@6;r3 b=4@7", "extra_cell r2 b; ", false, 0},
      {three, "r1 a=1@5 b=2@5;r2 A=9@6 a=3@6;r3 a9=1@7 b=4@7 c=5@7",
       "extra_cell r2 A; extra_cell r3 a9; extra_cell r3 c; ", false, 0},
      {"r1 a=1@5;r1 @5", "r1 a=1@5", "extra_row r1 deleted by 1; ", false, 0},
      {"r1 a=1@5;r1 @5;r1 b=2@6", "r1 a=1@5 b=2@6", "extra_cell r1 a deleted by 1; ", false, 0},
      {"r1 a=1@5;r1 @5", "", "", false, 0},
      {"r1 a=1@5;r1 a=2@5", "r1 a=1@5", "different_value r1 a by 1; ", false, 0},
      {"r1 a=1@6;r1 b=2@5", "", "missing_row r1 by 0; ", false, 0},
  };
  g_auto(MappingCase) m = mapping_case_load(schema, NULL, mapping);

  g_assert_nonnull(m.mapping);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *said = compare(m.mapping, &cases[i]);

    g_assert_cmpstr(said, ==, cases[i].says);
  }
}

/* Too large for a call: run does not write it, a bulk load does. */
static void
an_optional_record_may_be_in_the_table_or_not(void)
{
  static const char late[] = "r1 a=1@5 b=2@5;?r1 a=3@6";
  static const char early[] = "?r1 a=1@5 b=2@5;r1 a=3@6";
  static const Case cases[] = {
      {"?r1 a=1@5", "", "", false, 0},
      {"?r1 a=1@5", "r1 a=1@5", "", false, 0},
      {"?r1 a=1@5", "r1 a=2@5", "different_value r1 a by 0; ", false, 0},
      {"?r1 a=1@5", "r1 a=1@4", "different_timestamp r1 a by 0; ", false, 0},
      {"?r1 a=1@5", "r1 b=1@5", "extra_cell r1 b; ", false, 0},
      {late, "r1 a=1@5 b=2@5", "", false, 0},
      {late, "r1 a=3@6 b=2@5", "", false, 0},
      {late, "r1 a=1@6 b=2@5", "different_timestamp r1 a by 0; ", false, 0},
      {late, "r1 b=2@5", "missing_cell r1 a by 0; ", false, 0},
      {late, "r1 a=3@6", "missing_cell r1 b by 0; ", false, 0},
      {late, "", "missing_row r1 by 0; ", false, 0},
      {early, "r1 a=3@6", "", false, 0},
      {early, "r1 a=3@6 b=2@5", "", false, 0},
      {early, "r1 a=1@5 b=2@5", "different_value r1 a by 1; ", false, 0},
      {early, "", "missing_row r1 by 1; ", false, 0},
      {"r1 a=1@5;?r1 @6", "", "", false, 0},
      {"r1 a=1@5;?r1 @6", "r1 a=1@5", "", false, 0},
      {"?r1 a=1@5;r1 @6", "r1 a=1@5", "extra_row r1 deleted by 1; ", false, 0},
      {"?r1 a=1@5;r2 a=1@5", "r2 a=1@5", "", false, 0},
      {"?r1 a=1@5;r2 a=1@5", "r1 a=1@5", "missing_row r2 by 1; ", false, 0},
  };
  g_auto(MappingCase) m = mapping_case_load(schema, NULL, mapping);

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *said = compare(m.mapping, &cases[i]);

    g_assert_cmpstr(said, ==, cases[i].says);
  }
}

static void
a_sample_is_about_one_in_so_many(void)
{
  unsigned taken = 0;

  for (unsigned i = 0; i < 100000; i++) {
    g_autofree char *key = g_strdup_printf("%08u", i);

    g_assert_true(verify_is_sampled(slice_text(key), 1));
    taken += verify_is_sampled(slice_text(key), 100);
  }
  g_assert_cmpuint(taken, >, 800);
  g_assert_cmpuint(taken, <, 1200);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/compare/differences", each_difference_is_told_and_nothing_else);
  g_test_add_func("/compare/optional", an_optional_record_may_be_in_the_table_or_not);
  g_test_add_func("/compare/sample", a_sample_is_about_one_in_so_many);
  return g_test_run();
}
