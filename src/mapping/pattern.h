/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "base/bytes.h"

/* How a time is written that is no ISO 8601, as strftime() spells it:
 *
 *   %Y  year, 4 digits             %H  hour, 0 to 23     %b %B  month's English name, short or long
 *   %y  1969 to 2068, 2 digits     %I  hour, 1 to 12     %a %A  weekday's, which must be the date's
 *   %m  month, 1 or 2 digits       %p  AM or PM          %z     Z, +02, +0200, +02:00
 *   %d  day, 1 or 2 digits         %M  minute            %Z     UTC, GMT or Z
 *   %j  day of the year, 1 to 3    %S  second, a fraction of one to nine digits behind it
 *   %%  a percent sign             %f  that fraction alone, for another sign than . or ,
 *
 * Everything else stands for itself. Two numbers in a row have all their digits. A pattern says a
 * whole date, and says nothing twice. */
typedef struct InstantPattern InstantPattern;

/* FAULT_SETUP: what is wrong with it. */
InstantPattern *pattern_parse(const char *text, GError **error);
void pattern_free(InstantPattern *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InstantPattern, pattern_free)

/* Whether times carry their own offset. */
bool pattern_has_offset(const InstantPattern *self);

typedef struct {
  int64_t seconds; /* since 1970-01-01 00:00:00 where it was written, or in UTC if it says which */
  int ns;
} PatternTime;

bool pattern_read(const InstantPattern *self, Slice text, PatternTime *out_time);
