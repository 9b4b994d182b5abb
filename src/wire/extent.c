/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/extent.h"

/* Bytes that a value of the type takes whatever it is; 0: that depends. */
static size_t
fixed_bytes(WireProtocol protocol, WireType type)
{
  static const uint8_t binary[] = {[WIRE_BOOL] = 1, [WIRE_BYTE] = 1, [WIRE_DOUBLE] = 8,
                                   [WIRE_I16] = 2,  [WIRE_I32] = 4,  [WIRE_I64] = 8};

  if (protocol == WIRE_COMPACT && (type == WIRE_I16 || type == WIRE_I32 || type == WIRE_I64))
    return 0;
  return (size_t)type < sizeof binary ? binary[type] : 0;
}

static bool
push(Extent *self, WireReader *reader, ExtentLevel level)
{
  if (self->depth == EXTENT_DEPTH)
    return wire_fail(reader, WIRE_BAD);
  self->levels[self->depth++] = level;
  return true;
}

static bool
push_list(Extent *self, WireReader *reader)
{
  ExtentLevel level = {0};
  const uint8_t *at;

  if (!wire_read_list(reader, &level.type, &level.left))
    return false;

  size_t item_bytes = fixed_bytes(self->protocol, level.type);

  if (item_bytes > 0)
    return wire_take(reader, level.left * item_bytes, &at);
  level.other = level.type;
  return push(self, reader, level);
}

static bool
push_map(Extent *self, WireReader *reader)
{
  ExtentLevel level = {0};

  if (!wire_read_map(reader, &level.type, &level.other, &level.left))
    return false;
  level.left *= 2;
  return push(self, reader, level);
}

static bool
follow_scalar(Extent *self, WireReader *reader, WireType type)
{
  size_t len = fixed_bytes(self->protocol, type);
  const uint8_t *at;
  uint64_t varint;
  Slice binary;

  if (type == WIRE_STRING)
    return wire_read_binary(reader, &binary);
  return len > 0 ? wire_take(reader, len, &at) : wire_read_varint(reader, &varint);
}

static bool
follow_value(Extent *self, WireReader *reader)
{
  WireType type = self->pending;
  bool consumed;

  if (type == WIRE_STRUCT)
    consumed = push(self, reader, (ExtentLevel){.is_struct = true});
  else if (type == WIRE_LIST || type == WIRE_SET)
    consumed = push_list(self, reader);
  else if (type == WIRE_MAP)
    consumed = push_map(self, reader);
  else
    consumed = follow_scalar(self, reader, type);
  if (consumed)
    self->pending = WIRE_STOP;
  return consumed;
}

static bool
follow_field(Extent *self, WireReader *reader)
{
  WireField field = {0};

  if (wire_next_field(reader, &field)) {
    /* a boolean of the compact protocol ended with its header */
    if (field.type != WIRE_BOOL || self->protocol == WIRE_BINARY)
      self->pending = field.type;
    return true;
  }
  if (reader->verdict != WIRE_WHOLE)
    return false;
  self->depth--;
  return true;
}

static void
follow_item(Extent *self, ExtentLevel *level)
{
  WireType type = level->type;

  if (level->left == 0) {
    self->depth--;
    return;
  }
  self->pending = type;
  level->type = level->other;
  level->other = type;
  level->left--;
}

/* One step; changes `self` only when its bytes were all there. */
static bool
follow_token(Extent *self, WireReader *reader)
{
  WireHeader header;

  if (!self->has_header) {
    self->has_header = wire_read_header(reader, &header);
    self->pending = WIRE_STRUCT;
    return self->has_header;
  }
  if (self->pending != WIRE_STOP)
    return follow_value(self, reader);

  ExtentLevel *level = &self->levels[self->depth - 1];

  if (level->is_struct)
    return follow_field(self, reader);
  follow_item(self, level);
  return true;
}

void
extent_init(Extent *self, WireProtocol protocol)
{
  self->protocol = protocol;
  self->has_header = false;
  self->pending = WIRE_STOP;
  self->at = 0;
  self->depth = 0;
}

WireVerdict
extent_follow(Extent *self, Slice bytes)
{
  WireReader reader =
      wire_reader(self->protocol, slice(bytes.data + self->at, bytes.len - self->at));

  while (!self->has_header || self->pending != WIRE_STOP || self->depth > 0) {
    if (!follow_token(self, &reader))
      return reader.verdict;
    self->at = bytes.len - reader.rest.len;
  }
  return WIRE_WHOLE;
}

bool
extent_skip(WireReader *reader, const WireField *field)
{
  Extent extent;

  if (reader->verdict != WIRE_WHOLE)
    return false;
  if (field->type == WIRE_BOOL && reader->protocol == WIRE_COMPACT)
    return true;
  extent_init(&extent, reader->protocol);
  extent.has_header = true;
  extent.pending = field->type;

  WireVerdict verdict = extent_follow(&extent, reader->rest);

  if (verdict != WIRE_WHOLE)
    return wire_fail(reader, verdict);
  reader->rest = slice(reader->rest.data + extent.at, reader->rest.len - extent.at);
  return true;
}
