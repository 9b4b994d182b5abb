/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/shop/visits.h"

/* What a booked session's basket costs; its events and its transaction tell the same. */
typedef struct {
  uint64_t items_amount; /* in rupiah */
  uint64_t promo_amount; /* 0 without a promo */
  Slice promo_code;      /* empty without */
} ShopCartBill;

ShopCartBill shop_cart_bill(const ShopWorld *world, const ShopSession *session);

/* {'product_id': 54728, 'quantity': 1, 'item_price': 191247} */
void shop_cart_put_item(const ShopWorld *world, const ShopItem *item, Bytes *text);
