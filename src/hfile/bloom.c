/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/bloom.h"

#include "hfile/index.h"
#include "hfile/vint.h"

#include <math.h>

typedef struct {
  Bytes bits;
  Bytes first_key;
  uint32_t keys;
  uint32_t keys_most;
} Chunk;

struct HfileBloom {
  Bloom kind;
  uint32_t prefix_bytes;
  HfileBloomSize size;
  Chunk filling; /* no keys: none is begun */
  Chunk full;    /* waits for the end of the data block; no keys: none does */
  Bytes last_key;
  Bytes key;    /* scratch */
  Bytes chunks; /* entries of the list */
  uint32_t chunks_length;
  uint64_t total_bytes;
  uint64_t total_keys;
  uint64_t total_keys_most;
};

/* org.apache.hadoop.hbase.regionserver.BloomType */
static const char *const names[] = {
    [BLOOM_NONE] = "NONE",
    [BLOOM_ROW] = "ROW",
    [BLOOM_ROWCOL] = "ROWCOL",
    [BLOOM_ROWPREFIX] = "ROWPREFIX_FIXED_LENGTH",
};

const char *
hfile_bloom_name(Bloom kind)
{
  return names[kind];
}

bool
hfile_bloom_find(Slice name, Bloom *out_kind)
{
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if (slice_equal(name, slice_text(names[i]))) {
      *out_kind = (Bloom)i;
      return true;
    }
  return false;
}

/* BloomFilterUtil.idealMaxKeys and optimalFunctionCount, over HBase's error rates in float. */
HfileBloomSize
hfile_bloom_size(Bloom kind)
{
  const double bits = 8.0 * HFILE_BLOOM_CHUNK_BYTES;
  const float error_rate = 0.01F;
  /* A get that names a column asks twice: for the column and for family deletes. */
  float rate = kind == BLOOM_ROWCOL ? (float)(1 - sqrt(1 - (double)error_rate)) : error_rate;
  double keys = floor(bits * (M_LN2 * M_LN2 / -log((double)rate)));
  double hashes = ceil(M_LN2 * floor(bits / keys));
  double keys_most = floor(-bits / hashes * log(1 - exp(log((double)rate) / hashes)));

  return (HfileBloomSize){.hashes = (uint32_t)hashes, .keys_most = (uint32_t)keys_most};
}

static uint32_t
mix(uint32_t word)
{
  const uint32_t factor = 0x5bd1e995;

  word *= factor;
  word ^= word >> 24;
  return word * factor;
}

uint32_t
hfile_bloom_hash(Slice key, uint32_t seed)
{
  const uint32_t factor = 0x5bd1e995;
  uint32_t hash = seed ^ (uint32_t)key.len;
  size_t at = 0;

  for (; at + sizeof(uint32_t) <= key.len; at += sizeof(uint32_t)) {
    uint32_t word;

    memcpy(&word, key.data + at, sizeof word);
    hash = (hash * factor) ^ mix(GUINT32_FROM_LE(word));
  }
  if (at < key.len) {
    /* Java's bytes are signed: a tail byte from 0x80 up also flips every bit above it. */
    for (size_t i = key.len - at; i > 0; i--)
      hash ^= (uint32_t)(int8_t)key.data[at + i - 1] << (8 * (i - 1));
    hash *= factor;
  }
  hash ^= hash >> 13;
  hash *= factor;
  return hash ^ hash >> 15;
}

/* Which bit the i-th of a key's hashes is: Java's arithmetic, wrapping and with C's remainder. */
static uint32_t
bit_of(uint32_t first, uint32_t second, uint32_t i, uint32_t bits)
{
  int64_t sum = (int32_t)(first + i * second);

  return (uint32_t)(llabs(sum) % bits);
}

bool
hfile_bloom_may_contain(Slice bits, uint32_t hashes, Slice key)
{
  uint32_t first = hfile_bloom_hash(key, 0);
  uint32_t second = hfile_bloom_hash(key, first);

  for (uint32_t i = 0; i < hashes; i++) {
    uint32_t bit = bit_of(first, second, i, (uint32_t)(bits.len * 8));

    if ((bits.data[bit >> 3] & (1U << (bit & 7))) == 0)
      return false;
  }
  return true;
}

bool
hfile_bloom_key(Bloom kind, uint32_t prefix_bytes, const HfileKey *key, Bytes *scratch,
                Slice *out_key)
{
  switch (kind) {
  case BLOOM_ROW:
    *out_key = key->row;
    return true;
  case BLOOM_ROWPREFIX:
    *out_key = slice(key->row.data, MIN(key->row.len, prefix_bytes));
    return true;
  case BLOOM_ROWCOL: {
    HfileKey column = {.row = key->row,
                       .qualifier = key->qualifier,
                       .timestamp = INT64_MAX,
                       .type = HFILE_TYPE_FIRST_ON_COLUMN};

    bytes_reset(scratch);
    hfile_key_append(&column, scratch);
    *out_key = bytes_slice(scratch);
    return true;
  }
  case BLOOM_NONE:
  default:
    return false;
  }
}

HfileBloom *
hfile_bloom_new(Bloom kind, uint32_t prefix_bytes)
{
  HfileBloom *self = g_new0(HfileBloom, 1);

  self->kind = kind;
  self->prefix_bytes = prefix_bytes;
  self->size = hfile_bloom_size(kind);
  return self;
}

static void
chunk_clear(Chunk *self)
{
  bytes_clear(&self->bits);
  bytes_clear(&self->first_key);
}

void
hfile_bloom_free(HfileBloom *self)
{
  if (self == NULL)
    return;
  chunk_clear(&self->filling);
  chunk_clear(&self->full);
  bytes_clear(&self->last_key);
  bytes_clear(&self->key);
  bytes_clear(&self->chunks);
  g_free(self);
}

static void
chunk_begin(Chunk *self, HfileBloomSize size, Slice first_key)
{
  bytes_reset(&self->bits);
  memset(bytes_reserve(&self->bits, HFILE_BLOOM_CHUNK_BYTES), 0, HFILE_BLOOM_CHUNK_BYTES);
  self->bits.len = HFILE_BLOOM_CHUNK_BYTES;
  bytes_reset(&self->first_key);
  bytes_append_slice(&self->first_key, first_key);
  self->keys_most = size.keys_most;
}

static void
chunk_set(Chunk *self, uint32_t hashes, Slice key)
{
  uint32_t first = hfile_bloom_hash(key, 0);
  uint32_t second = hfile_bloom_hash(key, first);

  for (uint32_t i = 0; i < hashes; i++) {
    uint32_t bit = bit_of(first, second, i, HFILE_BLOOM_CHUNK_BYTES * 8);

    self->bits.data[bit >> 3] |= (uint8_t)(1U << (bit & 7));
  }
  self->keys++;
}

/* Halves a chunk with few keys for as long as that costs no accuracy. */
static void
chunk_fold(Chunk *self)
{
  size_t len = self->bits.len;
  size_t folded = len;

  while (folded % 2 == 0 && self->keys_most > 2 * self->keys) {
    folded /= 2;
    self->keys_most /= 2;
  }
  for (size_t i = folded; i < len; i++)
    self->bits.data[i % folded] |= self->bits.data[i];
  self->bits.len = folded;
}

static void
move_if_full(HfileBloom *self)
{
  if (self->filling.keys < self->size.keys_most)
    return;

  Chunk empty = self->full;

  /* The writer's largest data block holds fewer keys than a chunk takes. */
  g_assert(empty.keys == 0);
  self->full = self->filling;
  self->filling = empty;
}

void
hfile_bloom_add(HfileBloom *self, const Cell *cell)
{
  HfileKey cell_key = hfile_key_of(cell);
  Slice key = SLICE_EMPTY;

  if (!hfile_bloom_key(self->kind, self->prefix_bytes, &cell_key, &self->key, &key))
    return;
  if (self->total_keys > 0 && slice_equal(key, bytes_slice(&self->last_key)))
    return;
  move_if_full(self);
  if (self->filling.keys == 0)
    chunk_begin(&self->filling, self->size, key);
  chunk_set(&self->filling, self->size.hashes, key);
  bytes_reset(&self->last_key);
  bytes_append_slice(&self->last_key, key);
  self->total_keys++;
}

static bool
write_chunk(HfileBloom *self, HfileOutput *output, Chunk *chunk, GError **error)
{
  HfileBlockAt at;

  if (chunk->keys == 0)
    return true;
  if (!hfile_output_write_block(output, HFILE_BLOOM_CHUNK, bytes_slice(&chunk->bits), &at, error))
    return false;
  hfile_index_append_entry(&self->chunks, at, bytes_slice(&chunk->first_key));
  self->chunks_length++;
  self->total_bytes += chunk->bits.len;
  self->total_keys_most += chunk->keys_most;
  chunk->keys = 0;
  return true;
}

bool
hfile_bloom_is_due(const HfileBloom *self)
{
  return self->full.keys > 0 || self->filling.keys >= self->size.keys_most;
}

bool
hfile_bloom_write_chunk(HfileBloom *self, HfileOutput *output, bool is_last, GError **error)
{
  if (!write_chunk(self, output, &self->full, error))
    return false;
  move_if_full(self);
  if (is_last && self->full.keys == 0 && self->filling.keys > 0) {
    chunk_fold(&self->filling);
    return write_chunk(self, output, &self->filling, error);
  }
  return write_chunk(self, output, &self->full, error);
}

bool
hfile_bloom_write_meta(HfileBloom *self, HfileOutput *output, HfileBlockType type, GError **error)
{
  static const char comparator[] = "org.apache.hadoop.hbase.CellComparatorImpl";
  g_auto(Bytes) payload = {0};
  Slice name = self->kind == BLOOM_ROWCOL ? slice_text(comparator) : SLICE_EMPTY;
  HfileBlockAt at;

  if (self->total_keys == 0)
    return true;
  bytes_append_be32(&payload, HFILE_BLOOM_VERSION);
  bytes_append_be64(&payload, self->total_bytes);
  bytes_append_be32(&payload, self->size.hashes);
  bytes_append_be32(&payload, HFILE_BLOOM_HASH_MURMUR);
  bytes_append_be64(&payload, self->total_keys);
  bytes_append_be64(&payload, self->total_keys_most);
  bytes_append_be32(&payload, self->chunks_length);
  hfile_append_vint(&payload, (int64_t)name.len);
  bytes_append_slice(&payload, name);
  bytes_append_slice(&payload, bytes_slice(&self->chunks));
  return hfile_output_write_block(output, type, bytes_slice(&payload), &at, error);
}

bool
hfile_bloom_has_keys(const HfileBloom *self)
{
  return self->total_keys > 0;
}

Slice
hfile_bloom_last_key(const HfileBloom *self)
{
  return bytes_slice(&self->last_key);
}
