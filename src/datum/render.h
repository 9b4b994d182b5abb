/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/datum.h"
#include "schema/match.h"

/* Reads one value of the writer's and appends it as compact JSON: a record's fields in the
 * reader's order, defaults among them; a union's value without its branch's name; leaves as
 * leaf_json() has them. */
bool render_json(Datum *datum, const Match *match, Bytes *out);

/* Texts of JSON may be this long: the largest cell that HBase takes unless it is told otherwise. */
enum { RENDER_BYTES = 10 << 20 };
