/* SPDX-License-Identifier: Apache-2.0 */
#include "text/text.h"

#include "text/shortest.h"

#include <math.h>

/* Every whole number below it is a double of its own. */
#define WHOLE_LIMIT 9007199254740992.0 /* 2^53 */

enum {
  MANTISSA_DIGITS = 19, /* as many decimal digits always fit 64 bits */
  EXACT_POWER = 22,     /* 10^22 is the largest power of ten that a double holds exactly */
  /* Beyond any text's length, so that no digits make up for what is cut off. */
  EXPONENT_LIMIT = 1000000000,
};

static const char PAIRS[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

/* Writes the digits so that they end just before `end`; returns where they begin. */
static uint8_t *
put_digits_before(uint8_t *end, uint64_t value)
{
  while (value >= 100) {
    end -= 2;
    memcpy(end, PAIRS + value % 100 * 2, 2);
    value /= 100;
  }
  if (value >= 10) {
    end -= 2;
    memcpy(end, PAIRS + value * 2, 2);
    return end;
  }
  *--end = (uint8_t)('0' + value);
  return end;
}

static size_t
put_unsigned(uint8_t *at, uint64_t value)
{
  uint8_t digits[20];
  uint8_t *first = put_digits_before(digits + sizeof digits, value);
  size_t len = (size_t)(digits + sizeof digits - first);

  memcpy(at, first, len);
  return len;
}

size_t
text_put_integer(uint8_t *at, int64_t value)
{
  if (value >= 0)
    return put_unsigned(at, (uint64_t)value);
  *at = '-';
  return 1 + put_unsigned(at + 1, 0 - (uint64_t)value);
}

void
text_put_padded(uint8_t *at, uint64_t value, size_t width)
{
  memset(at, '0', width);
  if (value > 0)
    put_digits_before(at + width, value);
}

/* d.ddde-05 */
static size_t
put_scientific(uint8_t *at, const uint8_t *digits, size_t len, int exponent)
{
  uint8_t *end = at;
  int size = exponent < 0 ? -exponent : exponent;

  *end++ = digits[0];
  if (len > 1) {
    *end++ = '.';
    memcpy(end, digits + 1, len - 1);
    end += len - 1;
  }
  *end++ = 'e';
  *end++ = exponent < 0 ? '-' : '+';
  if (size < 10)
    *end++ = '0';
  return (size_t)(end - at) + put_unsigned(end, (uint64_t)size);
}

/* `point` digits come before the decimal point, which may lie outside of the digits. */
static size_t
put_fixed(uint8_t *at, const uint8_t *digits, size_t len, int point)
{
  uint8_t *end = at;

  if (point <= 0) {
    end[0] = '0';
    end[1] = '.';
    memset(end + 2, '0', (size_t)-point);
    memcpy(end + 2 - point, digits, len);
    return 2 + (size_t)-point + len;
  }
  if ((size_t)point >= len) {
    memcpy(end, digits, len);
    memset(end + len, '0', (size_t)point - len);
    end[point] = '.';
    end[point + 1] = '0';
    return (size_t)point + 2;
  }
  memcpy(end, digits, (size_t)point);
  end[point] = '.';
  memcpy(end + point + 1, digits + point, len - (size_t)point);
  return len + 1;
}

static size_t
put_decimal(uint8_t *at, Decimal decimal)
{
  uint8_t digits[20];
  size_t len = put_unsigned(digits, decimal.digits);
  int point = (int)len + decimal.exponent;

  if (point < -3 || point > 16)
    return put_scientific(at, digits, len, point - 1);
  return put_fixed(at, digits, len, point);
}

/* Prices and coordinates: at most six digits behind the point and fifteen in all. Of so few digits
 * no two numbers read back as the same double, so that these are the only ones and the fewest. */
static bool
is_short(double value, Decimal *out_decimal)
{
  double millionths = value * 1e6;
  int64_t digits;

  if (!(millionths < 1e15))
    return false;
  digits = (int64_t)(millionths + 0.5);
  if ((double)digits / 1e6 != value)
    return false;
  *out_decimal = (Decimal){.digits = (uint64_t)digits, .exponent = -6};
  while (out_decimal->digits % 10 == 0) {
    out_decimal->digits /= 10;
    out_decimal->exponent++;
  }
  return true;
}

size_t
text_put_double(uint8_t *at, double value)
{
  Decimal decimal;
  int64_t whole;

  if (fabs(value) < WHOLE_LIMIT && text_whole(value, &whole))
    return text_put_integer(at, whole);
  if (value < 0) {
    *at = '-';
    return 1 + text_put_double(at + 1, -value);
  }
  if (isinf(value)) {
    at[0] = 'i';
    at[1] = 'n';
    at[2] = 'f';
    return 3;
  }
  return put_decimal(at, is_short(value, &decimal) ? decimal : shortest_double(value));
}

size_t
text_put_float(uint8_t *at, float value)
{
  int64_t whole;

  if (isinf(value) || (fabs((double)value) < WHOLE_LIMIT && text_whole((double)value, &whole)))
    return text_put_double(at, (double)value);
  if (value < 0) {
    *at = '-';
    return 1 + text_put_float(at + 1, -value);
  }
  return put_decimal(at, shortest_float(value));
}

bool
text_whole(double value, int64_t *out_value)
{
  int64_t whole;

  /* 2^63 is the first double that does not fit; NaN fails both comparisons. */
  if (!(value >= -0x1p63 && value < 0x1p63))
    return false;
  whole = (int64_t)value;
  if ((double)whole != value)
    return false;
  *out_value = whole;
  return true;
}

static Slice
strip(Slice text)
{
  while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
    text = slice(text.data + 1, text.len - 1);
  while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
    text.len--;
  return text;
}

static bool
take_sign(Slice *text)
{
  bool negative = text->len > 0 && text->data[0] == '-';

  if (negative || (text->len > 0 && text->data[0] == '+'))
    *text = slice(text->data + 1, text->len - 1);
  return negative;
}

bool
text_parse_integer(Slice text, int64_t *out_value)
{
  Slice digits = strip(text);
  bool negative = take_sign(&digits);
  uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
  uint64_t value = 0;

  if (digits.len == 0)
    return false;
  for (size_t i = 0; i < digits.len; i++) {
    uint64_t digit = (uint64_t)digits.data[i] - '0';

    if (digit > 9 || value > (limit - digit) / 10)
      return false;
    value = value * 10 + digit;
  }
  *out_value = (int64_t)(negative ? 0 - value : value);
  return true;
}

static Slice
take_digits(Slice *text)
{
  size_t len = 0;
  Slice digits;

  while (len < text->len && g_ascii_isdigit(text->data[len]))
    len++;
  digits = slice(text->data, len);
  *text = slice(text->data + len, text->len - len);
  return digits;
}

static bool
take_exponent(Slice text, int64_t *out_exponent)
{
  bool negative = take_sign(&text);
  int64_t exponent = 0;

  if (text.len == 0)
    return false;
  for (size_t i = 0; i < text.len; i++) {
    if (!g_ascii_isdigit(text.data[i]))
      return false;
    exponent = MIN(exponent * 10 + (text.data[i] - '0'), EXPONENT_LIMIT);
  }
  *out_exponent = negative ? -exponent : exponent;
  return true;
}

bool
text_scan(Slice text, TextDecimal *out_decimal)
{
  TextDecimal decimal = {0};
  int64_t exponent = 0;
  Slice rest = strip(text);

  decimal.is_negative = take_sign(&rest);
  decimal.whole = take_digits(&rest);
  if (rest.len > 0 && rest.data[0] == '.') {
    rest = slice(rest.data + 1, rest.len - 1);
    decimal.fraction = take_digits(&rest);
  }
  if (decimal.whole.len + decimal.fraction.len == 0)
    return false;
  if (rest.len > 0 && ((rest.data[0] != 'e' && rest.data[0] != 'E') ||
                       !take_exponent(slice(rest.data + 1, rest.len - 1), &exponent)))
    return false;
  decimal.point = (int64_t)decimal.whole.len + exponent;
  decimal.end = (int64_t)(decimal.whole.len + decimal.fraction.len);
  while (decimal.end > 0 && text_digit(&decimal, decimal.end - 1) == 0)
    decimal.end--;
  while (decimal.first < decimal.end && text_digit(&decimal, decimal.first) == 0)
    decimal.first++;
  *out_decimal = decimal;
  return true;
}

/* Whether the digits from `at` on make one more of those before them. */
static bool
rounds_up(const TextDecimal *decimal, int64_t at, TextRounding rounding)
{
  if (rounding == TEXT_FLOOR)
    return decimal->is_negative && decimal->end > MAX(at, decimal->first);
  return rounding == TEXT_NEAREST && text_digit(decimal, at) >= 5;
}

bool
text_parse_scaled(Slice text, int power, TextRounding rounding, int64_t *out_value)
{
  TextDecimal decimal;
  uint64_t limit, value = 0;
  int64_t point;

  if (!text_scan(text, &decimal))
    return false;
  limit = (uint64_t)INT64_MAX + (decimal.is_negative ? 1 : 0);
  point = decimal.point + power;
  if (rounding == TEXT_EXACT && decimal.end > MAX(point, decimal.first))
    return false;
  for (int64_t at = decimal.first; decimal.first < decimal.end && at < point; at++) {
    uint64_t digit = text_digit(&decimal, at);

    if (value > (limit - digit) / 10)
      return false;
    value = value * 10 + digit;
  }
  if (rounds_up(&decimal, point, rounding) && value++ == limit)
    return false;
  *out_value = (int64_t)(decimal.is_negative ? 0 - value : value);
  return true;
}

static bool
is_infinity(Slice text)
{
  return (text.len == 3 && g_ascii_strncasecmp((const char *)text.data, "inf", 3) == 0) ||
         (text.len == 8 && g_ascii_strncasecmp((const char *)text.data, "infinity", 8) == 0);
}

static double
power_of_ten(int64_t power)
{
  static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

  return POWERS[power];
}

/* Where digits and power of ten are doubles themselves, the one multiplication or division rounds
 * as it should. */
static bool
is_plain(const TextDecimal *decimal, double *out_value)
{
  int64_t exponent = decimal->point - decimal->end;
  uint64_t mantissa = 0;

  if (decimal->end - decimal->first > MANTISSA_DIGITS || exponent < -EXACT_POWER ||
      exponent > EXACT_POWER)
    return false;
  for (int64_t at = decimal->first; at < decimal->end; at++)
    mantissa = mantissa * 10 + text_digit(decimal, at);
  if (mantissa > UINT64_C(1) << 53)
    return false;
  *out_value = exponent < 0 ? (double)mantissa / power_of_ten(-exponent)
                            : (double)mantissa * power_of_ten(exponent);
  return true;
}

/* Whether the number, written with as many digits as the text has, is the text again: so it is
 * with every number's own text, and with none that lost a digit on the way. */
static bool
keeps_digits(const TextDecimal *decimal, double value)
{
  enum { MOST_DIGITS = 320 }; /* the largest double has 309 */
  char written[MOST_DIGITS + 16];
  char format[16];
  int64_t digits = decimal->end - decimal->first;

  if (digits > MOST_DIGITS)
    return false;
  g_snprintf(format, sizeof format, "%%.%de", (int)digits - 1);
  g_ascii_formatd(written, sizeof written, format, value);
  for (int64_t i = 0; i < digits; i++)
    if (written[i == 0 ? 0 : i + 1] - '0' != (int)text_digit(decimal, decimal->first + i))
      return false;
  return g_ascii_strtoll(strchr(written, 'e') + 1, NULL, 10) == decimal->point - decimal->first - 1;
}

bool
text_is_number(Slice text)
{
  TextDecimal decimal;
  Slice number = strip(text);

  take_sign(&number);
  return is_infinity(number) || text_scan(text, &decimal);
}

/* Reads the size; numbers that float or double cannot hold are refused from `limit` on. */
static bool
parse_number(Slice text, bool is_float, double *out_value)
{
  double limit = is_float ? 0x1p24 : WHOLE_LIMIT;
  Slice number = strip(text);
  bool negative = take_sign(&number);
  TextDecimal decimal;
  double value;

  if (is_infinity(number)) {
    value = (double)INFINITY;
  } else {
    if (!text_scan(text, &decimal))
      return false;
    if (!is_plain(&decimal, &value)) {
      g_autofree char *copy = slice_to_text(number);

      value = g_ascii_strtod(copy, NULL);
    }
    if (is_float)
      value = (double)(float)value;
    if (isinf(value) || (value >= limit && !keeps_digits(&decimal, value)))
      return false;
  }
  *out_value = negative ? -value : value;
  return true;
}

bool
text_parse_double(Slice text, double *out_value)
{
  return parse_number(text, false, out_value);
}

bool
text_parse_float(Slice text, float *out_value)
{
  double value;

  if (!parse_number(text, true, &value))
    return false;
  *out_value = (float)value;
  return true;
}
