/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/shop/entity.h"

/* Appends the record as a bare Avro datum of the entity's schema.
 * https://avro.apache.org/docs/1.11.1/specification/#binary-encoding */
void generate_datum_put(const ShopEntity *entity, const ShopRecord *record, Bytes *out_datum);

/* What no reader with that schema can take for a datum, each by its name below. */
typedef enum {
  GENERATE_DATUM_CUT,      /* ends in the middle */
  GENERATE_DATUM_TRAILING, /* goes on behind the end */
  GENERATE_DATUM_LENGTH,   /* a text longer than the message */
  GENERATE_DATUM_EMPTY,    /* no byte at all; not a tombstone */
  GENERATE_DATUM_TEXT,     /* not Avro */
} GenerateDatumDamage;

extern const char *const generate_datum_damages[];

void generate_datum_put_damaged(const ShopEntity *entity, const ShopRecord *record,
                                GenerateDatumDamage damage, Bytes *out_datum);
