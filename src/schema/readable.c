/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/readable.h"

#include "text/text.h"

enum {
  SECONDS_A_DAY = 86400,
  DAYS_A_CYCLE = 146097,  /* 400 years, after which the calendar repeats */
  DAYS_TO_EPOCH = 719468, /* from 0000-03-01 to 1970-01-01 */
  WORDS = READABLE_BYTES / 4,
  GROUP = 1000000000, /* a decimal's digits are taken off nine at a time */
  GROUP_DIGITS = 9,
  MOST_GROUPS = WORDS * 10 / 9 + 1, /* 32 bits are less than ten digits */
};

/* How many of the unit are a second, and how many digits that is. */
typedef struct {
  int64_t a_second;
  size_t digits;
} Unit;

static const Unit units[] = {
    [LOGICAL_TIME_MILLIS] = {1000, 3},
    [LOGICAL_TIME_MICROS] = {1000000, 6},
    [LOGICAL_TIMESTAMP_MILLIS] = {1000, 3},
    [LOGICAL_TIMESTAMP_MICROS] = {1000000, 6},
    [LOGICAL_TIMESTAMP_NANOS] = {1000000000, 9},
    [LOGICAL_LOCAL_TIMESTAMP_MILLIS] = {1000, 3},
    [LOGICAL_LOCAL_TIMESTAMP_MICROS] = {1000000, 6},
    [LOGICAL_LOCAL_TIMESTAMP_NANOS] = {1000000000, 9},
};

static void
append_padded(Bytes *out, uint64_t value, size_t width)
{
  text_put_padded(bytes_reserve(out, width), value, width);
  out->len += width;
}

static void
append_number(Bytes *out, uint64_t value)
{
  out->len += text_put_integer(bytes_reserve(out, TEXT_NUMBER_BYTES), (int64_t)value);
}

/* Rounds towards minus infinity; the rest is never negative. */
static int64_t
divide(int64_t value, int64_t by, int64_t *out_rest)
{
  int64_t quotient = value / by;
  int64_t rest = value % by;

  if (rest < 0) {
    rest += by;
    quotient--;
  }
  *out_rest = rest;
  return quotient;
}

static void
append_year(Bytes *out, int64_t year)
{
  uint64_t size = (uint64_t)(year < 0 ? -year : year);

  if (year < 0 || year > 9999)
    bytes_append_u8(out, year < 0 ? '-' : '+');
  if (size > 9999)
    append_number(out, size);
  else
    append_padded(out, size, 4);
}

/* Years are counted from March, so that a leap day is a year's last. */
static void
append_date(Bytes *out, int64_t days)
{
  int64_t day_of_cycle = 0;
  int64_t cycle = divide(days + DAYS_TO_EPOCH, DAYS_A_CYCLE, &day_of_cycle);
  int64_t year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
  int64_t day_of_year =
      day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

  append_year(out, cycle * 400 + year_of_cycle + (month <= 2 ? 1 : 0));
  bytes_append_u8(out, '-');
  append_padded(out, (uint64_t)month, 2);
  bytes_append_u8(out, '-');
  append_padded(out, (uint64_t)day, 2);
}

static void
append_time(Bytes *out, int64_t seconds, int64_t fraction, size_t digits)
{
  uint64_t hours = (uint64_t)(seconds / 3600);

  if (hours > 99)
    append_number(out, hours);
  else
    append_padded(out, hours, 2);
  bytes_append_u8(out, ':');
  append_padded(out, (uint64_t)(seconds / 60 % 60), 2);
  bytes_append_u8(out, ':');
  append_padded(out, (uint64_t)(seconds % 60), 2);
  bytes_append_u8(out, '.');
  append_padded(out, (uint64_t)fraction, digits);
}

int64_t
readable_per_day(SchemaLogical logical)
{
  return logical < G_N_ELEMENTS(units) ? units[logical].a_second * SECONDS_A_DAY : 0;
}

static void
append_time_of_day(Bytes *out, const Unit *unit, int64_t value)
{
  uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  uint64_t a_second = (uint64_t)unit->a_second;

  if (value < 0)
    bytes_append_u8(out, '-');
  append_time(out, (int64_t)(size / a_second), (int64_t)(size % a_second), unit->digits);
}

void
readable_integer(Bytes *out, SchemaLogical logical, int64_t value)
{
  if (logical == LOGICAL_DATE) {
    append_date(out, value);
    return;
  }

  const Unit *unit = &units[logical];
  int64_t fraction = 0;
  int64_t second = 0;

  if (logical == LOGICAL_TIME_MILLIS || logical == LOGICAL_TIME_MICROS) {
    append_time_of_day(out, unit, value);
    return;
  }
  append_date(out, divide(divide(value, unit->a_second, &fraction), SECONDS_A_DAY, &second));
  bytes_append_u8(out, 'T');
  append_time(out, second, fraction, unit->digits);
  if (logical <= LOGICAL_TIMESTAMP_NANOS)
    bytes_append_u8(out, 'Z');
}

/* Leading bytes that say nothing but the sign. */
static Slice
strip_sign(Slice unscaled)
{
  uint8_t sign = unscaled.len > 0 && unscaled.data[0] >= 0x80 ? 0xFF : 0;

  while (unscaled.len > 1 && unscaled.data[0] == sign && (unscaled.data[1] ^ sign) < 0x80)
    unscaled = slice(unscaled.data + 1, unscaled.len - 1);
  return unscaled;
}

/* The size of a two's complement number as 32-bit words, the highest first; returns how many. */
static size_t
load_words(Slice number, bool is_negative, uint32_t *words)
{
  size_t length = (number.len + 3) / 4;
  uint32_t carry = is_negative ? 1 : 0;

  for (size_t i = 0; i < length; i++) {
    size_t end = number.len - 4 * i; /* of this word's bytes, from the lowest word up */
    uint32_t word = 0;

    for (size_t j = end < 4 ? 4 - end : 0; j < 4; j++)
      word |= (uint32_t)number.data[end + j - 4] << (8 * (3 - j));
    if (is_negative) {
      word = ~word;
      if (end < 4) /* the bytes above the number's first repeat its sign */
        word &= (UINT32_C(1) << (8 * end)) - 1;
    }
    words[length - 1 - i] = word + carry;
    carry = carry == 1 && words[length - 1 - i] == 0 ? 1 : 0;
  }
  return length;
}

/* Divides by GROUP in place and returns the rest. */
static uint32_t
take_group(uint32_t *words, size_t length)
{
  uint64_t rest = 0;

  for (size_t i = 0; i < length; i++) {
    uint64_t part = rest << 32 | words[i];

    words[i] = (uint32_t)(part / GROUP);
    rest = part % GROUP;
  }
  return (uint32_t)rest;
}

/* The digits without leading zeros, "0" for zero; returns how many. `at` has room for them. */
static size_t
put_digits(uint8_t *at, uint32_t *words, size_t length)
{
  uint32_t groups[MOST_GROUPS] = {0};
  size_t count = 0;
  size_t first = 0;

  while (first < length) {
    if (words[first] == 0) {
      first++;
      continue;
    }
    groups[count++] = take_group(words + first, length - first);
  }

  size_t len = text_put_integer(at, count == 0 ? 0 : groups[count - 1]);

  for (size_t i = 1; i < count; i++, len += GROUP_DIGITS)
    text_put_padded(at + len, groups[count - 1 - i], GROUP_DIGITS);
  return len;
}

static void
append_scaled(Bytes *out, Slice digits, size_t scale)
{
  static const char zero[] = "0.";

  if (digits.len > scale) {
    bytes_append(out, digits.data, digits.len - scale);
    if (scale > 0)
      bytes_append_u8(out, '.');
    bytes_append(out, digits.data + digits.len - scale, scale);
    return;
  }
  bytes_append(out, zero, sizeof zero - 1);
  memset(bytes_reserve(out, scale - digits.len), '0', scale - digits.len);
  out->len += scale - digits.len;
  bytes_append_slice(out, digits);
}

bool
readable_decimal(Bytes *out, Slice unscaled, uint32_t scale)
{
  Slice number = strip_sign(unscaled);
  bool is_negative = number.len > 0 && number.data[0] >= 0x80;
  uint32_t words[WORDS];
  uint8_t digits[MOST_GROUPS * GROUP_DIGITS + TEXT_NUMBER_BYTES];

  if (number.len > READABLE_BYTES)
    return false;

  size_t length = load_words(number, is_negative, words);
  size_t len = put_digits(digits, words, length);

  if (is_negative)
    bytes_append_u8(out, '-');
  append_scaled(out, slice(digits, len), scale);
  return true;
}

bool
readable_scaled(Bytes *out, Slice unscaled, int64_t scale)
{
  size_t start = out->len;
  size_t zeros = scale < 0 ? (size_t)-scale : 0;

  if (scale > READABLE_DIGITS || scale < -READABLE_DIGITS ||
      !readable_decimal(out, unscaled, scale < 0 ? 0 : (uint32_t)scale))
    return false;
  if (out->len - start == 1 && out->data[start] == '0') /* 0E+3 is 0 */
    return true;
  memset(bytes_reserve(out, zeros), '0', zeros);
  out->len += zeros;
  return true;
}

void
readable_uuid(Bytes *out, const uint8_t *sixteen)
{
  static const char hex[] = "0123456789abcdef";

  for (size_t i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      bytes_append_u8(out, '-');
    bytes_append_u8(out, (uint8_t)hex[sixteen[i] >> 4]);
    bytes_append_u8(out, (uint8_t)hex[sixteen[i] & 15]);
  }
}

static uint32_t
little_endian(const uint8_t *at)
{
  uint32_t value = 0;

  memcpy(&value, at, sizeof value);
  return GUINT32_FROM_LE(value);
}

static void
append_part(Bytes *out, uint32_t value, char letter)
{
  if (value == 0)
    return;
  append_number(out, value);
  bytes_append_u8(out, (uint8_t)letter);
}

void
readable_duration(Bytes *out, const uint8_t *twelve)
{
  uint32_t months = little_endian(twelve);
  uint32_t days = little_endian(twelve + 4);
  uint32_t millis = little_endian(twelve + 8);

  bytes_append_u8(out, 'P');
  append_part(out, months, 'M');
  append_part(out, days, 'D');
  if (millis == 0 && (months > 0 || days > 0))
    return;
  bytes_append_u8(out, 'T');
  append_number(out, millis / 1000);
  if (millis % 1000 > 0) {
    bytes_append_u8(out, '.');
    append_padded(out, millis % 1000, 3);
  }
  bytes_append_u8(out, 'S');
}
