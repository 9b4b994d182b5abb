/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/packed.h"

enum { HEAD_BYTES = 24, CELL_HEAD_BYTES = 8 };

static const uint32_t DELETION = UINT32_MAX;

void
verify_pack(const Row *row, VerifyPlace place, Bytes *out)
{
  uint32_t cells = row->kind == ROW_DELETE ? DELETION : (uint32_t)row->cells_length;
  uint8_t *head;

  bytes_reset(out);
  head = bytes_reserve(out, HEAD_BYTES);
  memcpy(head, &place.at, 8);
  memcpy(head + 8, &row->timestamp, 8);
  memcpy(head + 16, &place.part, 4);
  memcpy(head + 20, &cells, 4);
  out->len = HEAD_BYTES;
  if (row->kind == ROW_DELETE)
    return;
  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];
    uint32_t lengths[2] = {(uint32_t)(cell->column->index * 2 + cell->is_delete),
                           (uint32_t)cell->value.len};

    bytes_append(out, lengths, sizeof lengths);
    bytes_append_slice(out, cell->value);
  }
}

VerifyPacked
verify_unpack(Slice payload)
{
  VerifyPacked self = {.next = payload.data + HEAD_BYTES};

  memcpy(&self.place.at, payload.data, 8);
  memcpy(&self.timestamp, payload.data + 8, 8);
  memcpy(&self.place.part, payload.data + 16, 4);
  memcpy(&self.cells_left, payload.data + 20, 4);
  self.kind = self.cells_left == DELETION ? ROW_DELETE : ROW_PUT;
  if (self.kind == ROW_DELETE)
    self.cells_left = 0;
  return self;
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
