/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* The number forms of an HFile: big-endian integers, Hadoop's variable integers (WritableUtils)
 * and protobuf's varints. Reading goes through a cursor that never leaves its bytes. */
typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} HfileCursor;

static inline HfileCursor
hfile_cursor(Slice bytes)
{
  return (HfileCursor){.at = bytes.data,
                       .end = bytes.len == 0 ? bytes.data : bytes.data + bytes.len};
}

static inline size_t
hfile_cursor_left(const HfileCursor *self)
{
  return (size_t)(self->end - self->at);
}

/* Each take moves the cursor past what it read; false, and no move, when the bytes end before. */
bool hfile_take_u8(HfileCursor *self, uint8_t *out_value);
bool hfile_take_be16(HfileCursor *self, uint16_t *out_value);
bool hfile_take_be32(HfileCursor *self, uint32_t *out_value);
bool hfile_take_be64(HfileCursor *self, uint64_t *out_value);
bool hfile_take_vint(HfileCursor *self, int64_t *out_value);
bool hfile_take_varint(HfileCursor *self, uint64_t *out_value);
bool hfile_take_slice(HfileCursor *self, uint64_t len, Slice *out_slice);

/* One field of a protobuf message: a varint's number, or the bytes of a length-delimited field.
 * False at the end of the message and on malformed bytes: the first has nothing left. */
typedef struct {
  uint32_t number;
  uint64_t varint;
  Slice bytes;
} HfileField;

bool hfile_take_field(HfileCursor *self, HfileField *out_field);

enum { HFILE_VINT_MOST_BYTES = 9, HFILE_VARINT_MOST_BYTES = 10 };

size_t hfile_vint_bytes(int64_t value);
void hfile_append_vint(Bytes *out, int64_t value);
void hfile_append_varint(Bytes *out, uint64_t value);
/* A protobuf field with its tag. */
void hfile_append_varint_field(Bytes *out, uint32_t number, uint64_t value);
void hfile_append_bytes_field(Bytes *out, uint32_t number, Slice bytes);
