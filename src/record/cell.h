/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* The vocabulary that both roads share: what a record becomes. */

/* HBase's own codes, KeyValue.Type. */
typedef enum {
  CELL_PUT = 4,
  CELL_DELETE = 8,                 /* one version of one column */
  CELL_DELETE_FAMILY_VERSION = 10, /* one version of every column of a family */
  CELL_DELETE_COLUMN = 12,         /* every version of one column up to the timestamp */
  CELL_DELETE_FAMILY = 14, /* every version of every column of a family up to the timestamp */
} CellType;

/* One cell as HBase stores it. A value only: nothing in it is owned. */
/* When HBase says that a row is written: TDurability of the gateway. */
typedef enum {
  DURABILITY_DEFAULT, /* the table's */
  DURABILITY_SKIP_WAL,
  DURABILITY_ASYNC_WAL,
  DURABILITY_SYNC_WAL,
  DURABILITY_FSYNC_WAL,
} Durability;

typedef struct {
  Slice row;
  Slice family;
  Slice qualifier;
  Slice value;
  int64_t timestamp; /* ms since the epoch, 0 <= t < 2^63-1 */
  CellType type;
} Cell;

/* A column of a mapping. `index` counts a mapping's columns from 0 and is what precompiled tables
 * (frames, HFile families) are looked up by. */
typedef struct {
  size_t index;
  size_t family_index; /* among the mapping's families */
  Slice family;
  Slice qualifier;
} Column;

typedef struct {
  const Column *column; /* borrowed from the mapping */
  Slice value;
  bool is_delete; /* delete the column up to the row's timestamp (`null: delete`); value is empty */
} RowCell;

typedef enum {
  ROW_PUT,
  ROW_DELETE, /* a tombstone: delete the whole row up to the timestamp; no cells */
} RowKind;

/* What the mapping makes of one record: one row's cells with one timestamp. Reused from record to
 * record; its slices are good until the next mapping_apply() into it, and no longer than the
 * values they came from. Zeroed is empty. */
typedef struct {
  RowKind kind;
  Slice key;
  int64_t timestamp;
  size_t cells_length;
  RowCell *cells; /* owned, in the mapping's column order: families, then qualifiers as written */
  size_t cells_capacity;
  Bytes key_bytes; /* owned: where key points */
  Bytes text;      /* owned: numbers as text, big-endian values */
} Row;

void row_clear(Row *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Row, row_clear)
