/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/shop/world.h"

/* What others ask of a product. */

/* Ascending by member, with gaps. */
uint64_t shop_product_id(const ShopWorld *world, uint64_t member);
/* In rupiah. */
uint32_t shop_product_price(const ShopWorld *world, uint64_t member);
