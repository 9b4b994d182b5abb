/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Chance without state: what is drawn depends on the seed, who asks, for which record and for what
 * alone. So every record can be made by itself, in any order, and is the same on every machine:
 * integers only, and none of libm's functions, whose last bits differ. */
typedef struct {
  uint64_t stem; /* seed, asker and record, mixed */
} ShopDraw;

/* splitmix64's finalizer (Steele, Lea, Flood 2014): one to one on 64 bits. */
static inline uint64_t
shop_mix(uint64_t x)
{
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static inline ShopDraw
shop_draw(uint64_t seed, uint64_t asker, uint64_t index)
{
  uint64_t trunk = shop_mix(shop_mix(seed) + asker * UINT64_C(0xd1342543de82ef95));

  return (ShopDraw){shop_mix(trunk + (index + 1) * UINT64_C(0x9e3779b97f4a7c15))};
}

/* 64 even bits for one purpose of one record; purposes are small numbers of the asker's own. */
static inline uint64_t
shop_draw_bits(ShopDraw self, uint64_t purpose)
{
  return shop_mix(self.stem + (purpose + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

/* Draws of their own for one purpose that needs several. */
static inline ShopDraw
shop_draw_into(ShopDraw self, uint64_t purpose)
{
  return (ShopDraw){shop_draw_bits(self, purpose)};
}

/* The upper half of a 128-bit product: a * b / 2^64 rounded down. Reads a as a fraction of 1 and
 * takes that share of b. */
static inline uint64_t
shop_share(uint64_t a, uint64_t b)
{
  uint64_t a_low = (uint32_t)a;
  uint64_t b_low = (uint32_t)b;
  uint64_t a_high = a >> 32;
  uint64_t b_high = b >> 32;
  uint64_t middle = a_high * b_low + ((a_low * b_low) >> 32);
  uint64_t other = a_low * b_high + (uint32_t)middle;

  return a_high * b_high + (middle >> 32) + (other >> 32);
}

/* 0 <= n < below, evenly. */
static inline uint64_t
shop_draw_below(ShopDraw self, uint64_t purpose, uint64_t below)
{
  return shop_share(shop_draw_bits(self, purpose), below);
}

/* True for `share` of a million draws. */
static inline bool
shop_draw_is(ShopDraw self, uint64_t purpose, uint64_t share_per_million)
{
  return shop_draw_below(self, purpose, 1000000) < share_per_million;
}

/* 0 <= n < below with small numbers more often: an even draw among those below an even draw, and
 * so on, `depth` draws in all. Of all draws the least hundredth of the numbers gets 1 % at depth 1,
 * 6 % at 2, 16 % at 3; the least tenth 10 %, 33 %, 60 %. */
uint64_t shop_draw_skewed(ShopDraw self, uint64_t purpose, uint64_t below, unsigned depth);

/* Which of the weights a draw falls on. */
size_t shop_draw_weighted(ShopDraw self, uint64_t purpose, const uint16_t *weights, size_t length);
