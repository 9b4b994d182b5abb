/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/block.h"
#include "hfile/pool.h"

/* The file that a writer fills: blocks one behind the other, in a file of another name until it is
 * whole. That name starts with '_', which HBase's load tools pass over. */
typedef struct HfileOutput HfileOutput;

/* With a pool, which is borrowed, blocks can be pushed; else each is packed as it is written. */
HfileOutput *hfile_output_new(const char *path, HfileCodecKind codec, HfilePool *pool,
                              GError **error);
/* Without a commit before it, removes the file. */
void hfile_output_free(HfileOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileOutput, hfile_output_free)

/* Packs, checksums and writes one block, before those on their way. */
bool hfile_output_write_block(HfileOutput *self, HfileBlockType type, Slice raw,
                              HfileBlockAt *out_at, GError **error);

/* The same in two steps, so that many are packed at once and are written in order: push() has the
 * block packed, `key` being the caller's; write_first() waits for the one that was pushed first,
 * and writes it. Its key is good until the next push. */
bool hfile_output_takes(const HfileOutput *self, size_t raw_bytes);
void hfile_output_push(HfileOutput *self, HfileBlockType type, Slice raw, Slice key);
size_t hfile_output_pending(const HfileOutput *self);
bool hfile_output_write_first(HfileOutput *self, HfileBlockAt *out_at, Slice *out_key,
                              GError **error);

/* Bytes as they are: the trailer. */
bool hfile_output_write_bytes(HfileOutput *self, Slice bytes, GError **error);
/* The file is on disk under its own name once this returns true. */
bool hfile_output_commit(HfileOutput *self, GError **error);

/* Where the next block goes: the file's size so far. */
uint64_t hfile_output_offset(const HfileOutput *self);
/* What that can come to at most once those on their way are written. */
uint64_t hfile_output_most_bytes(const HfileOutput *self);

/* Of all blocks of a type written so far. */
typedef struct {
  uint64_t blocks;
  uint64_t raw_bytes; /* payloads, before packing */
} HfileTotal;

HfileTotal hfile_output_total(const HfileOutput *self, HfileBlockType type);
