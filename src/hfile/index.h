/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/key.h"
#include "hfile/output.h"

/* The data index while a file is written: every data block gets an entry, entries fill leaf blocks
 * that go between the data blocks, and what stays in memory is one leaf and an entry for each leaf
 * before it. org.apache.hadoop.hbase.io.hfile.HFileBlockIndex.BlockIndexWriter. */
typedef struct HfileIndex HfileIndex;

enum { HFILE_INDEX_CHUNK_BYTES = 128 * 1024 };

HfileIndex *hfile_index_new(uint32_t chunk_bytes);
void hfile_index_free(HfileIndex *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileIndex, hfile_index_free)

void hfile_index_add(HfileIndex *self, HfileBlockAt block, Slice key);

/* After each data block: writes the leaf if it is full; at the end of the data (is_last) whatever
 * it holds, unless no leaf was written before: then it is the root. */
bool hfile_index_write_leaf(HfileIndex *self, HfileOutput *output, bool is_last, GError **error);

/* The levels between root and leaves; after the last leaf. */
bool hfile_index_write_intermediate(HfileIndex *self, HfileOutput *output, GError **error);

typedef struct {
  HfileBlockAt at;
  uint32_t entries;
  uint32_t levels;
} HfileIndexRoot;

bool hfile_index_write_root(HfileIndex *self, HfileOutput *output, HfileIndexRoot *out_root,
                            GError **error);

/* An entry of a root block, which is also the form of a Bloom filter's list of chunks. */
void hfile_index_append_entry(Bytes *out, HfileBlockAt block, Slice key);
