/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/decoded.h"

#include "schema/readable.h"

/* Big-endian, with the first byte's sign. */
static int64_t
read_integer(Slice bytes)
{
  uint64_t value = bytes.data[0] & 0x80 ? UINT64_MAX : 0;

  for (size_t i = 0; i < bytes.len; i++)
    value = value << 8 | bytes.data[i];
  return (int64_t)value;
}

static bool
decode_integer(Slice bytes, size_t len, bool is_ordered, Value *out)
{
  if (bytes.len != len)
    return false;

  uint64_t value = (uint64_t)read_integer(bytes);

  if (is_ordered && len == sizeof(int64_t))
    value ^= (uint64_t)1 << 63;
  else if (is_ordered)
    value = (uint64_t)(int64_t)(int32_t)((uint32_t)value ^ (uint32_t)1 << 31);
  *out = (Value){.kind = VALUE_INT, .integer = (int64_t)value};
  return true;
}

static bool
decode_float(Slice bytes, Value *out)
{
  if (bytes.len != sizeof(float))
    return false;

  uint32_t bits = (uint32_t)read_integer(bytes);

  out->kind = VALUE_FLOAT;
  memcpy(&out->single, &bits, sizeof bits);
  return true;
}

static bool
decode_double(Slice bytes, Value *out)
{
  if (bytes.len != sizeof(double))
    return false;

  int64_t bits = read_integer(bytes);

  out->kind = VALUE_DOUBLE;
  memcpy(&out->number, &bits, sizeof bits);
  return true;
}

static bool
decode_decimal(Slice bytes, Bytes *text, Value *out)
{
  enum { SCALE_BYTES = 4 };

  if (bytes.len <= SCALE_BYTES || bytes.data[0] & 0x80)
    return false;

  int64_t scale = read_integer(slice(bytes.data, SCALE_BYTES));
  Slice digits = slice(bytes.data + SCALE_BYTES, bytes.len - SCALE_BYTES);

  if (scale > READABLE_DIGITS || !readable_decimal(text, digits, (uint32_t)scale))
    return false;
  *out = (Value){.kind = VALUE_TEXT, .text = bytes_slice(text)};
  return true;
}

bool
decoded_value(ColumnType type, Slice bytes, Bytes *text, Value *out_value)
{
  bytes_reset(text);
  switch (type) {
  case COLUMN_TEXT:
  case COLUMN_BYTES:
    *out_value = (Value){.kind = type == COLUMN_TEXT ? VALUE_TEXT : VALUE_BYTES, .text = bytes};
    return true;
  case COLUMN_SHORT:
    return decode_integer(bytes, sizeof(int16_t), false, out_value);
  case COLUMN_INT:
  case COLUMN_ORDERED_INT:
    return decode_integer(bytes, sizeof(int32_t), type == COLUMN_ORDERED_INT, out_value);
  case COLUMN_LONG:
  case COLUMN_ORDERED_LONG:
    return decode_integer(bytes, sizeof(int64_t), type == COLUMN_ORDERED_LONG, out_value);
  case COLUMN_FLOAT:
    return decode_float(bytes, out_value);
  case COLUMN_DOUBLE:
    return decode_double(bytes, out_value);
  case COLUMN_BOOLEAN:
    *out_value = (Value){.kind = VALUE_BOOLEAN, .boolean = bytes.len == 1 && bytes.data[0] != 0};
    return bytes.len == 1 && (bytes.data[0] == 0 || bytes.data[0] == 0xFF);
  case COLUMN_DECIMAL:
    return decode_decimal(bytes, text, out_value);
  }
  g_assert_not_reached();
}
