/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/filter.h"

#include "hfile/check/entries.h"
#include "hfile/vint.h"

enum { MOST_HASHES = 64 };

struct HfileFilter {
  HfileReader *reader; /* borrowed */
  Bloom kind;
  uint32_t prefix_bytes;
  HfileFilterSize size;
  Bytes list;       /* entries of the chunks */
  Cursor cursor;    /* behind the next chunk's entry */
  HfileEntry chunk; /* the one that was asked last */
  HfileEntry next;
  uint32_t chunks_left; /* behind next */
  bool has_chunk;       /* its bits are loaded */
  bool has_next;
  HfileBlock bits;
  uint64_t asked;
  bool last_answer;
  Bytes last_key;
  Bytes scratch;
};

static bool
refuse(GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_RECORD, "Bloom filter: %s", what);
  return false;
}

static bool
parse_meta(HfileFilter *self, Slice meta, GError **error)
{
  Cursor cursor = cursor_of(meta);
  HfileFilterSize *size = &self->size;
  uint32_t version = 0;
  uint32_t hash = 0;
  int64_t comparator_bytes = 0;
  Slice comparator;

  if (!cursor_take_be32(&cursor, &version) || !cursor_take_be64(&cursor, &size->bytes) ||
      !cursor_take_be32(&cursor, &size->hashes) || !cursor_take_be32(&cursor, &hash) ||
      !cursor_take_be64(&cursor, &size->keys) || !cursor_take_be64(&cursor, &size->keys_most) ||
      !cursor_take_be32(&cursor, &size->chunks) || !hfile_take_vint(&cursor, &comparator_bytes) ||
      comparator_bytes < 0 || !cursor_take_slice(&cursor, (uint64_t)comparator_bytes, &comparator))
    return refuse(error, "its list of chunks is cut short");
  if (version != HFILE_BLOOM_VERSION || hash != HFILE_BLOOM_HASH_MURMUR)
    return refuse(error, "of a version or with a hash that is not supported");
  if (size->hashes == 0 || size->hashes > MOST_HASHES || size->chunks == 0)
    return refuse(error, "impossible sizes");
  if ((self->kind == BLOOM_ROWCOL) != (comparator.len > 0))
    return refuse(error, "its comparator does not fit its kind");
  bytes_append(&self->list, cursor.at, cursor_left(&cursor));
  return true;
}

/* All entries, once, so that no later step can meet a damaged one. */
static bool
check_list(HfileFilter *self, GError **error)
{
  Cursor cursor = cursor_of(bytes_slice(&self->list));
  HfileEntry entry;

  for (uint32_t i = 0; i < self->size.chunks; i++)
    if (!hfile_entries_take_root(&cursor, &entry))
      return refuse(error, "damaged entry in its list of chunks");
  return cursor_left(&cursor) == 0 || refuse(error, "its list holds more than its chunks");
}

void
hfile_filter_free(HfileFilter *self)
{
  if (self == NULL)
    return;
  hfile_block_clear(&self->bits);
  bytes_clear(&self->list);
  bytes_clear(&self->last_key);
  bytes_clear(&self->scratch);
  g_free(self);
}

HfileFilter *
hfile_filter_new(HfileReader *reader, Bloom kind, uint32_t prefix_bytes, const HfileBlock *meta,
                 GError **error)
{
  HfileFilter *self = g_new0(HfileFilter, 1);

  self->reader = reader;
  self->kind = kind;
  self->prefix_bytes = prefix_bytes;
  if (!parse_meta(self, meta->payload, error) || !check_list(self, error)) {
    hfile_filter_free(self);
    return NULL;
  }
  self->cursor = cursor_of(bytes_slice(&self->list));
  self->chunks_left = self->size.chunks - 1;
  self->has_next = hfile_entries_take_root(&self->cursor, &self->next);
  return self;
}

static int
compare_keys(const HfileFilter *self, Slice a, Slice b)
{
  HfileOrdering ordering = hfile_reader_trailer(self->reader)->ordering;
  HfileKey left;
  HfileKey right;

  if (self->kind == BLOOM_ROWCOL && hfile_key_parse(a, &left) && hfile_key_parse(b, &right))
    return hfile_key_compare_by(ordering, &left, &right);
  return hfile_key_compare_by(ordering, &(HfileKey){.row = a}, &(HfileKey){.row = b});
}

static bool
load_chunk(HfileFilter *self, GError **error)
{
  self->has_chunk = false;
  if (!hfile_reader_read(self->reader, self->chunk.block.offset, &self->bits, error))
    return false;
  if (self->bits.header.type != HFILE_BLOOM_CHUNK || self->bits.payload.len == 0 ||
      self->bits.payload.len > UINT32_MAX / 8)
    return refuse(error, "an entry of its list leads to no chunk");
  if (hfile_block_disk_bytes(&self->bits.header) != self->chunk.block.disk_bytes)
    return refuse(error, "an entry of its list gives a chunk a wrong size");
  self->has_chunk = true;
  return true;
}

/* Goes to the chunk that holds the key: the last one that does not begin behind it. */
static bool
move_to(HfileFilter *self, Slice key, GError **error)
{
  bool moved = false;

  while (self->has_next && compare_keys(self, self->next.key, key) <= 0) {
    self->chunk = self->next;
    self->has_next = self->chunks_left > 0;
    if (self->has_next) {
      hfile_entries_take_root(&self->cursor, &self->next);
      self->chunks_left--;
    }
    moved = true;
  }
  return !moved || load_chunk(self, error);
}

bool
hfile_filter_ask(HfileFilter *self, const HfileKey *key, bool *out_may_contain, GError **error)
{
  Slice bloom_key = SLICE_EMPTY;

  if (!hfile_bloom_key(self->kind, self->prefix_bytes, key, &self->scratch, &bloom_key))
    return refuse(error, "of no kind");
  if (self->asked > 0 && slice_equal(bloom_key, bytes_slice(&self->last_key))) {
    *out_may_contain = self->last_answer;
    return true;
  }
  if (!move_to(self, bloom_key, error))
    return false;
  /* A key before the first chunk is in none. */
  self->last_answer =
      self->has_chunk && hfile_bloom_may_contain(self->bits.payload, self->size.hashes, bloom_key);
  bytes_reset(&self->last_key);
  bytes_append_slice(&self->last_key, bloom_key);
  self->asked++;
  *out_may_contain = self->last_answer;
  return true;
}

const HfileFilterSize *
hfile_filter_size(const HfileFilter *self)
{
  return &self->size;
}

uint64_t
hfile_filter_asked(const HfileFilter *self)
{
  return self->asked;
}

Slice
hfile_filter_last_key(const HfileFilter *self)
{
  return bytes_slice(&self->last_key);
}
