/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "bulk/plan.h"
#include "sort/order.h"

/* A row between mapping and HFile, as an entry of the sort:
 *
 *   u32 bytes in all | u16 key length | u16 cells | i64 timestamp | u64 sequence | key | cells
 *   cell: varint rank * 2 + is_delete, varint length, value
 *
 * The deletion of the whole row is a cell behind all columns.
 */

enum { BULK_ROW_FIXED_BYTES = 24 };

/* A packed row, opened: borrowed from the bytes. */
typedef struct {
  Slice packed;
  Slice key;
  int64_t timestamp;
  uint64_t sequence; /* where in the input: later rows have more */
  uint16_t cells_left;
  const uint8_t *at; /* the next cell */
} BulkRow;

typedef struct {
  uint16_t rank;
  bool is_delete;
  Slice value;
} BulkCell;

/* Packs rows, one after the other. One thread owns it. */
typedef struct {
  const BulkPlan *plan;  /* borrowed */
  const RowCell **order; /* owned: cells by rank */
  Bytes packed;
} BulkPacker;

void bulk_packer_init(BulkPacker *self, const BulkPlan *plan);
void bulk_packer_clear(BulkPacker *self);

/* The packed row is good until the next. FAULT_RECORD for what HBase could not store. */
bool bulk_packer_pack(BulkPacker *self, const Row *row, uint64_t sequence, Slice *out_packed,
                      GError **error);

BulkRow bulk_row_open(const uint8_t *packed);
/* The cells come by rank, ascending. */
bool bulk_row_next(BulkRow *self, BulkCell *out_cell);

static inline Slice
bulk_row_key(const uint8_t *packed)
{
  uint16_t len;

  memcpy(&len, packed + 4, sizeof len);
  return slice(packed + BULK_ROW_FIXED_BYTES, len);
}

/* True if one row says what the other does: they differ at most in their place in the input. */
bool bulk_row_is_repeat(const uint8_t *a, const uint8_t *b);

/* By key; of one key the newest timestamp first, of one timestamp the last of the input. */
extern const SortOrder bulk_row_order;
