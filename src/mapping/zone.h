/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <stdint.h>

/* A time zone by its name in the IANA database ("Europe/Berlin"), or an offset ("+07:00").
 * Immutable once made: threads share it. */
typedef struct Zone Zone;

/* FAULT_SETUP: there is none of that name; names the nearest. */
Zone *zone_new(const char *name, GError **error);
void zone_free(Zone *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Zone, zone_free)

const char *zone_name(const Zone *self);

/* Seconds since the epoch of what clocks there show (counted as if it were UTC). Where clocks are
 * put forward, times between are shown by none: false. Where they are put back, they show a time
 * twice: it is the first. */
bool zone_to_utc(const Zone *self, int64_t local_s, int64_t *out_utc_s);

/* What is to be added to UTC there and then. */
int32_t zone_offset_s(const Zone *self, int64_t utc_s);
