/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/columns.h"

/* Makes rows of a mapping's table of CSV records, whatever they come from. Zeroed, with the first
 * three set, it is ready. One thread owns it. */
typedef struct {
  const Mapping *mapping;    /* borrowed */
  const CsvReading *reading; /* borrowed */
  int64_t timestamp_ms;      /* of every record, where the mapping's time is the record's */
  int64_t number;            /* of the next record: mappings may count them */
  Value *values;             /* owned: one for each field; NULL before the first */
  Bytes scratch;
} CsvRows;

void csv_rows_clear(CsvRows *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CsvRows, csv_rows_clear)

/* Counts the record. FAULT_RECORD: it has no row. What `row` points to is good until the next
 * call. */
bool csv_rows_make(CsvRows *self, const CsvColumns *columns, const CsvRecord *record, Row *row,
                   GError **error);
