/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/pattern.h"

#include "mapping/instant.h"

enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, DAY_S = 24 * HOUR_S, HALF_DAY_H = 12 };
enum { FRACTION_DIGITS = 9, PIVOT_YEAR = 69 };

/* What a directive is about; two of one kind would say it twice. */
typedef enum {
  ABOUT_YEAR,
  ABOUT_MONTH,
  ABOUT_DAY,
  ABOUT_HOUR,
  ABOUT_HALF,
  ABOUT_MINUTE,
  ABOUT_SECOND,
  ABOUT_FRACTION,
  ABOUT_WEEKDAY,
  ABOUT_OFFSET,
  ABOUT_DAY_OF_YEAR,
  ABOUT_NOTHING,
} About;

typedef struct {
  char letter;
  About about;
  uint8_t digits; /* of a number: at most; 0: it is none */
  int16_t least, most;
} Directive;

/* `least` of digits is 1, but for years. */
static const Directive directives[] = {
    {'Y', ABOUT_YEAR, 4, 1, 9999},       {'y', ABOUT_YEAR, 2, 0, 99},
    {'m', ABOUT_MONTH, 2, 1, 12},        {'d', ABOUT_DAY, 2, 1, 31},
    {'j', ABOUT_DAY_OF_YEAR, 3, 1, 366}, {'H', ABOUT_HOUR, 2, 0, 23},
    {'I', ABOUT_HOUR, 2, 1, 12},         {'M', ABOUT_MINUTE, 2, 0, 59},
    {'S', ABOUT_SECOND, 2, 0, 59},       {'f', ABOUT_FRACTION, 0, 0, 0},
    {'p', ABOUT_HALF, 0, 0, 0},          {'b', ABOUT_MONTH, 0, 0, 0},
    {'B', ABOUT_MONTH, 0, 0, 0},         {'a', ABOUT_WEEKDAY, 0, 0, 0},
    {'A', ABOUT_WEEKDAY, 0, 0, 0},       {'z', ABOUT_OFFSET, 0, 0, 0},
    {'Z', ABOUT_OFFSET, 0, 0, 0},
};

#define LETTERS "%Y %y %m %d %j %H %I %p %M %S %f %b %B %a %A %z %Z %%"

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};

typedef struct {
  const Directive *directive; /* NULL: the character stands for itself */
  char literal;
  bool is_whole;  /* a number has all its digits: another comes next */
  bool is_opened; /* %S: a fraction's sign and %f come next */
} Step;

struct InstantPattern {
  GArray *steps; /* owned, of Step */
  bool has[ABOUT_NOTHING];
  bool is_half_day; /* %I */
};

/* A time while it is being read. */
typedef struct {
  int year, month, day, day_of_year, hour, minute, second, ns, weekday, offset_s;
  bool is_afternoon;
} Reading;

void
pattern_free(InstantPattern *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->steps);
  g_free(self);
}

static const Directive *
find_directive(char letter)
{
  for (size_t i = 0; i < G_N_ELEMENTS(directives); i++)
    if (directives[i].letter == letter)
      return &directives[i];
  return NULL;
}

static bool
refuse(GError **error, char letter, const char *what)
{
  g_set_error(error, FAULT, FAULT_SETUP, "%%%c: %s", letter, what);
  return false;
}

static bool
add_directive(InstantPattern *self, char letter, GError **error)
{
  Step step = {.directive = find_directive(letter)};

  if (letter == '%') {
    step.literal = '%';
    g_array_append_val(self->steps, step);
    return true;
  }
  if (step.directive == NULL)
    return refuse(error, letter, "a time's pattern has " LETTERS);
  if (self->has[step.directive->about])
    return refuse(error, letter, "what it says, the pattern says twice");
  self->has[step.directive->about] = true;
  self->is_half_day |= letter == 'I';
  g_array_append_val(self->steps, step);
  return true;
}

/* What the steps need of those behind them. */
static void
look_ahead(InstantPattern *self)
{
  for (guint i = 0; i + 1 < self->steps->len; i++) {
    Step *step = &g_array_index(self->steps, Step, i);
    const Step *next = step + 1;

    if (step->directive == NULL)
      continue;
    step->is_whole = next->directive != NULL && next->directive->digits > 0;
    step->is_opened = step->directive->about == ABOUT_SECOND && self->has[ABOUT_FRACTION];
  }
}

static bool
check_whole(const InstantPattern *self, GError **error)
{
  const char *what = NULL;

  if (!self->has[ABOUT_YEAR])
    what = "the pattern has no year: %Y or %y";
  else if (!self->has[ABOUT_DAY_OF_YEAR] && !(self->has[ABOUT_MONTH] && self->has[ABOUT_DAY]))
    what = "the pattern says no whole date: it needs a month and a day, or %j";
  else if (self->has[ABOUT_DAY_OF_YEAR] && (self->has[ABOUT_MONTH] || self->has[ABOUT_DAY]))
    what = "%j says month and day, too: leave out one of them";
  else if (self->is_half_day != self->has[ABOUT_HALF])
    what = "%I and %p go together, and %H without them";
  else if ((self->has[ABOUT_MINUTE] && !self->has[ABOUT_HOUR]) ||
           (self->has[ABOUT_SECOND] && !self->has[ABOUT_MINUTE]) ||
           (self->has[ABOUT_FRACTION] && !self->has[ABOUT_SECOND]))
    what = "the pattern has a smaller unit without the larger one before it";
  if (what != NULL)
    g_set_error_literal(error, FAULT, FAULT_SETUP, what);
  return what == NULL;
}

InstantPattern *
pattern_parse(const char *text, GError **error)
{
  g_autoptr(InstantPattern) self = g_new0(InstantPattern, 1);

  self->steps = g_array_new(FALSE, TRUE, sizeof(Step));
  for (; *text != '\0'; text++) {
    Step step = {.literal = *text};

    if (*text != '%')
      g_array_append_val(self->steps, step);
    else if (!add_directive(self, *++text, error))
      return NULL;
    if (*text == '\0')
      break;
  }
  if (!check_whole(self, error))
    return NULL;
  look_ahead(self);
  return g_steal_pointer(&self);
}

bool
pattern_has_offset(const InstantPattern *self)
{
  return self->has[ABOUT_OFFSET];
}

static void
advance(Slice *text, size_t len)
{
  *text = slice(text->data + len, text->len - len);
}

static bool
take_char(Slice *text, char wanted)
{
  if (text->len == 0 || (char)text->data[0] != wanted)
    return false;
  advance(text, 1);
  return true;
}

/* Up to `most` digits, and no fewer than `least`. */
static bool
take_digits(Slice *text, size_t least, size_t most, int *out_number)
{
  size_t len = 0;
  int number = 0;

  for (; len < most && len < text->len && g_ascii_isdigit(text->data[len]); len++)
    number = number * 10 + (text->data[len] - '0');
  if (len < least)
    return false;
  advance(text, len);
  *out_number = number;
  return true;
}

static bool
take_fraction(Slice *text, int *out_ns)
{
  size_t before = text->len;

  if (!take_digits(text, 1, FRACTION_DIGITS, out_ns))
    return false;
  for (size_t i = before - text->len; i < FRACTION_DIGITS; i++)
    *out_ns *= 10;
  return text->len == 0 || !g_ascii_isdigit(text->data[0]);
}

/* One of the names, or its first three letters, in any case; %b and %B, %a and %A take either. */
static bool
take_name(Slice *text, const char *const *names, int length, int *out_index)
{
  for (int i = 0; i < length; i++) {
    size_t lens[] = {strlen(names[i]), 3};

    for (size_t n = 0; n < G_N_ELEMENTS(lens); n++) {
      if (text->len < lens[n] ||
          g_ascii_strncasecmp((const char *)text->data, names[i], lens[n]) != 0)
        continue;
      advance(text, lens[n]);
      *out_index = i;
      return true;
    }
  }
  return false;
}

static bool
take_half(Slice *text, bool *out_is_afternoon)
{
  if (text->len < 2 || g_ascii_tolower((char)text->data[1]) != 'm')
    return false;
  *out_is_afternoon = g_ascii_tolower((char)text->data[0]) == 'p';
  if (!*out_is_afternoon && g_ascii_tolower((char)text->data[0]) != 'a')
    return false;
  advance(text, 2);
  return true;
}

static bool
take_offset(Slice *text, int *out_seconds)
{
  int hours, minutes = 0;
  bool is_west = text->len > 0 && text->data[0] == '-';

  *out_seconds = 0;
  if (take_char(text, 'Z') || take_char(text, 'z'))
    return true;
  if (!take_char(text, '+') && !take_char(text, '-'))
    return false;
  if (!take_digits(text, 2, 2, &hours))
    return false;
  if ((take_char(text, ':') || (text->len > 0 && g_ascii_isdigit(text->data[0]))) &&
      !take_digits(text, 2, 2, &minutes))
    return false;
  *out_seconds = (hours * HOUR_S + minutes * MINUTE_S) * (is_west ? -1 : 1);
  return hours <= 23 && minutes <= 59;
}

static bool
take_utc(Slice *text)
{
  static const char *const names[] = {"UTC", "GMT", "Z"};

  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    size_t len = strlen(names[i]);

    if (text->len >= len && memcmp(text->data, names[i], len) == 0) {
      advance(text, len);
      return true;
    }
  }
  return false;
}

static bool
take_number(const Step *step, Slice *text, int *out_number)
{
  const Directive *directive = step->directive;
  bool is_whole = step->is_whole || directive->about == ABOUT_YEAR;

  return take_digits(text, is_whole ? directive->digits : 1, directive->digits, out_number) &&
         *out_number >= directive->least && *out_number <= directive->most;
}

/* A year of two digits is POSIX's: 69 to 99 are of the last century. */
static bool
take_year(const Step *step, Slice *text, int *out_year)
{
  if (!take_number(step, text, out_year))
    return false;
  if (step->directive->letter == 'y')
    *out_year += *out_year >= PIVOT_YEAR ? 1900 : 2000;
  return true;
}

static bool
take_second(const Step *step, Slice *text, Reading *reading)
{
  if (!take_number(step, text, &reading->second))
    return false;
  if (step->is_opened || text->len == 0 || (text->data[0] != '.' && text->data[0] != ','))
    return true;
  if (text->len == 1 || !g_ascii_isdigit(text->data[1]))
    return true;
  advance(text, 1);
  return take_fraction(text, &reading->ns);
}

static bool
take_step(const Step *step, Slice *text, Reading *reading)
{
  if (step->directive == NULL)
    return take_char(text, step->literal);
  switch (step->directive->about) {
  case ABOUT_YEAR:
    return take_year(step, text, &reading->year);
  case ABOUT_MONTH:
    if (step->directive->digits > 0)
      return take_number(step, text, &reading->month);
    return take_name(text, months, G_N_ELEMENTS(months), &reading->month) && ++reading->month > 0;
  case ABOUT_DAY:
    return take_number(step, text, &reading->day);
  case ABOUT_DAY_OF_YEAR:
    return take_number(step, text, &reading->day_of_year);
  case ABOUT_HOUR:
    return take_number(step, text, &reading->hour);
  case ABOUT_HALF:
    return take_half(text, &reading->is_afternoon);
  case ABOUT_MINUTE:
    return take_number(step, text, &reading->minute);
  case ABOUT_SECOND:
    return take_second(step, text, reading);
  case ABOUT_FRACTION:
    return take_fraction(text, &reading->ns);
  case ABOUT_WEEKDAY:
    return take_name(text, weekdays, G_N_ELEMENTS(weekdays), &reading->weekday);
  case ABOUT_OFFSET:
    return step->directive->letter == 'Z' ? take_utc(text) : take_offset(text, &reading->offset_s);
  case ABOUT_NOTHING:
    break;
  }
  return false;
}

/* Days since 1970; false: there is no such day, or it is another weekday. */
static bool
count_days(const InstantPattern *self, const Reading *reading, int *out_days)
{
  int days;

  if (!instant_date(reading->year, reading->month, reading->day, &days))
    return false;
  if (self->has[ABOUT_DAY_OF_YEAR]) {
    int last;

    instant_date(reading->year, 12, 31, &last);
    days += reading->day_of_year - 1;
    if (days > last)
      return false;
  }
  *out_days = days;
  /* 1970-01-01 was a Thursday */
  return !self->has[ABOUT_WEEKDAY] || ((days + 3) % 7 + 7) % 7 == reading->weekday;
}

bool
pattern_read(const InstantPattern *self, Slice text, PatternTime *out_time)
{
  Reading reading = {.month = 1, .day = 1};
  int days;

  for (guint i = 0; i < self->steps->len; i++)
    if (!take_step(&g_array_index(self->steps, Step, i), &text, &reading))
      return false;
  if (text.len > 0 || !count_days(self, &reading, &days))
    return false;
  if (self->is_half_day)
    reading.hour = reading.hour % HALF_DAY_H + (reading.is_afternoon ? HALF_DAY_H : 0);
  out_time->seconds = (int64_t)days * DAY_S + reading.hour * HOUR_S + reading.minute * MINUTE_S +
                      reading.second - reading.offset_s;
  out_time->ns = reading.ns;
  return true;
}
