/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/reader.h"
#include "mapping/mapping.h"

/* All that shapes how CSV files are read into a mapping's fields. Everything is borrowed; zeroed is
 * the default. */
typedef struct {
  CsvOptions csv;
  const char *const *names;      /* NULL-ended: of the columns; NULL: the first line has them */
  const char *const *null_texts; /* NULL-ended, or NULL: mean missing, beside the mapping's own */
  bool may_miss;                 /* a field without a column is a note then, not a fault */
  bool keeps_headers;            /* a record like the header is one all the same */
  bool has_quoted_empty;         /* "" is an empty text, and nothing at all is missing */
  bool has_decimal_comma;        /* 12,5 in numeric fields */
} CsvReading;

/* Which column of a CSV file is which field of the mapping: what its header says. Immutable. */
typedef struct CsvColumns CsvColumns;

enum { CSV_NO_COLUMN = -1 };

/* What was found out about headers, as sentences that begin with the file's name. Zeroed is
 * empty. */
typedef struct {
  FaultList faults; /* no header, a stored column twice, a field that no column is for */
  FaultList notes;  /* columns that no field is for */
} CsvFindings;

void csv_findings_clear(CsvFindings *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CsvFindings, csv_findings_clear)

/* What looked odd in all the files of a run, as sentences that begin with the file's name; and how
 * many repeated headers were passed over. Zeroed is empty. */
typedef struct {
  uint64_t headers;
  FaultList warnings;
} CsvTotals;

void csv_totals_clear(CsvTotals *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CsvTotals, csv_totals_clear)

/* `name` is the file's. NULL if there was a fault. */
CsvColumns *csv_columns_new(const Mapping *mapping, const CsvReading *reading, const char *name,
                            const CsvRecord *header, CsvFindings *findings);
void csv_columns_free(CsvColumns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvColumns, csv_columns_free)

size_t csv_columns_length(const CsvColumns *self);
const char *csv_columns_name(const CsvColumns *self, size_t i);
/* The column of each of mapping_fields(), or CSV_NO_COLUMN. */
const int *csv_columns_of_fields(const CsvColumns *self);

/* Whether the column is for any field. */
bool csv_columns_is_stored(const CsvColumns *self, size_t i);

/* True for the header once more, which tools leave when they join files. */
bool csv_columns_is_header(const CsvColumns *self, const CsvRecord *record);

/* FAULT_RECORD: a record of so many fields has more or fewer than the header. */
bool csv_columns_fit(const CsvColumns *self, size_t length, GError **error);

/* What mapping_parse_texts() takes for a field of the file. */
Value csv_reading_value(const CsvReading *self, const CsvField *field);
