/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"
#include "hfile/codec.h"
#include "hfile/key.h"

enum { HFILE_TRAILER_BYTES = 4096 };

/* The last 4096 bytes of a file: where everything else is.
 * org.apache.hadoop.hbase.io.hfile.FixedFileTrailer. */
typedef struct {
  uint64_t info_offset;     /* of the file info block */
  uint64_t load_offset;     /* of the data index root: from here on a server reads at open */
  uint64_t index_raw_bytes; /* payloads of all data index blocks */
  uint64_t total_raw_bytes; /* headers and payloads of the blocks that HBase counts, and this */
  uint32_t root_entries;    /* of the data index */
  uint32_t meta_entries;    /* of the meta index */
  uint64_t cells;
  uint32_t index_levels;
  uint64_t first_data_offset;
  uint64_t last_data_offset;
  HfileCodecKind codec;
  HfileOrdering ordering;
} HfileTrailer;

void hfile_trailer_append(const HfileTrailer *self, Bytes *out);

/* Reads HFILE_TRAILER_BYTES; FAULT_RECORD says what is wrong, FAULT_SETUP what is not supported.
 * Offsets are as found: the caller knows how long the file is. */
bool hfile_trailer_parse(const uint8_t *at, HfileTrailer *out_trailer, GError **error);
