/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/key.h"

/* What file info tells of a file's cells: counted while one is written, and again when one is
 * checked. */
typedef struct {
  uint64_t cells;
  uint64_t key_bytes;
  uint64_t value_bytes;
  uint64_t family_deletes; /* DeleteFamily and DeleteFamilyVersion */
  int64_t earliest_put;    /* 2^63-1 while there is none */
  int64_t least_timestamp; /* 0 once a cell hides all before it */
  int64_t most_timestamp;
  uint64_t biggest_bytes;
  Bytes biggest_key; /* of the first cell of that size */
} HfileStatistics;

void hfile_statistics_init(HfileStatistics *self);
void hfile_statistics_clear(HfileStatistics *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HfileStatistics, hfile_statistics_clear)

/* `value_bytes` without tags. */
void hfile_statistics_count(HfileStatistics *self, const HfileKey *key, size_t value_bytes);

static inline bool
hfile_is_family_delete(uint8_t type)
{
  return type == CELL_DELETE_FAMILY || type == CELL_DELETE_FAMILY_VERSION;
}
