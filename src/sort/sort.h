/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* Sorts more than memory holds: entries of a key and a payload, by the key's bytes as HBase orders
 * them; equal keys stay in the order in which they came. What does not fit goes to a file that has
 * no name. One thread owns it.
 *
 *   add() -> arena --full, sorted--> run, run, run... -> merge -> next()
 */
typedef struct Sort Sort;

/* `memory_bytes` is for the arena, which is taken from the system as it is filled; spill files go
 * to `folder`, once there are any. */
Sort *sort_new(size_t memory_bytes, const char *folder);
void sort_free(Sort *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sort, sort_free)

/* Copies both. FAULT_SETUP: it could not spill; FAULT_RECORD: the two are over 1 GiB. */
bool sort_add(Sort *self, Slice key, Slice payload, GError **error);

/* After the last entry; then they come in order. */
bool sort_finish(Sort *self, GError **error);

/* Slices good until the next call. False in *out_has_one at the end. */
bool sort_next(Sort *self, Slice *out_key, Slice *out_payload, bool *out_has_one, GError **error);

/* Runs on disk; 0: memory was enough. */
size_t sort_runs(const Sort *self);
