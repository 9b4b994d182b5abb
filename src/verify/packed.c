/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/packed.h"

enum { CELL_HEAD_BYTES = 8 };

typedef struct {
  uint32_t bytes;
  uint16_t key_bytes;
  uint16_t is_optional;
  int64_t at;
  int64_t timestamp;
  int32_t part;
  uint32_t cells;
} Head;

const SortOrder verify_packed_order = {.key_at = sizeof(Head)};

static const uint32_t DELETION = UINT32_MAX;

void
verify_pack(const Row *row, VerifyPlace place, bool is_optional, Bytes *out)
{
  Head head = {
      .key_bytes = (uint16_t)row->key.len,
      .is_optional = is_optional,
      .at = place.at,
      .timestamp = row->timestamp,
      .part = place.part,
      .cells = row->kind == ROW_DELETE ? DELETION : (uint32_t)row->cells_length,
  };

  bytes_reset(out);
  bytes_append(out, &head, sizeof head);
  bytes_append_slice(out, row->key);
  for (size_t i = 0; row->kind != ROW_DELETE && i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];
    uint32_t lengths[2] = {(uint32_t)(cell->column->index * 2 + cell->is_delete),
                           (uint32_t)cell->value.len};

    bytes_append(out, lengths, sizeof lengths);
    bytes_append_slice(out, cell->value);
  }
  head.bytes = (uint32_t)out->len;
  memcpy(out->data, &head, sizeof head);
}

VerifyPacked
verify_unpack(const uint8_t *packed)
{
  Head head;

  memcpy(&head, packed, sizeof head);
  return (VerifyPacked){
      .key = slice(packed + sizeof head, head.key_bytes),
      .place = {.part = head.part, .at = head.at},
      .timestamp = head.timestamp,
      .kind = head.cells == DELETION ? ROW_DELETE : ROW_PUT,
      .is_optional = head.is_optional,
      .cells_left = head.cells == DELETION ? 0 : head.cells,
      .next = packed + sizeof head + head.key_bytes,
  };
}

bool
verify_packed_next(VerifyPacked *self, VerifyPackedCell *out_cell)
{
  uint32_t lengths[2];

  if (self->cells_left == 0)
    return false;
  memcpy(lengths, self->next, sizeof lengths);
  *out_cell = (VerifyPackedCell){
      .index = lengths[0] / 2,
      .is_delete = lengths[0] % 2 == 1,
      .value = slice(self->next + CELL_HEAD_BYTES, lengths[1]),
  };
  self->next += CELL_HEAD_BYTES + lengths[1];
  self->cells_left--;
  return true;
}
