/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/row.h"

/* Sorted runs of packed rows in a file that has no name: the system removes it however the program
 * ends. Rows go in blocks that are packed with LZ4. */
typedef struct BulkSpill BulkSpill;

enum { BULK_SPILL_BLOCK_BYTES = 64 * 1024 };

/* All failures are FAULT_SETUP: the disk is full or broken. */
BulkSpill *bulk_spill_new(const char *folder, GError **error);
void bulk_spill_free(BulkSpill *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkSpill, bulk_spill_free)

/* Rows of one run come one behind the other, in order. */
bool bulk_spill_append(BulkSpill *self, Slice packed, GError **error);
bool bulk_spill_end_run(BulkSpill *self, GError **error);

size_t bulk_spill_runs(const BulkSpill *self);
/* What the file takes on disk. */
uint64_t bulk_spill_bytes(const BulkSpill *self);

/* Reads one run back; the spill is borrowed, and is only read from now on, by any thread. */
typedef struct BulkRun BulkRun;

BulkRun *bulk_run_new(const BulkSpill *spill, size_t i);
void bulk_run_free(BulkRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkRun, bulk_run_free)

/* The next row, good until the one after it; NULL at the end. */
bool bulk_run_next(BulkRun *self, const uint8_t **out_packed, GError **error);
