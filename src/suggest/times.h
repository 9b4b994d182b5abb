/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* The forms in which times are written, as a mapping's `format` names them. A text may fit several:
 * 11/8/2016 does. */
typedef struct Times Times;

typedef enum {
  TIMES_ISO8601,
  TIMES_S, /* since 1970: whole numbers that lie between 2000 and 2100 */
  TIMES_MS,
  TIMES_US,
  TIMES_NS,
  TIMES_PATTERNS, /* the first of those that are patterns */
} TimesForm;

/* A set of forms, a bit each. */
typedef uint64_t TimesForms;

#define TIMES_ALL (~(TimesForms)0)
#define TIMES_OF(form) ((TimesForms)1 << (form))

Times *times_new(void);
void times_free(Times *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Times, times_free)

size_t times_length(void);
/* "iso8601", "ms", "%d.%m.%Y". */
const char *times_name(size_t form);
/* Whether the form has a time of day; whole numbers do. */
bool times_has_clock(size_t form, Slice text);

/* Also the time in ms since 1970 that the first of them reads. */
TimesForms times_forms(const Times *self, Slice text, int64_t *out_ms);
