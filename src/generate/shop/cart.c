/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/cart.h"

#include "generate/shop/product.h"
#include "generate/shop/words.h"

/* What a bill draws for, as SHOP_PROMO. */
enum { DRAW_CODE, DRAW_AMOUNT };

ShopCartBill
shop_cart_bill(const ShopWorld *world, const ShopSession *session)
{
  enum { CODE_SKEW = 2, LEAST_PERMILLE = 20, SPREAD_PERMILLE = 130 };
  ShopDraw draw = shop_world_draw(world, SHOP_PROMO, session->booking);
  ShopCartBill bill = {.promo_code = SLICE_EMPTY};

  for (unsigned i = 0; i < session->items; i++)
    bill.items_amount += (uint64_t)session->basket[i].quantity *
                         shop_product_price(world, session->basket[i].product);
  if (!session->has_promo)
    return bill;

  uint64_t permille = LEAST_PERMILLE + shop_draw_below(draw, DRAW_AMOUNT, SPREAD_PERMILLE);

  bill.promo_amount = bill.items_amount * permille / 1000;
  bill.promo_code =
      shop_promos.words[shop_draw_skewed(draw, DRAW_CODE, shop_promos.length, CODE_SKEW)];
  return bill;
}

void
shop_cart_put_item(const ShopWorld *world, const ShopItem *item, Bytes *text)
{
  shop_text(text, "{'product_id': ");
  shop_text_integer(text, shop_product_id(world, item->product));
  shop_text(text, ", 'quantity': ");
  shop_text_integer(text, item->quantity);
  shop_text(text, ", 'item_price': ");
  shop_text_integer(text, shop_product_price(world, item->product));
  shop_text(text, "}");
}
