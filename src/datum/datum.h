/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "schema/schema.h"

/* The bytes of one Avro datum while they are read. Every read fails rather than step over the
 * end; a failure leaves what was wrong and at which byte, for datum_fault(). */
typedef struct {
  const uint8_t *at;
  const uint8_t *end;
  const uint8_t *start;
  size_t depth;     /* records, arrays and maps that are open */
  GString *inside;  /* owned: after a failure, where below the field it was: "[3].price" */
  char what[256];   /* after a failure */
  const char *kind; /* borrowed, after a failure: the format of `what` */
} Datum;

/* Deeper data is refused: a recursive schema puts no end to depth. */
enum { DATUM_DEPTH = 256, DATUM_EMPTY_ITEMS = 65536 };

static inline void
datum_init(Datum *self, Slice bytes)
{
  self->at = self->start = bytes.data;
  self->end = bytes.len == 0 ? bytes.data : bytes.data + bytes.len; /* NULL cannot be added to */
  self->depth = 0;
  self->inside = NULL;
}

static inline size_t
datum_left(const Datum *self)
{
  return (size_t)(self->end - self->at);
}

/* Always false, so that a read can end with it; self->at is where the wrong bytes begin. */
bool datum_refuse(Datum *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* After a failure below a field, element or key: puts its name before `inside`. Always false. */
bool datum_refuse_within(Datum *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Turns the failure into a FAULT_RECORD about `field` (NULL: about the whole), and frees it. */
void datum_fault(Datum *self, const char *field, GError **error);

bool datum_read_long_varint(Datum *self, int64_t *out_value);

static inline bool
datum_read_long(Datum *self, int64_t *out_value)
{
  if (G_UNLIKELY(self->at == self->end || *self->at >= 0x80))
    return datum_read_long_varint(self, out_value);

  uint8_t byte = *self->at++;

  *out_value = (byte >> 1) ^ -(int64_t)(byte & 1);
  return true;
}

bool datum_read_int(Datum *self, int64_t *out_value);
bool datum_read_float(Datum *self, float *out_value);
bool datum_read_boolean(Datum *self, bool *out_value);
/* For a union's branch or an enum's symbol: below `length`. */
bool datum_read_index(Datum *self, size_t length, const char *noun, size_t *out_index);
bool datum_refuse_fixed(Datum *self, size_t len);
bool datum_refuse_length(Datum *self, const uint8_t *at, int64_t len);

static inline bool
datum_read_fixed(Datum *self, size_t len, Slice *out_bytes)
{
  if (G_UNLIKELY(len > datum_left(self)))
    return datum_refuse_fixed(self, len);
  *out_bytes = slice(self->at, len);
  self->at += len;
  return true;
}

static inline bool
datum_read_slice(Datum *self, Slice *out_bytes)
{
  const uint8_t *first = self->at;
  int64_t len = 0;

  if (G_UNLIKELY(!datum_read_long(self, &len)))
    return false;
  if (G_UNLIKELY(len < 0 || (uint64_t)len > datum_left(self)))
    return datum_refuse_length(self, first, len);
  *out_bytes = slice(self->at, (size_t)len);
  self->at += len;
  return true;
}

static inline bool
datum_read_double(Datum *self, double *out_value)
{
  uint64_t bits = 0;

  if (G_UNLIKELY(datum_left(self) < sizeof bits))
    return datum_refuse_fixed(self, sizeof bits);
  memcpy(&bits, self->at, sizeof bits);
  self->at += sizeof bits;
  bits = GUINT64_FROM_LE(bits);
  memcpy(out_value, &bits, sizeof bits);
  return true;
}

/* The head of an array's or map's block. `bytes` is SIZE_MAX where the writer left it out. */
typedef struct {
  uint64_t items; /* 0: the array has ended */
  size_t bytes;
} DatumBlock;

/* `repeated` is the array or map. There are never more items than bytes, but for items that take
 * none. */
bool datum_read_block(Datum *self, const SchemaNode *repeated, DatumBlock *out_block);

/* Whether so many items may be written out: a dozen bytes may say 2^60 of those that take none. */
bool datum_takes_items(Datum *self, const SchemaNode *repeated, uint64_t items);
bool datum_enter(Datum *self); /* self->depth-- leaves */

bool datum_skip(Datum *self, const SchemaNode *type); /* steps over one value */
