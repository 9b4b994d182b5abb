/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/columns.h"
#include "mapping/mapping.h"

/* A user's own tests of a mapping: one JSON file a case.
 *
 *   {"record": {...} | "JSON text" | null, "key": ..., "timestamp": ms, "expect": {...}}
 *   {"csv": {"column": "text"}, "timestamp": ms, "expect": {...}}
 *
 * `expect` is what outcome.h makes of the record, without "from"; "timestamp", "stage" and
 * "decoded" are compared where they are there, and "refused" is part of the reason. */

typedef struct {
  const Mapping *mapping;
  const CsvReading *reading;
  GString *report; /* what differs is appended */
  size_t cases;
  size_t different;
} TryCases;

/* Runs every *.json of the folder, in order of their names. FAULT_SETUP: a file that is no case, or
 * there is none. */
bool try_cases(TryCases *self, const char *folder, GError **error);
