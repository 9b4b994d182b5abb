/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/visits.h"

enum { BLOCKS = 8 };

typedef struct {
  ShopWorld *world;   /* owned */
  ShopVisits *visits; /* owned */
} Shop;

static void
shop_init(Shop *self, uint64_t seed)
{
  self->world = shop_world_new(seed, BLOCKS / (double)SHOP_BLOCKS);
  self->visits = shop_visits_new(self->world);
  g_assert_cmpuint(self->world->blocks, ==, BLOCKS);
}

static void
shop_clear(Shop *self)
{
  shop_visits_free(self->visits);
  shop_world_free(self->world);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Shop, shop_clear)

static void
the_scale_is_rounded_to_whole_blocks(void)
{
  const struct {
    double scale;
    uint64_t blocks;
  } cases[] = {{1, 4000}, {0.05, 200}, {1e-9, 1}, {0.0004, 2}, {2.5, 10000}, {10000, 40000000}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(ShopWorld) world = shop_world_new(1, cases[i].scale);

    g_assert_cmpuint(world->blocks, ==, cases[i].blocks);
  }
}

/* Each event belongs to one session, in a row, at rising times, and sessions start in order. */
static void
sessions_are_whole_and_in_order(void)
{
  g_auto(Shop) shop = {0};
  uint64_t session_index = UINT64_MAX;
  unsigned events_left = 0;
  int64_t start_us = 0;
  int64_t event_us = 0;

  shop_init(&shop, 1);
  for (uint64_t i = 0; i < BLOCKS * SHOP_BLOCK_EVENTS; i++) {
    unsigned event;
    const ShopSession *session = shop_visits_of_event(shop.visits, i, &event);

    if (event == 0) {
      g_assert_cmpuint(events_left, ==, 0);
      g_assert_cmpuint(session->index, ==, session_index + 1);
      g_assert_cmpint(session->start_us, >=, start_us);
      session_index = session->index;
      events_left = session->events;
      start_us = event_us = session->start_us;
    }
    g_assert_cmpuint(session->index, ==, session_index);
    g_assert_cmpint(shop_session_event_us(session, event), >=, event_us);
    event_us = shop_session_event_us(session, event) + 1;
    events_left--;
  }
  g_assert_cmpuint(events_left, ==, 0);
  g_assert_cmpuint(session_index + 1, ==, BLOCKS * SHOP_BLOCK_SESSIONS);
}

static void
every_booking_has_one_session_with_a_customer_and_products(void)
{
  g_auto(Shop) shop = {0};
  uint64_t after = 0;

  shop_init(&shop, 1);
  for (uint64_t i = 0; i < BLOCKS * SHOP_BLOCK_BOOKINGS; i++) {
    const ShopSession *session = shop_visits_of_booking(shop.visits, i);
    int64_t joined_us = shop_crowd_since_us(&shop.world->customers, session->customer);

    g_assert_true(session->is_booked);
    g_assert_cmpuint(session->booking, ==, i);
    g_assert_cmpuint(session->index, >=, after);
    after = session->index + 1;
    g_assert_cmpint(joined_us / SHOP_DAY_US, <, session->start_us / SHOP_DAY_US);
    g_assert_cmpint(shop_session_booked_us(session), >,
                    shop_session_event_us(session, session->events - 1));
    g_assert_cmpuint(session->items, >=, 1);
    for (unsigned k = 0; k < session->items; k++) {
      g_assert_cmpuint(session->basket[k].product, <, shop.world->products.members);
      g_assert_cmpint(shop_crowd_since_us(&shop.world->products, session->basket[k].product), <,
                      session->start_us);
      for (unsigned other = 0; other < k; other++)
        g_assert_cmpuint(session->basket[other].product, !=, session->basket[k].product);
    }
  }
}

static void
assert_same(const ShopSession *a, const ShopSession *b)
{
  g_assert_cmpuint(a->index, ==, b->index);
  g_assert_cmpint(a->start_us, ==, b->start_us);
  g_assert_cmpuint(a->events, ==, b->events);
  g_assert_cmpuint(a->customer, ==, b->customer);
  g_assert_cmpuint(a->items, ==, b->items);
  for (unsigned i = 0; i < a->items; i++)
    g_assert_cmpuint(a->basket[i].product, ==, b->basket[i].product);
}

static void
the_order_of_questions_does_not_matter(void)
{
  enum { STRIDE = 977 }; /* a prime: visits all, far apart */
  g_auto(Shop) forward = {0};
  g_auto(Shop) jumping = {0};
  const uint64_t bookings = BLOCKS * SHOP_BLOCK_BOOKINGS;
  g_autofree ShopSession *sessions = g_new0(ShopSession, bookings);

  shop_init(&forward, 1);
  shop_init(&jumping, 1);
  for (uint64_t i = 0; i < bookings; i++)
    sessions[i] = *shop_visits_of_booking(forward.visits, i);
  for (uint64_t i = 0, at = 0; i < bookings; i++, at = (at + STRIDE) % bookings)
    assert_same(shop_visits_of_booking(jumping.visits, at), &sessions[at]);
}

/* The count of the busiest tenth in permille of all. */
static unsigned
busiest_tenth(unsigned *counts, size_t length)
{
  unsigned all = 0;
  unsigned busiest = 0;

  for (size_t i = 1; i < length; i++)
    for (size_t k = i; k > 0 && counts[k - 1] < counts[k]; k--) {
      unsigned more = counts[k];

      counts[k] = counts[k - 1];
      counts[k - 1] = more;
    }
  for (size_t i = 0; i < length; i++) {
    all += counts[i];
    if (i < length / 10)
      busiest += counts[i];
  }
  return busiest * 1000 / all;
}

static void
few_customers_and_products_make_most_bookings(void)
{
  g_auto(Shop) shop = {0};

  shop_init(&shop, 1);

  g_autofree unsigned *customers = g_new0(unsigned, shop.world->customers.members);
  g_autofree unsigned *products = g_new0(unsigned, shop.world->products.members);

  for (uint64_t i = 0; i < BLOCKS * SHOP_BLOCK_BOOKINGS; i++) {
    const ShopSession *session = shop_visits_of_booking(shop.visits, i);

    customers[session->customer]++;
    for (unsigned k = 0; k < session->items; k++)
      products[session->basket[k].product]++;
  }
  g_assert_cmpuint(busiest_tenth(customers, shop.world->customers.members), >, 300);
  g_assert_cmpuint(busiest_tenth(customers, shop.world->customers.members), <, 600);
  g_assert_cmpuint(busiest_tenth(products, shop.world->products.members), >, 450);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/shop-visits/scale", the_scale_is_rounded_to_whole_blocks);
  g_test_add_func("/shop-visits/sessions", sessions_are_whole_and_in_order);
  g_test_add_func("/shop-visits/bookings",
                  every_booking_has_one_session_with_a_customer_and_products);
  g_test_add_func("/shop-visits/any-order", the_order_of_questions_does_not_matter);
  g_test_add_func("/shop-visits/skew", few_customers_and_products_make_most_bookings);
  return g_test_run();
}
