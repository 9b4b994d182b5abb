/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/datum.h"
#include "schema/match.h"

/* Reads one value of the writer's and appends it as a datum of the reader's type, `reader`, of
 * which `match` is the match: promoted, in the reader's order, with the reader's defaults. What
 * neither type could hold without a change of its value (a time in another unit) is refused. */
bool recode(Datum *datum, const Match *match, const SchemaNode *reader, Bytes *out);
