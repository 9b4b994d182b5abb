/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "wire/wire.h"
#include "record/cell.h"

/* A putMultiple (or deleteMultiple) call of the thrift2 gateway, laid straight into the bytes that
 * are sent: no object per cell. A test holds these bytes against what the generated client sends
 * for the same rows. */

/* What is the same in every row of a table: each column's family, qualifier and field headers,
 * encoded once for one wire protocol. Immutable: threads share it. */
typedef struct FramePlan FramePlan;

FramePlan *frame_plan_new(WireProtocol protocol, const char *table, const Column *columns,
                          size_t columns_length);
void frame_plan_free(FramePlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FramePlan, frame_plan_free)

/* Of all rows from here on. */
void frame_plan_set_durability(FramePlan *self, Durability durability);

const char *frame_plan_table(const FramePlan *self);
WireProtocol frame_plan_protocol(const FramePlan *self);

typedef enum { FRAME_PUT, FRAME_DELETE } FrameKind;

/* The encoded rows of one table, back to back, and where each begins, so that any run of them can
 * be sent again by itself. Zeroed is empty. */
typedef struct {
  Bytes rows;      /* owned */
  GArray *offsets; /* owned, of size_t: where each row begins in rows */
} FrameRows;

void frame_rows_clear(FrameRows *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FrameRows, frame_rows_clear)
void frame_rows_reset(FrameRows *self);
size_t frame_rows_length(const FrameRows *self);

/* What a row comes to at most, in either protocol: so that all who ask whether it can be sent hear
 * the same. Counted once for all that needs it. */
typedef struct {
  size_t bytes;    /* at most, of its puts and its deletions together */
  size_t cells[2]; /* by FrameKind */
} FrameSize;

FrameSize frame_row_size(const Row *row);

/* How many of the row's cells, from `first` on, one call takes with its key; 0: not even one. A row
 * that is too large for a call can be sent in several, unless a cell is. */
size_t frame_cells_fitting(const char *table, const Row *row, size_t first, size_t frame_max_bytes);
/* The first of its cells that no call takes; cells_length: there is none, and the row can be
 * sent. */
size_t frame_cell_too_large(const char *table, const Row *row, size_t frame_max_bytes);

/* The same with the sentence. FAULT_RECORD: no call takes one of its cells, or its key. */
bool frame_check_row(const char *table, const Row *row, size_t frame_max_bytes, GError **error);

/* Appends the row's puts (FRAME_PUT: its cells that are not deletions) or its deletions
 * (FRAME_DELETE: a tombstone, or its cells that are). A row that has nothing of the kind appends
 * nothing and returns false. */
bool frame_rows_append(FrameRows *self, const FramePlan *plan, FrameKind kind, const Row *row,
                       const FrameSize *size);

/* Appends one row as it was encoded before. */
void frame_rows_copy(FrameRows *self, Slice row);

/* Makes one put of two with the same row key and timestamp: the one at `at`, and `row`, whose cells
 * win. False, and nothing is changed: they are too large for that. */
bool frame_rows_merge(FrameRows *self, const FramePlan *plan, size_t at, const Row *row);

/* The largest number of bytes of head and tail together. */
size_t frame_overhead_bytes(const FramePlan *plan);

/* The call's bytes around rows [first, first + count): head (message and list header) and tail.
 * Sent as head, rows' bytes, tail; the transport's frame length is not among them. */
void frame_head(const FramePlan *plan, FrameKind kind, int32_t sequence, size_t count, Bytes *out);
Slice frame_rows_slice(const FrameRows *self, size_t first, size_t count);
Slice frame_tail(void);

/* A run of a table's rows, to be sent as one call. Everything in it is borrowed. */
typedef struct {
  const FramePlan *plan;
  FrameKind kind;
  const FrameRows *rows;
  size_t first;
  size_t count; /* at least one */
} FrameBatch;
