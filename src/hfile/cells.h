/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "hfile/key.h"
#include "base/cursor.h"

/* A data block's payload: cells back to back. org.apache.hadoop.hbase.io.hfile.NoOpDataBlockEncoder
 * and KeyValueUtil. */

/* With has_sequence_ids each cell ends in a sequence id, 0. */
void hfile_cells_append(Bytes *out, const Cell *cell, bool has_sequence_ids);

/* What file info says that a cell carries behind its value. */
typedef struct {
  bool has_tags;
  bool has_sequence_ids;
} HfileCellForm;

typedef struct {
  HfileKey key;
  Slice value;
  Slice tags;
  int64_t sequence_id;
  Slice key_bytes; /* the key as it is serialised */
  size_t bytes;    /* of the whole cell */
} HfileCell;

/* Reads the cell at the cursor and moves past it; FAULT_RECORD if there is none. At least one byte
 * must be left. */
bool hfile_cells_take(Cursor *cursor, HfileCellForm form, HfileCell *out_cell, GError **error);
