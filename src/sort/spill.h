/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "sort/order.h"

/* Sorted runs of entries in a file that has no name: the system removes it however the program
 * ends. Entries go in blocks that are packed with LZ4. */
typedef struct SortSpill SortSpill;

/* Of entries: a larger one has a block of its own. */
enum { SORT_BLOCK_BYTES = 64 * 1024 };

/* All failures are FAULT_SETUP: the disk is full or broken. */
SortSpill *sort_spill_new(const char *folder, GError **error);
void sort_spill_free(SortSpill *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SortSpill, sort_spill_free)

/* Entries of one run come one behind the other, in order. */
bool sort_spill_append(SortSpill *self, Slice entry, GError **error);
bool sort_spill_end_run(SortSpill *self, GError **error);

size_t sort_spill_runs(const SortSpill *self);
/* What the file takes on disk. */
uint64_t sort_spill_bytes(const SortSpill *self);

/* Reads one run back; the spill is borrowed, and is only read from now on, by any thread. */
typedef struct SortRun SortRun;

SortRun *sort_run_new(const SortSpill *spill, size_t i);
void sort_run_free(SortRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SortRun, sort_run_free)

/* The next entry, good until the one after it; NULL at the end. */
bool sort_run_next(SortRun *self, const uint8_t **out_entry, GError **error);
