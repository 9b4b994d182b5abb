/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"
#include "hfile/checksum.h"

/* The frame every block has on disk: a header of 33 bytes, the payload (compressed where the file
 * has a codec), then the checksums of both. org.apache.hadoop.hbase.io.hfile.HFileBlock. */
typedef enum {
  HFILE_DATA,
  HFILE_ENCODED_DATA,
  HFILE_LEAF_INDEX,
  HFILE_INTERMEDIATE_INDEX,
  HFILE_ROOT_INDEX,
  HFILE_META,
  HFILE_FILE_INFO,
  HFILE_BLOOM_CHUNK,
  HFILE_BLOOM_META,
  HFILE_DELETE_FAMILY_BLOOM_META,
} HfileBlockType;

enum { HFILE_BLOCK_TYPES = HFILE_DELETE_FAMILY_BLOOM_META + 1 };

const char *hfile_block_type_name(HfileBlockType type);

enum { HFILE_MAGIC_BYTES = 8, HFILE_BLOCK_HEADER_BYTES = 33 };

typedef struct {
  HfileBlockType type;
  uint32_t payload_bytes;   /* on disk, without header and checksums */
  uint32_t checksums_bytes; /* behind the payload */
  uint32_t raw_bytes;       /* of the payload once unpacked */
  int64_t previous_offset;  /* of the block of the same type before this one, or -1 */
  HfileChecksum checksum;
  uint32_t checksum_chunk_bytes;
} HfileBlockHeader;

/* Header, payload and checksums together. */
static inline uint64_t
hfile_block_disk_bytes(const HfileBlockHeader *self)
{
  return (uint64_t)HFILE_BLOCK_HEADER_BYTES + self->payload_bytes + self->checksums_bytes;
}

/* Where a block lies: what an index entry holds. */
typedef struct {
  uint64_t offset;
  uint32_t disk_bytes;
} HfileBlockAt;

/* Fills the 33 bytes at `at`. */
void hfile_block_header_put(const HfileBlockHeader *self, uint8_t *at);

/* Reads the 33 bytes at `at`. The sizes of a header that parses agree with each other; that the
 * file holds them is for the caller to see. */
bool hfile_block_header_parse(const uint8_t *at, HfileBlockHeader *out_header, GError **error);
