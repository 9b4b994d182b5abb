/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/wire.h"

/* How far a message or a value reaches, whatever is in it: no recursion, a bounded depth, no
 * memory of its own. */

enum { EXTENT_DEPTH = 32 };

/* A container that is being read: a struct, or what is left of a list, set or map. */
typedef struct {
  bool is_struct;
  WireType type;  /* of the next item */
  WireType other; /* of the one after it: a map's keys and values take turns */
  size_t left;    /* items, keys and values counted apart */
} ExtentLevel;

typedef struct {
  WireProtocol protocol;
  bool has_header;
  WireType pending; /* the value that comes next; WIRE_STOP: what the top level says */
  size_t at;        /* consumed so far; once whole, the message's length */
  size_t depth;
  ExtentLevel levels[EXTENT_DEPTH];
} Extent;

void extent_init(Extent *self, WireProtocol protocol);

/* Goes on where it stopped, so that a message can be followed while it arrives. `bytes` is
 * everything that came, from the message's first byte on. */
WireVerdict extent_follow(Extent *self, Slice bytes);

/* Reads past the value of a field. */
bool extent_skip(WireReader *reader, const WireField *field);
