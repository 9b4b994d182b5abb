/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/encoding.h"

/* RowIndexCodecV1, PrefixKeyDeltaEncoder, DiffKeyDeltaEncoder, FastDiffDeltaEncoder: what they have
 * in common is that a cell says how many bytes of its key it shares with the one before. The family
 * is the same in a whole file and not written again. */

enum { TIME_BYTES = 8, TIME_AND_TYPE_BYTES = 9, LENGTHS_BYTES = 8, FIXED_MOST_BYTES = 32 };

enum {
  DIFF_SAME_KEY_LENGTH = 1,
  DIFF_SAME_VALUE_LENGTH = 2,
  DIFF_SAME_TYPE = 4,
  DIFF_TIME_IS_DISTANCE = 8,
  DIFF_TIME_SHIFT = 4,
  DIFF_TIME_IS_NEGATIVE = 128,
};

enum {
  FAST_SAME_KEY_LENGTH = 8,
  FAST_SAME_VALUE_LENGTH = 16,
  FAST_SAME_TYPE = 32,
  FAST_SAME_VALUE = 64,
  FAST_TIME_MOST_BYTES = 7,
};

static const struct {
  const char *name;
  uint16_t number;
} encodings[HFILE_ENCODINGS] = {
    [HFILE_ENCODING_NONE] = {"NONE", 0},
    [HFILE_ENCODING_PREFIX] = {"PREFIX", 2},
    [HFILE_ENCODING_DIFF] = {"DIFF", 3},
    [HFILE_ENCODING_FAST_DIFF] = {"FAST_DIFF", 4},
    [HFILE_ENCODING_ROW_INDEX] = {"ROW_INDEX_V1", 7},
};

const char *
hfile_encoding_name(HfileEncoding encoding)
{
  return encodings[encoding].name;
}

bool
hfile_encoding_find(Slice name, HfileEncoding *out_encoding)
{
  for (size_t i = 0; i < HFILE_ENCODINGS; i++)
    if (slice_equal(name, slice_text(encodings[i].name))) {
      *out_encoding = (HfileEncoding)i;
      return true;
    }
  return false;
}

uint16_t
hfile_encoding_number(HfileEncoding encoding)
{
  return encodings[encoding].number;
}

/* A cell's key as it is serialised, and the places in it. */
typedef struct {
  Bytes bytes;
  size_t row_end;
  size_t qualifier; /* where it begins */
  size_t time;
  size_t value_bytes;
  int64_t timestamp;
} FlatKey;

struct HfileEncoder {
  HfileEncoding encoding;
  bool has_sequence_ids;
  bool has_cells;
  Bytes out;
  size_t cells_at;    /* in out */
  uint64_t raw_bytes; /* of its cells without encoding */
  size_t value_at;    /* in out: the last value */
  FlatKey key;        /* of the cell that is being added, */
  FlatKey last;       /* and of the one before it in this block */
  GArray *rows;       /* owned, of uint32_t: where rows begin, from cells_at on */
};

HfileEncoder *
hfile_encoder_new(HfileEncoding encoding, bool has_sequence_ids)
{
  HfileEncoder *self = g_new0(HfileEncoder, 1);

  self->encoding = encoding;
  self->has_sequence_ids = has_sequence_ids;
  self->rows = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  return self;
}

void
hfile_encoder_free(HfileEncoder *self)
{
  if (self == NULL)
    return;
  bytes_clear(&self->out);
  bytes_clear(&self->key.bytes);
  bytes_clear(&self->last.bytes);
  g_array_unref(self->rows);
  g_free(self);
}

static void
begin_block(HfileEncoder *self)
{
  bytes_reset(&self->out);
  if (self->encoding != HFILE_ENCODING_NONE)
    bytes_append_be16(&self->out, encodings[self->encoding].number);
  if (self->encoding != HFILE_ENCODING_NONE && self->encoding != HFILE_ENCODING_ROW_INDEX)
    bytes_append_be32(&self->out, 0); /* known at the end */
  self->cells_at = self->out.len;
  self->raw_bytes = 0;
  g_array_set_size(self->rows, 0);
}

static void
flatten(FlatKey *self, const Cell *cell)
{
  HfileKey key = hfile_key_of(cell);

  bytes_reset(&self->bytes);
  hfile_key_append(&key, &self->bytes);
  self->row_end = sizeof(uint16_t) + cell->row.len;
  self->qualifier = self->row_end + 1 + cell->family.len;
  self->time = self->qualifier + cell->qualifier.len;
  self->value_bytes = cell->value.len;
  self->timestamp = cell->timestamp;
}

static size_t
common_bytes(const uint8_t *a, const uint8_t *b, size_t most)
{
  size_t same = 0;
  uint64_t x;
  uint64_t y;

  for (; same + sizeof x <= most; same += sizeof x) {
    memcpy(&x, a + same, sizeof x);
    memcpy(&y, b + same, sizeof y);
    if (x != y)
      return same + (size_t)__builtin_ctzll(GUINT64_TO_LE(x ^ y)) / 8;
  }
  while (same < most && a[same] == b[same])
    same++;
  return same;
}

/* How far the keys agree: up to the end of the shorter qualifier or, where times are told in the
 * same way and the columns are the same, to their end. */
static size_t
shared_bytes(const FlatKey *key, const FlatKey *last, bool has_times)
{
  size_t most = has_times && key->time == last->time ? key->bytes.len : MIN(key->time, last->time);

  return common_bytes(key->bytes.data, last->bytes.data, most);
}

/* Writes into room that was reserved. */
static inline uint8_t *
put_number(uint8_t *at, size_t value)
{
  for (; value >= 0x80; value >>= 7)
    *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)value;
  return at;
}

static inline uint8_t *
put_bytes(uint8_t *at, const uint8_t *from, size_t len)
{
  if (len > 0)
    memcpy(at, from, len);
  return at + len;
}

/* Of the key what comes before its time, without what is shared and, in a new row, the family. */
static uint8_t *
put_row_and_qualifier(uint8_t *at, const FlatKey *key, size_t shared)
{
  const uint8_t *bytes = key->bytes.data;

  if (shared < key->row_end) {
    at = put_bytes(at, bytes + shared, key->row_end - shared);
    shared = key->qualifier;
  }
  return put_bytes(at, bytes + shared, key->time - shared);
}

static uint8_t *
put_prefix(const HfileEncoder *self, uint8_t *at)
{
  const FlatKey *key = &self->key;
  size_t shared = self->has_cells ? shared_bytes(key, &self->last, true) : 0;

  at = put_number(at, key->bytes.len - shared);
  at = put_number(at, key->value_bytes);
  at = put_number(at, shared);
  return put_bytes(at, key->bytes.data + shared, key->bytes.len - shared);
}

/* Bytes that a number without its leading zeros takes. */
static unsigned
number_bytes(uint64_t value)
{
  return value == 0 ? 1 : (unsigned)(64 - __builtin_clzll(value) + 7) / 8;
}

static uint8_t *
put_diff(const HfileEncoder *self, uint8_t *at)
{
  const FlatKey *key = &self->key;
  const FlatKey *last = &self->last;
  size_t shared = self->has_cells ? shared_bytes(key, last, false) : 0;
  uint64_t time = (uint64_t)key->timestamp; /* never negative */
  unsigned flags = 0;

  if (!self->has_cells)
    at = put_bytes(at, key->bytes.data + key->row_end, key->qualifier - key->row_end);
  if (self->has_cells) {
    int64_t distance = last->timestamp - key->timestamp;
    uint64_t size = (uint64_t)(distance < 0 ? -distance : distance);

    flags |= key->bytes.len == last->bytes.len ? DIFF_SAME_KEY_LENGTH : 0;
    flags |= key->value_bytes == last->value_bytes ? DIFF_SAME_VALUE_LENGTH : 0;
    flags |= key->bytes.data[key->time + TIME_BYTES] == last->bytes.data[last->time + TIME_BYTES]
                 ? DIFF_SAME_TYPE
                 : 0;
    if (number_bytes(size) < number_bytes(time)) {
      flags |= DIFF_TIME_IS_DISTANCE | (distance < 0 ? DIFF_TIME_IS_NEGATIVE : 0);
      time = size;
    }
  }

  unsigned time_bytes = number_bytes(time);

  *at++ = (uint8_t)(flags | (time_bytes - 1) << DIFF_TIME_SHIFT);
  if ((flags & DIFF_SAME_KEY_LENGTH) == 0)
    at = put_number(at, key->bytes.len);
  if ((flags & DIFF_SAME_VALUE_LENGTH) == 0)
    at = put_number(at, key->value_bytes);
  at = put_number(at, shared);
  at = put_row_and_qualifier(at, key, shared);
  for (; time_bytes > 0; time_bytes--, time >>= 8)
    *at++ = (uint8_t)time;
  if ((flags & DIFF_SAME_TYPE) == 0)
    *at++ = key->bytes.data[key->time + TIME_BYTES];
  return at;
}

static uint8_t *
put_fast_first(const FlatKey *key, uint8_t *at)
{
  *at++ = 0;
  at = put_number(at, key->bytes.len);
  at = put_number(at, key->value_bytes);
  at = put_number(at, 0);
  return put_bytes(at, key->bytes.data, key->bytes.len);
}

static uint8_t *
put_fast(const HfileEncoder *self, uint8_t *at, bool is_same_value)
{
  const FlatKey *key = &self->key;
  const FlatKey *last = &self->last;
  const uint8_t *time = key->bytes.data + key->time;
  const uint8_t *last_time = last->bytes.data + last->time;
  size_t shared = shared_bytes(key, last, false);
  size_t shared_time = common_bytes(time, last_time, FAST_TIME_MOST_BYTES);
  unsigned flags = (unsigned)shared_time;

  flags |= key->bytes.len == last->bytes.len ? FAST_SAME_KEY_LENGTH : 0;
  flags |= key->value_bytes == last->value_bytes ? FAST_SAME_VALUE_LENGTH : 0;
  flags |= time[TIME_BYTES] == last_time[TIME_BYTES] ? FAST_SAME_TYPE : 0;
  flags |= is_same_value ? FAST_SAME_VALUE : 0;
  *at++ = (uint8_t)flags;
  if ((flags & FAST_SAME_KEY_LENGTH) == 0)
    at = put_number(at, key->bytes.len);
  if ((flags & FAST_SAME_VALUE_LENGTH) == 0)
    at = put_number(at, key->value_bytes);
  at = put_number(at, shared);
  at = put_row_and_qualifier(at, key, shared);
  at = put_bytes(at, time + shared_time, TIME_BYTES - shared_time);
  if ((flags & FAST_SAME_TYPE) == 0)
    *at++ = time[TIME_BYTES];
  return at;
}

static bool
repeats_value(const HfileEncoder *self, Slice value)
{
  return self->has_cells && value.len == self->last.value_bytes &&
         slice_equal(value, slice(self->out.data + self->value_at, value.len));
}

/* By what the last cell shares. */
static void
append_shared(HfileEncoder *self, const Cell *cell)
{
  bool is_fast = self->encoding == HFILE_ENCODING_FAST_DIFF;
  bool is_same_value = is_fast && repeats_value(self, cell->value);
  uint8_t *at;

  flatten(&self->key, cell);
  at = bytes_reserve(&self->out,
                     FIXED_MOST_BYTES + self->key.bytes.len + cell->family.len + cell->value.len);
  if (self->encoding == HFILE_ENCODING_PREFIX)
    at = put_prefix(self, at);
  else if (!is_fast)
    at = put_diff(self, at);
  else
    at = self->has_cells ? put_fast(self, at, is_same_value) : put_fast_first(&self->key, at);
  if (!is_same_value) {
    self->value_at = (size_t)(at - self->out.data);
    at = put_bytes(at, cell->value.data, cell->value.len);
  }
  if (self->has_sequence_ids)
    *at++ = 0;
  self->out.len = (size_t)(at - self->out.data);

  FlatKey spare = self->last;

  self->last = self->key;
  self->key = spare;
}

static void
append_row(HfileEncoder *self, const Cell *cell)
{
  Slice last = slice(self->last.bytes.data, self->last.bytes.len);

  if (self->has_cells && slice_equal(last, cell->row))
    return;

  uint32_t offset = (uint32_t)(self->out.len - self->cells_at);

  g_array_append_val(self->rows, offset);
  bytes_reset(&self->last.bytes);
  bytes_append_slice(&self->last.bytes, cell->row);
}

void
hfile_encoder_append(HfileEncoder *self, const Cell *cell)
{
  if (!self->has_cells)
    begin_block(self);
  if (self->encoding == HFILE_ENCODING_ROW_INDEX)
    append_row(self, cell);
  if (self->encoding == HFILE_ENCODING_NONE || self->encoding == HFILE_ENCODING_ROW_INDEX)
    hfile_cells_append(&self->out, cell, self->has_sequence_ids);
  else
    append_shared(self, cell);
  self->raw_bytes += LENGTHS_BYTES + HFILE_KEY_FIXED_BYTES + cell->row.len + cell->family.len +
                     cell->qualifier.len + cell->value.len + (self->has_sequence_ids ? 1 : 0);
  self->has_cells = true;
}

size_t
hfile_encoder_bytes(const HfileEncoder *self)
{
  size_t rows_bytes = self->rows->len * sizeof(uint32_t);

  return self->has_cells ? MAX(self->out.len - self->cells_at + rows_bytes, (size_t)self->raw_bytes)
                         : 0;
}

Slice
hfile_encoder_finish(HfileEncoder *self)
{
  uint32_t cells_bytes = (uint32_t)(self->out.len - self->cells_at);

  if (self->encoding == HFILE_ENCODING_ROW_INDEX) {
    bytes_append_be32(&self->out, self->rows->len);
    for (guint i = 0; i < self->rows->len; i++)
      bytes_append_be32(&self->out, g_array_index(self->rows, uint32_t, i));
    bytes_append_be32(&self->out, cells_bytes);
  } else if (self->encoding != HFILE_ENCODING_NONE) {
    put_be32(self->out.data + HFILE_ENCODING_NUMBER_BYTES, (uint32_t)self->raw_bytes);
  }
  self->has_cells = false;
  return bytes_slice(&self->out);
}
