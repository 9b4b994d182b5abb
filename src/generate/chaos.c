/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/chaos.h"

#include <math.h>

/* What chaos draws for. */
enum {
  DRAW_DELAY,
  DRAW_REPEAT,
  DRAW_DAMAGE,
  DRAW_DAMAGE_KIND,
  DRAW_NULL = 16,      /* one for each field */
  DRAW_NULL_TEXT = 32, /* one for each field */
};

static bool
is_missing(const Value *value)
{
  if (value->kind == VALUE_TEXT)
    return value->text.len == 0 || slice_equal(value->text, slice_text("nan"));
  return value->kind == VALUE_MISSING || isnan(value->number);
}

static Value
missing(ShopFieldType type, uint64_t bits)
{
  switch (type) {
  case SHOP_NUMBER:
    return (Value){.kind = VALUE_DOUBLE, .number = NAN};
  case SHOP_TEXT:
    return (Value){.kind = VALUE_TEXT, .text = bits & 1 ? slice_text("nan") : SLICE_EMPTY};
  case SHOP_OPTIONAL_TEXT:
    break;
  }
  return (Value){.kind = VALUE_MISSING};
}

static uint64_t
null_share(ShopFieldRole role)
{
  switch (role) {
  case SHOP_REFERENCE:
    return GENERATE_NULL_REFERENCES;
  case SHOP_PLAIN:
    return GENERATE_NULL_FIELDS;
  case SHOP_IDENTITY:
    break;
  }
  return 0;
}

void
generate_chaos_take(ShopDraw chaos, const ShopEntity *entity, ShopRecord *record,
                    GenerateCounts *counts)
{
  for (size_t i = 0; i < entity->fields_length; i++) {
    const ShopField *field = &entity->fields[i];

    if (!shop_draw_is(chaos, DRAW_NULL + i, null_share(field->role)))
      continue;
    if (is_missing(&record->values[i]))
      continue;
    record->values[i] = missing(field->type, shop_draw_bits(chaos, DRAW_NULL_TEXT + i));
    counts->nulls[i]++;
  }
}

unsigned
generate_chaos_delay(ShopDraw chaos)
{
  uint64_t at = shop_draw_below(chaos, DRAW_DELAY, 1000000);

  if (at < GENERATE_LATE)
    return GENERATE_LATE_DISTANCE;
  return at < GENERATE_LATE + GENERATE_OUT_OF_ORDER ? GENERATE_ORDER_DISTANCE : 0;
}

bool
generate_chaos_repeats(ShopDraw chaos)
{
  return shop_draw_is(chaos, DRAW_REPEAT, GENERATE_DUPLICATES);
}

bool
generate_chaos_damages(ShopDraw chaos, size_t kinds, size_t *out_kind)
{
  if (kinds == 0 || !shop_draw_is(chaos, DRAW_DAMAGE, GENERATE_DAMAGED))
    return false;
  *out_kind = (size_t)shop_draw_below(chaos, DRAW_DAMAGE_KIND, kinds);
  return true;
}
