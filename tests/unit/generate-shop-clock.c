/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/clock.h"

#include <string.h>

static const ShopYears years = {2020, 2025, 30};

static void
dates_are_those_of_the_calendar(void)
{
  GDate date;
  int64_t epoch;

  g_date_clear(&date, 1);
  g_date_set_dmy(&date, 1, G_DATE_JANUARY, 1970);
  epoch = g_date_get_julian(&date);
  g_date_set_dmy(&date, 1, G_DATE_JANUARY, 1899);
  for (int i = 0; i < 250 * 366; i++, g_date_add_days(&date, 1)) {
    int64_t days = (int64_t)g_date_get_julian(&date) - epoch;
    ShopDate ours = shop_date_of(days);

    g_assert_cmpint(ours.year, ==, g_date_get_year(&date));
    g_assert_cmpint(ours.month, ==, (int)g_date_get_month(&date));
    g_assert_cmpint(ours.day, ==, g_date_get_day(&date));
    g_assert_cmpint(shop_date_days(ours), ==, days);
  }
}

static void
times_are_written_as_iso_8601(void)
{
  const struct {
    int64_t time_us;
    const char *text;
  } cases[] = {
      {0, "1970-01-01T00:00:00.000000Z"},
      {1709642096789123, "2024-03-05T12:34:56.789123Z"},
      {1709251199999999, "2024-02-29T23:59:59.999999Z"},
      {4102444800000001, "2100-01-01T00:00:00.000001Z"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint8_t text[SHOP_TIME_BYTES];

    shop_time_put(text, cases[i].time_us);
    g_assert_cmpmem(text, sizeof text, cases[i].text, strlen(cases[i].text));
  }
}

static void
a_later_share_is_a_later_time_within_the_years(void)
{
  enum { STEPS = 300000 };
  g_autoptr(ShopClock) clock = shop_clock_new(years);
  const int64_t first_us = shop_date_days((ShopDate){2020, 1, 1}) * SHOP_DAY_US;
  const int64_t end_us = shop_date_days((ShopDate){2025, 1, 1}) * SHOP_DAY_US;
  int64_t before_us = first_us;

  for (uint64_t i = 0; i < STEPS; i++) {
    int64_t time_us = shop_clock_at(clock, UINT64_MAX / (STEPS - 1) * i);

    g_assert_cmpint(time_us, >=, before_us);
    before_us = time_us;
  }
  g_assert_cmpint(before_us, <, end_us);
  g_assert_cmpint(before_us, >, end_us - SHOP_DAY_US / 24);
  g_assert_cmpint(shop_clock_at(clock, 0), ==, first_us);
}

static void
smaller_shares_lie_before_the_day(void)
{
  g_autoptr(ShopClock) clock = shop_clock_new(years);
  const int64_t first_day = shop_date_days((ShopDate){2020, 1, 1});
  const int64_t end_day = shop_date_days((ShopDate){2025, 1, 1});

  g_assert_cmpuint(shop_clock_share(clock, first_day * SHOP_DAY_US - 1), ==, 0);
  g_assert_cmpuint(shop_clock_share(clock, end_day * SHOP_DAY_US), ==, UINT64_MAX);
  for (int64_t day = first_day + 1; day < end_day; day++) {
    uint64_t share = shop_clock_share(clock, day * SHOP_DAY_US + 12345);

    g_assert_cmpint(shop_clock_at(clock, share - 1), <, day * SHOP_DAY_US);
    g_assert_cmpint(shop_clock_at(clock, share - 1), >, (day - 1) * SHOP_DAY_US);
  }
}

static void
evenings_december_and_later_years_are_busier(void)
{
  enum { STEPS = 200000 };
  g_autoptr(ShopClock) clock = shop_clock_new(years);
  unsigned hours[24] = {0};
  unsigned months[13] = {0};
  unsigned per_year[5] = {0};

  for (uint64_t i = 0; i < STEPS; i++) {
    int64_t time_us = shop_clock_at(clock, UINT64_MAX / STEPS * i);
    ShopDate date = shop_date_of(time_us / SHOP_DAY_US);

    hours[time_us % SHOP_DAY_US / (SHOP_DAY_US / 24)]++;
    months[date.month]++;
    per_year[date.year - years.first_year]++;
  }
  g_assert_cmpuint(hours[13], >, 12 * hours[20]);
  g_assert_cmpuint(months[12] * 2, >, 3 * months[1]);
  g_assert_cmpuint(per_year[4] * 10, >, per_year[0] * 20);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/shop-clock/dates", dates_are_those_of_the_calendar);
  g_test_add_func("/shop-clock/text", times_are_written_as_iso_8601);
  g_test_add_func("/shop-clock/order", a_later_share_is_a_later_time_within_the_years);
  g_test_add_func("/shop-clock/share", smaller_shares_lie_before_the_day);
  g_test_add_func("/shop-clock/rhythm", evenings_december_and_later_years_are_busier);
  return g_test_run();
}
