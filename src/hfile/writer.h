/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/bloom.h"
#include "hfile/codec.h"
#include "hfile/encoding.h"

/* Writes one HFile (version 3) in one pass, as HBase's own bulk writer would, byte for byte. In
 * memory: one data block, with a pool some more, one leaf of the index with an entry for each leaf
 * before, one Bloom chunk a filter. One thread owns it.
 *
 *   cells -> order (checked) -> Bloom filters -> data block -> output -> file
 *                                            \-> index entry -/
 */
typedef struct HfileWriter HfileWriter;

/* Threads that pack for any number of writers: see hfile/pool.h. */
typedef struct HfilePool HfilePool;

enum { HFILE_DATA_BLOCK_BYTES = 64 * 1024, HFILE_DATA_BLOCK_MOST_BYTES = 1024 * 1024 };

/* Zero means HBase's default. */
typedef struct {
  Slice family; /* required: of every cell */
  HfileCodecKind codec;
  HfileEncoding encoding;
  Bloom bloom;
  uint32_t bloom_prefix_bytes;
  uint32_t block_bytes; /* at most HFILE_DATA_BLOCK_MOST_BYTES */
  uint32_t index_chunk_bytes;
  bool has_sequence_ids; /* a byte more a cell; HBase assigns the real ones when it loads */
  int64_t create_time_ms;
  int64_t bulkload_time_ms;
  const char *bulkload_task; /* NULL: neither it nor the time is told */
  HfilePool *pool;           /* borrowed; packs data blocks side by side, which changes no byte of
                                the file; NULL: the writer does */
} HfileOptions;

/* The file has its name only once it is finished. Fails with FAULT_SETUP. */
HfileWriter *hfile_writer_new(const char *path, const HfileOptions *options, GError **error);
/* Without finish before it, removes the unfinished file. */
void hfile_writer_free(HfileWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileWriter, hfile_writer_free)

/* Cells come in strictly ascending key order. FAULT_RECORD: this cell cannot be stored, and the
 * file is as it was before; FAULT_SETUP: the file cannot be written on. */
bool hfile_writer_append(HfileWriter *self, const Cell *cell, GError **error);

/* Commits: what HBase reads first goes last, then the bytes and the name are synced. At least one
 * cell must have been appended. */
bool hfile_writer_finish(HfileWriter *self, GError **error);

uint64_t hfile_writer_cells(const HfileWriter *self);
/* Of the file so far, without what is still in memory or being packed. */
uint64_t hfile_writer_bytes(const HfileWriter *self);
/* Whether that has come to so many bytes, blocks included that are still being packed: so the
 * answer is the same with and without a pool. */
bool hfile_writer_is_full(HfileWriter *self, uint64_t most_bytes, bool *out_is_full,
                          GError **error);
