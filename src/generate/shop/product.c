/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/product.h"

#include "generate/shop/entity.h"
#include "generate/shop/words.h"

#include <math.h>

enum { WORD_SKEW = 2 };

/* What a catalogue does not know of some of its articles. */
enum { PERMILLION_NO_COLOUR = 3000, PERMILLION_NO_YEAR = 1000, PERMILLION_NO_USAGE = 7000 };
enum { PERMILLION_INCHES = 800000, PERMILLION_PACK = 50000, PERMILLION_TWO_LINES = 5000 };

/* What a product draws for. */
enum {
  DRAW_GAP,
  DRAW_ARTICLE,
  DRAW_PRICE,
  DRAW_GENDER,
  DRAW_COLOUR,
  DRAW_BRAND,
  DRAW_NO_COLOUR,
  DRAW_NO_YEAR,
  DRAW_NO_USAGE,
  DRAW_INCHES,
  DRAW_PACK,
  DRAW_TWO_LINES,
  DRAW_SIZE,
};

static const struct {
  Slice gender;
  Slice of; /* in a display name */
} genders[] = {
    {SHOP_WORD("Men"), SHOP_WORD("Men's ")},     {SHOP_WORD("Women"), SHOP_WORD("Women's ")},
    {SHOP_WORD("Unisex"), SHOP_WORD("Unisex ")}, {SHOP_WORD("Boys"), SHOP_WORD("Boys' ")},
    {SHOP_WORD("Girls"), SHOP_WORD("Girls' ")},
};
static const uint16_t gender_weights[][G_N_ELEMENTS(genders)] = {
    [SHOP_FOR_ALL] = {480, 390, 60, 40, 30},
    [SHOP_FOR_WOMEN] = {0, 930, 0, 0, 70},
    [SHOP_FOR_MEN] = {900, 0, 0, 100, 0},
};

static const ShopArticle *
article(ShopDraw draw)
{
  return &shop_articles[shop_draw_skewed(draw, DRAW_ARTICLE, shop_articles_length, WORD_SKEW)];
}

uint64_t
shop_product_id(const ShopWorld *world, uint64_t member)
{
  enum { FIRST = 1000, GAP = 3 };
  ShopDraw draw = shop_world_draw(world, SHOP_PRODUCT, member);

  return FIRST + member * GAP + shop_draw_below(draw, DRAW_GAP, GAP);
}

uint32_t
shop_product_price(const ShopWorld *world, uint64_t member)
{
  enum { LEAST_PERMILLE = 600, SPREAD_PERMILLE = 1000 };
  ShopDraw draw = shop_world_draw(world, SHOP_PRODUCT, member);
  uint64_t permille = LEAST_PERMILLE + shop_draw_below(draw, DRAW_PRICE, SPREAD_PERMILLE);

  return (uint32_t)(article(draw)->price * permille / 1000);
}

static Slice
season(int month)
{
  static const Slice seasons[] = {SHOP_WORD("Winter"), SHOP_WORD("Spring"), SHOP_WORD("Summer"),
                                  SHOP_WORD("Fall")};

  return seasons[month % 12 / 3];
}

static Slice
word_or_nan(ShopDraw draw, uint64_t purpose, uint64_t share_per_million, Slice word)
{
  return shop_draw_is(draw, purpose, share_per_million) ? slice_text("nan") : word;
}

static void
put_display_name(ShopDraw draw, Slice of, Slice colour, Bytes *text)
{
  const ShopArticle *kind = article(draw);

  bytes_append_slice(
      text, shop_brands.words[shop_draw_skewed(draw, DRAW_BRAND, shop_brands.length, WORD_SKEW)]);
  shop_text(text, shop_draw_is(draw, DRAW_TWO_LINES, PERMILLION_TWO_LINES) ? "\n" : " ");
  bytes_append_slice(text, of);
  bytes_append_slice(text, colour);
  shop_text(text, " ");
  bytes_append_slice(text, kind->article);
  if (kind->inches > 0 && shop_draw_is(draw, DRAW_INCHES, PERMILLION_INCHES)) {
    shop_text(text, " ");
    shop_text_integer(text, kind->inches + shop_draw_below(draw, DRAW_SIZE, 6));
    shop_text(text, "\"");
  }
  if (shop_draw_is(draw, DRAW_PACK, PERMILLION_PACK)) {
    shop_text(text, ", Pack of ");
    shop_text_integer(text, 2 + shop_draw_below(draw, DRAW_SIZE, 4));
  }
}

void
shop_product_fill(ShopVisits *visits, uint64_t index, ShopRecord *out)
{
  const ShopWorld *world = shop_visits_world(visits);
  ShopDraw draw = shop_world_draw(world, SHOP_PRODUCT, index);
  const ShopArticle *kind = article(draw);
  int64_t since_us = shop_crowd_since_us(&world->products, index);
  ShopDate date = shop_date_of(since_us / SHOP_DAY_US);
  size_t gender =
      shop_draw_weighted(draw, DRAW_GENDER, gender_weights[kind->wearer], G_N_ELEMENTS(genders));
  Slice colour =
      shop_colours.words[shop_draw_skewed(draw, DRAW_COLOUR, shop_colours.length, WORD_SKEW)];

  shop_record_reset(out);
  shop_record_number(out, (double)shop_product_id(world, index));
  shop_record_text(out, genders[gender].gender);
  shop_record_text(out, kind->master);
  shop_record_text(out, kind->sub);
  shop_record_text(out, kind->article);
  shop_record_text(out, word_or_nan(draw, DRAW_NO_COLOUR, PERMILLION_NO_COLOUR, colour));
  shop_record_text(out, season(date.month));
  shop_record_number(out, shop_draw_is(draw, DRAW_NO_YEAR, PERMILLION_NO_YEAR) ? NAN
                                                                               : (double)date.year);
  shop_record_text(out, word_or_nan(draw, DRAW_NO_USAGE, PERMILLION_NO_USAGE, kind->usage));
  put_display_name(draw, genders[gender].of, colour, shop_record_open(out));
  shop_record_close(out);
  shop_record_finish(out, since_us / 1000);
}
