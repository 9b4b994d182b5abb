/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/shop/record.h"
#include "generate/shop/world.h"

/* What happens in the shop: sessions, and the bookings that most of them lead to. Both the click
 * events and the transactions are told from here, so that they agree. */

enum { SHOP_BASKET = 4 };

typedef struct {
  uint64_t product; /* member of the crowd of products */
  uint32_t quantity;
} ShopItem;

typedef struct {
  uint64_t index;
  ShopDraw draw; /* visits.c says for what; others draw as SHOP_BOOKING or SHOP_EVENT */
  int64_t start_us;
  uint64_t slot_us; /* each event happens within its own */
  unsigned events;
  uint64_t customer; /* member of the crowd of customers: joined before the session's day */
  bool is_mobile;
  bool is_booked;
  /* of a booked session: */
  uint64_t booking;
  ShopItem basket[SHOP_BASKET]; /* each product once put into the cart */
  unsigned items;
  bool is_paid;
  bool has_promo;
} ShopSession;

void shop_session_put_id(const ShopSession *self, Bytes *text);
/* How the booking was paid: in words. */
Slice shop_session_payment(const ShopSession *self);
int64_t shop_session_event_us(const ShopSession *self, unsigned event);
/* When the booking is recorded: just after the last event. */
int64_t shop_session_booked_us(const ShopSession *self);

/* Finds sessions; remembers the last block and session, so asking in order is quick. */
typedef struct ShopVisits ShopVisits;

ShopVisits *shop_visits_new(const ShopWorld *world);
void shop_visits_free(ShopVisits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShopVisits, shop_visits_free)

const ShopWorld *shop_visits_world(const ShopVisits *self);

/* The session of an event or a booking, borrowed until the next call; out_event counts from 0
 * within the session. */
const ShopSession *shop_visits_of_event(ShopVisits *self, uint64_t event, unsigned *out_event);
const ShopSession *shop_visits_of_booking(ShopVisits *self, uint64_t booking);
