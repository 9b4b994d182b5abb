/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Splits one record of CSV text into fields, as RFC 4180 has it: fields between delimiters, a field
 * in quotes may hold delimiters, line ends and doubled quotes; a record ends in LF, CR LF or with
 * the text. Beyond the RFC, a quote within a field that does not begin with one is text like any
 * other, as in 37.8"N. Knows nothing of files. */

/* One field: where it lies, and whether its doubled quotes are still to be made single. */
typedef struct {
  Slice text;
  bool has_doubled_quotes;
} CsvField;

enum { CSV_FIELDS_MOST = 64 * 1024 };

typedef struct {
  bool is_special[256]; /* ends a run of plain bytes */
  uint8_t delimiter;
  CsvField *fields; /* owned */
  size_t length;
  size_t capacity;
} CsvSplit;

/* '\0' means a comma. */
void csv_split_init(CsvSplit *self, char delimiter);
void csv_split_clear(CsvSplit *self);

typedef enum {
  CSV_SPLIT_WHOLE,     /* fields are set, and out_end is behind the record's line end */
  CSV_SPLIT_CUT,       /* the text ends before the record does */
  CSV_SPLIT_MALFORMED, /* out_what says why; out_end is behind what was looked at */
} CsvSplitResult;

/* Looks at a record that begins at `text`. The byte behind the text must be readable and a line
 * feed. With is_last the record ends where the text does. */
CsvSplitResult csv_split_record(CsvSplit *self, Slice text, bool is_last, const uint8_t **out_end,
                                const char **out_what);

/* Makes doubled quotes single, in place: the text must be writable. */
void csv_split_unquote(CsvSplit *self);
