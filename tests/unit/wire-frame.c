/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/frame.h"

#include "hbase/autoptr.h"
#include "hbase/memory.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

enum { BIG_BYTES = 64 * 1024, MANY_CELLS = 20 };

static char big[BIG_BYTES];

static const Column columns[] = {
    {0, 0, {(const uint8_t *)"info", 4}, {(const uint8_t *)"name", 4}},
    {1, 0, {(const uint8_t *)"info", 4}, {(const uint8_t *)"mail", 4}},
    {2, 1, {(const uint8_t *)"x", 1}, {NULL, 0}},
    {3, 1, {(const uint8_t *)"x", 1}, {(const uint8_t *)"q\0\xff", 3}},
};

typedef struct {
  size_t column;
  const char *value; /* NULL: the cell is deleted */
  size_t len;
} CellCase;

typedef struct {
  const char *name;
  const char *key;
  size_t key_len;
  int64_t timestamp;
  RowKind kind;
  CellCase cells[5];
  size_t cells_length;
} RowCase;

/* tests/golden/frames/Frames.java makes the same rows, but for the large one. */
static const RowCase rows[] = {
    {"one cell", "r1", 2, 1, ROW_PUT, {{0, "Ada", 3}}, 1},
    {"an empty value", "r2", 2, 0, ROW_PUT, {{1, "", 0}}, 1},
    {"binary",
     "\0\xff\x80",
     3,
     1700000000000,
     ROW_PUT,
     {{3, "\0\x01\xfe", 3}, {2, "\xc3\xa9", 2}},
     2},
    {"the latest time", "r3", 2, G_MAXINT64 - 1, ROW_PUT, {{1, "m", 1}}, 1},
    {"64 KiB", "r3", 2, G_MAXINT64 - 1, ROW_PUT, {{0, big, BIG_BYTES}, {1, "m", 1}}, 2},
    {"puts and deletions",
     "r4",
     2,
     77,
     ROW_PUT,
     {{0, "a", 1}, {1, NULL, 0}, {2, "b", 1}, {3, NULL, 0}},
     4},
    {"deletions alone", "r5", 2, 78, ROW_PUT, {{2, NULL, 0}}, 1},
    {"a tombstone", "r6", 2, 79, ROW_DELETE, {{0}}, 0},
    {"no cells", "r7", 2, 80, ROW_PUT, {{0}}, 0},
};

static void
fill_row(const RowCase *from, Row *row)
{
  row->kind = from->kind;
  row->key = slice(from->key, from->key_len);
  row->timestamp = from->timestamp;
  row->cells = g_renew(RowCell, row->cells, from->cells_length);
  row->cells_length = from->cells_length;
  for (size_t i = 0; i < from->cells_length; i++) {
    const CellCase *cell = &from->cells[i];

    row->cells[i] = (RowCell){.column = &columns[cell->column],
                              .value = slice(cell->value, cell->len),
                              .is_delete = cell->value == NULL};
  }
}

static GByteArray *
byte_array(Slice bytes)
{
  return g_byte_array_append(g_byte_array_new(), bytes.data, (guint)bytes.len);
}

static void
set_bytes(gpointer object, const char *property, Slice bytes)
{
  g_autoptr(GByteArray) copy = byte_array(bytes);

  g_object_set(object, property, copy, NULL);
}

static void
add_value(GPtrArray *list, const RowCell *cell)
{
  TColumnValue *value = g_object_new(TYPE_T_COLUMN_VALUE, NULL);

  set_bytes(value, "family", cell->column->family);
  set_bytes(value, "qualifier", cell->column->qualifier);
  set_bytes(value, "value", cell->value);
  g_ptr_array_add(list, value);
}

static void
add_deleted(GPtrArray *list, const RowCell *cell, int64_t timestamp)
{
  TColumn *column = g_object_new(TYPE_T_COLUMN, NULL);

  set_bytes(column, "family", cell->column->family);
  set_bytes(column, "qualifier", cell->column->qualifier);
  g_object_set(column, "timestamp", timestamp, NULL);
  g_ptr_array_add(list, column);
}

/* As the plan has it: set on every second pass. */
static Durability durability;

static gpointer
generated_put(const Row *row)
{
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_object_unref);

  for (size_t i = 0; i < row->cells_length; i++)
    if (!row->cells[i].is_delete)
      add_value(values, &row->cells[i]);
  if (values->len == 0)
    return NULL;

  TPut *put = g_object_new(TYPE_T_PUT, "columnValues", values, "timestamp", row->timestamp, NULL);

  set_bytes(put, "row", row->key);
  if (durability != DURABILITY_DEFAULT)
    g_object_set(put, "durability", (gint)durability, NULL);
  return put;
}

static gpointer
generated_delete(const Row *row)
{
  g_autoptr(GPtrArray) deleted = g_ptr_array_new_with_free_func(g_object_unref);

  for (size_t i = 0; i < row->cells_length; i++)
    if (row->cells[i].is_delete)
      add_deleted(deleted, &row->cells[i], row->timestamp);
  if (deleted->len == 0 && row->kind == ROW_PUT)
    return NULL;

  TDelete *delete = g_object_new(TYPE_T_DELETE, NULL);

  set_bytes(delete, "row", row->key);
  if (row->kind == ROW_DELETE)
    g_object_set(delete, "timestamp", row->timestamp, NULL);
  else
    g_object_set(delete, "columns", deleted, "deleteType", T_DELETE_TYPE_DELETE_COLUMNS, NULL);
  if (durability != DURABILITY_DEFAULT)
    g_object_set(delete, "durability", (gint)durability, NULL);
  return delete;
}

/* What the generated client sends for the mutations, at the end of `transport`. */
static void
send_generated(WireProtocol wire, FrameKind kind, const GPtrArray *mutations,
               ThriftTransport *transport)
{
  GType type = wire == WIRE_COMPACT ? THRIFT_TYPE_COMPACT_PROTOCOL : THRIFT_TYPE_BINARY_PROTOCOL;
  g_autoptr(ThriftProtocol) protocol = g_object_new(type, "transport", transport, NULL);
  g_autoptr(THBaseServiceIf) client = g_object_new(TYPE_T_H_BASE_SERVICE_CLIENT, "input_protocol",
                                                   protocol, "output_protocol", protocol, NULL);
  g_autoptr(GByteArray) table = byte_array(slice_text("ns:people"));
  g_autoptr(GError) error = NULL;

  if (kind == FRAME_PUT)
    t_h_base_service_client_send_put_multiple(client, table, mutations, &error);
  else
    t_h_base_service_client_send_delete_multiple(client, table, mutations, &error);
  g_assert_no_error(error);
}

typedef struct {
  size_t first;
  size_t count;
} Run;

static void
append_call(const FramePlan *plan, FrameKind kind, const FrameRows *from, Run run, Bytes *out)
{
  frame_head(plan, kind, 0, run.count, out);
  if (run.count > 0)
    bytes_append_slice(out, frame_rows_slice(from, run.first, run.count));
  bytes_append_slice(out, frame_tail());
}

static FramePlan *
plan_for(WireProtocol wire)
{
  FramePlan *plan = frame_plan_new(wire, "ns:people", columns, G_N_ELEMENTS(columns));

  frame_plan_set_durability(plan, durability);
  return plan;
}

static void
append(FrameRows *encoded, const FramePlan *plan, FrameKind kind, const Row *row)
{
  FrameSize size = frame_row_size(row);

  g_assert_true(frame_rows_append(encoded, plan, kind, row, &size));
}

static void
check_row(const FramePlan *plan, FrameKind kind, const RowCase *one, GPtrArray *all,
          FrameRows *encoded)
{
  g_auto(Row) row = {0};
  g_auto(FrameRows) alone = {0};
  g_auto(Bytes) call = {0};
  g_autoptr(ThriftTransport) transport = memory_transport_new();
  g_autoptr(GPtrArray) list = g_ptr_array_new();

  fill_row(one, &row);

  gpointer mutation = kind == FRAME_PUT ? generated_put(&row) : generated_delete(&row);
  FrameSize size = frame_row_size(&row);

  g_test_message("%s", one->name);
  g_assert_cmpint(frame_rows_append(&alone, plan, kind, &row, &size), ==, mutation != NULL);
  g_assert_cmpuint(alone.rows.len, <=, size.bytes);
  g_assert_cmpuint(frame_rows_length(&alone), ==, mutation != NULL);
  if (mutation == NULL)
    return;
  g_ptr_array_add(all, mutation);
  g_ptr_array_add(list, mutation);
  frame_rows_append(encoded, plan, kind, &row, &size);
  append_call(plan, kind, &alone, (Run){0, 1}, &call);
  send_generated(frame_plan_protocol(plan), kind, list, transport);

  Slice wanted = memory_transport_written(transport);

  g_assert_cmpmem(call.data, call.len, wanted.data, wanted.len);
}

/* Every row by itself, then all in one call, then a run from their middle. */
static void
frames_equal_what_the_generated_client_sends(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++)
    for (FrameKind kind = FRAME_PUT; kind <= FRAME_DELETE; kind++) {
      g_autoptr(FramePlan) plan = plan_for(wire);
      g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_object_unref);
      g_auto(FrameRows) encoded = {0};
      g_auto(Bytes) calls = {0};
      g_autoptr(ThriftTransport) transport = memory_transport_new();

      for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check_row(plan, kind, &rows[i], all, &encoded);

      g_autoptr(GPtrArray) middle = g_ptr_array_new();

      g_ptr_array_add(middle, all->pdata[1]);
      append_call(plan, kind, &encoded, (Run){0, all->len}, &calls);
      append_call(plan, kind, &encoded, (Run){1, 1}, &calls);
      send_generated(wire, kind, all, transport);
      send_generated(wire, kind, middle, transport);

      Slice wanted = memory_transport_written(transport);

      g_assert_cmpmem(calls.data, calls.len, wanted.data, wanted.len);
    }
}

static const RowCase *
row_named(const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
    if (strcmp(rows[i].name, name) == 0)
      return &rows[i];
  g_error("no row is called '%s'", name);
}

static char *
hex_of(const Bytes *bytes)
{
  GString *hex = g_string_new(NULL);

  for (size_t i = 0; i < bytes->len; i++)
    g_string_append_printf(hex, "%02x", bytes->data[i]);
  return g_string_free(hex, FALSE);
}

static void
check_golden(const char *line)
{
  g_auto(GStrv) words = g_strsplit(line, " ", 4);
  g_autoptr(FramePlan) plan =
      plan_for(strcmp(words[0], "compact") == 0 ? WIRE_COMPACT : WIRE_BINARY);
  FrameKind kind = strcmp(words[1], "put") == 0 ? FRAME_PUT : FRAME_DELETE;
  g_auto(Row) row = {0};
  g_auto(FrameRows) encoded = {0};
  g_auto(Bytes) call = {0};

  fill_row(row_named(words[3]), &row);
  append(&encoded, plan, kind, &row);
  frame_head(plan, kind, 1, 1, &call);
  bytes_append_slice(&call, frame_rows_slice(&encoded, 0, 1));
  bytes_append_slice(&call, frame_tail());

  g_autofree char *hex = hex_of(&call);

  g_assert_cmpstr(hex, ==, words[2]);
}

static void
frames_equal_what_hbases_own_client_sends(void)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "frames", "frames.txt", NULL);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  size_t checked = 0;

  g_assert_true(g_file_get_contents(path, &text, NULL, &error));

  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

  for (size_t i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '#' && *lines[i] != '\0') {
      check_golden(lines[i]);
      checked++;
    }
  g_assert_cmpuint(checked, ==, 16);
}

/* The compact protocol writes lists of 15 and more in another form. */
static void
long_lists_equal_what_the_generated_client_sends(void)
{
  for (WireProtocol wire = WIRE_BINARY; wire <= WIRE_COMPACT; wire++) {
    g_autoptr(FramePlan) plan = plan_for(wire);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(ThriftTransport) transport = memory_transport_new();
    g_auto(FrameRows) encoded = {0};
    g_auto(Bytes) call = {0};
    g_auto(Row) row = {.key = slice_text("k"), .timestamp = 5, .cells_length = MANY_CELLS};

    row.cells = g_new0(RowCell, MANY_CELLS);
    for (size_t i = 0; i < MANY_CELLS; i++)
      row.cells[i] = (RowCell){.column = &columns[i % G_N_ELEMENTS(columns)]};
    for (size_t i = 0; i < 300; i++) {
      append(&encoded, plan, FRAME_PUT, &row);
      g_ptr_array_add(all, generated_put(&row));
    }
    append_call(plan, FRAME_PUT, &encoded, (Run){0, 300}, &call);
    send_generated(wire, FRAME_PUT, all, transport);

    Slice wanted = memory_transport_written(transport);

    g_assert_cmpmem(call.data, call.len, wanted.data, wanted.len);
  }
}

static void
the_head_carries_its_sequence_and_keeps_within_its_bound(void)
{
  const uint8_t binary[] = "\x80\x01\x00\x01\x00\x00\x00\x0b"
                           "putMultiple\x01\x02\x03\x04";
  const uint8_t compact[] = "\x82\x21\x84\x86\x88\x08\x0bputMultiple";
  g_autoptr(FramePlan) binary_plan = plan_for(WIRE_BINARY);
  g_autoptr(FramePlan) compact_plan = plan_for(WIRE_COMPACT);
  g_auto(Bytes) head = {0};

  frame_head(binary_plan, FRAME_PUT, 0x01020304, 1, &head);
  g_assert_cmpmem(head.data, sizeof binary - 1, binary, sizeof binary - 1);
  bytes_reset(&head);
  frame_head(compact_plan, FRAME_PUT, 0x01020304, 1, &head);
  g_assert_cmpmem(head.data, sizeof compact - 1, compact, sizeof compact - 1);
  bytes_reset(&head);
  frame_head(compact_plan, FRAME_DELETE, -1, G_MAXINT32, &head);
  frame_head(binary_plan, FRAME_DELETE, -1, G_MAXINT32, &head);
  g_assert_cmpuint(head.len / 2 + frame_tail().len, <=, frame_overhead_bytes(binary_plan));
}

static void
a_reset_leaves_no_row(void)
{
  g_autoptr(FramePlan) plan = plan_for(WIRE_BINARY);
  g_auto(FrameRows) encoded = {0};
  g_auto(Row) row = {0};

  frame_rows_reset(&encoded);
  g_assert_cmpuint(frame_rows_length(&encoded), ==, 0);
  fill_row(&rows[0], &row);
  append(&encoded, plan, FRAME_PUT, &row);
  frame_rows_reset(&encoded);
  g_assert_cmpuint(frame_rows_length(&encoded), ==, 0);
  g_assert_cmpuint(encoded.rows.len, ==, 0);
}

static void
append_case(FrameRows *self, const FramePlan *plan, const RowCase *from)
{
  g_auto(Row) row = {0};

  fill_row(from, &row);
  append(self, plan, FRAME_PUT, &row);
}

/* Two puts of one row and time are as one that has the cells of both, the later's where both have
 * one; and the rows beside it stay what they are. */
static void
two_puts_of_one_row_are_made_one(void)
{
  static const struct {
    RowCase there;
    RowCase later;
    RowCase merged;
  } cases[] = {
      {{"the same column", "r", 1, 7, ROW_PUT, {{0, "old", 3}}, 1},
       {NULL, "r", 1, 7, ROW_PUT, {{0, "newer", 5}}, 1},
       {NULL, "r", 1, 7, ROW_PUT, {{0, "newer", 5}}, 1}},
      {{"another column", "r", 1, 7, ROW_PUT, {{0, "a", 1}}, 1},
       {NULL, "r", 1, 7, ROW_PUT, {{1, "b", 1}}, 1},
       {NULL, "r", 1, 7, ROW_PUT, {{0, "a", 1}, {1, "b", 1}}, 2}},
      {{"some of each", "r", 1, 7, ROW_PUT, {{2, "a", 1}, {0, big, 300}, {1, "", 0}}, 3},
       {NULL, "r", 1, 7, ROW_PUT, {{2, big, 200}, {3, "d", 1}}, 2},
       {NULL, "r", 1, 7, ROW_PUT, {{0, big, 300}, {1, "", 0}, {2, big, 200}, {3, "d", 1}}, 4}},
      {{"deletions are no puts", "r", 1, 7, ROW_PUT, {{0, "a", 1}, {1, NULL, 0}}, 2},
       {NULL, "r", 1, 7, ROW_PUT, {{0, NULL, 0}, {2, "c", 1}}, 2},
       {NULL, "r", 1, 7, ROW_PUT, {{0, "a", 1}, {2, "c", 1}}, 2}},
  };

  for (size_t i = 0; i < 2 * 3 * G_N_ELEMENTS(cases); i++) {
    size_t which = i / 6;
    size_t at = i / 2 % 3;
    g_autoptr(FramePlan) plan = plan_for(i % 2 == 0 ? WIRE_BINARY : WIRE_COMPACT);
    g_auto(FrameRows) merged = {0};
    g_auto(FrameRows) wanted = {0};
    g_auto(Row) later = {0};

    g_test_message("%s", cases[which].there.name);
    for (size_t j = 0; j < 3; j++) {
      append_case(&merged, plan, j == at ? &cases[which].there : &rows[j]);
      append_case(&wanted, plan, j == at ? &cases[which].merged : &rows[j]);
    }
    fill_row(&cases[which].later, &later);
    g_assert_true(frame_rows_merge(&merged, plan, at, &later));
    for (size_t j = 0; j < 3; j++) {
      Slice got = frame_rows_slice(&merged, j, 1);
      Slice want = frame_rows_slice(&wanted, j, 1);

      g_assert_cmpmem(got.data, got.len, want.data, want.len);
    }
    g_assert_cmpuint(merged.rows.len, ==, wanted.rows.len);
  }
}

static void
each_row_carries_the_plans_durability(void)
{
  for (durability = DURABILITY_SKIP_WAL; durability <= DURABILITY_FSYNC_WAL; durability++) {
    frames_equal_what_the_generated_client_sends();
    two_puts_of_one_row_are_made_one();
  }
  durability = DURABILITY_DEFAULT;
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  memset(big, 'v', sizeof big);
  g_test_add_func("/frame/equals-generated", frames_equal_what_the_generated_client_sends);
  g_test_add_func("/frame/equals-hbases", frames_equal_what_hbases_own_client_sends);
  g_test_add_func("/frame/long-lists", long_lists_equal_what_the_generated_client_sends);
  g_test_add_func("/frame/head", the_head_carries_its_sequence_and_keeps_within_its_bound);
  g_test_add_func("/frame/merge", two_puts_of_one_row_are_made_one);
  g_test_add_func("/frame/reset", a_reset_leaves_no_row);
  g_test_add_func("/frame/durability", each_row_carries_the_plans_durability);
  return g_test_run();
}
