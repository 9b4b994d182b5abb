/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/shop/record.h"
#include "generate/shop/visits.h"

/* What the shop keeps records of. */

typedef enum { SHOP_TEXT, SHOP_OPTIONAL_TEXT, SHOP_NUMBER } ShopFieldType;

typedef enum {
  SHOP_PLAIN,
  SHOP_REFERENCE, /* to a product or a session */
  SHOP_IDENTITY,  /* part of the row key, or the row's time: a record without it cannot be stored */
} ShopFieldRole;

typedef struct {
  const char *name;
  ShopFieldType type;
  ShopFieldRole role;
} ShopField;

enum { SHOP_KEY_PARTS = 3 };

typedef struct {
  const char *name; /* also its table's */
  const char *topic;
  const char *type; /* its Avro schema's name */
  const char *file; /* its files', without the ending */
  uint64_t per_block;
  const ShopField *fields; /* in the order of the Avro schema */
  size_t fields_length;
  size_t key[SHOP_KEY_PARTS]; /* fields */
  size_t key_length;
  /* Record `index`, whatever was asked before; asking in order is quickest. */
  void (*fill)(ShopVisits *visits, uint64_t index, ShopRecord *out);
} ShopEntity;

enum { SHOP_ENTITIES = 4 };
extern const ShopEntity shop_entities[SHOP_ENTITIES];

static inline uint64_t
shop_entity_records(const ShopEntity *self, const ShopWorld *world)
{
  return world->blocks * self->per_block;
}

/* The row key that the entity's mapping makes: the parts as text, joined by '#'. */
void shop_entity_put_key(const ShopEntity *self, const ShopRecord *record, Bytes *out_key);

void shop_customer_fill(ShopVisits *visits, uint64_t index, ShopRecord *out);
void shop_product_fill(ShopVisits *visits, uint64_t index, ShopRecord *out);
void shop_transaction_fill(ShopVisits *visits, uint64_t index, ShopRecord *out);
void shop_click_fill(ShopVisits *visits, uint64_t index, ShopRecord *out);
