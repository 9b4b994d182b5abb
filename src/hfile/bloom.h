/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/key.h"
#include "hfile/output.h"
#include "record/family.h"

/* A compound Bloom filter: chunks of bits between the data blocks, each for a run of keys, and a
 * list of them at the end. org.apache.hadoop.hbase.io.hfile.CompoundBloomFilterWriter. */
typedef struct HfileBloom HfileBloom;

HfileBloom *hfile_bloom_new(Bloom kind, uint32_t prefix_bytes);
void hfile_bloom_free(HfileBloom *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileBloom, hfile_bloom_free)

/* Takes the cell's row, prefix, or row and column, unless it is the one that came last. */
void hfile_bloom_add(HfileBloom *self, const Cell *cell);

/* Whether a chunk is to be written at the end of this data block, if it is not the last. */
bool hfile_bloom_is_due(const HfileBloom *self);
/* After each data block: writes the chunk that is full; at the end of the data (is_last) also the
 * one that is not. */
bool hfile_bloom_write_chunk(HfileBloom *self, HfileOutput *output, bool is_last, GError **error);

/* The list of chunks; writes nothing for a filter without keys. */
bool hfile_bloom_write_meta(HfileBloom *self, HfileOutput *output, HfileBlockType type,
                            GError **error);

bool hfile_bloom_has_keys(const HfileBloom *self);
/* Borrowed until the next add. */
Slice hfile_bloom_last_key(const HfileBloom *self);

/* "ROW", "ROWCOL", "ROWPREFIX_FIXED_LENGTH", "NONE" as HBase spells them. */
const char *hfile_bloom_name(Bloom kind);
bool hfile_bloom_find(Slice name, Bloom *out_kind);

/* The bytes that a filter of the kind hashes for a key; `scratch` may hold them. False for
 * BLOOM_NONE. */
bool hfile_bloom_key(Bloom kind, uint32_t prefix_bytes, const HfileKey *key, Bytes *scratch,
                     Slice *out_key);

/* HBase's MurmurHash: the reference's, but with sign-extended tail bytes. */
uint32_t hfile_bloom_hash(Slice key, uint32_t seed);

/* True if all `hashes` bits of the key are set in a chunk's bits. */
bool hfile_bloom_may_contain(Slice bits, uint32_t hashes, Slice key);

/* How many keys a chunk of the default size takes, and how many bits each sets. */
typedef struct {
  uint32_t hashes;
  uint32_t keys_most;
} HfileBloomSize;

HfileBloomSize hfile_bloom_size(Bloom kind);

enum {
  HFILE_BLOOM_CHUNK_BYTES = 128 * 1024,
  HFILE_BLOOM_VERSION = 3,
  HFILE_BLOOM_HASH_MURMUR = 1,
};
