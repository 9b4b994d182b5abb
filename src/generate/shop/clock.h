/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdint.h>

/* When things happen. A clock spreads one from 0 to 1 (as a fraction of 2^64) over whole years in
 * the shop's rhythm: busy months, weekdays and hours, campaign days, growth from year to year.
 * Later shares are later times. All in UTC, microseconds since the epoch; immutable. */
typedef struct ShopClock ShopClock;

#define SHOP_DAY_US INT64_C(86400000000)

typedef struct {
  int first_year;
  int end_year;    /* the first year not in it */
  unsigned growth; /* percent of the first year's trade that each year adds */
} ShopYears;

ShopClock *shop_clock_new(ShopYears years);
void shop_clock_free(ShopClock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShopClock, shop_clock_free)

int64_t shop_clock_at(const ShopClock *self, uint64_t share);

/* Every smaller share lies before the day of `time_us`. */
uint64_t shop_clock_share(const ShopClock *self, int64_t time_us);

typedef struct {
  int year;
  int month; /* 1 to 12 */
  int day;   /* 1 to 31 */
} ShopDate;

/* Days since the epoch, and back: the proleptic Gregorian calendar. */
int64_t shop_date_days(ShopDate date);
ShopDate shop_date_of(int64_t days);

enum { SHOP_DATE_BYTES = 10, SHOP_TIME_BYTES = 27 };

/* 2024-03-05 and 2024-03-05T12:34:56.789123Z, without an ending NUL. */
void shop_date_put(uint8_t *at, ShopDate date);
void shop_time_put(uint8_t *at, int64_t time_us);
