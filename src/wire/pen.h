/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/wire.h"

/* Writes one wire form's elements where the next byte goes; the room was reserved before. Inline:
 * it runs for every cell. */
typedef struct {
  uint8_t *at;
  WireProtocol protocol;
} Pen;

static inline void
pen_byte(Pen *self, uint8_t byte)
{
  *self->at++ = byte;
}

static inline void
pen_bytes(Pen *self, const uint8_t *data, size_t len)
{
  if (len > 0)
    memcpy(self->at, data, len);
  self->at += len;
}

static inline void
pen_varint(Pen *self, uint64_t value)
{
  for (; value >= 0x80; value >>= 7)
    pen_byte(self, (uint8_t)(value | 0x80));
  pen_byte(self, (uint8_t)value);
}

static inline void
pen_length(Pen *self, size_t len)
{
  if (self->protocol == WIRE_COMPACT) {
    pen_varint(self, len);
    return;
  }
  put_be32(self->at, (uint32_t)len);
  self->at += 4;
}

static inline void
pen_text(Pen *self, Slice text)
{
  pen_length(self, text.len);
  pen_bytes(self, text.data, text.len);
}

/* The compact protocol's codes for what a frame holds. */
static inline uint8_t
pen_compact_code(WireType type)
{
  static const uint8_t codes[] = {
      [WIRE_I32] = 5, [WIRE_I64] = 6, [WIRE_STRING] = 8, [WIRE_STRUCT] = 12, [WIRE_LIST] = 9};

  return codes[type];
}

/* `skipped` counts the fields left out since the last one: the compact header holds a distance. */
static inline void
pen_field(Pen *self, WireType type, uint8_t id, uint8_t skipped)
{
  if (self->protocol == WIRE_COMPACT) {
    pen_byte(self, (uint8_t)((skipped + 1) << 4 | pen_compact_code(type)));
    return;
  }
  pen_byte(self, (uint8_t)type);
  pen_byte(self, 0);
  pen_byte(self, id);
}

static inline void
pen_list_of_structs(Pen *self, size_t count)
{
  if (self->protocol == WIRE_COMPACT && count < 15) {
    pen_byte(self, (uint8_t)(count << 4 | pen_compact_code(WIRE_STRUCT)));
    return;
  }
  pen_byte(self,
           self->protocol == WIRE_COMPACT ? 0xf0 | pen_compact_code(WIRE_STRUCT) : WIRE_STRUCT);
  pen_length(self, count);
}

static inline void
pen_i64(Pen *self, int64_t value)
{
  if (self->protocol == WIRE_COMPACT) {
    pen_varint(self, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
    return;
  }
  put_be64(self->at, (uint64_t)value);
  self->at += 8;
}

static inline void
pen_i32(Pen *self, int32_t value)
{
  if (self->protocol == WIRE_COMPACT) {
    pen_varint(self, (uint32_t)value << 1 ^ (uint32_t)(value >> 31));
    return;
  }
  put_be32(self->at, (uint32_t)value);
  self->at += 4;
}

static Pen
pen_open(Bytes *out, WireProtocol protocol, size_t room)
{
  return (Pen){.at = bytes_reserve(out, room), .protocol = protocol};
}

static void
pen_close(const Pen *self, Bytes *out)
{
  out->len = (size_t)(self->at - out->data);
}
