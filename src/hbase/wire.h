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
