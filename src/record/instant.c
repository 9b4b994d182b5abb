/* SPDX-License-Identifier: Apache-2.0 */
#include "record/instant.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };
enum { FRACTION_DIGITS = 9 };

/* Reads exactly `width` digits off the front. */
static bool
take_number(Slice *text, size_t width, int *out_value)
{
  int value = 0;

  if (text->len < width)
    return false;
  for (size_t i = 0; i < width; i++) {
    int digit = text->data[i] - '0';

    if (digit < 0 || digit > 9)
      return false;
    value = value * 10 + digit;
  }
  *out_value = value;
  *text = slice(text->data + width, text->len - width);
  return true;
}

static bool
take_char(Slice *text, char wanted)
{
  if (text->len == 0 || text->data[0] != (uint8_t)wanted)
    return false;
  *text = slice(text->data + 1, text->len - 1);
  return true;
}

static int
days_in_month(int year, int month)
{
  static const uint8_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

  return DAYS[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

/* Days since 1970-01-01 in the Gregorian calendar. The year is counted from March, so that the
 * leap day is its last. */
static int
days_since_epoch(int year, int month, int day)
{
  int march_year = month > 2 ? year : year - 1;
  int march_month = month > 2 ? month - 3 : month + 9;
  int before_month = (153 * march_month + 2) / 5;
  int leaps = march_year / 4 - march_year / 100 + march_year / 400;

  return march_year * 365 + leaps + before_month + day - 1 - 719468;
}

static bool
take_date(Slice *text, int *out_days)
{
  int year, month, day;

  if (!take_number(text, 4, &year) || !take_char(text, '-') || !take_number(text, 2, &month) ||
      !take_char(text, '-') || !take_number(text, 2, &day))
    return false;
  /* The year before 0000-03-01 would be counted down from below 0. */
  if (year == 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
    return false;
  *out_days = days_since_epoch(year, month, day);
  return true;
}

static bool
take_fraction(Slice *text, int *out_ms)
{
  size_t digits = 0;
  int ms = 0;

  for (; digits < text->len && g_ascii_isdigit(text->data[digits]); digits++)
    if (digits < 3)
      ms = ms * 10 + (text->data[digits] - '0');
  if (digits == 0 || digits > FRACTION_DIGITS)
    return false;
  for (size_t i = digits; i < 3; i++)
    ms *= 10;
  *out_ms = ms;
  *text = slice(text->data + digits, text->len - digits);
  return true;
}

static bool
take_clock(Slice *text, int *out_ms)
{
  int hour, minute, second = 0, ms = 0;

  if (!take_number(text, 2, &hour) || !take_char(text, ':') || !take_number(text, 2, &minute))
    return false;
  if (take_char(text, ':')) {
    if (!take_number(text, 2, &second))
      return false;
    if ((take_char(text, '.') || take_char(text, ',')) && !take_fraction(text, &ms))
      return false;
  }
  if (hour > 23 || minute > 59 || second > 59)
    return false;
  *out_ms = hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + ms;
  return true;
}

static bool
take_offset(Slice *text, int *out_ms)
{
  int hours, minutes = 0, sign = 1;

  *out_ms = 0;
  if (text->len == 0 || take_char(text, 'Z') || take_char(text, 'z'))
    return true;
  if (take_char(text, '-'))
    sign = -1;
  else if (!take_char(text, '+'))
    return false;
  if (!take_number(text, 2, &hours))
    return false;
  if (text->len > 0) {
    take_char(text, ':');
    if (!take_number(text, 2, &minutes))
      return false;
  }
  *out_ms = sign * (hours * HOUR_MS + minutes * MINUTE_MS);
  return hours <= 23 && minutes <= 59;
}

bool
instant_parse(Slice text, int64_t *out_ms)
{
  int days, clock_ms = 0, offset_ms = 0;

  if (!take_date(&text, &days))
    return false;
  if (text.len > 0) {
    if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' '))
      return false;
    if (!take_clock(&text, &clock_ms) || !take_offset(&text, &offset_ms) || text.len > 0)
      return false;
  }
  *out_ms = (int64_t)days * DAY_MS + clock_ms - offset_ms;
  return true;
}
