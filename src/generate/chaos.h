/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/sink.h"

/* What goes wrong on purpose, in stated shares. Which records it meets follows from the seed and
 * their index alone, so it costs no memory and can be told beforehand. Row keys and the times that
 * rows get are never touched, and what is sent twice or late is the same record: the table comes
 * out as without chaos but for the missing fields. */
enum {
  GENERATE_NULL_REFERENCES = 10000, /* all of a million */
  GENERATE_NULL_FIELDS = 5000,
  GENERATE_DUPLICATES = 5000,
  GENERATE_OUT_OF_ORDER = 10000,
  GENERATE_LATE = 2000,
  GENERATE_DAMAGED = 1000,
};

/* How many records overtake one that is out of order, or late. */
enum { GENERATE_ORDER_DISTANCE = 20, GENERATE_LATE_DISTANCE = 10000 };

/* What has been made of one entity. */
typedef struct {
  uint64_t records;  /* different ones */
  uint64_t messages; /* or rows: records + duplicates + damaged */
  uint64_t
      nulls[SHOP_RECORD_FIELDS]; /* by field; of those below none is counted when chaos is off */
  uint64_t duplicates;
  uint64_t out_of_order;
  uint64_t late;
  uint64_t damaged[GENERATE_MOST_DAMAGES]; /* by kind */
} GenerateCounts;

/* Takes some of the record's fields away. */
void generate_chaos_take(ShopDraw chaos, const ShopEntity *entity, ShopRecord *record,
                         GenerateCounts *counts);

/* 0, GENERATE_ORDER_DISTANCE or GENERATE_LATE_DISTANCE. */
unsigned generate_chaos_delay(ShopDraw chaos);

bool generate_chaos_repeats(ShopDraw chaos);

/* Whether something damaged comes with the record, and which of so many kinds. */
bool generate_chaos_damages(ShopDraw chaos, size_t kinds, size_t *out_kind);

static inline ShopDraw
generate_chaos(const ShopWorld *world, const ShopEntity *entity, uint64_t index)
{
  ShopDraw chaos = shop_world_draw(world, SHOP_CHAOS, index);

  return shop_draw_into(chaos, (uint64_t)(entity - shop_entities));
}
