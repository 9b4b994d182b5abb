/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/index.h"

#include "hfile/vint.h"

enum { ENTRY_FIXED_BYTES = 12, LEAST_INTERMEDIATE_ENTRIES = 16, MOST_LEVELS = 16 };

typedef struct {
  HfileBlockAt block;
  size_t key_offset; /* in the chunk's keys */
  size_t key_bytes;
  uint64_t data_blocks; /* root: that this entry and all before it lead to */
} Entry;

typedef struct {
  GArray *entries; /* owned, of Entry */
  Bytes keys;      /* owned */
  size_t root_bytes;
} Chunk;

struct HfileIndex {
  size_t chunk_bytes;
  Chunk leaf;
  Chunk root;
  Bytes payload; /* scratch */
  uint64_t data_blocks;
  uint32_t levels;
  HfileBlockAt middle_leaf; /* of the data block in the middle, */
  uint32_t middle_entry;    /* which is this entry of it */
};

static void
chunk_clear(Chunk *self)
{
  if (self->entries != NULL)
    g_array_unref(self->entries);
  bytes_clear(&self->keys);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Chunk, chunk_clear)

static void
chunk_reset(Chunk *self)
{
  g_array_set_size(self->entries, 0);
  bytes_reset(&self->keys);
  self->root_bytes = 0;
}

static Chunk
chunk_make(void)
{
  return (Chunk){.entries = g_array_new(FALSE, FALSE, sizeof(Entry))};
}

static const Entry *
chunk_get(const Chunk *self, guint i)
{
  return &g_array_index(self->entries, Entry, i);
}

static Slice
chunk_key(const Chunk *self, const Entry *entry)
{
  return slice(self->keys.data + entry->key_offset, entry->key_bytes);
}

static void
chunk_add(Chunk *self, HfileBlockAt block, Slice key, uint64_t data_blocks)
{
  Entry entry = {block, self->keys.len, key.len, data_blocks};

  g_array_append_val(self->entries, entry);
  bytes_append_slice(&self->keys, key);
  self->root_bytes += ENTRY_FIXED_BYTES + hfile_vint_bytes((int64_t)key.len) + key.len;
}

/* Of the leaf form: a count, a table of offsets, then the entries. */
static size_t
chunk_leaf_bytes(const Chunk *self)
{
  size_t n = self->entries->len;

  return sizeof(uint32_t) * (n + 2) + ENTRY_FIXED_BYTES * n + self->keys.len;
}

static void
append_block_at(Bytes *out, HfileBlockAt block)
{
  bytes_append_be64(out, block.offset);
  bytes_append_be32(out, block.disk_bytes);
}

void
hfile_index_append_entry(Bytes *out, HfileBlockAt block, Slice key)
{
  append_block_at(out, block);
  hfile_append_vint(out, (int64_t)key.len);
  bytes_append_slice(out, key);
}

static void
append_leaf_form(Bytes *out, const Chunk *chunk)
{
  size_t offset = 0;

  bytes_append_be32(out, chunk->entries->len);
  for (guint i = 0; i < chunk->entries->len; i++) {
    bytes_append_be32(out, (uint32_t)offset);
    offset += ENTRY_FIXED_BYTES + chunk_get(chunk, i)->key_bytes;
  }
  bytes_append_be32(out, (uint32_t)offset);
  for (guint i = 0; i < chunk->entries->len; i++) {
    const Entry *entry = chunk_get(chunk, i);

    append_block_at(out, entry->block);
    bytes_append_slice(out, chunk_key(chunk, entry));
  }
}

/* Writes the chunk as a block and gives it an entry in `parent`; the chunk is empty then. */
static bool
write_chunk(HfileIndex *self, HfileOutput *output, Chunk *chunk, Chunk *parent, GError **error)
{
  HfileBlockType type = chunk == &self->leaf ? HFILE_LEAF_INDEX : HFILE_INTERMEDIATE_INDEX;
  const Entry *last = chunk_get(chunk, chunk->entries->len - 1);
  HfileBlockAt at;

  bytes_reset(&self->payload);
  append_leaf_form(&self->payload, chunk);
  if (!hfile_output_write_block(output, type, bytes_slice(&self->payload), &at, error))
    return false;
  chunk_add(parent, at, chunk_key(chunk, chunk_get(chunk, 0)), last->data_blocks);
  chunk_reset(chunk);
  return true;
}

HfileIndex *
hfile_index_new(uint32_t chunk_bytes)
{
  HfileIndex *self = g_new0(HfileIndex, 1);

  self->chunk_bytes = chunk_bytes;
  self->leaf = chunk_make();
  self->root = chunk_make();
  self->levels = 1;
  return self;
}

void
hfile_index_free(HfileIndex *self)
{
  if (self == NULL)
    return;
  chunk_clear(&self->leaf);
  chunk_clear(&self->root);
  bytes_clear(&self->payload);
  g_free(self);
}

void
hfile_index_add(HfileIndex *self, HfileBlockAt block, Slice key)
{
  self->data_blocks++;
  chunk_add(&self->leaf, block, key, self->data_blocks);
}

bool
hfile_index_write_leaf(HfileIndex *self, HfileOutput *output, bool is_last, GError **error)
{
  if (self->leaf.entries->len == 0)
    return true;
  if (is_last && self->root.entries->len == 0) {
    Chunk empty = self->root;

    self->root = self->leaf;
    self->leaf = empty;
    return true;
  }
  if (!is_last && chunk_leaf_bytes(&self->leaf) < self->chunk_bytes)
    return true;
  self->levels = 2;
  return write_chunk(self, output, &self->leaf, &self->root, error);
}

/* The data block in the middle is where HBase would split a region. */
static void
find_middle(HfileIndex *self)
{
  uint64_t middle = (self->data_blocks - 1) / 2;
  uint64_t before = 0;

  for (guint i = 0; i < self->root.entries->len; i++) {
    const Entry *leaf = chunk_get(&self->root, i);

    if (middle < leaf->data_blocks) {
      self->middle_leaf = leaf->block;
      self->middle_entry = (uint32_t)(middle - before);
      return;
    }
    before = leaf->data_blocks;
  }
}

static bool
write_level(HfileIndex *self, HfileOutput *output, Chunk *parent, GError **error)
{
  g_auto(Chunk) chunk = chunk_make();

  for (guint i = 0; i < self->root.entries->len; i++) {
    const Entry *entry = chunk_get(&self->root, i);
    bool is_last = i + 1 == self->root.entries->len;

    chunk_add(&chunk, entry->block, chunk_key(&self->root, entry), entry->data_blocks);
    /* HBase counts entries over the whole level here, not in the chunk. */
    if (!is_last && (i < LEAST_INTERMEDIATE_ENTRIES || chunk.root_bytes < self->chunk_bytes))
      continue;
    if (!write_chunk(self, output, &chunk, parent, error))
      return false;
  }
  return true;
}

bool
hfile_index_write_intermediate(HfileIndex *self, HfileOutput *output, GError **error)
{
  if (self->levels > 1)
    find_middle(self);
  while (self->levels > 1 && self->root.root_bytes > self->chunk_bytes &&
         self->root.entries->len > LEAST_INTERMEDIATE_ENTRIES && self->levels < MOST_LEVELS) {
    g_auto(Chunk) parent = chunk_make();

    if (!write_level(self, output, &parent, error))
      return false;

    Chunk below = self->root;

    self->root = parent;
    parent = below;
    self->levels++;
  }
  return true;
}

bool
hfile_index_write_root(HfileIndex *self, HfileOutput *output, HfileIndexRoot *out_root,
                       GError **error)
{
  bytes_reset(&self->payload);
  for (guint i = 0; i < self->root.entries->len; i++) {
    const Entry *entry = chunk_get(&self->root, i);

    hfile_index_append_entry(&self->payload, entry->block, chunk_key(&self->root, entry));
  }
  if (self->levels > 1) {
    append_block_at(&self->payload, self->middle_leaf);
    bytes_append_be32(&self->payload, self->middle_entry);
  }
  out_root->entries = self->root.entries->len;
  out_root->levels = self->levels;
  return hfile_output_write_block(output, HFILE_ROOT_INDEX, bytes_slice(&self->payload),
                                  &out_root->at, error);
}
