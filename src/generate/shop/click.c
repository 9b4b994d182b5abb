/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/cart.h"
#include "generate/shop/entity.h"
#include "generate/shop/product.h"
#include "generate/shop/words.h"

/* What an event draws for. */
enum {
  DRAW_ID,
  DRAW_ID_LOW, /* taken with it */
  DRAW_KIND,
  DRAW_SEARCH,
  DRAW_QUANTITY,
  DRAW_SEEN,
};

typedef enum {
  SCROLL,
  CLICK,
  ITEM_DETAIL,
  SEARCH,
  PROMO_PAGE,
  ADD_TO_CART, /* while only browsing: a cart that is left behind */
  HOMEPAGE,
  ADD_PROMO,
  BOOKING,
} Kind;

enum { KINDS_WHILE_BOOKING = ADD_TO_CART, KINDS_WHILE_BROWSING = HOMEPAGE };

static const Slice kind_names[] = {
    [SCROLL] = SHOP_WORD("SCROLL"),           [CLICK] = SHOP_WORD("CLICK"),
    [ITEM_DETAIL] = SHOP_WORD("ITEM_DETAIL"), [SEARCH] = SHOP_WORD("SEARCH"),
    [PROMO_PAGE] = SHOP_WORD("PROMO_PAGE"),   [ADD_TO_CART] = SHOP_WORD("ADD_TO_CART"),
    [HOMEPAGE] = SHOP_WORD("HOMEPAGE"),       [ADD_PROMO] = SHOP_WORD("ADD_PROMO"),
    [BOOKING] = SHOP_WORD("BOOKING"),
};
static const uint16_t kind_weights[KINDS_WHILE_BROWSING] = {31, 28, 20, 11, 6, 4};

/* An event and, where it is about one, its product. */
typedef struct {
  ShopDraw draw;
  Kind kind;
  ShopItem item;
} Click;

/* Some product of that time's catalogue. */
static void
click_around(const ShopWorld *world, const ShopSession *session, Click *self)
{
  size_t kinds = session->is_booked ? KINDS_WHILE_BOOKING : KINDS_WHILE_BROWSING;

  self->kind = (Kind)shop_draw_weighted(self->draw, DRAW_KIND, kind_weights, kinds);
  if (self->kind == ITEM_DETAIL || self->kind == ADD_TO_CART) {
    uint64_t present = shop_crowd_present(&world->products, session->start_us);

    self->item.product =
        shop_crowd_pick(&world->products, shop_draw_into(self->draw, DRAW_SEEN), present);
    self->item.quantity = 1 + (uint32_t)shop_draw_below(self->draw, DRAW_QUANTITY, 2);
  }
}

/* Between homepage and booking a booked session has one stretch for each product: it ends with a
 * look at the product and putting it into the cart, and is clicks and searches until then. */
static void
click_to_buy(const ShopWorld *world, const ShopSession *session, unsigned event, Click *self)
{
  unsigned last = session->events - 1;
  unsigned middle = last - 1 - (session->has_promo ? 1 : 0);

  if (event > middle) {
    self->kind = event == last ? BOOKING : ADD_PROMO;
    return;
  }
  for (unsigned i = 0; i < session->items; i++) {
    unsigned cart = (i + 1) * middle / session->items;

    if (event == cart || event + 1 == cart) {
      self->kind = event == cart ? ADD_TO_CART : ITEM_DETAIL;
      self->item = session->basket[i];
      return;
    }
  }
  click_around(world, session, self);
}

static Click
click(const ShopWorld *world, const ShopSession *session, unsigned event, ShopDraw draw)
{
  Click self = {.draw = draw, .kind = HOMEPAGE};

  if (event > 0 && session->is_booked)
    click_to_buy(world, session, event, &self);
  else if (event > 0)
    click_around(world, session, &self);
  return self;
}

static void
put_promo(const ShopCartBill *bill, Bytes *text)
{
  shop_text(text, "{'promo_code': '");
  bytes_append_slice(text, bill->promo_code);
  shop_text(text, "', 'promo_amount': ");
  shop_text_integer(text, bill->promo_amount);
  shop_text(text, "}");
}

static void
put_search(ShopDraw draw, Bytes *text)
{
  enum { SEARCH_SKEW = 2 };

  shop_text(text, "{'search_keywords': '");
  bytes_append_slice(
      text,
      shop_searches.words[shop_draw_skewed(draw, DRAW_SEARCH, shop_searches.length, SEARCH_SKEW)]);
  shop_text(text, "'}");
}

/* Nothing for the kinds that say all by their name. */
static void
put_metadata(const ShopWorld *world, const ShopSession *session, const Click *self, Bytes *text)
{
  ShopCartBill bill;

  switch (self->kind) {
  case ITEM_DETAIL:
    shop_text(text, "{'product_id': ");
    shop_text_integer(text, shop_product_id(world, self->item.product));
    shop_text(text, "}");
    break;
  case ADD_TO_CART:
    shop_cart_put_item(world, &self->item, text);
    break;
  case SEARCH:
    put_search(self->draw, text);
    break;
  case ADD_PROMO:
    bill = shop_cart_bill(world, session);
    put_promo(&bill, text);
    break;
  case BOOKING:
    shop_text(text, "{'payment_status': '");
    bytes_append_slice(text, shop_session_payment(session));
    shop_text(text, "'}");
    break;
  case SCROLL:
  case CLICK:
  case PROMO_PAGE:
  case HOMEPAGE:
    break;
  }
}

static void
fill_metadata(const ShopWorld *world, const ShopSession *session, const Click *self,
              ShopRecord *out)
{
  Bytes *text = shop_record_open(out);
  size_t start = text->len;

  put_metadata(world, session, self, text);
  if (text->len > start)
    shop_record_close(out);
  else
    shop_record_missing(out);
}

void
shop_click_fill(ShopVisits *visits, uint64_t index, ShopRecord *out)
{
  const ShopWorld *world = shop_visits_world(visits);
  unsigned event;
  const ShopSession *session = shop_visits_of_event(visits, index, &event);
  ShopDraw draw = shop_world_draw(world, SHOP_EVENT, index);
  Click self = click(world, session, event, draw);
  int64_t time_us = shop_session_event_us(session, event);

  shop_record_reset(out);
  shop_session_put_id(session, shop_record_open(out));
  shop_record_close(out);
  shop_record_text(out, kind_names[self.kind]);
  shop_record_time(out, time_us);
  shop_record_uuid(out, draw, DRAW_ID);
  shop_record_text(out, slice_text(session->is_mobile ? "MOBILE" : "WEB"));
  fill_metadata(world, session, &self, out);
  shop_record_finish(out, time_us / 1000);
}
