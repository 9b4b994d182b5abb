/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/customer.h"

#include "generate/shop/entity.h"

#include <math.h>

enum { WORD_SKEW = 2 };
enum { PERMILLION_UNLOCATED = 2000, PERMILLION_ADDRESS = 20000 };

/* What a customer draws for. */
enum {
  DRAW_LAND,
  DRAW_PLACE,
  DRAW_LATITUDE,
  DRAW_LONGITUDE,
  DRAW_GENDER,
  DRAW_GIVEN,
  DRAW_FAMILY,
  DRAW_NUMBER,
  DRAW_MAIL,
  DRAW_BIRTH,
  DRAW_DEVICE,
  DRAW_DEVICE_VERSION,
  DRAW_DEVICE_ID,
  DRAW_DEVICE_ID_LOW, /* taken with it */
  DRAW_UNLOCATED,
  DRAW_ADDRESS,
  DRAW_STREET,
  DRAW_HOUSE,
};

static const Slice android_versions[] = {
    SHOP_WORD("Android 10"),    SHOP_WORD("Android 11"), SHOP_WORD("Android 9"),
    SHOP_WORD("Android 8.1.0"), SHOP_WORD("Android 13"), SHOP_WORD("Android 5.1.1"),
};
static const Slice ios_versions[] = {
    SHOP_WORD("iPhone; iOS 15.6.1, 64-bit"),
    SHOP_WORD("iPhone; iOS 14.8, 64-bit"),
    SHOP_WORD("iPad; iPadOS 16.2, 64-bit"),
    SHOP_WORD("iPhone; iOS 12.4"),
};

double
shop_customer_id(uint64_t member)
{
  return (double)(member + 1);
}

int32_t
shop_around(ShopDraw draw, uint64_t purpose, int32_t degrees_e6)
{
  enum { REACH_E6 = 150000 };

  return degrees_e6 + (int32_t)shop_draw_below(draw, purpose, UINT64_C(2) * REACH_E6) - REACH_E6;
}

static const ShopLand *
draw_land(ShopDraw draw)
{
  uint64_t total = 0;
  const ShopLand *land = shop_lands;

  for (size_t i = 0; i < shop_lands_length; i++)
    total += shop_lands[i].weight;
  for (uint64_t at = shop_draw_below(draw, DRAW_LAND, total); at >= land->weight; land++)
    at -= land->weight;
  return land;
}

ShopHome
shop_customer_home(const ShopWorld *world, uint64_t member)
{
  ShopDraw draw = shop_world_draw(world, SHOP_CUSTOMER, member);
  const ShopLand *land = draw_land(draw);
  const ShopPlace *place =
      &land->places[shop_draw_skewed(draw, DRAW_PLACE, land->places_length, WORD_SKEW)];

  return (ShopHome){
      .land = land,
      .place = place,
      .lat_e6 = shop_around(draw, DRAW_LATITUDE, place->lat_e6),
      .long_e6 = shop_around(draw, DRAW_LONGITUDE, place->long_e6),
  };
}

static void
put_lower(Bytes *text, Slice word)
{
  uint8_t *at = bytes_reserve(text, word.len);

  for (size_t i = 0; i < word.len; i++)
    at[i] = (uint8_t)g_ascii_tolower((char)word.data[i]);
  text->len += word.len;
}

static void
put_username(Bytes *text, ShopDraw draw, const ShopName *given, const ShopName *family)
{
  put_lower(text, given->plain);
  shop_text(text, ".");
  put_lower(text, family->plain);
  shop_text_integer(text, shop_draw_below(draw, DRAW_NUMBER, 10000));
}

static void
fill_person(ShopDraw draw, const ShopLand *land, ShopRecord *out)
{
  const ShopWords hosts = shop_mail_hosts;
  bool is_woman = shop_draw_bits(draw, DRAW_GENDER) & 1;
  const ShopName *names = is_woman ? land->women : land->men;
  size_t length = is_woman ? land->women_length : land->men_length;
  const ShopName *given = &names[shop_draw_skewed(draw, DRAW_GIVEN, length, WORD_SKEW)];
  const ShopName *family =
      &land->families[shop_draw_skewed(draw, DRAW_FAMILY, land->families_length, WORD_SKEW)];

  shop_record_text(out, given->text);
  shop_record_text(out, family->text);
  put_username(shop_record_open(out), draw, given, family);
  shop_record_close(out);

  Bytes *email = shop_record_open(out);

  put_username(email, draw, given, family);
  shop_text(email, "@");
  bytes_append_slice(email,
                     hosts.words[shop_draw_skewed(draw, DRAW_MAIL, hosts.length, WORD_SKEW)]);
  shop_record_close(out);
  shop_record_text(out, slice_text(is_woman ? "F" : "M"));
}

static void
fill_birth(ShopDraw draw, ShopRecord *out)
{
  enum { FIRST_YEAR = 1955, YEARS_DAYS = 49 * 365 };

  shop_record_date(out, shop_date_days((ShopDate){FIRST_YEAR, 1, 1}) +
                            (int64_t)shop_draw_below(draw, DRAW_BIRTH, YEARS_DAYS));
}

static void
fill_device(ShopDraw draw, ShopRecord *out)
{
  bool is_android = shop_draw_is(draw, DRAW_DEVICE, 770000);
  const Slice *versions = is_android ? android_versions : ios_versions;
  size_t length = is_android ? G_N_ELEMENTS(android_versions) : G_N_ELEMENTS(ios_versions);

  shop_record_text(out, slice_text(is_android ? "Android" : "iOS"));
  shop_record_uuid(out, draw, DRAW_DEVICE_ID);
  shop_record_text(out, versions[shop_draw_skewed(draw, DRAW_DEVICE_VERSION, length, WORD_SKEW)]);
}

/* A few wrote their whole address, on two lines. */
static void
fill_home(ShopDraw draw, const ShopHome *home, ShopRecord *out)
{
  bool is_located = !shop_draw_is(draw, DRAW_UNLOCATED, PERMILLION_UNLOCATED);

  shop_record_number(out, is_located ? home->lat_e6 / 1e6 : NAN);
  shop_record_number(out, is_located ? home->long_e6 / 1e6 : NAN);

  Bytes *location = shop_record_open(out);

  if (shop_draw_is(draw, DRAW_ADDRESS, PERMILLION_ADDRESS)) {
    bytes_append_slice(location,
                       shop_streets.words[shop_draw_below(draw, DRAW_STREET, shop_streets.length)]);
    shop_text(location, " No. ");
    shop_text_integer(location, 1 + shop_draw_below(draw, DRAW_HOUSE, 200));
    shop_text(location, ",\n");
  }
  bytes_append_slice(location, home->place->name);
  shop_record_close(out);
  shop_record_text(out, home->land->country);
}

void
shop_customer_fill(ShopVisits *visits, uint64_t index, ShopRecord *out)
{
  const ShopWorld *world = shop_visits_world(visits);
  ShopDraw draw = shop_world_draw(world, SHOP_CUSTOMER, index);
  ShopHome home = shop_customer_home(world, index);
  int64_t joined_day = shop_crowd_since_us(&world->customers, index) / SHOP_DAY_US;

  shop_record_reset(out);
  shop_record_number(out, shop_customer_id(index));
  fill_person(draw, home.land, out);
  fill_birth(draw, out);
  fill_device(draw, out);
  fill_home(draw, &home, out);
  shop_record_date(out, joined_day);
  shop_record_finish(out, joined_day * (SHOP_DAY_US / 1000));
}
