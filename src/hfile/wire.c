/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/wire.h"

enum {
  VINT_ONE_BYTE_LEAST = -112, /* this or more: the byte is the value */
  VINT_POSITIVE = -112,       /* minus the number of bytes that follow */
  VINT_NEGATIVE = -120,
};

enum { FIELD_VARINT = 0, FIELD_64_BITS = 1, FIELD_BYTES = 2, FIELD_32_BITS = 5 };

static bool
take(HfileCursor *self, void *out, size_t len)
{
  if (hfile_cursor_left(self) < len)
    return false;
  memcpy(out, self->at, len);
  self->at += len;
  return true;
}

bool
hfile_take_u8(HfileCursor *self, uint8_t *out_value)
{
  return take(self, out_value, sizeof *out_value);
}

bool
hfile_take_be16(HfileCursor *self, uint16_t *out_value)
{
  uint16_t value;

  if (!take(self, &value, sizeof value))
    return false;
  *out_value = GUINT16_FROM_BE(value);
  return true;
}

bool
hfile_take_be32(HfileCursor *self, uint32_t *out_value)
{
  uint32_t value;

  if (!take(self, &value, sizeof value))
    return false;
  *out_value = GUINT32_FROM_BE(value);
  return true;
}

bool
hfile_take_be64(HfileCursor *self, uint64_t *out_value)
{
  uint64_t value;

  if (!take(self, &value, sizeof value))
    return false;
  *out_value = GUINT64_FROM_BE(value);
  return true;
}

bool
hfile_take_vint(HfileCursor *self, int64_t *out_value)
{
  if (self->at == self->end)
    return false;

  int first = self->at[0] <= INT8_MAX ? self->at[0] : self->at[0] - 256;

  if (first >= VINT_ONE_BYTE_LEAST) {
    *out_value = first;
    self->at++;
    return true;
  }

  bool negative = first < VINT_NEGATIVE;
  size_t len = (size_t)((negative ? VINT_NEGATIVE : VINT_POSITIVE) - first);
  uint64_t value = 0;

  if (hfile_cursor_left(self) < 1 + len)
    return false;
  for (size_t i = 1; i <= len; i++)
    value = value << 8 | self->at[i];
  *out_value = (int64_t)(negative ? ~value : value);
  self->at += 1 + len;
  return true;
}

bool
hfile_take_varint(HfileCursor *self, uint64_t *out_value)
{
  size_t most = MIN(hfile_cursor_left(self), (size_t)HFILE_VARINT_MOST_BYTES);
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
hfile_take_slice(HfileCursor *self, uint64_t len, Slice *out_slice)
{
  if (hfile_cursor_left(self) < len)
    return false;
  *out_slice = slice(self->at, (size_t)len);
  self->at += len;
  return true;
}

bool
hfile_take_field(HfileCursor *self, HfileField *out_field)
{
  HfileCursor cursor = *self;
  HfileField field = {0};
  uint64_t tag = 0;
  bool whole = hfile_take_varint(&cursor, &tag) && tag >> 3 <= UINT32_MAX;

  field.number = (uint32_t)(tag >> 3);
  switch (tag & 7) {
  case FIELD_VARINT:
    whole = whole && hfile_take_varint(&cursor, &field.varint);
    break;
  case FIELD_64_BITS:
    whole = whole && hfile_take_slice(&cursor, 8, &field.bytes);
    break;
  case FIELD_BYTES:
    whole = whole && hfile_take_varint(&cursor, &field.varint) &&
            hfile_take_slice(&cursor, field.varint, &field.bytes);
    break;
  case FIELD_32_BITS:
    whole = whole && hfile_take_slice(&cursor, 4, &field.bytes);
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

size_t
hfile_vint_bytes(int64_t value)
{
  size_t len = 1;

  if (value >= VINT_ONE_BYTE_LEAST && value <= INT8_MAX)
    return 1;
  for (uint64_t rest = (uint64_t)(value < 0 ? ~value : value); rest > 0; rest >>= 8)
    len++;
  return len;
}

void
hfile_append_vint(Bytes *out, int64_t value)
{
  uint64_t bits = (uint64_t)(value < 0 ? ~value : value);
  int following = (int)hfile_vint_bytes(value) - 1;

  if (following == 0) {
    bytes_append_u8(out, (uint8_t)value);
    return;
  }
  bytes_append_u8(out, (uint8_t)((value < 0 ? VINT_NEGATIVE : VINT_POSITIVE) - following));
  for (int i = following - 1; i >= 0; i--)
    bytes_append_u8(out, (uint8_t)(bits >> (8 * i)));
}

void
hfile_append_varint(Bytes *out, uint64_t value)
{
  for (; value >= 0x80; value >>= 7)
    bytes_append_u8(out, (uint8_t)(value | 0x80));
  bytes_append_u8(out, (uint8_t)value);
}

void
hfile_append_varint_field(Bytes *out, uint32_t number, uint64_t value)
{
  hfile_append_varint(out, (uint64_t)number << 3 | FIELD_VARINT);
  hfile_append_varint(out, value);
}

void
hfile_append_bytes_field(Bytes *out, uint32_t number, Slice bytes)
{
  hfile_append_varint(out, (uint64_t)number << 3 | FIELD_BYTES);
  hfile_append_varint(out, bytes.len);
  bytes_append_slice(out, bytes);
}
