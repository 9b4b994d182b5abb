/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "hfile/key.h"

/* What HBase takes on trust when it loads a file, checked while one is written: that cells come in
 * strictly ascending key order, all of one family, and within HBase's limits. */
typedef struct {
  Bytes family;
  Bytes row; /* of the last cell */
  Bytes qualifier;
  int64_t timestamp;
  CellType type;
  bool has_last;
  bool is_new_row; /* the last cell began a row */
} HfileOrder;

enum { HFILE_CELL_MOST_BYTES = 128 * 1024 * 1024 };

void hfile_order_init(HfileOrder *self, Slice family);
void hfile_order_clear(HfileOrder *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HfileOrder, hfile_order_clear)

/* Remembers the cell, or refuses it with FAULT_RECORD. */
bool hfile_order_accepts(HfileOrder *self, const Cell *cell, GError **error);

/* The key of the last accepted cell, borrowed until the next. Only after one. */
HfileKey hfile_order_last(const HfileOrder *self);
