/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/schema.h"

/* Logical types as text that a person reads and that sorts as the values do, for years of four
 * digits:
 *
 *   date                          2024-02-29
 *   time-millis, time-micros      12:34:56.789, 12:34:56.789012; MySQL's go beyond a day and below
 *                                 zero, as it writes them itself: 838:59:59.000, -00:00:01.000
 *   timestamp-millis, ...         2024-02-29T12:34:56.789Z; UTC, always all digits of the unit
 *   local-timestamp-millis, ...   2024-02-29T12:34:56.789
 *   decimal                       -12.34; as many digits behind the point as the scale says
 *   uuid (of a fixed)             f81d4fae-7dec-11d0-a765-00a0c91e6bf6
 *   duration                      P1M2DT3.004S; months, days, seconds; parts that are 0 left out
 *
 * A year above 9999 or below 0 has its sign and as many digits as it needs. Each appends to
 * `out`; false: a decimal of too many digits, and nothing was appended. */
void readable_integer(Bytes *out, SchemaLogical logical, int64_t value);
bool readable_decimal(Bytes *out, Slice unscaled, uint32_t scale);
/* The same with a scale of its own, which below 0 means zeros before the point. */
bool readable_scaled(Bytes *out, Slice unscaled, int64_t scale);
void readable_uuid(Bytes *out, const uint8_t *sixteen);
void readable_duration(Bytes *out, const uint8_t *twelve);

/* How many of the instant's unit are a day. */
int64_t readable_per_day(SchemaLogical logical);

/* Of a decimal's digits and of its bytes without those that only repeat the sign. */
enum { READABLE_DIGITS = 2000, READABLE_BYTES = 1024 };
