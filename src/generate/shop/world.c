/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/world.h"

enum { PICKS = 64, CUSTOMER_SKEW = 2, PRODUCT_SKEW = 3 };

/* The catalogue is older than the shop's first customer, and both are older than the first
 * session kept. */
static const ShopYears product_years = {2014, 2025, 12};
static const ShopYears customer_years = {2018, 2025, 25};
static const ShopYears trade_years = {2020, 2025, 30};

static uint64_t
common_divisor(uint64_t a, uint64_t b)
{
  while (b != 0) {
    uint64_t rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

/* Somewhat below five eighths, so that neighbours in rank lie far apart. */
static uint64_t
stride_for(uint64_t members)
{
  uint64_t stride = members / 8 * 5 + 1;

  while (common_divisor(stride, members) != 1)
    stride++;
  return stride;
}

static ShopCrowd
crowd(uint64_t seed, ShopAsker asker, uint64_t members, unsigned skew, ShopYears years)
{
  return (ShopCrowd){
      .seed = seed,
      .asker = asker,
      .members = members,
      .step = UINT64_MAX / members,
      .stride = stride_for(members),
      .first = shop_draw_below(shop_draw(seed, SHOP_CROWD, asker), 0, members),
      .skew = skew,
      .clock = shop_clock_new(years),
  };
}

ShopWorld *
shop_world_new(uint64_t seed, double scale)
{
  ShopWorld *self = g_new0(ShopWorld, 1);

  self->seed = seed;
  self->blocks = MAX((uint64_t)(scale * SHOP_BLOCKS + 0.5), 1);
  self->customers = crowd(seed, SHOP_CUSTOMER, self->blocks * SHOP_BLOCK_CUSTOMERS, CUSTOMER_SKEW,
                          customer_years);
  self->products =
      crowd(seed, SHOP_PRODUCT, self->blocks * SHOP_BLOCK_PRODUCTS, PRODUCT_SKEW, product_years);
  self->trade = shop_clock_new(trade_years);
  return self;
}

void
shop_world_free(ShopWorld *self)
{
  if (self == NULL)
    return;
  shop_clock_free(self->customers.clock);
  shop_clock_free(self->products.clock);
  shop_clock_free(self->trade);
  g_free(self);
}

int64_t
shop_crowd_since_us(const ShopCrowd *self, uint64_t member)
{
  ShopDraw draw = shop_draw(self->seed, self->asker, member);
  uint64_t within = shop_share(shop_draw_bits(draw, SHOP_SINCE), self->step);

  return shop_clock_at(self->clock, member * self->step + within);
}

uint64_t
shop_crowd_present(const ShopCrowd *self, int64_t time_us)
{
  uint64_t present = shop_clock_share(self->clock, time_us) / self->step;

  return CLAMP(present, 1, self->members);
}

/* Ranks belong to members for good, so a favourite stays one; whoever is not there yet is passed
 * over and the next draw decides. */
uint64_t
shop_crowd_pick(const ShopCrowd *self, ShopDraw draw, uint64_t present)
{
  for (uint64_t i = 0; i < PICKS; i++) {
    uint64_t rank = shop_draw_skewed(draw, i, self->members, self->skew);
    uint64_t member = (rank * self->stride + self->first) % self->members;

    if (member < present)
      return member;
  }
  return shop_draw_below(draw, PICKS, present);
}
