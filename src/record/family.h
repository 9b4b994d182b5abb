/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

typedef enum { BLOOM_NONE, BLOOM_ROW, BLOOM_ROWCOL, BLOOM_ROWPREFIX } Bloom;

/* What `init` creates. A member that the mapping leaves out has HBase's default. */
typedef struct {
  Slice name;
  Bloom bloom;
  uint32_t bloom_prefix_bytes; /* BLOOM_ROWPREFIX */
  const char *compression;     /* "NONE", "GZ", "SNAPPY", "LZ4", "ZSTD" */
  uint32_t versions;           /* most versions kept, >= 1 */
  uint64_t time_to_live_s;     /* 0: for ever */
  const char *encoding;        /* DATA_BLOCK_ENCODING: "NONE", "FAST_DIFF" …; NULL: not said */
  bool keeps_deleted;          /* KEEP_DELETED_CELLS: what a deletion hides can still be read */
  bool has_new_versions;       /* NEW_VERSION_BEHAVIOR: by the order of writing, not by time */
} Family;
