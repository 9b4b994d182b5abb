/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* The word lists that records are made of. In each list what comes first is more common. */

typedef struct {
  Slice text;
  Slice plain; /* in ASCII, for user names */
} ShopName;

typedef struct {
  Slice name;
  int32_t lat_e6; /* millionths of a degree */
  int32_t long_e6;
} ShopPlace;

/* A country that customers live in. */
typedef struct {
  Slice country;
  uint16_t weight;
  const ShopName *women;
  size_t women_length;
  const ShopName *men;
  size_t men_length;
  const ShopName *families;
  size_t families_length;
  const ShopPlace *places;
  size_t places_length;
} ShopLand;

typedef enum { SHOP_FOR_ALL, SHOP_FOR_WOMEN, SHOP_FOR_MEN } ShopWearer;

/* A kind of article in the catalogue. */
typedef struct {
  Slice master;
  Slice sub;
  Slice article;
  Slice usage;
  uint32_t price; /* a usual one, in rupiah */
  ShopWearer wearer;
  uint32_t inches; /* of its smallest size; 0: has none */
} ShopArticle;

typedef struct {
  const Slice *words;
  size_t length;
} ShopWords;

extern const ShopLand shop_lands[];
extern const size_t shop_lands_length;
extern const ShopArticle shop_articles[];
extern const size_t shop_articles_length;

extern const ShopWords shop_brands;
extern const ShopWords shop_colours;
extern const ShopWords shop_searches; /* what visitors type: with commas and quotes */
extern const ShopWords shop_promos;
extern const ShopWords shop_streets;
extern const ShopWords shop_mail_hosts;

#define SHOP_WORD(text)                                                                            \
  {                                                                                                \
    (const uint8_t *)(text), sizeof(text) - 1                                                      \
  }
