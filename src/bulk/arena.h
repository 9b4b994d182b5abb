/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/row.h"

/* A fixed amount of memory that packed rows are gathered in until it is full, and then sorted. One
 * thread owns it. */
typedef struct BulkArena BulkArena;

/* The memory is taken from the system as it is filled. */
BulkArena *bulk_arena_new(size_t bytes);
void bulk_arena_free(BulkArena *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkArena, bulk_arena_free)

/* Copies the row; false if there is no room for it. */
bool bulk_arena_add(BulkArena *self, Slice packed);
void bulk_arena_sort(BulkArena *self);
void bulk_arena_reset(BulkArena *self);

size_t bulk_arena_length(const BulkArena *self);
size_t bulk_arena_capacity(const BulkArena *self);
/* The i-th row, in order once sorted. */
const uint8_t *bulk_arena_get(const BulkArena *self, size_t i);
