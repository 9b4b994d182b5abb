/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/datum.h"

#include <math.h>

enum { LONG_BYTES = 10, DOUBLE_BYTES = 8 };

/* event_metadata's branches: ["string", "null"]. */
enum { BRANCH_TEXT = 0, BRANCH_NULL = 1 };

#define NAN_BITS UINT64_C(0x7ff8000000000000)

const char *const generate_datum_damages[] = {"cut", "trailing", "length", "empty", "text", NULL};

static void
put_long(Bytes *out, int64_t value)
{
  uint8_t *at = bytes_reserve(out, LONG_BYTES);
  uint64_t zigzag = ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);

  while (zigzag > 0x7f) {
    *at++ = (uint8_t)(zigzag | 0x80);
    zigzag >>= 7;
    out->len++;
  }
  *at = (uint8_t)zigzag;
  out->len++;
}

/* One NaN on every machine. */
static void
put_double(Bytes *out, double value)
{
  uint64_t bits;

  memcpy(&bits, &value, sizeof bits);
  bits = GUINT64_TO_LE(isnan(value) ? NAN_BITS : bits);
  bytes_append(out, &bits, DOUBLE_BYTES);
}

static void
put_text(Bytes *out, const Value *value)
{
  put_long(out, (int64_t)value->text.len);
  bytes_append_slice(out, value->text);
}

static void
put_value(Bytes *out, ShopFieldType type, const Value *value)
{
  switch (type) {
  case SHOP_NUMBER:
    put_double(out, value->number);
    break;
  case SHOP_TEXT:
    put_text(out, value);
    break;
  case SHOP_OPTIONAL_TEXT:
    put_long(out, value->kind == VALUE_MISSING ? BRANCH_NULL : BRANCH_TEXT);
    if (value->kind != VALUE_MISSING)
      put_text(out, value);
    break;
  }
}

void
generate_datum_put(const ShopEntity *entity, const ShopRecord *record, Bytes *out_datum)
{
  for (size_t i = 0; i < entity->fields_length; i++)
    put_value(out_datum, entity->fields[i].type, &record->values[i]);
}

/* Right up to the first text. */
static void
put_long_text(const ShopEntity *entity, const ShopRecord *record, Bytes *out)
{
  const int64_t beyond = INT64_C(1) << 40;
  size_t i = 0;

  while (entity->fields[i].type != SHOP_TEXT) {
    put_value(out, entity->fields[i].type, &record->values[i]);
    i++;
  }
  put_long(out, (int64_t)record->values[i].text.len + beyond);
  bytes_append_slice(out, record->values[i].text);
}

void
generate_datum_put_damaged(const ShopEntity *entity, const ShopRecord *record,
                           GenerateDatumDamage damage, Bytes *out_datum)
{
  static const char text[] = "{\"note\": \"this message is not Avro\"}";
  size_t start = out_datum->len;

  switch (damage) {
  case GENERATE_DATUM_CUT:
    generate_datum_put(entity, record, out_datum);
    out_datum->len = start + (out_datum->len - start) / 2;
    break;
  case GENERATE_DATUM_TRAILING:
    generate_datum_put(entity, record, out_datum);
    bytes_append(out_datum, "!", 1);
    break;
  case GENERATE_DATUM_LENGTH:
    put_long_text(entity, record, out_datum);
    break;
  case GENERATE_DATUM_EMPTY:
    break;
  case GENERATE_DATUM_TEXT:
    bytes_append(out_datum, text, sizeof text - 1);
    break;
  }
}
