/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/cart.h"
#include "generate/shop/customer.h"
#include "generate/shop/entity.h"

/* What a booking draws for. */
enum {
  DRAW_ID,
  DRAW_ID_LOW, /* taken with it */
  DRAW_METHOD,
  DRAW_FEE,
  DRAW_LIMIT,
  DRAW_ELSEWHERE,
  DRAW_PLACE,
  DRAW_LATITUDE,
  DRAW_LONGITUDE,
};

static const Slice methods[] = {
    SHOP_WORD("Credit Card"), SHOP_WORD("E-Wallet"),  SHOP_WORD("Bank Transfer"),
    SHOP_WORD("Debit Card"),  SHOP_WORD("Pay Later"),
};
static const uint16_t method_weights[G_N_ELEMENTS(methods)] = {36, 31, 16, 10, 7};

static const uint32_t fees[] = {10000, 0, 5000, 15000, 20000, 25000, 50000};
static const uint16_t fee_weights[G_N_ELEMENTS(fees)] = {38, 24, 14, 11, 7, 4, 2};

/* [{'product_id': 54728, 'quantity': 1, 'item_price': 191247}, ...] */
static void
put_basket(const ShopWorld *world, const ShopSession *session, Bytes *text)
{
  for (unsigned i = 0; i < session->items; i++) {
    shop_text(text, i == 0 ? "[" : ", ");
    shop_cart_put_item(world, &session->basket[i], text);
  }
  shop_text(text, "]");
}

static void
fill_ids(ShopDraw draw, const ShopSession *session, ShopRecord *out)
{
  shop_record_number(out, shop_customer_id(session->customer));
  shop_record_uuid(out, draw, DRAW_ID);
  shop_session_put_id(session, shop_record_open(out));
  shop_record_close(out);
}

static void
fill_shipment(const ShopWorld *world, ShopDraw draw, const ShopSession *session, ShopRecord *out)
{
  enum { PERMILLION_ELSEWHERE = 80000, FIRST_DAY = 1, DAYS = 7 };
  ShopHome home = shop_customer_home(world, session->customer);
  int64_t days_us = (int64_t)shop_draw_below(draw, DRAW_LIMIT, DAYS * (uint64_t)SHOP_DAY_US);

  shop_record_time(out, shop_session_booked_us(session) + FIRST_DAY * SHOP_DAY_US + days_us);
  if (shop_draw_is(draw, DRAW_ELSEWHERE, PERMILLION_ELSEWHERE)) {
    const ShopPlace *place =
        &home.land->places[shop_draw_below(draw, DRAW_PLACE, home.land->places_length)];

    home.lat_e6 = shop_around(draw, DRAW_LATITUDE, place->lat_e6);
    home.long_e6 = shop_around(draw, DRAW_LONGITUDE, place->long_e6);
  }
  shop_record_number(out, home.lat_e6 / 1e6);
  shop_record_number(out, home.long_e6 / 1e6);
}

void
shop_transaction_fill(ShopVisits *visits, uint64_t index, ShopRecord *out)
{
  const ShopWorld *world = shop_visits_world(visits);
  const ShopSession *session = shop_visits_of_booking(visits, index);
  ShopDraw draw = shop_world_draw(world, SHOP_BOOKING, index);
  size_t method =
      shop_draw_weighted(draw, DRAW_METHOD, method_weights, G_N_ELEMENTS(method_weights));
  uint32_t fee = fees[shop_draw_weighted(draw, DRAW_FEE, fee_weights, G_N_ELEMENTS(fee_weights))];
  ShopCartBill bill = shop_cart_bill(world, session);
  int64_t booked_us = shop_session_booked_us(session);

  shop_record_reset(out);
  shop_record_time(out, booked_us);
  fill_ids(draw, session, out);
  put_basket(world, session, shop_record_open(out));
  shop_record_close(out);
  shop_record_text(out, methods[method]);
  shop_record_text(out, shop_session_payment(session));
  shop_record_number(out, (double)bill.promo_amount);
  shop_record_text(out, bill.promo_code);
  shop_record_number(out, fee);
  fill_shipment(world, draw, session, out);
  shop_record_number(out, (double)(bill.items_amount - bill.promo_amount + fee));
  shop_record_finish(out, booked_us / 1000);
}
