/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/wire.h"

enum {
  BINARY_VERSION = 0x8001, /* the upper half of a message's first word */
  COMPACT_ID = 0x82,
  COMPACT_VERSION = 1,
  COMPACT_TRUE = 1,
  COMPACT_FALSE = 2,
  NAME_BYTES = 256, /* no method's name is longer */
};

bool
wire_fail(WireReader *self, WireVerdict verdict)
{
  if (self->verdict == WIRE_WHOLE)
    self->verdict = verdict;
  return false;
}

bool
wire_take(WireReader *self, size_t len, const uint8_t **out_at)
{
  if (self->verdict != WIRE_WHOLE)
    return false;
  if (len > self->rest.len)
    return wire_fail(self, WIRE_SHORT);
  *out_at = self->rest.data;
  self->rest = slice(self->rest.data + len, self->rest.len - len);
  return true;
}

static bool
read_byte(WireReader *self, uint8_t *out_value)
{
  const uint8_t *at;

  if (!wire_take(self, 1, &at))
    return false;
  *out_value = *at;
  return true;
}

/* Big-endian, of len bytes. */
static bool
read_fixed(WireReader *self, size_t len, uint64_t *out_value)
{
  const uint8_t *at;
  uint64_t value = 0;

  if (!wire_take(self, len, &at))
    return false;
  for (size_t i = 0; i < len; i++)
    value = value << 8 | at[i];
  *out_value = value;
  return true;
}

bool
wire_read_varint(WireReader *self, uint64_t *out_value)
{
  uint64_t value = 0;
  uint8_t byte;

  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (!read_byte(self, &byte))
      return false;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *out_value = value;
      return true;
    }
  }
  return wire_fail(self, WIRE_BAD);
}

static bool
read_zigzag(WireReader *self, int64_t *out_value)
{
  uint64_t value;

  if (!wire_read_varint(self, &value))
    return false;
  *out_value = (int64_t)(value >> 1 ^ (~(value & 1) + 1));
  return true;
}

/* A length or a count: never negative, never above 2^31-1. */
static bool
read_size(WireReader *self, uint64_t *out_size)
{
  uint64_t size;

  if (!(self->protocol == WIRE_COMPACT ? wire_read_varint(self, &size)
                                       : read_fixed(self, 4, &size)))
    return false;
  if (size > G_MAXINT32)
    return wire_fail(self, WIRE_BAD);
  *out_size = size;
  return true;
}

static WireType
known_type(WireProtocol protocol, uint8_t code)
{
  static const WireType compact[] = {WIRE_STOP, WIRE_BOOL, WIRE_BOOL,   WIRE_BYTE,   WIRE_I16,
                                     WIRE_I32,  WIRE_I64,  WIRE_DOUBLE, WIRE_STRING, WIRE_LIST,
                                     WIRE_SET,  WIRE_MAP,  WIRE_STRUCT};
  static const bool binary[] = {
      [WIRE_BOOL] = true, [WIRE_BYTE] = true, [WIRE_DOUBLE] = true, [WIRE_I16] = true,
      [WIRE_I32] = true,  [WIRE_I64] = true,  [WIRE_STRING] = true, [WIRE_STRUCT] = true,
      [WIRE_MAP] = true,  [WIRE_SET] = true,  [WIRE_LIST] = true};

  if (protocol == WIRE_COMPACT)
    return code < G_N_ELEMENTS(compact) ? compact[code] : WIRE_STOP;
  return code < G_N_ELEMENTS(binary) && binary[code] ? (WireType)code : WIRE_STOP;
}

/* WIRE_STOP stands for "no such type", which no container may hold. */
static bool
read_type(WireReader *self, uint8_t code, WireType *out_type)
{
  *out_type = known_type(self->protocol, code);
  return *out_type != WIRE_STOP || wire_fail(self, WIRE_BAD);
}

static bool
read_binary_header(WireReader *self, WireHeader *header)
{
  uint64_t version;
  uint64_t sequence;

  if (!read_fixed(self, 4, &version))
    return false;
  if (version >> 16 != BINARY_VERSION)
    return wire_fail(self, WIRE_BAD);
  header->type = (WireMessage)(version & 0xff);
  if (!wire_read_binary(self, &header->name) || !read_fixed(self, 4, &sequence))
    return false;
  header->sequence = (int32_t)sequence;
  return true;
}

static bool
read_compact_header(WireReader *self, WireHeader *header)
{
  uint8_t id;
  uint8_t version;
  uint64_t sequence;

  if (!read_byte(self, &id))
    return false;
  if (id != COMPACT_ID)
    return wire_fail(self, WIRE_BAD);
  if (!read_byte(self, &version))
    return false;
  if ((version & 0x1f) != COMPACT_VERSION)
    return wire_fail(self, WIRE_BAD);
  header->type = (WireMessage)(version >> 5);
  if (!wire_read_varint(self, &sequence) || !wire_read_binary(self, &header->name))
    return false;
  header->sequence = (int32_t)sequence;
  return true;
}

bool
wire_read_header(WireReader *self, WireHeader *out_header)
{
  WireHeader header = {0};

  if (!(self->protocol == WIRE_COMPACT ? read_compact_header(self, &header)
                                       : read_binary_header(self, &header)))
    return false;
  if (header.name.len > NAME_BYTES)
    return wire_fail(self, WIRE_BAD);
  *out_header = header;
  return true;
}

static bool
next_compact_field(WireReader *self, uint8_t head, WireField *field)
{
  int64_t id = field->id + (head >> 4);

  if (head >> 4 == 0 && !read_zigzag(self, &id))
    return false;
  if (id < G_MININT16 || id > G_MAXINT16)
    return wire_fail(self, WIRE_BAD);
  field->id = (int16_t)id;
  field->truth = (head & 0x0f) == COMPACT_TRUE;
  return read_type(self, head & 0x0f, &field->type);
}

bool
wire_next_field(WireReader *self, WireField *field)
{
  uint8_t head;
  uint64_t id;

  if (!read_byte(self, &head) || head == WIRE_STOP)
    return false;
  if (self->protocol == WIRE_COMPACT)
    return next_compact_field(self, head, field);
  if (!read_fixed(self, 2, &id))
    return false;
  field->id = (int16_t)id;
  return read_type(self, head, &field->type);
}

bool
wire_read_bool(WireReader *self, const WireField *field, bool *out_value)
{
  uint8_t value = field->truth;

  if (self->protocol == WIRE_BINARY && !read_byte(self, &value))
    return false;
  *out_value = value != 0;
  return true;
}

bool
wire_read_i32(WireReader *self, int32_t *out_value)
{
  int64_t value;
  uint64_t fixed;

  if (self->protocol == WIRE_BINARY) {
    if (!read_fixed(self, 4, &fixed))
      return false;
    *out_value = (int32_t)fixed;
    return true;
  }
  if (!read_zigzag(self, &value))
    return false;
  if (value < G_MININT32 || value > G_MAXINT32)
    return wire_fail(self, WIRE_BAD);
  *out_value = (int32_t)value;
  return true;
}

bool
wire_read_i64(WireReader *self, int64_t *out_value)
{
  uint64_t fixed;

  if (self->protocol == WIRE_COMPACT)
    return read_zigzag(self, out_value);
  if (!read_fixed(self, 8, &fixed))
    return false;
  *out_value = (int64_t)fixed;
  return true;
}

bool
wire_read_binary(WireReader *self, Slice *out_value)
{
  uint64_t len = 0;
  const uint8_t *at;

  if (!read_size(self, &len) || !wire_take(self, len, &at))
    return false;
  *out_value = slice(at, len);
  return true;
}

bool
wire_read_list(WireReader *self, WireType *out_type, size_t *out_count)
{
  uint8_t head;
  uint64_t count;

  if (!read_byte(self, &head))
    return false;
  count = head >> 4;
  if ((self->protocol == WIRE_BINARY || count == 15) && !read_size(self, &count))
    return false;
  if (!read_type(self, self->protocol == WIRE_BINARY ? head : head & 0x0f, out_type))
    return false;
  *out_count = count;
  return true;
}

static bool
read_compact_map(WireReader *self, uint64_t *count, uint64_t *types)
{
  if (!read_size(self, count))
    return false;
  if (*count > 0 && !read_fixed(self, 1, types))
    return false;
  *types = (*types & 0xf0) << 4 | (*types & 0x0f);
  return true;
}

bool
wire_read_map(WireReader *self, WireType *out_key, WireType *out_value, size_t *out_count)
{
  uint64_t count = 0;
  uint64_t types = 0;

  if (self->protocol == WIRE_COMPACT) {
    if (!read_compact_map(self, &count, &types))
      return false;
  } else if (!read_fixed(self, 2, &types) || !read_size(self, &count)) {
    return false;
  }
  *out_count = count;
  if (count == 0) /* then the types may be nothing */
    return true;
  return read_type(self, (uint8_t)(types >> 8), out_key) &&
         read_type(self, (uint8_t)types, out_value);
}
