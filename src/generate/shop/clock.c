/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/clock.h"

#include "generate/shop/draw.h"
#include "text/text.h"

#include <stddef.h>

enum { DAYS_PER_WEEK = 7, EPOCH_WEEKDAY = 3 /* a Thursday, counted from Monday */ };

#define HOUR_US INT64_C(3600000000)

/* Trade of a month, a weekday (from Monday) and an hour (UTC; the shop's day is seven hours ahead:
 * it peaks at noon and at eight in the evening there), each against the others. */
static const unsigned month_weights[] = {88, 84, 94, 100, 108, 97, 95, 99, 97, 105, 128, 152};
static const unsigned weekday_weights[] = {96, 92, 93, 97, 108, 121, 113};
static const unsigned hour_weights[] = {55,  66,  78,  88, 98, 110, 96, 84, 82, 88, 96, 108,
                                        128, 140, 122, 88, 54, 30,  18, 11, 8,  10, 20, 38};

struct ShopClock {
  int64_t first_day;
  size_t days;
  uint64_t *before; /* owned: the trade of all days before each, and of all at the end */
  uint64_t hours_before[G_N_ELEMENTS(hour_weights) + 1];
};

int64_t
shop_date_days(ShopDate date)
{
  /* Years begin in March here, so that the leap day comes last. */
  int64_t year = date.year - (date.month <= 2);
  int64_t month = (date.month + 9) % 12;
  int64_t in_year = (153 * month + 2) / 5 + date.day - 1;

  return year * 365 + year / 4 - year / 100 + year / 400 + in_year - 719468;
}

ShopDate
shop_date_of(int64_t days)
{
  int64_t shifted = days + 719468;
  int64_t in_era = shifted % 146097;
  int64_t year_in_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  int64_t in_year = in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
  int64_t month = (5 * in_year + 2) / 153;

  return (ShopDate){
      .year = (int)(shifted / 146097 * 400 + year_in_era + (month >= 10)),
      .month = (int)(month < 10 ? month + 3 : month - 9),
      .day = (int)(in_year - (153 * month + 2) / 5 + 1),
  };
}

/* Salaries come at the end of the month; 11-11 and 12-12 are the great sales. */
static uint64_t
day_weight(int64_t day, ShopYears years)
{
  ShopDate date = shop_date_of(day);
  size_t weekday = (size_t)((day + EPOCH_WEEKDAY) % DAYS_PER_WEEK);
  uint64_t weight = (uint64_t)month_weights[date.month - 1] * weekday_weights[weekday];

  weight = weight * (100 + years.growth * (unsigned)(date.year - years.first_year)) / 100;
  if (date.day >= 25 && date.day <= 28)
    weight = weight * 118 / 100;
  if (date.month >= 11 && date.day == date.month)
    weight *= 4;
  return weight;
}

ShopClock *
shop_clock_new(ShopYears years)
{
  ShopClock *self = g_new0(ShopClock, 1);

  self->first_day = shop_date_days((ShopDate){years.first_year, 1, 1});
  self->days = (size_t)(shop_date_days((ShopDate){years.end_year, 1, 1}) - self->first_day);
  self->before = g_new0(uint64_t, self->days + 1);
  for (size_t i = 0; i < self->days; i++)
    self->before[i + 1] = self->before[i] + day_weight(self->first_day + (int64_t)i, years);
  for (size_t i = 0; i < G_N_ELEMENTS(hour_weights); i++)
    self->hours_before[i + 1] = self->hours_before[i] + hour_weights[i];
  return self;
}

void
shop_clock_free(ShopClock *self)
{
  if (self == NULL)
    return;
  g_free(self->before);
  g_free(self);
}

/* Finds the stretch of a rising table that the share falls in; the share is left as that of the
 * stretch. Rounds down throughout, so order is kept. */
static size_t
enter(const uint64_t *before, size_t stretches, uint64_t *share)
{
  uint64_t total = before[stretches];
  uint64_t whole = shop_share(*share, total);
  uint64_t rest = *share * total; /* the product's lower half: a fraction of one unit of trade */
  size_t low = 0;
  size_t high = stretches;

  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;

    if (before[middle] <= whole)
      low = middle;
    else
      high = middle;
  }

  uint64_t unit = UINT64_MAX / (before[low + 1] - before[low]);

  *share = (whole - before[low]) * unit + shop_share(rest, unit);
  return low;
}

int64_t
shop_clock_at(const ShopClock *self, uint64_t share)
{
  size_t day = enter(self->before, self->days, &share);
  size_t hour = enter(self->hours_before, G_N_ELEMENTS(hour_weights), &share);

  return (self->first_day + (int64_t)day) * SHOP_DAY_US + (int64_t)hour * HOUR_US +
         (int64_t)shop_share(share, (uint64_t)HOUR_US);
}

uint64_t
shop_clock_share(const ShopClock *self, int64_t time_us)
{
  int64_t day = time_us / SHOP_DAY_US - self->first_day;

  if (day <= 0)
    return 0;
  if (day >= (int64_t)self->days)
    return UINT64_MAX;
  return self->before[day] * (UINT64_MAX / self->before[self->days]);
}

void
shop_date_put(uint8_t *at, ShopDate date)
{
  text_put_padded(at, (uint64_t)date.year, 4);
  at[4] = '-';
  text_put_padded(at + 5, (uint64_t)date.month, 2);
  at[7] = '-';
  text_put_padded(at + 8, (uint64_t)date.day, 2);
}

void
shop_time_put(uint8_t *at, int64_t time_us)
{
  uint64_t in_day = (uint64_t)(time_us % SHOP_DAY_US);
  uint64_t seconds = in_day / 1000000;

  shop_date_put(at, shop_date_of(time_us / SHOP_DAY_US));
  at[10] = 'T';
  text_put_padded(at + 11, seconds / 3600, 2);
  at[13] = ':';
  text_put_padded(at + 14, seconds / 60 % 60, 2);
  at[16] = ':';
  text_put_padded(at + 17, seconds % 60, 2);
  at[19] = '.';
  text_put_padded(at + 20, in_day % 1000000, 6);
  at[26] = 'Z';
}
