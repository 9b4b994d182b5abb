/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "csv/split.h"

/* A CSV file as RFC 4180 has it, or in another form: rows that end in CR LF, and fields with a
 * delimiter, quote, CR or LF in quotes. Where the form has neither quotes nor an escape, there
 * are quotes all the same: nothing is lost. The file has another name until it is finished:
 * nobody takes half a file for a whole one. A device or a pipe is written to as it is. */
typedef struct CsvWriter CsvWriter;

/* `form` NULL: RFC 4180's; its delimiter is borrowed. FAULT_SETUP when the file cannot be made; so
 * for all others. */
CsvWriter *csv_writer_new(const char *path, const CsvForm *form, GError **error);
/* Removes a file that was not finished. */
void csv_writer_free(CsvWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvWriter, csv_writer_free)

void csv_writer_field(CsvWriter *self, Slice text);
/* As it was read: null, or quoted and empty. */
void csv_writer_put(CsvWriter *self, const CsvField *field);
/* Ends the row: writes it, sooner or later. */
bool csv_writer_end_row(CsvWriter *self, GError **error);

/* Makes sure that all is on the disk and gives the file its name, replacing an older one. */
bool csv_writer_finish(CsvWriter *self, GError **error);

/* What a row is made of, for those who write it elsewhere. */
void csv_append_field(Bytes *out, const CsvField *field, const CsvForm *form);
void csv_append_delimiter(Bytes *out, const CsvForm *form);
