/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* Thrift's two wire forms.
 * https://github.com/apache/thrift/tree/master/doc/specs (binary and compact protocol) */
typedef enum { WIRE_BINARY, WIRE_COMPACT } WireProtocol;

/* The type codes of the binary protocol. The compact protocol has codes of its own, which stay
 * inside the coder. */
typedef enum {
  WIRE_STOP = 0,
  WIRE_BOOL = 2,
  WIRE_BYTE = 3,
  WIRE_DOUBLE = 4,
  WIRE_I16 = 6,
  WIRE_I32 = 8,
  WIRE_I64 = 10,
  WIRE_STRING = 11,
  WIRE_STRUCT = 12,
  WIRE_MAP = 13,
  WIRE_SET = 14,
  WIRE_LIST = 15,
} WireType;

typedef enum { WIRE_CALL = 1, WIRE_REPLY = 2, WIRE_EXCEPTION = 3 } WireMessage;

/* What is read may be cut short or hostile; every claim in it is held against the bytes there are.
 * WIRE_SHORT: true so far, more must come. */
typedef enum { WIRE_WHOLE, WIRE_SHORT, WIRE_BAD } WireVerdict;

/* Reads the elements of one message. The first read that fails sets the verdict, and from then on
 * every read fails. */
typedef struct {
  WireProtocol protocol;
  Slice rest; /* borrowed */
  WireVerdict verdict;
} WireReader;

typedef struct {
  WireMessage type;
  Slice name;
  int32_t sequence;
} WireHeader;

/* Zeroed at the start of each struct, then handed from field to field. */
typedef struct {
  WireType type;
  int16_t id;
  bool truth; /* compact protocol: a boolean's value is in its header */
} WireField;

static inline WireReader
wire_reader(WireProtocol protocol, Slice bytes)
{
  return (WireReader){.protocol = protocol, .rest = bytes};
}

bool wire_read_header(WireReader *self, WireHeader *out_header);
/* False at the struct's end, too: the verdict tells. */
bool wire_next_field(WireReader *self, WireField *field);
bool wire_read_bool(WireReader *self, const WireField *field, bool *out_value);
bool wire_read_i32(WireReader *self, int32_t *out_value);
bool wire_read_i64(WireReader *self, int64_t *out_value);
bool wire_read_binary(WireReader *self, Slice *out_value);
bool wire_read_list(WireReader *self, WireType *out_type, size_t *out_count);
/* The types are set only when the count is above 0. */
bool wire_read_map(WireReader *self, WireType *out_key, WireType *out_value, size_t *out_count);

/* What the above are made of. */
bool wire_take(WireReader *self, size_t len, const uint8_t **out_at);
bool wire_read_varint(WireReader *self, uint64_t *out_value);
/* Sets the verdict and returns false. */
bool wire_fail(WireReader *self, WireVerdict verdict);
