/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/shop/clock.h"
#include "generate/shop/draw.h"

/* The shop as a whole. Its size comes in blocks: each brings so many customers, products,
 * sessions, events and bookings, which is why every link can be found from an index alone. */
enum {
  SHOP_BLOCKS = 4000, /* at scale 1 */
  SHOP_BLOCK_CUSTOMERS = 25,
  SHOP_BLOCK_PRODUCTS = 11,
  SHOP_BLOCK_SESSIONS = 256,
  SHOP_BLOCK_BOOKINGS = 213,
  SHOP_BLOCK_EVENTS = 3200,
};

#define SHOP_MAX_SCALE 10000

/* Who draws: chance is apart between them. */
typedef enum {
  SHOP_CUSTOMER,
  SHOP_PRODUCT,
  SHOP_SESSION,
  SHOP_BOOKING,
  SHOP_EVENT,
  SHOP_PROMO,
  SHOP_BLOCK,
  SHOP_CROWD,
  SHOP_CHAOS,
} ShopAsker;

/* The purpose that every crowd's members leave free for it. */
enum { SHOP_SINCE = 1000 };

/* Members (customers, products) who appear one after the other over the years, in the order of
 * their index, and are picked with a skew: a few of them often, most seldom. Immutable. */
typedef struct {
  uint64_t seed;
  ShopAsker asker;
  uint64_t members; /* below 2^32 */
  uint64_t step;    /* a member's share of the clock */
  uint64_t stride;  /* has no divisor in common with members: carries ranks to members one to one */
  uint64_t first;   /* the favourite */
  unsigned skew;    /* see shop_draw_skewed() */
  ShopClock *clock; /* owned */
} ShopCrowd;

int64_t shop_crowd_since_us(const ShopCrowd *self, uint64_t member);
/* How many there were before the day of time_us: members 0 up to it. */
uint64_t shop_crowd_present(const ShopCrowd *self, int64_t time_us);
/* One of the first `present` members, at least 1. */
uint64_t shop_crowd_pick(const ShopCrowd *self, ShopDraw draw, uint64_t present);

typedef struct {
  uint64_t seed;
  uint64_t blocks;
  ShopCrowd customers;
  ShopCrowd products;
  ShopClock *trade; /* owned: when sessions begin */
} ShopWorld;

/* scale is above 0 and at most SHOP_MAX_SCALE; it is rounded to whole blocks, at least one. */
ShopWorld *shop_world_new(uint64_t seed, double scale);
void shop_world_free(ShopWorld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShopWorld, shop_world_free)

static inline ShopDraw
shop_world_draw(const ShopWorld *self, ShopAsker asker, uint64_t index)
{
  return shop_draw(self->seed, asker, index);
}
