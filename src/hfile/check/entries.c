/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/entries.h"

#include "hfile/vint.h"

enum { MOST_LEVELS = 16, MIDDLE_BYTES = 16 };

/* One block of the index that is being walked: the root, or below it a block in leaf form. */
typedef struct {
  HfileBlock block;
  Cursor cursor; /* root: at the next entry */
  uint32_t count;
  uint32_t next;
} Level;

struct HfileEntries {
  HfileReader *reader; /* borrowed */
  uint32_t depth;
  Level levels[MOST_LEVELS]; /* the root first */
  uint64_t blocks;
};

static bool
refuse(GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_RECORD, "data index: %s", what);
  return false;
}

bool
hfile_entries_take_root(Cursor *cursor, HfileEntry *out_entry)
{
  HfileEntry entry = {0};
  int64_t key_bytes = 0;

  if (!cursor_take_be64(cursor, &entry.block.offset) ||
      !cursor_take_be32(cursor, &entry.block.disk_bytes) || !hfile_take_vint(cursor, &key_bytes) ||
      key_bytes < 0 || !cursor_take_slice(cursor, (uint64_t)key_bytes, &entry.key))
    return false;
  *out_entry = entry;
  return true;
}

/* The i-th of a block in leaf form: count, count + 1 offsets, entries. */
static bool
get_leaf(const Level *level, uint32_t i, HfileEntry *out_entry)
{
  Cursor table = cursor_of(level->block.payload);
  HfileEntry entry = {0};
  uint32_t start = 0;
  uint32_t end = 0;
  Slice skipped;

  if (!cursor_take_slice(&table, sizeof(uint32_t) * (1 + (uint64_t)i), &skipped) ||
      !cursor_take_be32(&table, &start) || !cursor_take_be32(&table, &end) || end < start)
    return false;

  Cursor cursor = cursor_of(level->block.payload);
  Slice bytes;

  if (!cursor_take_slice(&cursor, sizeof(uint32_t) * (2 + (uint64_t)level->count) + start,
                         &skipped) ||
      !cursor_take_slice(&cursor, end - start, &bytes))
    return false;
  cursor = cursor_of(bytes);
  if (!cursor_take_be64(&cursor, &entry.block.offset) ||
      !cursor_take_be32(&cursor, &entry.block.disk_bytes))
    return false;
  entry.key = slice(cursor.at, cursor_left(&cursor));
  *out_entry = entry;
  return true;
}

void
hfile_entries_free(HfileEntries *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < MOST_LEVELS; i++)
    hfile_block_clear(&self->levels[i].block);
  g_free(self);
}

static bool
read_root(HfileEntries *self, GError **error)
{
  const HfileTrailer *trailer = hfile_reader_trailer(self->reader);
  Level *root = &self->levels[0];

  if (trailer->index_levels == 0 || trailer->index_levels > MOST_LEVELS)
    return refuse(error, "the trailer gives it an impossible number of levels");
  if (!hfile_reader_read(self->reader, trailer->load_offset, &root->block, error))
    return false;
  if (root->block.header.type != HFILE_ROOT_INDEX)
    return refuse(error, "no root where the trailer says");
  self->depth = trailer->index_levels;
  root->cursor = cursor_of(root->block.payload);
  root->count = trailer->root_entries;
  return true;
}

HfileEntries *
hfile_entries_new(HfileReader *reader, GError **error)
{
  HfileEntries *self = g_new0(HfileEntries, 1);

  self->reader = reader;
  if (read_root(self, error))
    return self;
  hfile_entries_free(self);
  return NULL;
}

static bool
take_entry(HfileEntries *self, uint32_t depth, HfileEntry *out_entry, GError **error)
{
  Level *level = &self->levels[depth];
  bool taken = depth == 0 ? hfile_entries_take_root(&level->cursor, out_entry)
                          : get_leaf(level, level->next, out_entry);

  level->next++;
  return taken || refuse(error, "damaged entry");
}

/* Reads the block that the entry of the level above leads to. */
static bool
descend(HfileEntries *self, uint32_t depth, const HfileEntry *entry, GError **error)
{
  Level *level = &self->levels[depth];
  Cursor cursor;
  HfileEntry first;

  if (!hfile_reader_read(self->reader, entry->block.offset, &level->block, error))
    return false;
  if (level->block.header.type != HFILE_LEAF_INDEX &&
      level->block.header.type != HFILE_INTERMEDIATE_INDEX)
    return refuse(error, "an entry leads to a block that is no part of it");
  if (hfile_block_disk_bytes(&level->block.header) != entry->block.disk_bytes)
    return refuse(error, "an entry gives a block of the index a wrong size");
  cursor = cursor_of(level->block.payload);
  if (!cursor_take_be32(&cursor, &level->count) || level->count == 0)
    return refuse(error, "a block without entries");
  if (!get_leaf(level, 0, &first) || !slice_equal(first.key, entry->key))
    return refuse(error, "an entry's key is not the first of the block it leads to");
  level->next = 0;
  self->blocks++;
  return true;
}

/* The root may end in 16 bytes that tell the middle of the file. */
static bool
check_root_end(HfileEntries *self, GError **error)
{
  size_t left = cursor_left(&self->levels[0].cursor);

  if (left == (self->depth > 1 ? MIDDLE_BYTES : 0))
    return true;
  return refuse(error, "what follows its root's entries is not the middle of the file");
}

bool
hfile_entries_next(HfileEntries *self, HfileEntry *out_entry, bool *out_at_end, GError **error)
{
  uint32_t depth = self->depth - 1;
  HfileEntry entry;

  while (depth > 0 && self->levels[depth].next == self->levels[depth].count)
    depth--;
  *out_at_end = depth == 0 && self->levels[0].next == self->levels[0].count;
  if (*out_at_end)
    return check_root_end(self, error);
  for (; depth + 1 < self->depth; depth++)
    if (!take_entry(self, depth, &entry, error) || !descend(self, depth + 1, &entry, error))
      return false;
  return take_entry(self, depth, out_entry, error);
}

HfilePlace
hfile_entries_place(const HfileEntries *self)
{
  const Level *leaf = &self->levels[self->depth - 1];

  return (HfilePlace){
      .leaf = {leaf->block.offset, (uint32_t)hfile_block_disk_bytes(&leaf->block.header)},
      .entry = leaf->next - 1,
  };
}

bool
hfile_entries_middle(const HfileEntries *self, HfilePlace *out_place)
{
  Slice root = self->levels[0].block.payload;

  if (self->depth < 2 || root.len < MIDDLE_BYTES)
    return false;

  Cursor cursor = cursor_of(slice(root.data + root.len - MIDDLE_BYTES, MIDDLE_BYTES));

  return cursor_take_be64(&cursor, &out_place->leaf.offset) &&
         cursor_take_be32(&cursor, &out_place->leaf.disk_bytes) &&
         cursor_take_be32(&cursor, &out_place->entry);
}

uint64_t
hfile_entries_blocks(const HfileEntries *self)
{
  return self->blocks;
}
