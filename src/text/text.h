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

/* Read the whole text or fail: decimal digits with a sign, and for doubles a fraction, an exponent
 * or inf; spaces and tabs around are passed over. False also when the number is too large. */
bool text_parse_integer(Slice text, int64_t *out_value);
bool text_parse_double(Slice text, double *out_value);

/* A double's value as an integer, when it is whole and fits. */
bool text_whole(double value, int64_t *out_value);
