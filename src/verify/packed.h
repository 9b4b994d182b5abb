/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/cell.h"
#include "sort/order.h"

/* A record between mapping and comparison, as an entry of the sort:
 *
 *   u32 bytes in all | u16 key length | u16 is optional | i64 at | i64 timestamp | i32 part
 *   | u32 cells, or DELETION | key | cells
 *   cell: u32 index * 2 + is_delete, u32 length, value
 */

/* By key: what of one key came when, the records say themselves. */
extern const SortOrder verify_packed_order;

/* Where a record came from. */
typedef struct {
  int32_t part; /* partition; or which of the files */
  int64_t at;   /* offset; or line, or record */
} VerifyPlace;

/* `is_optional`: the table may be as if the record had never been, and as if it had been written.
 */
void verify_pack(const Row *row, VerifyPlace place, bool is_optional, Bytes *out);

/* A packed record, opened: borrowed from the bytes. */
typedef struct {
  Slice key;
  VerifyPlace place;
  int64_t timestamp;
  RowKind kind;
  bool is_optional;
  uint32_t cells_left;
  const uint8_t *next;
} VerifyPacked;

typedef struct {
  size_t index; /* of the mapping's column */
  bool is_delete;
  Slice value;
} VerifyPackedCell;

VerifyPacked verify_unpack(const uint8_t *packed);
bool verify_packed_next(VerifyPacked *self, VerifyPackedCell *out_cell);
