/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Reads an ISO 8601 time as milliseconds since 1970-01-01T00:00:00Z, or fails:
 *
 *   2024-02-29                        midnight, UTC
 *   2024-02-29T16:05                  seconds may be left out
 *   2024-02-29T16:05:30.123456789Z    one to nine digits of a fraction, cut to milliseconds
 *   2024-02-29 16:05:30,5+07:00       a space for the T, a comma for the point
 *   2024-02-29T16:05:30-0330          offsets with or without a colon, or hours alone
 *
 * Without an offset it is UTC. The date must exist; years have four digits. */
bool
instant_parse(Slice text, int64_t *out_ms);
