/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/visits.h"

/* A booked session at its shortest: homepage, one click, product, cart, promo, booking. */
enum { LEAST_BOOKED_EVENTS = 6, LEAST_EVENTS = 1, WAITING_EVENTS = 2, PROMO_EVENTS = 1 };

enum { PERMILLION_PROMO = 380000, PERMILLION_PAID = 957000, PERMILLION_MOBILE = 884000 };

/* What a session draws for. */
enum {
  DRAW_LENGTH,
  DRAW_START,
  DRAW_PACE,
  DRAW_CUSTOMER,
  DRAW_PROMO,
  DRAW_PAID,
  DRAW_ITEMS,
  DRAW_BOOKED_AFTER,
  DRAW_ID,
  DRAW_ID_LOW, /* taken with it */
  DRAW_MOBILE,
  DRAW_PRODUCT = 16,  /* one for each item */
  DRAW_QUANTITY = 32, /* one for each item */
  DRAW_EVENT = 64,    /* one for each event */
};

/* How a block's events and bookings fall to its sessions. */
typedef struct {
  uint64_t block;
  unsigned first_event[SHOP_BLOCK_SESSIONS + 1];
  unsigned first_booking[SHOP_BLOCK_SESSIONS + 1]; /* of this session, or else the next to book */
  unsigned session_of[SHOP_BLOCK_BOOKINGS];
} Plan;

struct ShopVisits {
  const ShopWorld *world; /* borrowed */
  uint64_t sessions;
  uint64_t step; /* a session's share of the clock */
  Plan plan;
  ShopSession session; /* the last */
};

static void
draw_bookings(const ShopWorld *world, Plan *plan)
{
  ShopDraw draw = shop_world_draw(world, SHOP_BLOCK, plan->block);
  uint64_t stride = shop_draw_bits(draw, 0) | 1; /* odd: goes once through all sessions */
  uint64_t rank = shop_draw_bits(draw, 1);
  unsigned bookings = 0;

  for (unsigned i = 0; i < SHOP_BLOCK_SESSIONS; i++, rank += stride) {
    plan->first_booking[i] = bookings;
    if (rank % SHOP_BLOCK_SESSIONS < SHOP_BLOCK_BOOKINGS)
      plan->session_of[bookings++] = i;
  }
  plan->first_booking[SHOP_BLOCK_SESSIONS] = bookings;
}

static bool
is_booked(const Plan *plan, unsigned session)
{
  return plan->first_booking[session + 1] > plan->first_booking[session];
}

/* Every session gets the least it needs; the rest of the block's events is shared by weight, few
 * sessions being long. */
static void
draw_lengths(const ShopWorld *world, Plan *plan)
{
  enum { WEIGHTS = 40, WEIGHT_SKEW = 3 };
  const unsigned browsing = SHOP_BLOCK_SESSIONS - SHOP_BLOCK_BOOKINGS;
  const unsigned spare =
      SHOP_BLOCK_EVENTS - SHOP_BLOCK_BOOKINGS * LEAST_BOOKED_EVENTS - browsing * LEAST_EVENTS;
  unsigned weight_before[SHOP_BLOCK_SESSIONS + 1] = {0};
  unsigned least = 0;

  for (unsigned i = 0; i < SHOP_BLOCK_SESSIONS; i++) {
    ShopDraw draw = shop_world_draw(world, SHOP_SESSION, plan->block * SHOP_BLOCK_SESSIONS + i);
    uint64_t weight = 1 + shop_draw_skewed(draw, DRAW_LENGTH, WEIGHTS, WEIGHT_SKEW);

    weight_before[i + 1] = weight_before[i] + (unsigned)weight;
  }
  for (unsigned i = 0; i <= SHOP_BLOCK_SESSIONS; i++) {
    plan->first_event[i] = least + weight_before[i] * spare / weight_before[SHOP_BLOCK_SESSIONS];
    if (i < SHOP_BLOCK_SESSIONS)
      least += is_booked(plan, i) ? LEAST_BOOKED_EVENTS : LEAST_EVENTS;
  }
}

static const Plan *
plan_block(ShopVisits *self, uint64_t block)
{
  if (self->plan.block != block) {
    self->plan.block = block;
    draw_bookings(self->world, &self->plan);
    draw_lengths(self->world, &self->plan);
  }
  return &self->plan;
}

ShopVisits *
shop_visits_new(const ShopWorld *world)
{
  ShopVisits *self = g_new0(ShopVisits, 1);

  self->world = world;
  self->sessions = world->blocks * SHOP_BLOCK_SESSIONS;
  self->step = UINT64_MAX / self->sessions;
  self->plan.block = UINT64_MAX;
  self->session.index = UINT64_MAX;
  return self;
}

void
shop_visits_free(ShopVisits *self)
{
  g_free(self);
}

const ShopWorld *
shop_visits_world(const ShopVisits *self)
{
  return self->world;
}

/* Products of the catalogue at that time, each once: a second draw of one adds to its quantity. */
static void
draw_basket(const ShopWorld *world, ShopSession *session)
{
  static const uint16_t item_weights[SHOP_BASKET] = {66, 22, 8, 4};
  static const uint16_t quantity_weights[] = {80, 13, 4, 2, 1};
  uint64_t present = shop_crowd_present(&world->products, session->start_us);
  unsigned carts = (session->events - WAITING_EVENTS - (session->has_promo ? PROMO_EVENTS : 0)) / 2;
  unsigned wanted =
      1 + (unsigned)shop_draw_weighted(session->draw, DRAW_ITEMS, item_weights, SHOP_BASKET);

  session->items = 0;
  for (unsigned i = 0; i < MIN(wanted, carts); i++) {
    uint64_t product =
        shop_crowd_pick(&world->products, shop_draw_into(session->draw, DRAW_PRODUCT + i), present);
    unsigned quantity =
        1 + (unsigned)shop_draw_weighted(session->draw, DRAW_QUANTITY + i, quantity_weights,
                                         G_N_ELEMENTS(quantity_weights));
    unsigned at = 0;

    while (at < session->items && session->basket[at].product != product)
      at++;
    if (at == session->items)
      session->basket[session->items++] = (ShopItem){product, 0};
    session->basket[at].quantity += quantity;
  }
}

static const ShopSession *
enter_session(ShopVisits *self, const Plan *plan, unsigned in_block)
{
  enum { FASTEST_SLOT_US = 4000000, SLOTS_US = 90000000, PACE_SKEW = 2 };
  const ShopWorld *world = self->world;
  ShopSession *session = &self->session;
  uint64_t index = plan->block * SHOP_BLOCK_SESSIONS + in_block;

  if (session->index == index)
    return session;

  ShopDraw draw = shop_world_draw(world, SHOP_SESSION, index);
  uint64_t within = shop_share(shop_draw_bits(draw, DRAW_START), self->step);
  int64_t start_us = shop_clock_at(world->trade, index * self->step + within);
  uint64_t customers = shop_crowd_present(&world->customers, start_us);

  *session = (ShopSession){
      .index = index,
      .draw = draw,
      .start_us = start_us,
      .slot_us = FASTEST_SLOT_US + shop_draw_skewed(draw, DRAW_PACE, SLOTS_US, PACE_SKEW),
      .events = plan->first_event[in_block + 1] - plan->first_event[in_block],
      .customer =
          shop_crowd_pick(&world->customers, shop_draw_into(draw, DRAW_CUSTOMER), customers),
      .is_mobile = shop_draw_is(draw, DRAW_MOBILE, PERMILLION_MOBILE),
      .is_booked = is_booked(plan, in_block),
      .booking = plan->block * SHOP_BLOCK_BOOKINGS + plan->first_booking[in_block],
      .is_paid = shop_draw_is(draw, DRAW_PAID, PERMILLION_PAID),
      .has_promo = shop_draw_is(draw, DRAW_PROMO, PERMILLION_PROMO),
  };
  if (session->is_booked)
    draw_basket(world, session);
  return session;
}

const ShopSession *
shop_visits_of_event(ShopVisits *self, uint64_t event, unsigned *out_event)
{
  const Plan *plan = plan_block(self, event / SHOP_BLOCK_EVENTS);
  unsigned in_block = (unsigned)(event % SHOP_BLOCK_EVENTS);
  unsigned low = 0;
  unsigned high = SHOP_BLOCK_SESSIONS;

  while (high - low > 1) {
    unsigned middle = (low + high) / 2;

    if (plan->first_event[middle] <= in_block)
      low = middle;
    else
      high = middle;
  }
  *out_event = in_block - plan->first_event[low];
  return enter_session(self, plan, low);
}

const ShopSession *
shop_visits_of_booking(ShopVisits *self, uint64_t booking)
{
  const Plan *plan = plan_block(self, booking / SHOP_BLOCK_BOOKINGS);

  return enter_session(self, plan, plan->session_of[booking % SHOP_BLOCK_BOOKINGS]);
}

void
shop_session_put_id(const ShopSession *self, Bytes *text)
{
  shop_text_uuid(text, self->draw, DRAW_ID);
}

Slice
shop_session_payment(const ShopSession *self)
{
  return slice_text(self->is_paid ? "Success" : "Failed");
}

int64_t
shop_session_event_us(const ShopSession *self, unsigned event)
{
  uint64_t within = shop_share(shop_draw_bits(self->draw, DRAW_EVENT + event), self->slot_us);

  return self->start_us + (int64_t)(event * self->slot_us + within);
}

int64_t
shop_session_booked_us(const ShopSession *self)
{
  enum { SOONEST_US = 30000, SPREAD_US = 900000 };

  return shop_session_event_us(self, self->events - 1) + SOONEST_US +
         (int64_t)shop_draw_below(self->draw, DRAW_BOOKED_AFTER, SPREAD_US);
}
