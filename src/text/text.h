/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* The one text form of numbers, the same for both roads and in every locale:
 *
 *   - integers, and floats and doubles that are whole and below 2^53 in size: 123, -7, 0 (-0.0
 * too);
 *   - every other float or double: the fewest digits that read back as the same number, laid out
 *     as Python's repr() does: 0.1, 2.5e-05, 1e+300, 9007199254740992.0; inf and -inf.
 *
 * NaN has no text: callers treat it as missing. */

/* No number's text is longer. */
enum { TEXT_NUMBER_BYTES = 32 };

/* Write at `at`, which has room for TEXT_NUMBER_BYTES, and return how many bytes they wrote. */
size_t text_put_integer(uint8_t *at, int64_t value);
size_t text_put_double(uint8_t *at, double value);
size_t text_put_float(uint8_t *at, float value);

/* Exactly `width` digits, zeros on the left; `value` must fit. */
void text_put_padded(uint8_t *at, uint64_t value, size_t width);

/* A decimal number's text taken apart: its digits, and where the point stands among them. */
typedef struct {
  bool is_negative;
  Slice whole;    /* the digits as they stand in the text, before its point */
  Slice fraction; /* and behind it */
  int64_t point;  /* digits before the point, the exponent reckoned in: may lie outside of them */
  int64_t first;  /* the first digit that is not 0 */
  int64_t end;    /* behind the last; not above `first`: the number is 0 */
} TextDecimal;

/* Reads the whole text, with spaces and tabs around: a sign, digits, a fraction, an exponent. */
bool text_scan(Slice text, TextDecimal *out_decimal);

/* 0 to 9; 0 outside of what is written. */
static inline unsigned
text_digit(const TextDecimal *decimal, int64_t at)
{
  int64_t whole = (int64_t)decimal->whole.len;

  if (at < 0 || at >= whole + (int64_t)decimal->fraction.len)
    return 0;
  return (unsigned)(at < whole ? decimal->whole.data[at] : decimal->fraction.data[at - whole]) -
         '0';
}

/* Read the whole text or fail, with spaces and tabs around. False also when the number does not
 * fit. A double is the one nearest to the text, or inf; from 2^53 on (a float: 2^24), where whole
 * numbers begin to lie between two of them, a text with other digits than the double has is
 * refused: 9007199254740993, but not 1e300. */
bool text_parse_integer(Slice text, int64_t *out_value); /* digits with a sign, nothing else */
bool text_parse_double(Slice text, double *out_value);
bool text_parse_float(Slice text, float *out_value);
/* Whether it is any of these, fitting or not. */
bool text_is_number(Slice text);

typedef enum {
  TEXT_EXACT,   /* a remainder fails */
  TEXT_NEAREST, /* half of it goes up */
  TEXT_FLOOR,
} TextRounding;

/* The number times 10^power as a whole one, worked out on its digits: 2012.0, 1.5e3. */
bool text_parse_scaled(Slice text, int power, TextRounding rounding, int64_t *out_value);

/* A double's value as an integer, when it is whole and fits. */
bool text_whole(double value, int64_t *out_value);
