/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/shop/words.h"
#include "generate/shop/world.h"

/* Where a customer lives; others ask too. */
typedef struct {
  const ShopLand *land;
  const ShopPlace *place;
  int32_t lat_e6; /* millionths of a degree */
  int32_t long_e6;
} ShopHome;

double shop_customer_id(uint64_t member);
ShopHome shop_customer_home(const ShopWorld *world, uint64_t member);

/* Somewhere around a place. */
int32_t shop_around(ShopDraw draw, uint64_t purpose, int32_t degrees_e6);
