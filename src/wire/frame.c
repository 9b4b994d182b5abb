/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/frame.h"

#include "wire/pen.h"

/* One TPut of the binary protocol; [n] is a big-endian 32-bit length.
 *
 *   0b 0001 [n] row key
 *   0f 0002 0c [cells]
 *     0b 0001 [n] family  0b 0002 [n] qualifier  0b 0003   <- the column's head, encoded once
 *     [n] value  00
 *     ...
 *   0a 0003 timestamp of the row, 64 bits
 *   00
 *
 * The compact protocol has the same fields in the same order with one-byte headers and varints. A
 * deletion is a TDelete: the row key, TColumns that each carry the timestamp, and the type of
 * deletion; or, for a whole row, the row key and the timestamp. A durability that is not the
 * table's is the last field of either: 08 0006 of a put, 08 0007 of a deletion. */

enum {
  HEAD_BYTES = 3 * 3 + 2 * 5, /* at most: three field headers, two lengths */
  CELL_BYTES = 5 + 1,         /* at most: the value's length, the stop */
  COLUMN_BYTES = 3 + 10 + 1,  /* at most: the timestamp, the stop */
  /* at most: key, list, timestamp, type, durability, stop */
  ROW_BYTES = 3 + 5 + 3 + 6 + 3 + 10 + 3 + 5 + 3 + 4 + 1,
  CALL_BYTES = 64, /* at most: message header, field headers, tail */
};

/* TDeleteType DELETE_COLUMNS: every version of the column up to the timestamp. */
enum { DELETE_COLUMNS = 1 };

typedef struct {
  Bytes put;      /* owned: a TColumnValue up to the length of its value */
  Bytes deletion; /* owned: a TColumn up to its timestamp */
} ColumnHead;

struct FramePlan {
  WireProtocol protocol;
  Durability durability;
  char *table; /* owned */
  size_t heads_length;
  ColumnHead *heads; /* owned, by Column.index */
};

/* The part of TColumnValue and TColumn alike: their first two fields. */
static void
encode_column(WireProtocol protocol, const Column *column, bool with_value, Bytes *out)
{
  Pen pen = pen_open(out, protocol, column->family.len + column->qualifier.len + HEAD_BYTES);

  pen_field(&pen, WIRE_STRING, 1, 0);
  pen_text(&pen, column->family);
  pen_field(&pen, WIRE_STRING, 2, 0);
  pen_text(&pen, column->qualifier);
  pen_field(&pen, with_value ? WIRE_STRING : WIRE_I64, 3, 0);
  pen_close(&pen, out);
}

FramePlan *
frame_plan_new(WireProtocol protocol, const char *table, const Column *columns,
               size_t columns_length)
{
  FramePlan *self = g_new0(FramePlan, 1);

  self->protocol = protocol;
  self->table = g_strdup(table);
  self->heads_length = columns_length;
  self->heads = g_new0(ColumnHead, columns_length);
  for (size_t i = 0; i < columns_length; i++) {
    encode_column(protocol, &columns[i], true, &self->heads[i].put);
    encode_column(protocol, &columns[i], false, &self->heads[i].deletion);
  }
  return self;
}

void
frame_plan_free(FramePlan *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->heads_length; i++) {
    bytes_clear(&self->heads[i].put);
    bytes_clear(&self->heads[i].deletion);
  }
  g_free(self->heads);
  g_free(self->table);
  g_free(self);
}

void
frame_plan_set_durability(FramePlan *self, Durability durability)
{
  self->durability = durability;
}

const char *
frame_plan_table(const FramePlan *self)
{
  return self->table;
}

WireProtocol
frame_plan_protocol(const FramePlan *self)
{
  return self->protocol;
}

void
frame_rows_clear(FrameRows *self)
{
  bytes_clear(&self->rows);
  g_clear_pointer(&self->offsets, g_array_unref);
}

void
frame_rows_reset(FrameRows *self)
{
  bytes_reset(&self->rows);
  if (self->offsets != NULL)
    g_array_set_size(self->offsets, 0);
}

size_t
frame_rows_length(const FrameRows *self)
{
  return self->offsets == NULL ? 0 : self->offsets->len;
}

Slice
frame_rows_slice(const FrameRows *self, size_t first, size_t count)
{
  const size_t *offsets = (const size_t *)(const void *)self->offsets->data;
  size_t begin = offsets[first];
  size_t end = first + count < self->offsets->len ? offsets[first + count] : self->rows.len;

  return slice(self->rows.data + begin, end - begin);
}

static inline void
pen_put_cells(Pen *self, const FramePlan *plan, const Row *row)
{
  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];

    if (cell->is_delete)
      continue;

    const Bytes *head = &plan->heads[cell->column->index].put;

    pen_bytes(self, head->data, head->len);
    pen_text(self, cell->value);
    pen_byte(self, WIRE_STOP);
  }
}

static inline void
pen_durability(Pen *self, const FramePlan *plan, uint8_t id, uint8_t skipped)
{
  if (plan->durability == DURABILITY_DEFAULT)
    return;
  pen_field(self, WIRE_I32, id, skipped);
  pen_i32(self, (int32_t)plan->durability);
}

static void
pen_puts(Pen *self, const FramePlan *plan, const Row *row, size_t count)
{
  pen_field(self, WIRE_LIST, 2, 0);
  pen_list_of_structs(self, count);
  pen_put_cells(self, plan, row);
  pen_field(self, WIRE_I64, 3, 0);
  pen_i64(self, row->timestamp);
  pen_durability(self, plan, 6, 2);
}

static void
pen_column_deletions(Pen *self, const FramePlan *plan, const Row *row, size_t count)
{
  pen_field(self, WIRE_LIST, 2, 0);
  pen_list_of_structs(self, count);
  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];

    if (!cell->is_delete)
      continue;

    const Bytes *head = &plan->heads[cell->column->index].deletion;

    pen_bytes(self, head->data, head->len);
    pen_i64(self, row->timestamp);
    pen_byte(self, WIRE_STOP);
  }
  pen_field(self, WIRE_I32, 4, 1);
  pen_i32(self, DELETE_COLUMNS);
  pen_durability(self, plan, 7, 2);
}

static void
pen_row_deletion(Pen *self, const FramePlan *plan, const Row *row)
{
  pen_field(self, WIRE_I64, 3, 1);
  pen_i64(self, row->timestamp);
  pen_durability(self, plan, 7, 3);
}

static size_t
overhead_bytes(const char *table)
{
  return CALL_BYTES + strlen(table);
}

size_t
frame_overhead_bytes(const FramePlan *plan)
{
  return overhead_bytes(plan->table);
}

static inline size_t
cell_bytes(const RowCell *cell)
{
  return HEAD_BYTES + cell->column->family.len + cell->column->qualifier.len +
         (cell->is_delete ? COLUMN_BYTES : cell->value.len + CELL_BYTES);
}

FrameSize
frame_row_size(const Row *row)
{
  FrameSize size = {.bytes = ROW_BYTES + row->key.len};

  for (size_t i = 0; i < row->cells_length; i++) {
    size.cells[row->cells[i].is_delete ? FRAME_DELETE : FRAME_PUT]++;
    size.bytes += cell_bytes(&row->cells[i]);
  }
  return size;
}

size_t
frame_cells_fitting(const char *table, const Row *row, size_t first, size_t frame_max_bytes)
{
  size_t bytes = overhead_bytes(table) + ROW_BYTES + row->key.len;
  size_t i = first;

  for (; i < row->cells_length; i++) {
    bytes += cell_bytes(&row->cells[i]);
    if (bytes > frame_max_bytes)
      break;
  }
  return i - first;
}

size_t
frame_cell_too_large(const char *table, const Row *row, size_t frame_max_bytes)
{
  size_t i = 0;
  size_t fitting;

  while (i < row->cells_length &&
         (fitting = frame_cells_fitting(table, row, i, frame_max_bytes)) > 0)
    i += fitting;
  return i;
}

bool
frame_check_row(const char *table, const Row *row, size_t frame_max_bytes, GError **error)
{
  size_t at = 0;

  if (overhead_bytes(table) + frame_row_size(row).bytes <= frame_max_bytes)
    return true;
  if (row->cells_length > 0 &&
      (at = frame_cell_too_large(table, row, frame_max_bytes)) == row->cells_length)
    return true;
  if (row->cells_length == 0) {
    fault_record(error, "the row key is %zu bytes large, more than the %zu of gateway.frame.max",
                 row->key.len, frame_max_bytes);
    return false;
  }

  const RowCell *cell = &row->cells[at];
  g_autofree char *family = slice_quote(cell->column->family);
  g_autofree char *qualifier = slice_quote(cell->column->qualifier);

  fault_record(error, "the cell %s:%s is %zu bytes large, more than the %zu of gateway.frame.max",
               family, qualifier, cell->value.len, frame_max_bytes);
  return false;
}

/* The row that is appended next begins here. */
static inline void
begin_row(FrameRows *self)
{
  if (self->offsets == NULL)
    self->offsets = g_array_new(FALSE, FALSE, sizeof(size_t));
  g_array_append_val(self->offsets, self->rows.len);
}

void
frame_rows_copy(FrameRows *self, Slice row)
{
  begin_row(self);
  bytes_append_slice(&self->rows, row);
}

bool
frame_rows_append(FrameRows *self, const FramePlan *plan, FrameKind kind, const Row *row,
                  const FrameSize *size)
{
  size_t count = size->cells[kind];
  bool whole_row = kind == FRAME_DELETE && row->kind == ROW_DELETE;

  if (count == 0 && !whole_row)
    return false;
  begin_row(self);

  Pen pen = pen_open(&self->rows, plan->protocol, size->bytes);

  pen_field(&pen, WIRE_STRING, 1, 0);
  pen_text(&pen, row->key);
  if (whole_row)
    pen_row_deletion(&pen, plan, row);
  else if (kind == FRAME_DELETE)
    pen_column_deletions(&pen, plan, row, count);
  else
    pen_puts(&pen, plan, row, count);
  pen_byte(&pen, WIRE_STOP);
  pen_close(&pen, &self->rows);
  return true;
}

/* What two puts come to that are made one, at most: a larger one is refused more easily, and then
 * takes more records with it. */
enum { MERGED_BYTES = 65536 };

static bool
has_put(const Row *row, size_t column)
{
  for (size_t i = 0; i < row->cells_length; i++) {
    if (row->cells[i].column->index == column && !row->cells[i].is_delete)
      return true;
  }
  return false;
}

/* The column of the cell that is read next; heads_length: none, which none of our rows has. */
static size_t
column_of(const FramePlan *plan, Slice rest)
{
  size_t i = 0;

  while (i < plan->heads_length &&
         (rest.len < plan->heads[i].put.len ||
          memcmp(rest.data, plan->heads[i].put.data, plan->heads[i].put.len) != 0))
    i++;
  return i;
}

/* Reads over one encoded cell; its column. */
static size_t
skip_cell(WireReader *reader, const FramePlan *plan)
{
  size_t column = column_of(plan, reader->rest);
  const uint8_t *at;
  Slice value;

  g_assert(column < plan->heads_length);
  wire_take(reader, plan->heads[column].put.len, &at);
  wire_read_binary(reader, &value);
  wire_take(reader, 1, &at);
  return column;
}

/* Copies the encoded cells of a put that `row` does not have; returns how many. */
static size_t
copy_others(const FramePlan *plan, Slice put, const Row *row, Bytes *out)
{
  WireReader reader = wire_reader(plan->protocol, put);
  WireField field = {0};
  WireType type;
  Slice key;
  size_t count = 0;
  size_t copied = 0;

  wire_next_field(&reader, &field);
  wire_read_binary(&reader, &key);
  wire_next_field(&reader, &field);
  wire_read_list(&reader, &type, &count);
  for (; count > 0; count--) {
    const uint8_t *begin = reader.rest.data;

    if (has_put(row, skip_cell(&reader, plan)))
      continue;
    bytes_append(out, begin, (size_t)(reader.rest.data - begin));
    copied++;
  }
  return copied;
}

/* Puts the bytes in the place of row `at`. */
static void
replace_row(FrameRows *self, size_t at, Slice bytes)
{
  Slice old = frame_rows_slice(self, at, 1);
  size_t begin = g_array_index(self->offsets, size_t, at);
  size_t behind = self->rows.len - begin - old.len;

  if (bytes.len > old.len)
    bytes_reserve(&self->rows, bytes.len - old.len);
  memmove(self->rows.data + begin + bytes.len, self->rows.data + begin + old.len, behind);
  memcpy(self->rows.data + begin, bytes.data, bytes.len);
  for (guint i = (guint)at + 1; i < self->offsets->len; i++)
    g_array_index(self->offsets, size_t, i) += bytes.len - old.len;
  self->rows.len = begin + bytes.len + behind;
}

bool
frame_rows_merge(FrameRows *self, const FramePlan *plan, size_t at, const Row *row)
{
  FrameSize size = frame_row_size(row);
  Slice put = frame_rows_slice(self, at, 1);
  g_auto(Bytes) others = {0};
  g_auto(Bytes) merged = {0};
  size_t copied;
  Pen pen;

  if (put.len + size.bytes > MERGED_BYTES)
    return false;
  copied = copy_others(plan, put, row, &others);
  pen = pen_open(&merged, plan->protocol, put.len + size.bytes);
  pen_field(&pen, WIRE_STRING, 1, 0);
  pen_text(&pen, row->key);
  pen_field(&pen, WIRE_LIST, 2, 0);
  pen_list_of_structs(&pen, copied + size.cells[FRAME_PUT]);
  pen_bytes(&pen, others.data, others.len);
  pen_put_cells(&pen, plan, row);
  pen_field(&pen, WIRE_I64, 3, 0);
  pen_i64(&pen, row->timestamp);
  pen_durability(&pen, plan, 6, 2);
  pen_byte(&pen, WIRE_STOP);
  pen_close(&pen, &merged);
  replace_row(self, at, bytes_slice(&merged));
  return true;
}

void
frame_head(const FramePlan *plan, FrameKind kind, int32_t sequence, size_t count, Bytes *out)
{
  Slice method = slice_text(kind == FRAME_PUT ? "putMultiple" : "deleteMultiple");
  Pen pen = pen_open(out, plan->protocol, frame_overhead_bytes(plan));

  if (plan->protocol == WIRE_COMPACT) {
    pen_byte(&pen, 0x82);
    pen_byte(&pen, WIRE_CALL << 5 | 1);
    pen_varint(&pen, (uint32_t)sequence);
    pen_text(&pen, method);
  } else {
    pen_i32(&pen, (int32_t)(0x80010000u | WIRE_CALL));
    pen_text(&pen, method);
    pen_i32(&pen, sequence);
  }
  pen_field(&pen, WIRE_STRING, 1, 0);
  pen_text(&pen, slice_text(plan->table));
  pen_field(&pen, WIRE_LIST, 2, 0);
  pen_list_of_structs(&pen, count);
  pen_close(&pen, out);
}

Slice
frame_tail(void)
{
  static const uint8_t stop[] = {WIRE_STOP};

  return slice(stop, sizeof stop);
}
