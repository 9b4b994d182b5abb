/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/shop/clock.h"
#include "generate/shop/draw.h"
#include "record/value.h"

/* A record while it is being written, field after field in the schema's order, then read. Reused;
 * its texts are good until the next reset. Zeroed is empty. */
enum { SHOP_RECORD_FIELDS = 16 };

typedef struct {
  Value values[SHOP_RECORD_FIELDS]; /* VALUE_TEXT, VALUE_DOUBLE (NaN: missing) or VALUE_MISSING */
  size_t starts[SHOP_RECORD_FIELDS];
  size_t length;
  int64_t time_ms; /* when it happened */
  Bytes text;      /* owned: where texts point */
} ShopRecord;

void shop_record_clear(ShopRecord *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ShopRecord, shop_record_clear)

void shop_record_reset(ShopRecord *self);

void shop_record_number(ShopRecord *self, double value);
void shop_record_text(ShopRecord *self, Slice text);
void shop_record_date(ShopRecord *self, int64_t days);
void shop_record_time(ShopRecord *self, int64_t time_us);
/* Takes this purpose and the next. */
void shop_record_uuid(ShopRecord *self, ShopDraw draw, uint64_t purpose);
void shop_record_missing(ShopRecord *self);

/* A text that is put together: append to what open returns, until close. */
Bytes *shop_record_open(ShopRecord *self);
void shop_record_close(ShopRecord *self);

/* After the last field: now the values may be read. */
void shop_record_finish(ShopRecord *self, int64_t time_ms);

/* What texts are put together from. */
void shop_text_integer(Bytes *text, uint64_t value);
/* A random UUID (version 4, lower case). Takes this purpose and the next. */
void shop_text_uuid(Bytes *text, ShopDraw draw, uint64_t purpose);
static inline void
shop_text(Bytes *text, const char *constant)
{
  bytes_append(text, constant, strlen(constant));
}
