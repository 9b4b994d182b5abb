/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/instant.h"

#include "mapping/convert.h"

#include <math.h>

enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, DAY_S = 24 * HOUR_S };
enum { FRACTION_DIGITS = 9, SECOND_NS = 1000000000, MS_NS = 1000000 };

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

/* The year before 0000-03-01 would be counted down from below 0. */
bool
instant_date(int year, int month, int day, int *out_days)
{
  if (year <= 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
    return false;
  *out_days = days_since_epoch(year, month, day);
  return true;
}

static bool
take_date(Slice *text, int *out_days)
{
  int year, month, day;

  if (!take_number(text, 4, &year) || !take_char(text, '-') || !take_number(text, 2, &month) ||
      !take_char(text, '-') || !take_number(text, 2, &day))
    return false;
  return instant_date(year, month, day, out_days);
}

static bool
take_fraction(Slice *text, int *out_ns)
{
  size_t digits = 0;
  int ns = 0;

  for (; digits < text->len && g_ascii_isdigit(text->data[digits]); digits++)
    if (digits < FRACTION_DIGITS)
      ns = ns * 10 + (text->data[digits] - '0');
  if (digits == 0 || digits > FRACTION_DIGITS)
    return false;
  for (size_t i = digits; i < FRACTION_DIGITS; i++)
    ns *= 10;
  *out_ns = ns;
  *text = slice(text->data + digits, text->len - digits);
  return true;
}

static bool
take_clock(Slice *text, int *out_seconds, int *out_ns)
{
  int hour, minute, second = 0;

  *out_ns = 0;
  if (!take_number(text, 2, &hour) || !take_char(text, ':') || !take_number(text, 2, &minute))
    return false;
  if (take_char(text, ':')) {
    if (!take_number(text, 2, &second))
      return false;
    if ((take_char(text, '.') || take_char(text, ',')) && !take_fraction(text, out_ns))
      return false;
  }
  *out_seconds = hour * HOUR_S + minute * MINUTE_S + second;
  return hour <= 23 && minute <= 59 && second <= 59;
}

static bool
take_offset(Slice *text, int *out_seconds)
{
  int hours, minutes = 0, sign = 1;

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
  *out_seconds = sign * (hours * HOUR_S + minutes * MINUTE_S);
  return hours <= 23 && minutes <= 59;
}

/* Without an offset it is the time that the clocks showed there, wherever that is. */
static bool
parse(Slice text, int64_t *out_seconds, int64_t *out_ns, bool *out_has_offset)
{
  int days, clock = 0, ns = 0, offset = 0;

  *out_has_offset = false;
  if (!take_date(&text, &days))
    return false;
  if (text.len > 0) {
    if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' '))
      return false;
    if (!take_clock(&text, &clock, &ns))
      return false;
    *out_has_offset = text.len > 0;
    if (!take_offset(&text, &offset) || text.len > 0)
      return false;
  }
  *out_seconds = (int64_t)days * DAY_S + clock - offset;
  *out_ns = ns;
  return true;
}

bool
instant_parse_exact(Slice text, int64_t *out_seconds, int64_t *out_ns)
{
  bool has_offset;

  return parse(text, out_seconds, out_ns, &has_offset);
}

bool
instant_parse(Slice text, int64_t *out_ms)
{
  int64_t seconds, ns;

  if (!instant_parse_exact(text, &seconds, &ns))
    return false;
  *out_ms = seconds * 1000 + ns / MS_NS;
  return true;
}

bool
instant_parse_clock(Slice text, int64_t *out_ns)
{
  bool is_negative = take_char(&text, '-');
  int64_t hours = 0;
  int seconds, ns;

  /* As many hours as there are; the last two are a clock's for take_clock(), if they are below 24.
   */
  while (text.len > 2 && g_ascii_isdigit(text.data[0]) && text.data[2] != ':' && hours < 100) {
    hours = hours * 10 + (text.data[0] - '0');
    text = slice(text.data + 1, text.len - 1);
  }
  if (text.len < 2 || !g_ascii_isdigit(text.data[0]) || !g_ascii_isdigit(text.data[1]))
    return false;
  hours = hours * 100 + (text.data[0] - '0') * 10 + (text.data[1] - '0');

  uint8_t rest[32] = "00";

  if (text.len > sizeof rest)
    return false;
  memcpy(rest + 2, text.data + 2, text.len - 2);
  text = slice(rest, text.len);
  if (!take_clock(&text, &seconds, &ns) || text.len > 0)
    return false;
  *out_ns = (hours * HOUR_S + seconds) * SECOND_NS + ns;
  if (is_negative)
    *out_ns = -*out_ns;
  return true;
}

bool
instant_in_range(int64_t ms, GError **error)
{
  if (ms >= 0 && ms < INT64_MAX)
    return true;
  fault_record(error, "the time %" G_GINT64_FORMAT " ms is %s; HBase takes 0 to 2^63-2", ms,
               ms < 0 ? "before 1970" : "too late");
  return false;
}

static bool
refuse_text(const Value *value, const InstantForm *form, GError **error)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  bool is_text = value->kind == VALUE_TEXT || value->kind == VALUE_BYTES;
  g_autofree char *quoted = slice_quote(convert_to_text(value, scratch));

  if (form->format == INSTANT_PATTERN)
    fault_record(error, "not a time as '%s' has it: '%s'", form->text, quoted);
  else
    fault_record(error, "not an ISO 8601 time: '%s'%s", quoted,
                 is_text ? "" : " (for numbers the mapping's format is ms, s, us or ns)");
  return false;
}

static bool
apply_zone(const InstantForm *form, Slice text, int64_t *seconds, GError **error)
{
  g_autofree char *quoted = NULL;

  if (zone_to_utc(form->zone, *seconds, seconds))
    return true;
  quoted = slice_quote(text);
  fault_record(error, "clocks in %s never showed '%s': they were put forward over it",
               zone_name(form->zone), quoted);
  return false;
}

/* Texts whose times are those of a zone, or are written otherwise than in ISO 8601. */
static bool
text_of_value(const Value *value, const InstantForm *form, int64_t *out_ms, GError **error)
{
  bool is_pattern = form->format == INSTANT_PATTERN;
  bool is_read = false;
  bool has_offset = is_pattern && pattern_has_offset(form->pattern);
  int64_t seconds = 0, ns = 0;
  PatternTime time;

  if (value->kind != VALUE_TEXT && value->kind != VALUE_BYTES)
    return refuse_text(value, form, error);
  if (!is_pattern) {
    is_read = parse(value->text, &seconds, &ns, &has_offset);
  } else if (pattern_read(form->pattern, value->text, &time)) {
    is_read = true;
    seconds = time.seconds;
    ns = time.ns;
  }
  if (!is_read)
    return refuse_text(value, form, error);
  if (!has_offset && form->zone != NULL && !apply_zone(form, value->text, &seconds, error))
    return false;
  *out_ms = seconds * 1000 + ns / MS_NS;
  return true;
}

static bool
iso8601_of_value(const Value *value, int64_t *out_ms, GError **error)
{
  bool is_text = value->kind == VALUE_TEXT || value->kind == VALUE_BYTES;

  return (is_text && instant_parse(value->text, out_ms)) ||
         refuse_text(value, instant_form(INSTANT_ISO8601), error);
}

/* Seconds with a fraction come as texts, or as doubles, which hold milliseconds for the next
 * 285,000 years. */
static bool
seconds_of_value(const Value *value, int64_t *out_ms, GError **error)
{
  int64_t whole;
  double seconds;

  if (value->kind == VALUE_TEXT && text_parse_scaled(value->text, 3, TEXT_NEAREST, out_ms))
    return true;
  if (convert_to_long(value, &whole, NULL)) {
    if (whole <= INT64_MAX / 1000 && whole >= INT64_MIN / 1000) {
      *out_ms = whole * 1000;
      return true;
    }
    fault_record(error, "the time %" G_GINT64_FORMAT " s is beyond what HBase takes", whole);
    return false;
  }
  return convert_to_double(value, &seconds, error) &&
         (text_whole(round(seconds * 1000), out_ms) || convert_to_long(value, out_ms, error));
}

/* In a unit of which a millisecond has 10^digits. */
static bool
smaller_of_value(const Value *value, int digits, int64_t *out_ms, GError **error)
{
  int64_t whole, unit = digits == 3 ? 1000 : MS_NS;

  if (value->kind == VALUE_TEXT && text_parse_scaled(value->text, -digits, TEXT_FLOOR, out_ms))
    return true;
  if (!convert_to_long(value, &whole, error))
    return false;
  *out_ms = whole / unit - (whole % unit < 0 ? 1 : 0);
  return true;
}

static bool
us_of_value(const Value *value, int64_t *out_ms, GError **error)
{
  return smaller_of_value(value, 3, out_ms, error);
}

static bool
ns_of_value(const Value *value, int64_t *out_ms, GError **error)
{
  return smaller_of_value(value, 6, out_ms, error);
}

const InstantForm *
instant_form(InstantFormat format)
{
  static const InstantForm forms[] = {
      {.format = INSTANT_ISO8601, .text = "iso8601"},
      {.format = INSTANT_MS, .text = "ms"},
      {.format = INSTANT_S, .text = "s"},
      {.format = INSTANT_US, .text = "us"},
      {.format = INSTANT_NS, .text = "ns"},
  };

  return &forms[format];
}

void
instant_form_free(InstantForm *self)
{
  pattern_free(self->pattern);
  zone_free(self->zone);
  g_free(self->text);
  g_free(self);
}

bool
instant_read(const Value *value, const InstantForm *form, int64_t *out_ms, GError **error)
{
  static bool (*const readers[])(const Value *value, int64_t *out_ms, GError **error) = {
      [INSTANT_ISO8601] = iso8601_of_value, [INSTANT_MS] = convert_to_long,
      [INSTANT_S] = seconds_of_value,       [INSTANT_US] = us_of_value,
      [INSTANT_NS] = ns_of_value,
  };

  if (form->format == INSTANT_PATTERN || form->zone != NULL)
    return text_of_value(value, form, out_ms, error);
  return readers[form->format](value, out_ms, error);
}

bool
instant_of_value(const Value *value, const InstantForm *form, int64_t *out_ms, GError **error)
{
  int64_t ms;

  if (!instant_read(value, form, &ms, error) || !instant_in_range(ms, error))
    return false;
  *out_ms = ms;
  return true;
}
