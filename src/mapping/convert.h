/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "text/text.h"
#include "record/value.h"

/* A value's forms in HBase. No value here is missing or NaN. Every refusal is FAULT_RECORD. */

typedef enum {
  COLUMN_TEXT,    /* text as it is, numbers in their one text form, true and false */
  COLUMN_INT,     /* 4 bytes, Bytes.toBytes(int) */
  COLUMN_LONG,    /* 8 bytes, Bytes.toBytes(long) */
  COLUMN_DOUBLE,  /* 8 bytes, Bytes.toBytes(double): IEEE 754 */
  COLUMN_BOOLEAN, /* 1 byte, Bytes.toBytes(boolean): ff for true, 00 for false */
  COLUMN_BYTES,   /* text and bytes as they are; nothing else */
  COLUMN_SHORT,   /* 2 bytes, Bytes.toBytes(short) */
  COLUMN_FLOAT,   /* 4 bytes, Bytes.toBytes(float) */
  COLUMN_DECIMAL, /* Bytes.toBytes(BigDecimal): 4 bytes of scale, two's complement of the digits */
  COLUMN_ORDERED_INT,  /* as int, with the sign bit flipped: bytes sort as numbers do */
  COLUMN_ORDERED_LONG, /* the same as long; both are Phoenix's INTEGER and BIGINT */
} ColumnType;

/* Numbers read whole numbers, whole doubles and texts that spell one; nothing is rounded off. */
bool convert_to_long(const Value *value, int64_t *out_long, GError **error);
bool convert_to_int(const Value *value, int32_t *out_int, GError **error);
bool convert_to_double(const Value *value, double *out_double, GError **error);
/* Booleans, the numbers 1 and 0, the texts true and false in any case. */
bool convert_to_boolean(const Value *value, bool *out_boolean, GError **error);

/* Text and bytes come back as they are; a number's text is written at `scratch`, which has room
 * for TEXT_NUMBER_BYTES. */
Slice convert_to_text(const Value *value, uint8_t *scratch);

/* The cell's bytes, borrowed from the value or written at `scratch`. */
bool convert_to_cell(const Value *value, ColumnType type, uint8_t *scratch, Slice *out_bytes,
                     GError **error);
