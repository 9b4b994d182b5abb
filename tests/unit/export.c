/* SPDX-License-Identifier: Apache-2.0 */
#include "export/export.h"

#include "support/file.h"
#include "support/mapping-case.h"

#include "avrofile/rows.h"
#include "csv/file.h"
#include "csv/rows.h"
#include "hbase/decoded.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Columns that have the same qualifier, none, blanks, and every type of their own. */
static const char schema[] =
    "{'type': 'record', 'name': 'r', 'fields': [{'name': 'k', 'type': 'string'}, "
    "{'name': 'v', 'type': ['null', 'string'], 'default': null}]}";
static const char mapping[] =
    "{'table': 'n:t', 'topic': 't', 'record': {'schema': 'value.avsc'}, 'key': {'parts': ['k']}, "
    "'families': {'g': {'columns': ['v', {'field': 'v', 'qualifier': 'row'}, "
    "{'field': 'v', 'qualifier': ''}]}, "
    "'f': {'columns': [{'field': 'v', 'qualifier': 'a b'}, 'v', "
    "{'field': 'v', 'qualifier': 'l', 'type': 'long'}, "
    "{'field': 'v', 'qualifier': 'd', 'type': 'double'}, "
    "{'field': 'v', 'qualifier': 'x', 'type': 'decimal'}, "
    "{'field': 'v', 'qualifier': 'y', 'type': 'bytes'}]}}}";

static ExportLayout *
layout_of(const Mapping *of, const char *wanted)
{
  char *columns[] = {(char *)wanted, NULL};
  g_autoptr(GError) error = NULL;
  ExportLayout *layout = export_layout_new(of, wanted == NULL ? NULL : columns, &error);

  g_assert_no_error(error);
  return layout;
}

static void
names_are_clear_and_good_for_avro(void)
{
  g_auto(MappingCase) one = mapping_case_load(schema, NULL, mapping);
  g_autoptr(ExportLayout) layout = layout_of(one.mapping, NULL);
  g_autoptr(ExportLayout) part = layout_of(one.mapping, "g");
  g_autoptr(ExportLayout) single = layout_of(one.mapping, "g:v");
  static const char *const names[] = {"a_b", "d", "l", "f_v", "x", "y", "g", "row_2", "g_v"};
  char *none[] = {"h:x", NULL};
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint(layout->columns->len, ==, G_N_ELEMENTS(names));
  for (guint i = 0; i < layout->columns->len; i++)
    g_assert_cmpstr(g_array_index(layout->columns, ExportColumn, i).name, ==, names[i]);
  g_assert_cmpuint(part->columns->len, ==, 3);
  g_assert_cmpuint(single->columns->len, ==, 1);
  g_assert_cmpint(export_layout_find(layout, slice_text("g"), slice_text("v")), ==, 8);
  g_assert_cmpint(export_layout_find(layout, slice_text("g"), slice_text("w")), ==, -1);
  g_assert_null(export_layout_new(one.mapping, none, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
}

/* Of the layout above; NULL: no such cell. */
typedef struct {
  const char *key;
  Value values[9];
} Record;

#define TEXT(is)                                                                                   \
  {                                                                                                \
    .kind = VALUE_TEXT, .text = {(const uint8_t *)(is), sizeof(is) - 1 }                           \
  }
#define NONE                                                                                       \
  {                                                                                                \
    .kind = VALUE_MISSING                                                                          \
  }

static const Record records[] = {
    {"plain",
     {TEXT("a"),
      {.kind = VALUE_DOUBLE, .number = 1.5},
      {.kind = VALUE_INT, .integer = -3},
      TEXT("b"),
      TEXT("12.340"),
      {.kind = VALUE_BYTES, .text = {(const uint8_t *)"\xff\0", 2}},
      TEXT("c"),
      TEXT("d"),
      TEXT("e")}},
    {"a,\"b\"\r\n#|",
     {TEXT(""),
      {.kind = VALUE_DOUBLE, .number = -0.0},
      NONE,
      TEXT("nan"),
      NONE,
      NONE,
      TEXT("\r\n\",\\N"),
      TEXT("null"),
      NONE}},
    {"\xc3\xa4",
     {NONE,
      {.kind = VALUE_DOUBLE, .number = INFINITY},
      {.kind = VALUE_INT, .integer = INT64_MIN},
      NONE,
      TEXT("-0.5"),
      NONE,
      NONE,
      NONE,
      NONE}},
};

static void
write_records(const ExportLayout *layout, ExportForm form, const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ExportWriter) writer = export_writer_new(layout, form, path, &error);

  g_assert_no_error(error);
  for (size_t i = 0; i < G_N_ELEMENTS(records); i++)
    g_assert_true(export_writer_put(writer, slice_text(records[i].key), 100 + (int64_t)i,
                                    records[i].values, &error));
  g_assert_true(export_writer_finish(writer, &error));
}

/* The row's cells, decoded, against the record's. */
static void
check_row(const ExportLayout *layout, const Mapping *back, const Row *row, size_t number)
{
  size_t wanted = 0;

  g_assert_cmpint(row->timestamp, ==, 100 + (int64_t)number);
  g_assert_true(slice_equal(row->key, slice_text(records[number].key)));
  for (size_t i = 0; i < G_N_ELEMENTS(records[number].values); i++)
    wanted += records[number].values[i].kind != VALUE_MISSING;
  g_assert_cmpuint(row->cells_length, ==, wanted);
  for (size_t i = 0; i < row->cells_length; i++) {
    const Column *column = row->cells[i].column;
    int at = export_layout_find(layout, column->family, column->qualifier);
    const Value *value = &records[number].values[at];
    uint8_t scratch[2][TEXT_NUMBER_BYTES];
    g_auto(Bytes) decimal = {0};
    Value found;

    g_assert_cmpint(mapping_column_type(back, column->index), ==,
                    g_array_index(layout->columns, ExportColumn, at).type);
    g_assert_true(decoded_value(mapping_column_type(back, column->index), row->cells[i].value,
                                &decimal, &found));
    g_assert_true(
        slice_equal(convert_to_text(&found, scratch[0]), convert_to_text(value, scratch[1])));
    if (value->kind == VALUE_DOUBLE)
      g_assert_cmpint(signbit(found.number) != 0, ==, signbit(value->number) != 0);
  }
}

static void
check_csv(const ExportLayout *layout, const Mapping *back, const char *path)
{
  static const char *const nothing[] = {"", NULL};
  const CsvReading reading = {.has_quoted_empty = true, .null_texts = nothing};
  g_auto(CsvFindings) findings = {0};
  g_auto(CsvTotals) totals = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(CsvFile) file = csv_file_new(path, back, &reading, &findings);
  g_auto(CsvRows) rows = {back, &reading};
  g_auto(Row) row = {0};

  g_assert_true(csv_file_open(file, &error));
  for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
    CsvRecord record = {0};

    g_assert_true(csv_file_next(file, &record, &error));
    g_assert_cmpuint(record.length, >, 0);
    csv_rows_make(&rows, csv_file_columns(file), &record, &row, &error);
    g_assert_no_error(error);
    check_row(layout, back, &row, i);
  }
  csv_file_close(file, &totals);
}

static void
check_avro(const ExportLayout *layout, const Mapping *back, const char *path)
{
  g_autoptr(GError) error = NULL;
  const AvrofileRowsOptions options = {.mapping = back};
  g_autoptr(AvrofileRows) rows = avrofile_rows_open(path, &options, &error);
  g_auto(Row) row = {0};

  g_assert_no_error(error);
  for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
    AvrofileRecord record = {0};
    bool is_end = false;

    avrofile_rows_next(rows, &row, &record, &is_end, &error);
    g_assert_no_error(error);
    g_assert_false(is_end);
    check_row(layout, back, &row, i);
  }
}

static void
what_is_written_maps_to_the_same_cells(void)
{
  static const ExportForm forms[] = {EXPORT_CSV, EXPORT_AVRO};
  g_auto(MappingCase) one = mapping_case_load(schema, NULL, mapping);
  g_autoptr(ExportLayout) layout = layout_of(one.mapping, NULL);
  g_autofree char *schema_text = export_schema(layout);

  for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
    g_auto(TestFile) file = test_file_make("out");
    g_autofree char *text = export_mapping(layout, "value.avsc", forms[i]);
    g_auto(MappingCase) back = mapping_case_load(schema_text, NULL, text);

    g_assert_cmpuint(fault_list_length(&back.faults), ==, 0);
    g_assert_cmpstr(mapping_table(back.mapping), ==, "n:t");
    write_records(layout, forms[i], file.path);
    if (forms[i] == EXPORT_CSV)
      check_csv(layout, back.mapping, file.path);
    else
      check_avro(layout, back.mapping, file.path);
  }
}

static void
json_lines_have_what_there_is(void)
{
  g_auto(MappingCase) one = mapping_case_load(schema, NULL, mapping);
  g_autoptr(ExportLayout) layout = layout_of(one.mapping, NULL);
  g_auto(TestFile) file = test_file_make("out.jsonl");
  g_autofree char *text = NULL;

  write_records(layout, EXPORT_JSON, file.path);
  g_assert_true(g_file_get_contents(file.path, &text, NULL, NULL));
  g_assert_cmpstr(
      text, ==,
      "{\"row\":\"plain\",\"timestamp\":100,\"a_b\":\"a\",\"d\":1.5,\"l\":-3,\"f_v\":\"b\","
      "\"x\":\"12.340\",\"y\":\"\u00ff\\u0000\",\"g\":\"c\",\"row_2\":\"d\",\"g_v\":\"e\"}\n"
      "{\"row\":\"a,\\\"b\\\"\\r\\n#|\",\"timestamp\":101,\"a_b\":\"\",\"d\":-0.0,"
      "\"f_v\":\"nan\",\"g\":\"\\r\\n\\\",\\\\N\",\"row_2\":\"null\"}\n"
      "{\"row\":\"ä\",\"timestamp\":102,\"d\":\"inf\",\"l\":-9223372036854775808,\"x\":\"-0.5\"}"
      "\n");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/export/names", names_are_clear_and_good_for_avro);
  g_test_add_func("/export/again", what_is_written_maps_to_the_same_cells);
  g_test_add_func("/export/json", json_lines_have_what_there_is);
  return g_test_run();
}
