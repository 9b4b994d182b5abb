/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Reads bytes that nobody vouches for, from their beginning on, and never leaves them. */
typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} Cursor;

static inline Cursor
cursor_of(Slice bytes)
{
  return (Cursor){.at = bytes.data, .end = bytes.len == 0 ? bytes.data : bytes.data + bytes.len};
}

static inline size_t
cursor_left(const Cursor *self)
{
  return (size_t)(self->end - self->at);
}

/* Each take moves the cursor past what it read; false, and no move, when the bytes end before. The
 * numbers are big-endian. */
bool cursor_take_u8(Cursor *self, uint8_t *out_value);
bool cursor_take_be16(Cursor *self, uint16_t *out_value);
bool cursor_take_be32(Cursor *self, uint32_t *out_value);
bool cursor_take_be64(Cursor *self, uint64_t *out_value);
bool cursor_take_slice(Cursor *self, uint64_t len, Slice *out_slice);
