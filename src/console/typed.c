/* SPDX-License-Identifier: Apache-2.0 */
#include "console/typed.h"

#include "schema/readable.h"

#include <math.h>

/* The other way of convert_to_cell(); of BigDecimal's scales more is no number that a person reads.
 */
enum { MOST_SCALE = READABLE_DIGITS };

static uint64_t
read_number(Slice bytes)
{
  uint64_t number = 0;

  for (size_t i = 0; i < bytes.len; i++)
    number = number << 8 | bytes.data[i];
  return number;
}

static bool
append_integer(Bytes *out, int64_t value)
{
  out->len += text_put_integer(bytes_reserve(out, TEXT_NUMBER_BYTES), value);
  return true;
}

static bool
append_double(Bytes *out, double value)
{
  if (isnan(value))
    bytes_append(out, "NaN", 3);
  else
    out->len += text_put_double(bytes_reserve(out, TEXT_NUMBER_BYTES), value);
  return true;
}

static bool
append_float(Bytes *out, float value)
{
  if (isnan(value))
    bytes_append(out, "NaN", 3);
  else
    out->len += text_put_float(bytes_reserve(out, TEXT_NUMBER_BYTES), value);
  return true;
}

/* Bytes.toBytes(BigDecimal): the scale, and two's complement of the digits. */
static bool
append_decimal(Bytes *out, Slice value)
{
  int32_t scale = value.len < 5 ? -1 : (int32_t)(uint32_t)read_number(slice(value.data, 4));

  return scale >= 0 && scale <= MOST_SCALE &&
         readable_decimal(out, slice(value.data + 4, value.len - 4), (uint32_t)scale);
}

static size_t
width_of(ColumnType type)
{
  switch (type) {
  case COLUMN_INT:
  case COLUMN_FLOAT:
  case COLUMN_ORDERED_INT:
    return 4;
  case COLUMN_LONG:
  case COLUMN_DOUBLE:
  case COLUMN_ORDERED_LONG:
    return 8;
  case COLUMN_SHORT:
    return 2;
  case COLUMN_BOOLEAN:
    return 1;
  case COLUMN_TEXT:
  case COLUMN_BYTES:
  case COLUMN_DECIMAL:
    break;
  }
  return 0;
}

bool
console_typed(Bytes *out, ColumnType type, Slice value)
{
  uint64_t number;
  uint32_t bits;
  double real;
  float single;

  if (type == COLUMN_DECIMAL)
    return append_decimal(out, value);
  if (width_of(type) == 0 || value.len != width_of(type))
    return false;
  number = read_number(value);
  bits = (uint32_t)number;
  switch (type) {
  case COLUMN_INT:
    return append_integer(out, (int32_t)bits);
  case COLUMN_LONG:
    return append_integer(out, (int64_t)number);
  case COLUMN_SHORT:
    return append_integer(out, (int16_t)(uint16_t)number);
  case COLUMN_ORDERED_INT:
    return append_integer(out, (int32_t)(bits ^ UINT32_C(1) << 31));
  case COLUMN_ORDERED_LONG:
    return append_integer(out, (int64_t)(number ^ UINT64_C(1) << 63));
  case COLUMN_DOUBLE:
    memcpy(&real, &number, sizeof real);
    return append_double(out, real);
  case COLUMN_FLOAT:
    memcpy(&single, &bits, sizeof single);
    return append_float(out, single);
  case COLUMN_BOOLEAN:
    bytes_append_slice(out, slice_text(number == 0 ? "false" : "true"));
    return true;
  case COLUMN_TEXT:
  case COLUMN_BYTES:
  case COLUMN_DECIMAL:
    break;
  }
  return false;
}
