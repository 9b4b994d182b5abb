/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/reader.h"

/* Walks a data index from its first entry to its last, whatever its levels: the list of data
 * blocks as a server sees it. In memory: one block a level. */
typedef struct HfileEntries HfileEntries;

typedef struct {
  HfileBlockAt block;
  Slice key; /* serialised; good until the next entry */
} HfileEntry;

/* Reads the root, which is what the trailer says. `reader` is borrowed. */
HfileEntries *hfile_entries_new(HfileReader *reader, GError **error);
void hfile_entries_free(HfileEntries *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileEntries, hfile_entries_free)

/* The entry of the next data block; at the end true with out_at_end. FAULT_RECORD if a block of the
 * index is not what the level above says. */
bool hfile_entries_next(HfileEntries *self, HfileEntry *out_entry, bool *out_at_end,
                        GError **error);

/* Of an index of two levels or more: the leaf that holds the last entry given, and its place in
 * that leaf. */
typedef struct {
  HfileBlockAt leaf;
  uint32_t entry;
} HfilePlace;

HfilePlace hfile_entries_place(const HfileEntries *self);

/* Where the root says that the data block in the middle has its entry; false if it does not say. */
bool hfile_entries_middle(const HfileEntries *self, HfilePlace *out_place);

/* Blocks of the index below the root that were visited. */
uint64_t hfile_entries_blocks(const HfileEntries *self);

/* The list of a root block: `count` entries from the cursor on, one a call. */
bool hfile_entries_take_root(Cursor *cursor, HfileEntry *out_entry);
