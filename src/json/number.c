/* SPDX-License-Identifier: Apache-2.0 */
#include "json/number.h"

#include <math.h>

#include "json/put.h"
#include "text/text.h"

enum {
  FAST_DIGITS = 15, /* any whole number of so many is a double */
  FAST_POWER = 22,  /* and so is 10 to any power up to this one */
  INT_DIGITS = 18,  /* fit 64 bits whatever they are */
  DOUBLE_DIGITS = 309,
};

static const double powers[FAST_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool
integer_value(Slice text, Value *out_value)
{
  bool is_negative = text.data[0] == '-';
  size_t digits = text.len - is_negative;
  int64_t integer = 0;
  double number = 0;

  if (digits <= INT_DIGITS) {
    for (size_t i = is_negative; i < text.len; i++)
      integer = integer * 10 + (text.data[i] - '0');
    *out_value = (Value){.kind = VALUE_INT, .integer = is_negative ? -integer : integer};
  } else if (text_parse_integer(text, &integer)) {
    *out_value = (Value){.kind = VALUE_INT, .integer = integer};
  } else if (text_parse_double(text, &number) && isfinite(number)) {
    *out_value = (Value){.kind = VALUE_DOUBLE, .number = number};
  } else {
    *out_value = (Value){.kind = VALUE_TEXT, .text = text};
  }
  return true;
}

/* Digits and a point, few enough that one division of two exact doubles is right. */
static bool
short_decimal(Slice text, double *out_number)
{
  bool is_negative = text.data[0] == '-';
  uint64_t digits = 0;
  size_t length = 0;
  size_t behind = 0;
  bool has_point = false;

  for (size_t i = is_negative; i < text.len; i++) {
    if (text.data[i] == '.') {
      has_point = true;
      continue;
    }
    if (text.data[i] > '9') /* an exponent */
      return false;
    digits = digits * 10 + (uint64_t)(text.data[i] - '0');
    length += digits > 0;
    behind += has_point;
    if (length > FAST_DIGITS)
      return false;
  }
  if (behind > FAST_POWER)
    return false;

  double number = (double)digits / powers[behind];

  *out_number = is_negative ? -number : number;
  return true;
}

/* All doubles: 1e999 is most likely no number that anybody meant. */
static bool
is_beyond(Slice text)
{
  TextDecimal decimal;

  return text_scan(text, &decimal) && decimal.end > decimal.first &&
         decimal.point - decimal.first > DOUBLE_DIGITS;
}

static bool
decimal_value(Slice text, Value *out_value)
{
  double number = 0;
  int64_t whole = 0;

  if (short_decimal(text, &number)) {
    *out_value = (Value){.kind = VALUE_DOUBLE, .number = number};
    return true;
  }
  if (text_parse_scaled(text, 0, TEXT_EXACT, &whole)) {
    int64_t back = 0;

    if (text_whole((double)whole, &back) && back == whole)
      *out_value = (Value){.kind = VALUE_DOUBLE, .number = (double)whole};
    else
      *out_value = (Value){.kind = VALUE_INT, .integer = whole};
    return true;
  }
  if (!text_parse_double(text, &number) || text_whole(number, &whole)) {
    *out_value = (Value){.kind = VALUE_TEXT, .text = text};
    return !is_beyond(text);
  }
  *out_value = (Value){.kind = VALUE_DOUBLE, .number = number};
  return isfinite(number);
}

bool
json_number_value(const JsonNumber *number, Value *out_value)
{
  switch (number->kind) {
  case JSON_NUMBER_INTEGER:
    return integer_value(number->text, out_value);
  case JSON_NUMBER_DECIMAL:
    return decimal_value(number->text, out_value);
  case JSON_NUMBER_INFINITY:
    *out_value = (Value){
        .kind = VALUE_DOUBLE,
        .number = number->text.data[0] == '-' ? -INFINITY : INFINITY,
    };
    return true;
  case JSON_NUMBER_NAN:
    *out_value = (Value){.kind = VALUE_MISSING};
    return true;
  }
  g_assert_not_reached();
}

static void
compact_number(JsonScan *scan, Bytes *out)
{
  JsonNumber number = {0};
  Value value = {0};

  json_scan_number(scan, &number);
  if (!json_number_value(&number, &value) || value.kind == VALUE_TEXT)
    bytes_append_slice(out, number.text);
  else if (value.kind == VALUE_INT)
    out->len += text_put_integer(bytes_reserve(out, TEXT_NUMBER_BYTES), value.integer);
  else
    json_put_double(out, value.kind == VALUE_DOUBLE ? value.number : (double)NAN);
}

static void
compact_string(JsonScan *scan, Bytes *out)
{
  JsonString string = {0};
  g_auto(Bytes) text = {0};

  json_scan_string(scan, &string);
  if (!string.has_escapes) {
    bytes_append(out, string.raw.data - 1, string.raw.len + 2);
    return;
  }
  json_scan_unescape(string.raw, &text);
  json_put_string(out, bytes_slice(&text));
}

void
json_compact(Slice value, Bytes *out)
{
  JsonScan scan = {.at = value.data, .end = value.data + value.len, .start = value.data};

  while (scan.at < scan.end) {
    uint8_t byte = *scan.at;

    if (byte == '"') {
      compact_string(&scan, out);
    } else if (g_ascii_isdigit((char)byte) || byte == '-' || byte == 'N' || byte == 'I') {
      compact_number(&scan, out);
    } else if (byte <= ' ') {
      scan.at++;
    } else { /* a bracket, a comma, a colon, or a letter of true, false and null */
      bytes_append_u8(out, byte);
      scan.at++;
    }
  }
}
