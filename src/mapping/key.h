/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/instant.h"
#include "mapping/nulls.h"
#include "record/origin.h"

/* How a row key is made: parts joined by a separator. */

/* HBase's HConstants.MAX_ROW_LENGTH. */
enum { KEY_BYTES = 32767 };

/* 2^63-1 in decimal has as many digits. */
enum { KEY_REVERSE_DIGITS = 19 };

typedef enum {
  KEY_FIELD,     /* of the record's value */
  KEY_KEY_FIELD, /* of the Kafka key, decoded */
  KEY_LITERAL,
  KEY_TOPIC,
  KEY_PARTITION,
  KEY_OFFSET,
  KEY_KAFKA_KEY, /* its bytes as they are */
  KEY_SALT,      /* first four bytes of the MD5 of `of`, modulo `count`, zero-padded */
  KEY_HASH,      /* first `count` hex digits of the MD5 of `of` */
} KeySource;

/* The binary ones are big-endian with the sign bit flipped, negative doubles with all bits
 * flipped: bytes sort as numbers. -0.0 is written as 0.0. */
typedef enum { KEY_AS_TEXT, KEY_AS_INT, KEY_AS_LONG, KEY_AS_DOUBLE } KeyForm;

typedef struct KeyPart KeyPart;
struct KeyPart {
  KeySource source;
  char *name;    /* owned: what an error calls the part */
  size_t field;  /* KEY_FIELD, KEY_KEY_FIELD: index of its value */
  Slice literal; /* its bytes are owned */
  bool is_time;  /* read the value as a time, in milliseconds from here on */
  const InstantForm *time_form;
  bool is_reverse; /* 2^63-1 minus the time */
  KeyForm form;
  size_t width;   /* text: zeros on the left up to it; 0: none */
  uint32_t count; /* KEY_SALT: how many; KEY_HASH: digits */
  size_t of_length;
  KeyPart *of; /* owned */
  /* KEY_HASH: the parts of `of` identify the record, so that they must not run together. */
  bool guards_of;
};

typedef struct {
  Slice separator; /* its bytes are owned */
  size_t parts_length;
  KeyPart *parts;     /* owned */
  const Nulls *nulls; /* borrowed */
} Key;

void key_clear(Key *self);
void key_parts_free(KeyPart *parts, size_t length);

/* Whether every record gives the part the same number of bytes. Such a part may hold the
 * separator's bytes: a reader of the key knows where it ends. */
bool key_part_is_fixed(const KeyPart *part);

/* Appends the row key. Each part must be there and not empty, none but the last may contain the
 * separator, and the whole must fit KEY_BYTES; else FAULT_RECORD. */
bool key_append(const Key *self, const Origin *origin, const Value *values, Bytes *out,
                GError **error);
