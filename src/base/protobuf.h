/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/cursor.h"

/* Protobuf's wire format, as far as HBase's files and calls need it: varints, and fields of
 * messages, one at a time. https://protobuf.dev/programming-guides/encoding/ */

enum { PROTOBUF_VARINT_MOST_BYTES = 10 };

bool protobuf_take_varint(Cursor *self, uint64_t *out_value);

/* One field of a message: a varint's number, or the bytes of a length-delimited field. False at the
 * end of the message and on malformed bytes: the first has nothing left. */
typedef struct {
  uint32_t number;
  uint64_t varint;
  Slice bytes;
} ProtobufField;

bool protobuf_take_field(Cursor *self, ProtobufField *out_field);

void protobuf_append_varint(Bytes *out, uint64_t value);
/* A field with its tag. */
void protobuf_append_varint_field(Bytes *out, uint32_t number, uint64_t value);
void protobuf_append_bytes_field(Bytes *out, uint32_t number, Slice bytes);
