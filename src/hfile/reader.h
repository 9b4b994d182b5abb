/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/block.h"
#include "hfile/encoding.h"
#include "hfile/info.h"
#include "hfile/trailer.h"

/* Reads the blocks of an HFile, ours or HBase's, which may be damaged or hostile: no size in it is
 * believed before the file is seen to hold it. One thread owns it. */
typedef struct HfileReader HfileReader;

enum { HFILE_BLOCK_MOST_BYTES = 256 * 1024 * 1024 };

/* A block as read. Zeroed is empty; reused from block to block. */
typedef struct {
  uint64_t offset;
  HfileBlockHeader header;
  Slice payload;        /* unpacked; good until the next read into it */
  bool is_sound;        /* its checksums hold */
  size_t first_unsound; /* else: the first chunk whose checksum does not */
  Bytes disk;           /* owned */
  Bytes raw;            /* owned */
} HfileBlock;

void hfile_block_clear(HfileBlock *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HfileBlock, hfile_block_clear)

/* Opens the file and reads its trailer and file info. FAULT_SETUP: it cannot be read, or uses what
 * is not supported here; FAULT_RECORD: it is damaged. */
HfileReader *hfile_reader_open(const char *path, GError **error);
void hfile_reader_free(HfileReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HfileReader, hfile_reader_free)

uint64_t hfile_reader_bytes(const HfileReader *self);
const HfileTrailer *hfile_reader_trailer(const HfileReader *self);
const HfileInfo *hfile_reader_info(const HfileReader *self);
const HfileDecoding *hfile_reader_decoding(const HfileReader *self);

/* Reads the block at the offset. A wrong checksum is no failure: HBase would go on as well. */
bool hfile_reader_read(HfileReader *self, uint64_t offset, HfileBlock *block, GError **error);

/* Where the blocks end: the trailer's offset. */
uint64_t hfile_reader_end(const HfileReader *self);
