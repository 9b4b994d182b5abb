/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Splits one record of CSV text into fields, as RFC 4180 has it: fields between delimiters, a field
 * in quotes may hold delimiters, line ends and doubled quotes; a record ends in LF, CR LF or with
 * the text. Beyond the RFC, a quote within a field that does not begin with one is text like any
 * other, as in 37.8"N. Knows nothing of files. */

/* How the text is written. Zero means the default. */
typedef struct {
  const char *delimiter; /* ",": one or several bytes */
  char quote;            /* '"' */
  bool has_no_quotes;    /* every byte of a field stands for itself */
  char escape;   /* none. Else the byte that makes the next one part of the field: n, t, r, b,
                    f, v and 0 as in C, all others as they are; and before N, as a field of its
                    own, it means that there is no value */
  char comment;  /* none: a line that begins so is no record; for readers and writers */
  char line_end; /* LF, with or without CR before it; or CR alone */
} CsvForm;

/* One field: where it lies, and what is still to be done to it. */
typedef struct {
  Slice text;
  bool is_quoted;
  bool is_null; /* the escape and N */
  bool has_doubled_quotes;
  bool has_escapes;
} CsvField;

enum { CSV_FIELDS_MOST = 64 * 1024 };

typedef struct {
  bool is_special[256]; /* ends a run of plain bytes */
  Slice delimiter;
  uint8_t quote;
  bool has_quotes;
  uint8_t escape;
  bool has_escape;
  uint8_t line_end;
  CsvField *fields; /* owned */
  size_t length;
  size_t capacity;
} CsvSplit;

/* The delimiter is borrowed. */
void csv_split_init(CsvSplit *self, const CsvForm *form);
void csv_split_clear(CsvSplit *self);

typedef enum {
  CSV_SPLIT_WHOLE,     /* fields are set, and out_end is behind the record's line end */
  CSV_SPLIT_CUT,       /* the text ends before the record does */
  CSV_SPLIT_MALFORMED, /* out_what says why; out_end is behind what was looked at */
} CsvSplitResult;

/* Looks at a record that begins at `text`. The byte behind the text must be readable and a line
 * end. With is_last the record ends where the text does. */
CsvSplitResult csv_split_record(CsvSplit *self, Slice text, bool is_last, const uint8_t **out_end,
                                const char **out_what);

/* Makes doubled quotes single and takes escapes out, in place: the text must be writable. */
void csv_split_finish(CsvSplit *self);
