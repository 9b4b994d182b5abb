/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/row.h"

#include "hfile/key.h"
#include "hfile/order.h"

enum { VARINT_MOST_BYTES = 5 };

typedef struct {
  uint32_t bytes;
  uint16_t key_bytes;
  uint16_t cells;
  int64_t timestamp;
  uint64_t sequence;
} Head;

G_STATIC_ASSERT(sizeof(Head) == BULK_ROW_FIXED_BYTES);

static uint8_t *
put_varint(uint8_t *at, uint32_t value)
{
  for (; value >= 0x80; value >>= 7)
    *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)value;
  return at;
}

static const uint8_t *
take_varint(const uint8_t *at, uint32_t *out_value)
{
  uint32_t value = *at & 0x7f;

  for (unsigned shift = 7; (*at++ & 0x80) != 0; shift += 7)
    value |= (uint32_t)(*at & 0x7f) << shift;
  *out_value = value;
  return at;
}

static bool
refuse(GError **error, const char *what)
{
  g_set_error_literal(error, FAULT, FAULT_RECORD, what);
  return false;
}

void
bulk_packer_init(BulkPacker *self, const BulkPlan *plan)
{
  *self = (BulkPacker){.plan = plan, .order = g_new0(const RowCell *, plan->columns)};
}

void
bulk_packer_clear(BulkPacker *self)
{
  g_free(self->order);
  bytes_clear(&self->packed);
}

/* Puts the cells where their ranks are; out_most is what they need at most. */
static bool
order_cells(BulkPacker *self, const Row *row, size_t *out_most, GError **error)
{
  size_t bytes = BULK_ROW_FIXED_BYTES + row->key.len + (size_t)2 * VARINT_MOST_BYTES;

  if (row->key.len == 0 || row->key.len > HFILE_ROW_MOST_BYTES)
    return refuse(error, "the row key has to have 1 to 32767 bytes");
  for (size_t rank = 0; rank < self->plan->columns; rank++)
    self->order[rank] = NULL;
  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];

    self->order[self->plan->rank_of[cell->column->index]] = cell;
    bytes += (size_t)2 * VARINT_MOST_BYTES + cell->value.len;
    if (bytes > HFILE_CELL_MOST_BYTES)
      return refuse(error, "the row is larger than 128 MiB");
  }
  *out_most = bytes;
  return true;
}

static uint8_t *
put_cell(uint8_t *at, size_t rank, const RowCell *cell)
{
  at = put_varint(at, (uint32_t)rank * 2 + (cell->is_delete ? 1 : 0));
  at = put_varint(at, (uint32_t)cell->value.len);
  if (cell->value.len > 0)
    memcpy(at, cell->value.data, cell->value.len);
  return at + cell->value.len;
}

bool
bulk_packer_pack(BulkPacker *self, const Row *row, uint64_t sequence, Slice *out_packed,
                 GError **error)
{
  Head head = {.key_bytes = (uint16_t)row->key.len,
               .cells = row->kind == ROW_DELETE ? 1 : (uint16_t)row->cells_length,
               .timestamp = row->timestamp,
               .sequence = sequence};
  size_t most = 0;

  if (!order_cells(self, row, &most, error))
    return false;
  bytes_reset(&self->packed);

  uint8_t *start = bytes_reserve(&self->packed, most);
  uint8_t *at = start + sizeof head;

  memcpy(at, row->key.data, row->key.len);
  at += row->key.len;
  for (size_t rank = 0; rank < self->plan->columns; rank++)
    if (self->order[rank] != NULL)
      at = put_cell(at, rank, self->order[rank]);
  if (row->kind == ROW_DELETE)
    at = put_cell(at, bulk_plan_row_rank(self->plan), &(RowCell){.is_delete = true});
  head.bytes = (uint32_t)(at - start);
  memcpy(start, &head, sizeof head);
  *out_packed = slice(start, head.bytes);
  return true;
}

BulkRow
bulk_row_open(const uint8_t *packed)
{
  Head head;

  memcpy(&head, packed, sizeof head);
  return (BulkRow){
      .packed = slice(packed, head.bytes),
      .key = slice(packed + sizeof head, head.key_bytes),
      .timestamp = head.timestamp,
      .sequence = head.sequence,
      .cells_left = head.cells,
      .at = packed + sizeof head + head.key_bytes,
  };
}

bool
bulk_row_next(BulkRow *self, BulkCell *out_cell)
{
  uint32_t rank_and_kind;
  uint32_t len;

  if (self->cells_left == 0)
    return false;
  self->cells_left--;
  self->at = take_varint(self->at, &rank_and_kind);
  self->at = take_varint(self->at, &len);
  out_cell->rank = (uint16_t)(rank_and_kind / 2);
  out_cell->is_delete = rank_and_kind % 2 != 0;
  out_cell->value = slice(self->at, len);
  self->at += len;
  return true;
}

bool
bulk_row_is_repeat(const uint8_t *a, const uint8_t *b)
{
  Head left;
  Head right;

  memcpy(&left, a, sizeof left);
  memcpy(&right, b, sizeof right);
  return left.bytes == right.bytes && left.timestamp == right.timestamp &&
         left.key_bytes == right.key_bytes &&
         memcmp(a + sizeof left, b + sizeof right, left.bytes - sizeof left) == 0;
}

static int
compare_equals(const uint8_t *a, const uint8_t *b)
{
  Head left;
  Head right;

  memcpy(&left, a, sizeof left);
  memcpy(&right, b, sizeof right);
  if (left.timestamp != right.timestamp)
    return left.timestamp > right.timestamp ? -1 : 1;
  return (left.sequence < right.sequence) - (left.sequence > right.sequence);
}

const SortOrder bulk_row_order = {BULK_ROW_FIXED_BYTES, compare_equals};
