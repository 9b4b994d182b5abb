/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/columns.h"

/* A CSV file of a run, read into a mapping's fields: by bulkload and verify alike. Opened once
 * before work starts, for its header, and then again to be read; standard input once for both. */
typedef struct CsvFile CsvFile;

/* Adds a fault for what does not open or whose header does not fit, and returns NULL then. Returns
 * NULL without a fault for a file without a byte, as tools leave beside others. The reading is
 * borrowed. */
CsvFile *csv_file_new(const char *path, const Mapping *mapping, const CsvReading *reading,
                      CsvFindings *findings);
void csv_file_free(CsvFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvFile, csv_file_free)

const char *csv_file_path(const CsvFile *self);
const CsvColumns *csv_file_columns(const CsvFile *self);
/* Of the file, packed as it is; 0 if nobody knows. */
uint64_t csv_file_size(const CsvFile *self);

/* Goes behind the header; once. */
bool csv_file_open(CsvFile *self, GError **error);
/* As csv_reader_next(), after csv_file_open(); passes over repeated headers. */
bool csv_file_next(CsvFile *self, CsvRecord *out_record, GError **error);
const CsvReader *csv_file_reader(const CsvFile *self);
/* Closes it, and adds to the totals what was odd about it. */
void csv_file_close(CsvFile *self, CsvTotals *totals);
