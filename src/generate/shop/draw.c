/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/draw.h"

uint64_t
shop_draw_skewed(ShopDraw self, uint64_t purpose, uint64_t below, unsigned depth)
{
  ShopDraw several = shop_draw_into(self, purpose);
  uint64_t share = shop_draw_bits(several, 0);

  for (unsigned i = 1; i < depth; i++)
    share = shop_share(share, shop_draw_bits(several, i));
  return shop_share(share, below);
}

size_t
shop_draw_weighted(ShopDraw self, uint64_t purpose, const uint16_t *weights, size_t length)
{
  uint64_t total = 0;

  for (size_t i = 0; i < length; i++)
    total += weights[i];

  uint64_t at = shop_draw_below(self, purpose, total);
  size_t chosen = 0;

  while (at >= weights[chosen])
    at -= weights[chosen++];
  return chosen;
}
