/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* What is sorted: entries that can be moved, spilled and compared without being understood.
 *
 *   u32 bytes in all | u16 key length | what the owner likes | key at `key_at` | what it likes
 *
 * In the machine's byte order: they never leave the run. */
typedef struct {
  size_t key_at;
  /* Of two entries with one key, which is first; NULL: no matter. */
  int (*compare_equals)(const uint8_t *a, const uint8_t *b);
} SortOrder;

static inline uint32_t
sort_entry_bytes(const uint8_t *entry)
{
  uint32_t bytes;

  memcpy(&bytes, entry, sizeof bytes);
  return bytes;
}

static inline Slice
sort_entry_key(const SortOrder *self, const uint8_t *entry)
{
  uint16_t len;

  memcpy(&len, entry + sizeof(uint32_t), sizeof len);
  return slice(entry + self->key_at, len);
}

/* Up to eight bytes of a key from somewhere, as a number that compares like them. */
static inline uint64_t
sort_key_prefix(Slice key, size_t from)
{
  uint64_t prefix = 0;
  size_t len = key.len > from ? MIN(key.len - from, sizeof prefix) : 0;

  if (len > 0)
    memcpy(&prefix, key.data + from, len);
  return GUINT64_FROM_BE(prefix);
}

/* Entries by the bytes of their keys, as HBase orders them. */
static inline int
sort_entry_compare(const SortOrder *self, const uint8_t *a, const uint8_t *b)
{
  int order = slice_compare(sort_entry_key(self, a), sort_entry_key(self, b));

  return order != 0 || self->compare_equals == NULL ? order : self->compare_equals(a, b);
}
