/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/plan.h"

/* The road of every record: values in, one row out. Texts stay where the payload has them; numbers
 * and binary forms are written to the row's `text`, which is made large enough for all of them
 * before the first, so that it never moves under a cell. */

static void
reset_row(Row *row, RowKind kind)
{
  row->kind = kind;
  row->cells_length = 0;
  bytes_reset(&row->key_bytes);
  bytes_reset(&row->text);
}

static void
make_room(Row *row, size_t columns)
{
  bytes_reserve(&row->text, columns * TEXT_NUMBER_BYTES);
  if (row->cells_capacity >= columns)
    return;
  row->cells = g_renew(RowCell, row->cells, columns);
  row->cells_capacity = columns;
}

static bool
record_time(const Origin *origin, int64_t *out_timestamp, GError **error)
{
  if (origin->timestamp_ms == -1) {
    fault_record(error, "the record has no timestamp; let the producer set one, or take a field's "
                        "in the mapping");
    return false;
  }
  *out_timestamp = origin->timestamp_ms;
  return instant_in_range(origin->timestamp_ms, error);
}

static bool
find_timestamp(const Mapping *self, const Origin *origin, const Value *values,
               int64_t *out_timestamp, GError **error)
{
  const Value *value;

  if (self->uses_record_time)
    return record_time(origin, out_timestamp, error);
  value = &values[self->time_field];
  if (nulls_hold(&self->nulls, value))
    fault_record(error, "is missing, and the cells need its time");
  else if (instant_of_value(value, self->time_form, out_timestamp, error))
    return true;
  fault_set_field(error, self->fields.paths->pdata[self->time_field]);
  g_prefix_error(error,
                 "timestamp %s: ", (const char *)self->fields.paths->pdata[self->time_field]);
  return false;
}

static void
append_missing(const ColumnPlan *plan, const Column *column, Row *row)
{
  if (plan->null_rule == NULL_SKIP)
    return;
  row->cells[row->cells_length++] = (RowCell){
      .column = column,
      .value = plan->literal,
      .is_delete = plan->null_rule == NULL_DELETE,
  };
}

static bool
make_value(const ColumnPlan *plan, const Value *value, uint8_t *scratch, Slice *out_bytes,
           GError **error)
{
  Value time = {.kind = VALUE_INT};

  if (!plan->is_time)
    return convert_to_cell(value, plan->type, scratch, out_bytes, error);
  return instant_read(value, plan->time_form, &time.integer, error) &&
         convert_to_cell(&time, plan->type, scratch, out_bytes, error);
}

static bool
append_cell(const ColumnPlan *plan, const Column *column, const Value *value, Row *row,
            GError **error)
{
  uint8_t *scratch = row->text.data + row->text.len;
  RowCell *cell = &row->cells[row->cells_length];

  if (plan->type == COLUMN_TEXT && value->kind == VALUE_TEXT) {
    cell->value = value->text; /* most cells there are */
  } else if (!make_value(plan, value, scratch, &cell->value, error)) {
    g_autofree char *family = slice_quote(column->family);
    g_autofree char *qualifier = slice_quote(column->qualifier);

    g_prefix_error(error, "column %s:%s: ", family, qualifier);
    return false;
  }
  if (cell->value.data == scratch)
    row->text.len += cell->value.len;
  cell->column = column;
  cell->is_delete = false;
  row->cells_length++;
  return true;
}

static bool
make_cells(const Mapping *self, const Value *values, Row *row, GError **error)
{
  const Column *columns = &g_array_index(self->columns, Column, 0);
  const ColumnPlan *plans = &g_array_index(self->plans, ColumnPlan, 0);

  make_room(row, self->columns->len);
  for (size_t i = 0; i < self->columns->len; i++) {
    const Value *value = &values[plans[i].field];

    if (nulls_hold(&self->nulls, value))
      append_missing(&plans[i], &columns[i], row);
    else if (!append_cell(&plans[i], &columns[i], value, row, error)) {
      fault_set_field(error, self->fields.paths->pdata[plans[i].field]);
      return false;
    }
  }
  if (row->cells_length > 0)
    return true;
  fault_record(error, "every column is missing, and HBase holds no row without a cell");
  return false;
}

bool
mapping_apply(const Mapping *self, const Origin *origin, const Value *values, Row *out_row,
              GError **error)
{
  reset_row(out_row, ROW_PUT);
  if (!key_append(&self->key, origin, values, &out_row->key_bytes, error) ||
      !find_timestamp(self, origin, values, &out_row->timestamp, error) ||
      !make_cells(self, values, out_row, error))
    return false;
  out_row->key = bytes_slice(&out_row->key_bytes);
  return true;
}

static bool
kafka_key(const Origin *origin, Row *row, GError **error)
{
  if (origin->key.len == 0 || origin->key.len > KEY_BYTES) {
    fault_record(error,
                 "tombstone: a Kafka key of %zu bytes names no row; HBase's rows have 1 to %d",
                 origin->key.len, KEY_BYTES);
    return false;
  }
  bytes_append_slice(&row->key_bytes, origin->key);
  return true;
}

static bool
decoded_key(const Mapping *self, const Origin *origin, Row *row, GError **error)
{
  if (origin->key_values == NULL)
    fault_record(error, "the record has no key that says which row");
  else if (key_append(&self->tombstone_key, origin, NULL, &row->key_bytes, error))
    return true;
  g_prefix_error_literal(error, "tombstone: ");
  return false;
}

/* Up to when it deletes. */
static bool
tombstone_time(const Mapping *self, const Origin *origin, int64_t *out_timestamp, GError **error)
{
  if (self->tombstone_time == TOMBSTONE_TIME_FIELD) {
    const Value *value = &origin->key_values[self->tombstone_field];

    if (value->kind == VALUE_MISSING)
      fault_record(error, "tombstone: the key's time, which says up to when to delete, is missing");
    else if (instant_of_value(value, self->tombstone_form, out_timestamp, error))
      return true;
    g_prefix_error_literal(error, "tombstone_time: ");
    return false;
  }
  if (!record_time(origin, out_timestamp, error))
    return false;
  *out_timestamp -= self->tombstone_time == TOMBSTONE_TIME_BEFORE;
  return instant_in_range(*out_timestamp, error);
}

static void
delete_columns(const Mapping *self, Row *row)
{
  make_room(row, self->columns->len);
  row->kind = ROW_PUT;
  for (size_t i = 0; i < self->columns->len; i++)
    row->cells[row->cells_length++] =
        (RowCell){.column = &g_array_index(self->columns, Column, i), .is_delete = true};
}

bool
mapping_tombstone_row(const Mapping *self, const Origin *origin, Row *out_row, GError **error)
{
  bool has_key;

  reset_row(out_row, ROW_DELETE);
  has_key = self->tombstone == TOMBSTONE_AVRO || self->tombstone == TOMBSTONE_JSON
                ? decoded_key(self, origin, out_row, error)
                : kafka_key(origin, out_row, error);
  if (!has_key || !tombstone_time(self, origin, &out_row->timestamp, error))
    return false;
  out_row->key = bytes_slice(&out_row->key_bytes);
  if (self->tombstone == TOMBSTONE_COLUMNS)
    delete_columns(self, out_row);
  return true;
}
