/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/mapper.h"

#include "hfile/key.h"

enum { CELL_LENGTHS_BYTES = 8 };

struct BulkMapper {
  BulkMapperOptions options;
  Sort *sort; /* owned */
  size_t fields;
  Value *values; /* owned: one for each of the mapping's fields */
  Bytes scratch; /* what values point to, beside the batch */
  Row row;
  BulkPacker packer;
  BulkAmount amount;
  BulkAmount *by_region; /* owned */
  uint64_t *by_family;   /* owned: bytes */
};

BulkMapper *
bulk_mapper_new(const BulkMapperOptions *options, Sort *sort)
{
  BulkMapper *self = g_new0(BulkMapper, 1);

  self->options = *options;
  self->sort = sort;
  mapping_fields(options->mapping, &self->fields);
  self->values = g_new0(Value, self->fields);
  bulk_packer_init(&self->packer, options->plan);
  self->by_region = g_new0(BulkAmount, bulk_regions_length(options->regions));
  self->by_family = g_new0(uint64_t, options->plan->families);
  return self;
}

void
bulk_mapper_free(BulkMapper *self)
{
  if (self == NULL)
    return;
  sort_free(self->sort);
  g_free(self->values);
  bytes_clear(&self->scratch);
  row_clear(&self->row);
  bulk_packer_clear(&self->packer);
  g_free(self->by_region);
  g_free(self->by_family);
  g_free(self);
}

static bool
read_values(BulkMapper *self, const BulkBatch *batch, const BulkRecord *record, GError **error)
{
  const int *columns = csv_columns_of_fields(batch->columns);
  const CsvReading *reading = self->options.reading;

  for (size_t i = 0; i < self->fields; i++) {
    CsvField field = {.is_null = true};

    if (columns[i] != CSV_NO_COLUMN)
      field = bulk_batch_field(batch, record, (guint)columns[i]);
    self->values[i] = csv_reading_value(reading, &field);
  }
  return mapping_parse_texts(self->options.mapping, reading->has_decimal_comma ? ',' : '.',
                             self->values, &self->scratch, error);
}

/* The column that the field it failed at comes from. */
static int
column_of(const BulkMapper *self, const BulkBatch *batch, const char *field)
{
  size_t length = 0;
  const char *const *fields = mapping_fields(self->options.mapping, &length);

  for (size_t i = 0; field != NULL && i < length; i++)
    if (strcmp(fields[i], field) == 0)
      return csv_columns_of_fields(batch->columns)[i];
  return CSV_NO_COLUMN;
}

static bool
map_record(BulkMapper *self, const BulkBatch *batch, const BulkRecord *record, GError **error)
{
  Origin origin = {.topic = "",
                   .offset = (int64_t)record->number,
                   .timestamp_ms = self->options.timestamp_ms,
                   .key = SLICE_EMPTY};
  Slice packed;

  return csv_columns_fit(batch->columns, record->length, error) &&
         read_values(self, batch, record, error) &&
         mapping_apply(self->options.mapping, &origin, self->values, &self->row, error) &&
         bulk_packer_pack(&self->packer, &self->row, record->number, &packed, error) &&
         sort_add(self->sort, packed, error);
}

void
bulk_amount_add(BulkAmount *amount, const BulkAmount *more)
{
  amount->rows += more->rows;
  amount->cells += more->cells;
  amount->cell_bytes += more->cell_bytes;
  amount->tombstones += more->tombstones;
  amount->expired += more->expired;
}

/* A deletion of the row is one of each family. */
static void
count_deletion(BulkMapper *self, BulkAmount *amount)
{
  const BulkPlan *plan = self->options.plan;

  amount->tombstones = 1;
  for (size_t i = 0; i < plan->families; i++) {
    uint64_t bytes =
        CELL_LENGTHS_BYTES + HFILE_KEY_FIXED_BYTES + self->row.key.len + plan->family[i].name.len;

    amount->cells++;
    amount->cell_bytes += bytes;
    self->by_family[i] += bytes;
  }
}

static void
count_row(BulkMapper *self)
{
  const Row *row = &self->row;
  const BulkPlan *plan = self->options.plan;
  BulkAmount amount = {.rows = 1, .cells = row->cells_length};

  if (row->kind == ROW_DELETE)
    count_deletion(self, &amount);
  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];
    uint64_t bytes = CELL_LENGTHS_BYTES + HFILE_KEY_FIXED_BYTES + row->key.len +
                     cell->column->family.len + cell->column->qualifier.len + cell->value.len;

    amount.cell_bytes += bytes;
    amount.expired += row->timestamp < plan->dead_before[cell->column->family_index];
    self->by_family[cell->column->family_index] += bytes;
  }
  bulk_amount_add(&self->amount, &amount);
  bulk_amount_add(&self->by_region[bulk_regions_find(self->options.regions, row->key)], &amount);
}

void
bulk_mapper_map(BulkMapper *self, BulkBatch *batch)
{
  guint rejected = 0;
  guint rejects = batch->rejects->len; /* those that were no records */

  for (guint i = 0; i < batch->records->len; i++) {
    g_autoptr(GError) error = NULL;

    if (rejected < rejects && g_array_index(batch->rejects, BulkReject, rejected).record == i) {
      rejected++;
      continue;
    }
    if (map_record(self, batch, bulk_batch_record(batch, i), &error)) {
      count_row(self);
      continue;
    }
    if (!g_error_matches(error, FAULT, FAULT_RECORD)) {
      batch->failure = g_steal_pointer(&error);
      return;
    }
    bulk_batch_reject(batch, i, column_of(self, batch, fault_field(error)), error->message);
  }
}

Row *
bulk_mapper_row(BulkMapper *self)
{
  return &self->row;
}

bool
bulk_mapper_take(BulkMapper *self, uint64_t sequence, GError **error)
{
  Slice packed;

  if (self->row.kind == ROW_PUT && self->row.cells_length == 0)
    return true;
  if (!bulk_packer_pack(&self->packer, &self->row, sequence, &packed, error) ||
      !sort_add(self->sort, packed, error))
    return false;
  count_row(self);
  return true;
}

BulkAmount
bulk_mapper_amount(const BulkMapper *self)
{
  return self->amount;
}

const BulkAmount *
bulk_mapper_by_region(const BulkMapper *self)
{
  return self->by_region;
}

const uint64_t *
bulk_mapper_by_family(const BulkMapper *self)
{
  return self->by_family;
}

Sort *
bulk_mapper_sort(BulkMapper *self)
{
  return self->sort;
}
