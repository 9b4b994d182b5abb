/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/times.h"

#include "mapping/instant.h"
#include "text/text.h"

/* Where days and months can be mistaken for each other both stand here, and a sample tells, or does
 * not. */
static const char *const names[] = {
    "iso8601",
    "s",
    "ms",
    "us",
    "ns",
    "%Y-%m-%d %H:%M:%S %Z",
    "%Y-%m-%d %H:%M:%S %z",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%y",
    "%d/%m/%y",
    "%m/%d/%y %H:%M",
    "%d/%m/%y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%b-%Y",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d",
    "%a, %d %b %Y %H:%M:%S %Z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S %z",
};

G_STATIC_ASSERT(G_N_ELEMENTS(names) <= 64);

enum { SHORTEST = 6, LONGEST = 40, FIRST_S = 946684800 /* 2000 */ };
#define LAST_S INT64_C(4102444800) /* 2100 */

struct Times {
  InstantPattern *patterns[G_N_ELEMENTS(names)]; /* owned; NULL: none */
};

Times *
times_new(void)
{
  Times *self = g_new0(Times, 1);

  for (size_t i = TIMES_PATTERNS; i < G_N_ELEMENTS(names); i++)
    self->patterns[i] = pattern_parse(names[i], NULL);
  return self;
}

void
times_free(Times *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    pattern_free(self->patterns[i]);
  g_free(self);
}

size_t
times_length(void)
{
  return G_N_ELEMENTS(names);
}

const char *
times_name(size_t form)
{
  return names[form];
}

bool
times_has_clock(size_t form, Slice text)
{
  return form == TIMES_ISO8601 ? text.len > strlen("2024-02-29")
                               : form < TIMES_PATTERNS || strstr(names[form], "%M") != NULL;
}

static TimesForms
number_forms(int64_t number, int64_t *out_ms)
{
  int64_t unit = 1;

  for (int form = TIMES_S; form <= TIMES_NS; form++, unit *= 1000)
    if (number / unit >= FIRST_S && number / unit < LAST_S) {
      *out_ms = number / unit * 1000;
      return TIMES_OF(form);
    }
  return 0;
}

TimesForms
times_forms(const Times *self, Slice text, int64_t *out_ms)
{
  TimesForms forms = 0;
  int64_t number;

  if (text.len < SHORTEST || text.len > LONGEST)
    return 0;
  if (text_parse_integer(text, &number))
    return number_forms(number, out_ms);
  if (instant_parse(text, out_ms))
    return TIMES_OF(TIMES_ISO8601);
  for (size_t i = TIMES_PATTERNS; i < G_N_ELEMENTS(names); i++) {
    PatternTime time;

    if (!pattern_read(self->patterns[i], text, &time))
      continue;
    if (forms == 0)
      *out_ms = time.seconds * 1000;
    forms |= TIMES_OF(i);
  }
  return forms;
}
