/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* A CSV file as RFC 4180 has it: commas, or another delimiter, rows that end in CR LF, and fields
 * with a delimiter, quote, CR or LF in quotes. The file has another name until it is finished:
 * nobody takes half a file for a whole one. A device or a pipe is written to as it is. */
typedef struct CsvWriter CsvWriter;

/* `delimiter` 0: a comma. FAULT_SETUP when the file cannot be made; so for all others. */
CsvWriter *csv_writer_new(const char *path, char delimiter, GError **error);
/* Removes a file that was not finished. */
void csv_writer_free(CsvWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvWriter, csv_writer_free)

void csv_writer_field(CsvWriter *self, Slice text);
/* Ends the row: writes it, sooner or later. */
bool csv_writer_end_row(CsvWriter *self, GError **error);

/* Makes sure that all is on the disk and gives the file its name, replacing an older one. */
bool csv_writer_finish(CsvWriter *self, GError **error);

/* What a row is made of, for those who write it elsewhere. */
void csv_append_field(Bytes *out, Slice text, char delimiter);
