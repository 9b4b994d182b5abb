/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/block.h"
#include "hfile/codec.h"

/* The file that a writer fills: blocks one behind the other, in a file of another name until it is
 * whole. That name starts with '_', which HBase's load tools pass over. */
typedef struct HfileOutput HfileOutput;

HfileOutput *hfile_output_new(const char *path, HfileCodecKind codec, GError **error);
/* Without a commit before it, removes the file. */
void hfile_output_free(HfileOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileOutput, hfile_output_free)

/* Packs, checksums and writes one block. */
bool hfile_output_write_block(HfileOutput *self, HfileBlockType type, Slice raw,
                              HfileBlockAt *out_at, GError **error);
/* Bytes as they are: the trailer. */
bool hfile_output_write_bytes(HfileOutput *self, Slice bytes, GError **error);
/* The file is on disk under its own name once this returns true. */
bool hfile_output_commit(HfileOutput *self, GError **error);

/* Where the next block goes: the file's size so far. */
uint64_t hfile_output_offset(const HfileOutput *self);

/* Of all blocks of a type written so far. */
typedef struct {
  uint64_t blocks;
  uint64_t raw_bytes; /* payloads, before packing */
} HfileTotal;

HfileTotal hfile_output_total(const HfileOutput *self, HfileBlockType type);
