/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "json/scan.h"
#include "record/value.h"

/* A number as its own type, nothing lost: a whole one within 64 bits is VALUE_INT; any other is
 * VALUE_DOUBLE where a double of the nearest value is whole only if the number is; the rest, a
 * whole number of more than 64 bits or 9007199254740991.5, is VALUE_TEXT, as it is written. NaN is
 * missing. False: it is beyond all doubles. */
bool json_number_value(const JsonNumber *number, Value *out_value);

/* Appends a checked value as compact JSON in the order of the input: without space, strings and
 * numbers in the one form that they have everywhere. */
void json_compact(Slice value, Bytes *out);
