/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/convert.h"

static bool
refuse(const Value *value, const char *wanted, GError **error)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  g_autofree char *quoted = slice_quote(convert_to_text(value, scratch));

  fault_record(error, "not %s: '%s'", wanted, quoted);
  fault_set_kind(error, wanted);
  return false;
}

bool
convert_to_long(const Value *value, int64_t *out_long, GError **error)
{
  bool good = false;

  switch (value->kind) {
  case VALUE_INT:
    *out_long = value->integer;
    return true;
  case VALUE_FLOAT:
    good = text_whole((double)value->single, out_long);
    break;
  case VALUE_DOUBLE:
    good = text_whole(value->number, out_long);
    break;
  case VALUE_TEXT:
    good = text_parse_scaled(value->text, 0, TEXT_EXACT, out_long);
    break;
  case VALUE_MISSING:
  case VALUE_BYTES:
  case VALUE_BOOLEAN:
    break;
  }
  return good || refuse(value, "a whole number of 64 bits", error);
}

bool
convert_to_int(const Value *value, int32_t *out_int, GError **error)
{
  int64_t wide = INT64_MAX;

  convert_to_long(value, &wide, NULL);
  if (wide < INT32_MIN || wide > INT32_MAX)
    return refuse(value, "a whole number of 32 bits", error);
  *out_int = (int32_t)wide;
  return true;
}

static bool
long_to_double(int64_t integer, double *out_double)
{
  int64_t back;

  *out_double = (double)integer;
  return text_whole(*out_double, &back) && back == integer;
}

bool
convert_to_double(const Value *value, double *out_double, GError **error)
{
  switch (value->kind) {
  case VALUE_INT:
    return long_to_double(value->integer, out_double) ||
           refuse(value, "a number that a double holds exactly", error);
  case VALUE_FLOAT:
    *out_double = (double)value->single;
    return true;
  case VALUE_DOUBLE:
    *out_double = value->number;
    return true;
  case VALUE_TEXT:
    return text_parse_double(value->text, out_double) ||
           refuse(value,
                  text_is_number(value->text) ? "a number that a double holds exactly" : "a number",
                  error);
  case VALUE_MISSING:
  case VALUE_BYTES:
  case VALUE_BOOLEAN:
    break;
  }
  return refuse(value, "a number", error);
}

static bool
text_is(Slice text, const char *word)
{
  return text.len == strlen(word) &&
         g_ascii_strncasecmp((const char *)text.data, word, text.len) == 0;
}

bool
convert_to_boolean(const Value *value, bool *out_boolean, GError **error)
{
  bool is_true = false;
  bool is_false = false;

  if (value->kind == VALUE_BOOLEAN) {
    is_true = value->boolean;
    is_false = !value->boolean;
  } else if (value->kind == VALUE_INT) {
    is_true = value->integer == 1;
    is_false = value->integer == 0;
  } else if (value->kind == VALUE_TEXT) {
    is_true = text_is(value->text, "true") || text_is(value->text, "1");
    is_false = text_is(value->text, "false") || text_is(value->text, "0");
  }
  if (!is_true && !is_false)
    return refuse(value, "true or false", error);
  *out_boolean = is_true;
  return true;
}

Slice
convert_to_text(const Value *value, uint8_t *scratch)
{
  switch (value->kind) {
  case VALUE_TEXT:
  case VALUE_BYTES:
    return value->text;
  case VALUE_INT:
    return slice(scratch, text_put_integer(scratch, value->integer));
  case VALUE_FLOAT:
    return slice(scratch, text_put_float(scratch, value->single));
  case VALUE_DOUBLE:
    return slice(scratch, text_put_double(scratch, value->number));
  case VALUE_BOOLEAN:
    return value->boolean ? slice("true", 4) : slice("false", 5);
  case VALUE_MISSING:
    break;
  }
  return SLICE_EMPTY;
}

static bool
put_long(const Value *value, uint8_t *scratch, GError **error)
{
  int64_t number;

  if (!convert_to_long(value, &number, error))
    return false;
  put_be64(scratch, (uint64_t)number);
  return true;
}

static bool
put_int(const Value *value, uint8_t *scratch, GError **error)
{
  int32_t number;

  if (!convert_to_int(value, &number, error))
    return false;
  put_be32(scratch, (uint32_t)number);
  return true;
}

static bool
put_short(const Value *value, uint8_t *scratch, GError **error)
{
  int64_t wide = INT64_MAX;

  convert_to_long(value, &wide, NULL);
  if (wide < INT16_MIN || wide > INT16_MAX)
    return refuse(value, "a whole number of 16 bits", error);
  put_be16(scratch, (uint16_t)wide);
  return true;
}

static bool
put_float(const Value *value, uint8_t *scratch, GError **error)
{
  double number = 0;
  float single = 0;
  uint32_t bits;
  bool good;

  if (value->kind == VALUE_TEXT) {
    good = text_parse_float(value->text, &single);
  } else {
    if (!convert_to_double(value, &number, error))
      return false;
    single = (float)number;
    good = (double)single == number;
  }
  if (!good)
    return refuse(value, "a number that a float holds exactly", error);
  memcpy(&bits, &single, sizeof bits);
  put_be32(scratch, bits);
  return true;
}

enum { DECIMAL_DIGITS = 64, DECIMAL_SCALE_BYTES = 4 };

/* Every digit that is written counts, zeros at the end too: 12.30 has a scale of 2. */
static bool
put_decimal(const Value *value, uint8_t *scratch, Slice *out_bytes, GError **error)
{
  uint8_t number[TEXT_NUMBER_BYTES];
  uint8_t digits[TEXT_NUMBER_BYTES - DECIMAL_SCALE_BYTES] = {0}; /* big-endian, a sign bit free */
  Slice text = convert_to_text(value, number);
  TextDecimal decimal;
  int64_t length, scale;
  size_t first = 0;

  if (value->kind == VALUE_BOOLEAN || value->kind == VALUE_BYTES || !text_scan(text, &decimal))
    return refuse(value, "a decimal number", error);
  length = (int64_t)(decimal.whole.len + decimal.fraction.len);
  scale = length - decimal.point;
  if (length - decimal.first > DECIMAL_DIGITS || scale > INT32_MAX || scale < INT32_MIN)
    return refuse(value, "a decimal number of up to 64 digits", error);
  for (int64_t at = decimal.first; at < length; at++) {
    unsigned carry = text_digit(&decimal, at);

    for (size_t i = sizeof digits; i > 0; i--) {
      carry += digits[i - 1] * 10u;
      digits[i - 1] = (uint8_t)carry;
      carry >>= 8;
    }
  }
  if (decimal.is_negative) { /* two's complement */
    bool carries = true;

    for (size_t i = sizeof digits; i > 0; i--) {
      digits[i - 1] = (uint8_t)(~digits[i - 1] + carries);
      carries = carries && digits[i - 1] == 0;
    }
  }
  while (first + 1 < sizeof digits && digits[first] == (digits[first + 1] >= 0x80 ? 0xff : 0))
    first++;
  put_be32(scratch, (uint32_t)(int32_t)scale);
  memcpy(scratch + DECIMAL_SCALE_BYTES, digits + first, sizeof digits - first);
  *out_bytes = slice(scratch, DECIMAL_SCALE_BYTES + sizeof digits - first);
  return true;
}

static bool
put_double(const Value *value, uint8_t *scratch, GError **error)
{
  double number;
  uint64_t bits;

  if (!convert_to_double(value, &number, error))
    return false;
  memcpy(&bits, &number, sizeof bits);
  put_be64(scratch, bits);
  return true;
}

static bool
put_boolean(const Value *value, uint8_t *scratch, GError **error)
{
  bool boolean;

  if (!convert_to_boolean(value, &boolean, error))
    return false;
  *scratch = boolean ? 0xff : 0x00;
  return true;
}

static bool
take_bytes(const Value *value, Slice *out_bytes, GError **error)
{
  if (value->kind != VALUE_TEXT && value->kind != VALUE_BYTES)
    return refuse(value, "text or bytes", error);
  *out_bytes = value->text;
  return true;
}

bool
convert_to_cell(const Value *value, ColumnType type, uint8_t *scratch, Slice *out_bytes,
                GError **error)
{
  switch (type) {
  case COLUMN_INT:
    *out_bytes = slice(scratch, sizeof(int32_t));
    return put_int(value, scratch, error);
  case COLUMN_LONG:
    *out_bytes = slice(scratch, sizeof(int64_t));
    return put_long(value, scratch, error);
  case COLUMN_DOUBLE:
    *out_bytes = slice(scratch, sizeof(double));
    return put_double(value, scratch, error);
  case COLUMN_SHORT:
    *out_bytes = slice(scratch, sizeof(int16_t));
    return put_short(value, scratch, error);
  case COLUMN_FLOAT:
    *out_bytes = slice(scratch, sizeof(float));
    return put_float(value, scratch, error);
  case COLUMN_DECIMAL:
    return put_decimal(value, scratch, out_bytes, error);
  case COLUMN_ORDERED_INT:
  case COLUMN_ORDERED_LONG:
    *out_bytes = slice(scratch, type == COLUMN_ORDERED_INT ? sizeof(int32_t) : sizeof(int64_t));
    if (!(type == COLUMN_ORDERED_INT ? put_int : put_long)(value, scratch, error))
      return false;
    scratch[0] ^= 0x80;
    return true;
  case COLUMN_BOOLEAN:
    *out_bytes = slice(scratch, 1);
    return put_boolean(value, scratch, error);
  case COLUMN_BYTES:
    return take_bytes(value, out_bytes, error);
  case COLUMN_TEXT:
    break;
  }
  *out_bytes = convert_to_text(value, scratch);
  return true;
}
