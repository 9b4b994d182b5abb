/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/datum.h"

/* The same records as JSON objects: a member for each field, null for a missing one and for NaN. */
void generate_json_put(const ShopEntity *entity, const ShopRecord *record, Bytes *out);

/* What is no such object, by the names that damaged datums have. */
void generate_json_put_damaged(const ShopEntity *entity, const ShopRecord *record,
                               GenerateDatumDamage damage, Bytes *out);
