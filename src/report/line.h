/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* A field as the lines of the text form show it. */
typedef struct {
  char *name;    /* owned; NULL: a list's */
  char *text;    /* owned */
  double real;   /* a number's value; a text has 0 */
  int64_t whole; /* of a whole one */
} ReportField;

void report_field_clear(ReportField *self);

/* Appends the line, its {fields} (see report_say()) filled from `fields`, the newest of a name. */
void report_line_append(Bytes *out, const char *line, const ReportField *fields, size_t length);
