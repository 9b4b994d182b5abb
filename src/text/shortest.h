/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* digits * 10^exponent; digits does not end in 0. */
typedef struct {
  uint64_t digits;
  int exponent;
} Decimal;

/* The decimal with the fewest digits that reads back as `value`, and of those the nearest to it.
 * `value` is finite and above 0. */
Decimal shortest_double(double value);
Decimal shortest_float(float value);
