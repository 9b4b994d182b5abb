/* SPDX-License-Identifier: Apache-2.0 */
#include "text/shortest.h"

#include "text/powers.h"

#include <stdbool.h>
#include <string.h>

/* Raffaele Giulietti's Schubfach. A number c * 2^q is written v = s * 10^k for the one k at which
 * the numbers that read back as v (its rounding interval) hold at least one multiple of 10^k and
 * at most one of 10^(k+1). All of it is done on 4v / 10^k, whose quarters tell the interval's ends
 * apart, with the powers of ten as 128 bits rounded up: enough to decide every comparison once the
 * bits that fall off are kept as one sticky bit. */

__extension__ typedef unsigned __int128 Wide;

/* floor(log10(2^e)), floor(log10(3/4 * 2^e)) and floor(log2(10^e)) for every e met here; a shift
 * of a negative number rounds down with gcc and clang. */
static int
log10_of_power2(int e)
{
  return (e * 1262611) >> 22;
}

static int
log10_of_three_quarters(int e)
{
  return (e * 1262611 - 524031) >> 22;
}

static int
log2_of_power10(int e)
{
  return (e * 1741647) >> 19;
}

/* The product's upper 64 bits, the lowest of them set when anything was cut off. */
static uint64_t
scale(const Power *power, uint64_t value)
{
  Wide low = (Wide)power->low * value;
  Wide high = (Wide)power->high * value + (uint64_t)(low >> 64);

  return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* The ends and the middle of the rounding interval, times 4 / 10^k; `open`: 1 when the ends
 * themselves read back as a neighbour. */
typedef struct {
  uint64_t lower;
  uint64_t middle;
  uint64_t upper;
  uint64_t open;
} Interval;

static bool
holds_low(const Interval *self, uint64_t digits)
{
  return self->lower + self->open <= digits * 4;
}

static bool
holds_high(const Interval *self, uint64_t digits)
{
  return digits * 4 + self->open <= self->upper;
}

static uint64_t
pick(const Interval *interval)
{
  uint64_t floor = interval->middle / 4;
  uint64_t tens = floor / 10 * 10;

  if (floor >= 10) {
    bool low = holds_low(interval, tens);
    bool high = holds_high(interval, tens + 10);

    if (low != high)
      return low ? tens : tens + 10;
  }

  bool low = holds_low(interval, floor);
  bool high = holds_high(interval, floor + 1);

  if (low != high)
    return low ? floor : floor + 1;

  uint64_t half = floor * 4 + 2;

  if (interval->middle != half)
    return interval->middle < half ? floor : floor + 1;
  return floor + (floor & 1);
}

/* `narrow`: c is a power of two whose lower neighbour is half as far away as its upper one. */
static Decimal
shortest(uint64_t c, int q, bool narrow)
{
  int k = narrow ? log10_of_three_quarters(q) : log10_of_power2(q);
  int shift = q + log2_of_power10(-k) + 1;
  const Power *power = &powers[-k - POWERS_FIRST];
  Interval interval = {
      .lower = scale(power, (4 * c - (narrow ? 1 : 2)) << shift),
      .middle = scale(power, (4 * c) << shift),
      .upper = scale(power, (4 * c + 2) << shift),
      .open = c & 1,
  };
  Decimal decimal = {.digits = pick(&interval), .exponent = k};

  while (decimal.digits % 10 == 0) {
    decimal.digits /= 10;
    decimal.exponent++;
  }
  return decimal;
}

Decimal
shortest_double(double value)
{
  uint64_t bits;

  memcpy(&bits, &value, sizeof bits);

  uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
  int exponent = (int)(bits >> 52 & 0x7ff);

  if (exponent == 0)
    return shortest(fraction, -1074, false);
  return shortest(fraction | UINT64_C(1) << 52, exponent - 1075, fraction == 0 && exponent > 1);
}

Decimal
shortest_float(float value)
{
  uint32_t bits;

  memcpy(&bits, &value, sizeof bits);

  uint32_t fraction = bits & ((UINT32_C(1) << 23) - 1);
  int exponent = (int)(bits >> 23 & 0xff);

  if (exponent == 0)
    return shortest(fraction, -149, false);
  return shortest(fraction | UINT32_C(1) << 23, exponent - 150, fraction == 0 && exponent > 1);
}
