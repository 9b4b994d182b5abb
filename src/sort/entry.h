/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* What is sorted: a key and a payload as one run of bytes.
 *
 *   u32 bytes in all | u32 key length | key | payload
 *
 * In the machine's byte order: it never leaves the run. */

enum { SORT_ENTRY_FIXED_BYTES = 8 };

static inline uint32_t
sort_entry_bytes(const uint8_t *entry)
{
  uint32_t bytes;

  memcpy(&bytes, entry, sizeof bytes);
  return bytes;
}

static inline Slice
sort_entry_key(const uint8_t *entry)
{
  uint32_t len;

  memcpy(&len, entry + 4, sizeof len);
  return slice(entry + SORT_ENTRY_FIXED_BYTES, len);
}

static inline Slice
sort_entry_payload(const uint8_t *entry)
{
  Slice key = sort_entry_key(entry);

  return slice(key.data + key.len, sort_entry_bytes(entry) - SORT_ENTRY_FIXED_BYTES - key.len);
}

/* `at` has room for it. */
static inline void
sort_entry_write(uint8_t *at, Slice key, Slice payload)
{
  uint32_t lengths[2] = {(uint32_t)(SORT_ENTRY_FIXED_BYTES + key.len + payload.len),
                         (uint32_t)key.len};

  memcpy(at, lengths, sizeof lengths);
  if (key.len > 0)
    memcpy(at + SORT_ENTRY_FIXED_BYTES, key.data, key.len);
  if (payload.len > 0)
    memcpy(at + SORT_ENTRY_FIXED_BYTES + key.len, payload.data, payload.len);
}
