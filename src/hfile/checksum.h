/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* HBase's ChecksumType codes, as they stand in a block header. */
typedef enum {
  HFILE_CHECKSUM_NONE = 0,
  HFILE_CHECKSUM_CRC32 = 1,
  HFILE_CHECKSUM_CRC32C = 2,
} HfileChecksum;

enum { HFILE_CHECKSUM_CHUNK_BYTES = 16384 };

/* CRC-32C of a + b is hfile_crc32c(hfile_crc32c(0, a), b). By the processor's instruction where it
 * has one, else by table. */
uint32_t hfile_crc32c(uint32_t crc, Slice bytes);

typedef uint32_t (*HfileCrc)(uint32_t crc, Slice bytes);

uint32_t hfile_crc32c_by_table(uint32_t crc, Slice bytes);
/* NULL on a machine without the instruction. */
HfileCrc hfile_crc32c_by_instruction(void);

/* The bytes that a block's checksums fill, of whatever type: HBase leaves room for those that it
 * does not make, too (HFileBlock.totalChecksumBytes). */
size_t hfile_checksum_bytes(size_t covered_bytes, uint32_t chunk_bytes);

/* Appends the checksums of head and body, taken as one run, in HBase's default chunks. */
void hfile_checksum_append(Bytes *out, Slice head, Slice body);

/* True if `sums` are the checksums of the covered bytes, chunk by chunk; else out_chunk is the
 * number of the first wrong one. */
bool hfile_checksum_holds(HfileChecksum type, Slice covered, uint32_t chunk_bytes, Slice sums,
                          size_t *out_chunk);
