/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "mapping/pattern.h"
#include "mapping/zone.h"
#include "record/value.h"

/* Reads an ISO 8601 time as milliseconds since 1970-01-01T00:00:00Z, or fails:
 *
 *   2024-02-29                        midnight, UTC
 *   2024-02-29T16:05                  seconds may be left out
 *   2024-02-29T16:05:30.123456789Z    one to nine digits of a fraction, cut to milliseconds
 *   2024-02-29 16:05:30,5+07:00       a space for the T, a comma for the point
 *   2024-02-29T16:05:30-0330          offsets with or without a colon, or hours alone
 *
 * Without an offset it is UTC. The date must exist; years have four digits. */
bool instant_parse(Slice text, int64_t *out_ms);

/* The same to the last digit: seconds since the epoch, and 0 to 999,999,999 ns on top. */
bool instant_parse_exact(Slice text, int64_t *out_seconds, int64_t *out_ns);

/* A time of day without an offset, in nanoseconds: 16:05, 16:05:30, 16:05:30.123456. As databases
 * have it, it may be negative or go beyond a day: -01:30, 838:59:59. */
bool instant_parse_clock(Slice text, int64_t *out_ns);

/* Days since 1970-01-01; false: there is no such date. */
bool instant_date(int year, int month, int day, int *out_days);

typedef enum {
  INSTANT_ISO8601,
  INSTANT_MS, /* since the epoch: a whole number, or a text that spells one */
  INSTANT_S,  /* the same in seconds; a fraction is rounded to milliseconds */
  INSTANT_US, /* and in smaller units, cut to milliseconds as ISO 8601's are */
  INSTANT_NS,
  INSTANT_PATTERN, /* a text written as the pattern says, cut to milliseconds */
} InstantFormat;

/* How a time is read. Immutable: threads share it. */
typedef struct {
  InstantFormat format;
  char *text;              /* owned: what the mapping says of it, the zone behind it */
  InstantPattern *pattern; /* owned; INSTANT_PATTERN */
  Zone *zone;              /* owned: of texts without an offset; NULL: UTC */
} InstantForm;

/* The form of a format that is no pattern, in UTC; nobody frees it. */
const InstantForm *instant_form(InstantFormat format);
void instant_form_free(InstantForm *self);

/* Reads a value as a time that HBase takes as a cell's timestamp: 0 <= t < 2^63-1. It accepts a
 * negative one too, but then that row can no longer be read. Anything else is FAULT_RECORD. */
bool instant_of_value(const Value *value, const InstantForm *form, int64_t *out_ms, GError **error);

/* The same of any time, before 1970 too. */
bool instant_read(const Value *value, const InstantForm *form, int64_t *out_ms, GError **error);

/* Holds any time against that range. */
bool instant_in_range(int64_t ms, GError **error);
