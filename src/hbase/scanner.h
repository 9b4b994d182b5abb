/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/options.h"
#include "record/cell.h"

/* Reads a table's rows in the order of their keys, over a connection of its own, answer by answer:
 * memory is bounded by one answer. */
typedef struct Scanner Scanner;

/* Everything in it is borrowed while the scanner is made. */
typedef struct {
  const char *table;
  Slice start;           /* the first key; empty: the table's first */
  Slice stop;            /* the key before which it ends; empty: the table's end */
  const Column *columns; /* to be read; none: all. A qualifier without data: the whole family */
  size_t columns_length;
  uint32_t versions; /* of a cell, at most; 0: the newest alone */
  int64_t from_ms;   /* cells at and after it; 0: all */
  int64_t until_ms;  /* cells before it; 0: all */
} ScanOptions;

/* Does not connect yet. */
Scanner *scanner_new(const GatewayOptions *gateway, const ScanOptions *options, GError **error);
void scanner_free(Scanner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scanner, scanner_free)

typedef struct {
  Slice key;
  const Cell *cells; /* in HBase's order: family, qualifier, newest first */
  size_t cells_length;
} ScanRow;

/* The next row, good until the next call, or with `*out_is_end` none. FAULT_PEER: nobody answers,
 * or HBase is not up to it; the next call goes on behind the last row that was given out. */
bool scanner_next(Scanner *self, ScanRow *out_row, bool *out_is_end, GError **error);
