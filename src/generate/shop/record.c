/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/record.h"

#include "text/text.h"

void
shop_record_clear(ShopRecord *self)
{
  bytes_clear(&self->text);
  *self = (ShopRecord){0};
}

void
shop_record_reset(ShopRecord *self)
{
  self->length = 0;
  bytes_reset(&self->text);
}

static Value *
next(ShopRecord *self)
{
  g_assert(self->length < SHOP_RECORD_FIELDS);
  return &self->values[self->length++];
}

void
shop_record_number(ShopRecord *self, double value)
{
  *next(self) = (Value){.kind = VALUE_DOUBLE, .number = value};
}

void
shop_record_missing(ShopRecord *self)
{
  *next(self) = (Value){.kind = VALUE_MISSING};
}

void
shop_record_text(ShopRecord *self, Slice text)
{
  bytes_append_slice(shop_record_open(self), text);
  shop_record_close(self);
}

void
shop_record_date(ShopRecord *self, int64_t days)
{
  uint8_t text[SHOP_DATE_BYTES];

  shop_date_put(text, shop_date_of(days));
  shop_record_text(self, slice(text, sizeof text));
}

void
shop_record_time(ShopRecord *self, int64_t time_us)
{
  uint8_t text[SHOP_TIME_BYTES];

  shop_time_put(text, time_us);
  shop_record_text(self, slice(text, sizeof text));
}

void
shop_record_uuid(ShopRecord *self, ShopDraw draw, uint64_t purpose)
{
  shop_text_uuid(shop_record_open(self), draw, purpose);
  shop_record_close(self);
}

Bytes *
shop_record_open(ShopRecord *self)
{
  self->starts[self->length] = self->text.len;
  return &self->text;
}

/* Where the text lies is known at the end only: until then the buffer moves. */
void
shop_record_close(ShopRecord *self)
{
  size_t start = self->starts[self->length];

  *next(self) = (Value){.kind = VALUE_TEXT, .text = {NULL, self->text.len - start}};
}

void
shop_record_finish(ShopRecord *self, int64_t time_ms)
{
  for (size_t i = 0; i < self->length; i++)
    if (self->values[i].kind == VALUE_TEXT)
      self->values[i].text.data = self->text.data + self->starts[i];
  self->time_ms = time_ms;
}

void
shop_text_integer(Bytes *text, uint64_t value)
{
  uint8_t *at = bytes_reserve(text, TEXT_NUMBER_BYTES);

  text->len += text_put_integer(at, (int64_t)value);
}

static uint8_t *
put_hex(uint8_t *at, uint64_t value, unsigned digits)
{
  static const char hex[] = "0123456789abcdef";

  for (unsigned i = 0; i < digits; i++)
    at[i] = (uint8_t)hex[value >> (4 * (digits - 1 - i)) & 15];
  return at + digits;
}

void
shop_text_uuid(Bytes *text, ShopDraw draw, uint64_t purpose)
{
  enum { UUID_BYTES = 36 };
  uint64_t high = shop_draw_bits(draw, purpose);
  uint64_t low = shop_draw_bits(draw, purpose + 1);
  uint8_t *at = bytes_reserve(text, UUID_BYTES);

  at = put_hex(at, high >> 32, 8);
  *at++ = '-';
  at = put_hex(at, high >> 16, 4);
  *at++ = '-';
  at = put_hex(at, 0x4000 | (high & 0x0fff), 4);
  *at++ = '-';
  at = put_hex(at, 0x8000 | (low >> 48 & 0x3fff), 4);
  *at++ = '-';
  put_hex(at, low, 12);
  text->len += UUID_BYTES;
}
