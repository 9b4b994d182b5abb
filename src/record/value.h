/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* What one field of a record holds, before the mapping turns it into bytes. Both roads make
 * these: the Avro plan from a payload, the CSV road from a column's text and the field's type. */
typedef enum {
  VALUE_MISSING, /* null, nothing behind the path, or (CSV) no such column */
  VALUE_TEXT,    /* UTF-8 or whatever the source holds: a string, an enum's symbol, JSON text of an
                    array, map or record, the readable form of a logical type */
  VALUE_BYTES,   /* bytes and fixed: never read as text */
  VALUE_INT,     /* int and long */
  VALUE_FLOAT,   /* kept apart from double: its shortest text has fewer digits */
  VALUE_DOUBLE,
  VALUE_BOOLEAN,
} ValueKind;

typedef struct {
  ValueKind kind;
  union {
    Slice text; /* VALUE_TEXT, VALUE_BYTES: borrowed from the payload or the decoder's scratch */
    int64_t integer;
    float single;
    double number;
    bool boolean;
  };
} Value;
