/* SPDX-License-Identifier: Apache-2.0 */
#include "base/protobuf.h"

enum { FIELD_VARINT = 0, FIELD_64_BITS = 1, FIELD_BYTES = 2, FIELD_32_BITS = 5 };

bool
protobuf_take_varint(Cursor *self, uint64_t *out_value)
{
  size_t most = MIN(cursor_left(self), (size_t)PROTOBUF_VARINT_MOST_BYTES);
  uint64_t value = 0;

  for (size_t i = 0; i < most; i++) {
    value |= (uint64_t)(self->at[i] & 0x7f) << (7 * i);
    if ((self->at[i] & 0x80) == 0) {
      *out_value = value;
      self->at += i + 1;
      return true;
    }
  }
  return false;
}

bool
protobuf_take_field(Cursor *self, ProtobufField *out_field)
{
  Cursor cursor = *self;
  ProtobufField field = {0};
  uint64_t tag = 0;
  bool whole = protobuf_take_varint(&cursor, &tag) && tag >> 3 >= 1 && tag >> 3 <= UINT32_MAX;

  field.number = (uint32_t)(tag >> 3);
  switch (tag & 7) {
  case FIELD_VARINT:
    whole = whole && protobuf_take_varint(&cursor, &field.varint);
    break;
  case FIELD_64_BITS:
    whole = whole && cursor_take_slice(&cursor, 8, &field.bytes);
    break;
  case FIELD_BYTES:
    whole = whole && protobuf_take_varint(&cursor, &field.varint) &&
            cursor_take_slice(&cursor, field.varint, &field.bytes);
    break;
  case FIELD_32_BITS:
    whole = whole && cursor_take_slice(&cursor, 4, &field.bytes);
    break;
  default:
    whole = false;
  }
  if (!whole)
    return false;
  *self = cursor;
  *out_field = field;
  return true;
}

void
protobuf_append_varint(Bytes *out, uint64_t value)
{
  for (; value >= 0x80; value >>= 7)
    bytes_append_u8(out, (uint8_t)(value | 0x80));
  bytes_append_u8(out, (uint8_t)value);
}

void
protobuf_append_varint_field(Bytes *out, uint32_t number, uint64_t value)
{
  protobuf_append_varint(out, (uint64_t)number << 3 | FIELD_VARINT);
  protobuf_append_varint(out, value);
}

void
protobuf_append_bytes_field(Bytes *out, uint32_t number, Slice bytes)
{
  protobuf_append_varint(out, (uint64_t)number << 3 | FIELD_BYTES);
  protobuf_append_varint(out, bytes.len);
  bytes_append_slice(out, bytes);
}
