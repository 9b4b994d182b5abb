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
  const char *keep_deleted;    /* KEEP_DELETED_CELLS: "FALSE", "TRUE", "TTL"; NULL: not said */
  bool has_min_versions;       /* MIN_VERSIONS is said */
  uint32_t min_versions;       /* so many are kept beyond the time to live */
  bool has_new_versions;       /* NEW_VERSION_BEHAVIOR: by the order of writing, not by time */
} Family;

/* What a deletion hides can still be read. */
static inline bool
family_keeps_deleted(const Family *self)
{
  return self->keep_deleted != NULL && strcmp(self->keep_deleted, "FALSE") != 0;
}
