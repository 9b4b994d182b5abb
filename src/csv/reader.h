/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/source.h"
#include "csv/split.h"

/* Reads CSV records one by one, from a file of any size within one buffer. What comes out does not
 * depend on how the bytes arrive. Blank lines are passed over, and a byte order mark. Lines that
 * end in CR alone, as old Macs wrote them, are known by the text's first 64 KiB.
 *
 * A malformed record costs its own line: reading goes on behind the first line end after its
 * beginning, quoted or not. So a stray quote cannot swallow what follows, and of a malformed record
 * of several lines each further line is a record of its own. */
typedef struct CsvReader CsvReader;

/* Zero means the default. Texts are borrowed. */
typedef struct {
  CsvForm form;             /* its line_end is found out */
  const char *encoding;     /* UTF-8, or bytes as they are */
  unsigned skip_lines;      /* at the beginning, whatever they are */
  GCancellable *stop;       /* of the source */
  size_t record_most_bytes; /* 16 MiB */
  size_t buffer_bytes;      /* 1 MiB: grows to record_most_bytes where a record needs it */
} CsvOptions;

/* Takes the source. FAULT_SETUP, and NULL, for an encoding that nobody knows. */
CsvReader *csv_reader_new(CsvSource *source, const CsvOptions *options, GError **error);
void csv_reader_free(CsvReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvReader, csv_reader_free)

typedef struct {
  const CsvField *fields; /* in one run of bytes, in order; good until the next record */
  size_t length;          /* 0: there are no more */
  uint64_t line;          /* where the record begins, from 1 */
} CsvRecord;

/* FAULT_RECORD: this one is malformed: "line 812: what"; go on with the next. FAULT_SETUP: the
 * source failed. */
bool csv_reader_next(CsvReader *self, CsvRecord *out_record, GError **error);

/* After FAULT_RECORD: the malformed record's first line without its end (as far as it is within
 * the limit), and its number. */
Slice csv_reader_malformed(const CsvReader *self, uint64_t *out_line);
/* And what is wrong with it: the error without its place. */
const char *csv_reader_malformed_reason(const CsvReader *self);

/* Lines that a quoted field may hold before it looks like a stray quote's work. */
enum { CSV_FEW_LINES = 10 };

/* What was read and looks odd. */
typedef struct {
  uint64_t long_fields; /* quoted, of more than CSV_FEW_LINES */
  uint64_t most_lines;  /* of the longest one, in the record that begins at the next */
  uint64_t most_line;
  uint64_t bare_quotes; /* without quotes: fields that begin and end with a '"' all the same */
} CsvOddities;

CsvOddities csv_reader_oddities(const CsvReader *self);

/* After the first csv_reader_next(): whether there was not one byte. */
bool csv_reader_is_empty(const CsvReader *self);

const CsvSource *csv_reader_source(const CsvReader *self);
