/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/datum.h"
#include "schema/match.h"

/* Reading one value that holds no other, as the reader's type. */

/* The reader's symbol of an enum. */
bool leaf_symbol(Datum *datum, const Match *match, const char **out_symbol);

/* Appends the readable form of a value that has a logical type. */
bool leaf_logical(Datum *datum, const Match *match, Bytes *out);

/* Appends JSON: an enum's symbol, a logical type's readable form and a string as strings; bytes
 * and fixed as Avro's own JSON has them, a character U+0000 to U+00FF for each byte; numbers in
 * the one text form. A string that is not UTF-8 cannot be JSON and is refused. */
bool leaf_json(Datum *datum, const Match *match, Bytes *out);
bool leaf_json_string(Datum *datum, Bytes *out);
