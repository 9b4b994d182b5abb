/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sort/order.h"

/* A fixed amount of memory that entries are gathered in until it is full, and then sorted. One
 * thread owns it. */
typedef struct SortArena SortArena;

/* The memory is taken from the system as it is filled; the order is borrowed. */
SortArena *sort_arena_new(const SortOrder *order, size_t bytes);
void sort_arena_free(SortArena *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SortArena, sort_arena_free)

/* Copies the entry; false if there is no room for it. */
bool sort_arena_add(SortArena *self, Slice entry);
/* True if there would be room in an empty one. */
bool sort_arena_fits(const SortArena *self, Slice entry);
void sort_arena_sort(SortArena *self);
void sort_arena_reset(SortArena *self);

size_t sort_arena_length(const SortArena *self);
/* The i-th entry, in order once sorted. */
const uint8_t *sort_arena_get(const SortArena *self, size_t i);
/* Has the i-th entry brought near, if there is one: it will be asked for. */
void sort_arena_prefetch(const SortArena *self, size_t i);
