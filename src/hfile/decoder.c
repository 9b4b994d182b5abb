/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/encoding.h"

#include "hfile/reader.h"
#include "hfile/vint.h"

enum {
  TIME_BYTES = 8,
  TIME_AND_TYPE_BYTES = 9,
  LENGTHS_BYTES = 8,
  ROW_LENGTH_BYTES = 2,
  TAGS_MOST = 127, /* of the dictionary */
  TAG_IS_NEW = 0xff,
};

/* A tag that came before: where it lies among the decoded cells, and when it was last of use. */
typedef struct {
  size_t at;
  size_t len;
  uint64_t used;
} Tag;

typedef struct {
  const HfileDecoding *decoding;
  Cursor in;
  Bytes *out;
  size_t out_begin;
  bool has_cells;
  Slice family;   /* DIFF: its length and itself, which come once */
  size_t key_at;  /* of the last cell, in out */
  size_t key_len; /* its key's */
  size_t value_len;
  Tag tags[TAGS_MOST];
  size_t tags_length;
  uint64_t uses;
} Decoder;

/* Everything that a cell says before its bytes. */
typedef struct {
  uint64_t key_len;
  uint64_t value_len;
  uint64_t shared;
  unsigned flags;
} Head;

static bool
refuse(GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_RECORD, "encoded cell: %s", what);
  return false;
}

static bool
cut_short(GError **error)
{
  return refuse(error, "reaches beyond the block");
}

/* Seven bits a byte, at most five of them. */
static bool
take_number(Cursor *cursor, uint64_t *out_value)
{
  uint64_t value = 0;
  uint8_t byte = 0;

  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (!cursor_take_u8(cursor, &byte))
      return false;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *out_value = value;
      return value <= INT32_MAX;
    }
  }
  return false;
}

static bool
copy_in(Decoder *self, uint64_t len)
{
  Slice bytes;

  if (!cursor_take_slice(&self->in, len, &bytes))
    return false;
  bytes_append_slice(self->out, bytes);
  return true;
}

/* From what was decoded before. */
static void
copy_back(Decoder *self, size_t from, size_t len)
{
  uint8_t *at = bytes_reserve(self->out, len);

  if (len > 0)
    memcpy(at, self->out->data + from, len);
  self->out->len += len;
}

static uint16_t
row_length_at(const Decoder *self, size_t key_at)
{
  return (uint16_t)(self->out->data[key_at] << 8 | self->out->data[key_at + 1]);
}

/* The lengths of an unencoded cell; its key follows. */
static void
begin_cell(Decoder *self, const Head *head)
{
  bytes_append_be32(self->out, (uint32_t)head->key_len);
  bytes_append_be32(self->out, (uint32_t)head->value_len);
}

static bool
take_lengths(Decoder *self, Head *head, unsigned same_key, unsigned same_value, GError **error)
{
  head->key_len = self->key_len;
  head->value_len = self->value_len;
  if (!self->has_cells && (head->flags & (same_key | same_value)) != 0)
    return refuse(error, "the first refers to one before it");
  if (((head->flags & same_key) == 0 && !take_number(&self->in, &head->key_len)) ||
      ((head->flags & same_value) == 0 && !take_number(&self->in, &head->value_len)) ||
      !take_number(&self->in, &head->shared))
    return cut_short(error);
  if (head->shared > self->key_len || head->shared > head->key_len)
    return refuse(error, "shares more than there is");
  return true;
}

/* The family's length and itself. */
static bool
append_family(Decoder *self)
{
  if (self->family.len > 0) {
    bytes_append_slice(self->out, self->family);
    return true;
  }

  size_t at = self->key_at + ROW_LENGTH_BYTES + row_length_at(self, self->key_at);
  size_t len = at < self->key_at + self->key_len ? 1 + (size_t)self->out->data[at] : 0;

  if (len == 0 || at + len > self->key_at + self->key_len)
    return false;
  copy_back(self, at, len);
  return true;
}

/* Row, family and qualifier, as DIFF and FAST_DIFF have them. */
static bool
take_key_front(Decoder *self, const Head *head, GError **error)
{
  size_t at = self->out->len;
  uint64_t front = head->key_len - TIME_AND_TYPE_BYTES;

  if (head->key_len < HFILE_KEY_FIXED_BYTES)
    return refuse(error, "its key is too short");
  copy_back(self, self->key_at, head->shared);
  if (!self->has_cells ||
      head->shared < ROW_LENGTH_BYTES + (size_t)row_length_at(self, self->key_at)) {
    if (head->shared < ROW_LENGTH_BYTES && !copy_in(self, ROW_LENGTH_BYTES - head->shared))
      return cut_short(error);

    size_t row_end = at + ROW_LENGTH_BYTES + row_length_at(self, at);

    if (!copy_in(self, row_end - self->out->len))
      return cut_short(error);
    if (!append_family(self))
      return refuse(error, "no family before it");
  }
  if (self->out->len - at > front)
    return refuse(error, "its lengths contradict each other");
  return copy_in(self, front - (self->out->len - at)) || cut_short(error);
}

static bool
decode_prefix(Decoder *self, GError **error)
{
  Head head = {0};
  uint64_t rest = 0;

  if (!take_number(&self->in, &rest) || !take_number(&self->in, &head.value_len) ||
      !take_number(&self->in, &head.shared))
    return cut_short(error);
  if (head.shared > self->key_len)
    return refuse(error, "shares more than there is");
  head.key_len = head.shared + rest;
  begin_cell(self, &head);

  size_t key_at = self->out->len;

  copy_back(self, self->key_at, head.shared);
  if (!copy_in(self, rest) || !copy_in(self, head.value_len))
    return cut_short(error);
  self->key_at = key_at;
  self->key_len = head.key_len;
  self->value_len = head.value_len;
  return true;
}

static bool
take_diff_time(Decoder *self, unsigned flags, uint64_t last, uint64_t *out_time)
{
  unsigned len = (flags >> 4 & 7) + 1;
  uint64_t time = 0;
  uint8_t byte = 0;

  for (unsigned i = 0; i < len; i++) {
    if (!cursor_take_u8(&self->in, &byte))
      return false;
    time |= (uint64_t)byte << (8 * i);
  }
  if ((flags & 128) != 0)
    time = 0 - time;
  *out_time = (flags & 8) != 0 ? last - time : time;
  return true;
}

/* The family comes before the first cell. */
static bool
take_family(Decoder *self)
{
  const uint8_t *at = self->in.at;
  uint8_t len = 0;
  Slice name;

  if (!cursor_take_u8(&self->in, &len) || !cursor_take_slice(&self->in, len, &name))
    return false;
  self->family = slice(at, 1 + (size_t)len);
  return true;
}

static bool
decode_diff(Decoder *self, GError **error)
{
  Head head = {0};
  uint8_t byte = 0;
  uint64_t time = 0;

  if ((!self->has_cells && !take_family(self)) || !cursor_take_u8(&self->in, &byte))
    return cut_short(error);
  head.flags = byte;
  if (!take_lengths(self, &head, 1, 2, error))
    return false;
  if (!self->has_cells && (head.flags & (4 | 8)) != 0)
    return refuse(error, "the first refers to one before it");
  begin_cell(self, &head);

  size_t key_at = self->out->len;
  size_t last_end = self->key_at + self->key_len;
  Cursor last = cursor_of(
      self->has_cells ? slice(self->out->data + last_end - TIME_AND_TYPE_BYTES, TIME_AND_TYPE_BYTES)
                      : SLICE_EMPTY);
  uint64_t last_time = 0;
  uint8_t type = 0;

  cursor_take_be64(&last, &last_time);
  cursor_take_u8(&last, &type);
  if (!take_key_front(self, &head, error))
    return false;
  if (!take_diff_time(self, head.flags, last_time, &time) ||
      ((head.flags & 4) == 0 && !cursor_take_u8(&self->in, &type)))
    return cut_short(error);
  bytes_append_be64(self->out, time);
  bytes_append_u8(self->out, type);
  if (!copy_in(self, head.value_len))
    return cut_short(error);
  self->key_at = key_at;
  self->key_len = head.key_len;
  self->value_len = head.value_len;
  return true;
}

/* Time, type and value of a cell that is not the first. */
static bool
take_fast_rest(Decoder *self, const Head *head, GError **error)
{
  size_t last_time = self->key_at + self->key_len - TIME_AND_TYPE_BYTES;
  size_t shared = head->flags & 7;

  copy_back(self, last_time, shared);
  if (!copy_in(self, TIME_BYTES - shared))
    return cut_short(error);
  if ((head->flags & 32) != 0)
    copy_back(self, last_time + TIME_BYTES, 1);
  else if (!copy_in(self, 1))
    return cut_short(error);
  if ((head->flags & 64) == 0)
    return copy_in(self, head->value_len) || cut_short(error);
  if (head->value_len != self->value_len)
    return refuse(error, "has the value before it, but of another length");
  copy_back(self, self->key_at + self->key_len, self->value_len);
  return true;
}

static bool
decode_fast(Decoder *self, GError **error)
{
  Head head = {0};
  uint8_t byte = 0;

  if (!cursor_take_u8(&self->in, &byte))
    return cut_short(error);
  head.flags = byte;
  if (!take_lengths(self, &head, 8, 16, error))
    return false;
  begin_cell(self, &head);

  size_t key_at = self->out->len;

  if (!self->has_cells) {
    if (head.flags != 0)
      return refuse(error, "the first refers to one before it");
    if (head.key_len < HFILE_KEY_FIXED_BYTES)
      return refuse(error, "its key is too short");
    if (!copy_in(self, head.key_len) || !copy_in(self, head.value_len))
      return cut_short(error);
  } else if (!take_key_front(self, &head, error) || !take_fast_rest(self, &head, error)) {
    return false;
  }
  self->key_at = key_at;
  self->key_len = head.key_len;
  self->value_len = head.value_len;
  return true;
}

/* A tag that is new, or the number of one that came before: LRUDictionary. */
static bool
take_packed_tag(Decoder *self)
{
  uint8_t status = 0;
  uint8_t low = 0;
  uint64_t len = 0;
  Tag *tag = &self->tags[0];

  if (!cursor_take_u8(&self->in, &status))
    return false;
  if (status != TAG_IS_NEW) {
    if (!cursor_take_u8(&self->in, &low) || ((size_t)status << 8 | low) >= self->tags_length)
      return false;
    tag = &self->tags[low];
    tag->used = ++self->uses;
    bytes_append_be16(self->out, (uint16_t)tag->len);
    copy_back(self, tag->at, tag->len);
    return true;
  }
  if (!take_number(&self->in, &len) || len > UINT16_MAX)
    return false;
  if (self->tags_length < TAGS_MOST)
    tag = &self->tags[self->tags_length++];
  else
    for (size_t i = 1; i < TAGS_MOST; i++)
      if (self->tags[i].used < tag->used)
        tag = &self->tags[i];
  bytes_append_be16(self->out, (uint16_t)len);
  *tag = (Tag){self->out->len, len, ++self->uses};
  return copy_in(self, len);
}

static bool
take_tail(Decoder *self, GError **error)
{
  HfileCellForm form = self->decoding->form;
  uint64_t tags_len = 0;

  if (form.has_tags) {
    if (!take_number(&self->in, &tags_len) || tags_len > UINT16_MAX)
      return cut_short(error);
    bytes_append_be16(self->out, (uint16_t)tags_len);

    size_t end = self->out->len + tags_len;

    if (!self->decoding->has_packed_tags && !copy_in(self, tags_len))
      return cut_short(error);
    while (self->out->len < end)
      if (!take_packed_tag(self))
        return refuse(error, "damaged tags");
    if (self->out->len != end)
      return refuse(error, "damaged tags");
  }
  if (form.has_sequence_ids) {
    const uint8_t *at = self->in.at;
    int64_t id;

    if (!hfile_take_vint(&self->in, &id))
      return cut_short(error);
    bytes_append(self->out, at, (size_t)(self->in.at - at));
  }
  return true;
}

static bool
decode_shared(Decoder *self, GError **error)
{
  uint32_t raw_bytes = 0;

  if (!cursor_take_be32(&self->in, &raw_bytes))
    return refuse(error, "no size before it");
  while (cursor_left(&self->in) > 0) {
    bool is_whole = self->decoding->encoding == HFILE_ENCODING_PREFIX ? decode_prefix(self, error)
                    : self->decoding->encoding == HFILE_ENCODING_DIFF ? decode_diff(self, error)
                                                                      : decode_fast(self, error);

    if (!is_whole || !take_tail(self, error))
      return false;
    self->has_cells = true;
    if (self->out->len - self->out_begin > HFILE_BLOCK_MOST_BYTES)
      return refuse(error, "its block has more than 256 MiB");
  }
  return self->out->len - self->out_begin == raw_bytes ||
         refuse(error, "its block does not hold the bytes that it says: HBase stumbles over it");
}

/* Cells as they are, and behind them where the rows begin, in which HBase searches. */
static bool
decode_row_index(Decoder *self, GError **error)
{
  Slice all = slice(self->in.at, cursor_left(&self->in));
  uint32_t cells_bytes = 0;
  uint32_t rows = 0;
  uint32_t offset = 0;
  HfileCell cell;
  Slice row = SLICE_EMPTY;

  if (all.len < 2 * sizeof(uint32_t))
    return refuse(error, "no index of rows behind it");

  Cursor end = cursor_of(slice(all.data + all.len - sizeof(uint32_t), sizeof(uint32_t)));

  cursor_take_be32(&end, &cells_bytes);
  if (cells_bytes > all.len - 2 * sizeof(uint32_t))
    return cut_short(error);

  Cursor cells = cursor_of(slice(all.data, cells_bytes));
  Cursor index = cursor_of(slice(all.data + cells_bytes, all.len - cells_bytes - sizeof(uint32_t)));

  cursor_take_be32(&index, &rows);
  if (cursor_left(&index) != (uint64_t)rows * sizeof(uint32_t))
    return refuse(error, "the index of rows behind it is damaged");
  while (cursor_left(&cells) > 0) {
    size_t at = (size_t)(cells.at - all.data);

    if (!hfile_cells_take(&cells, self->decoding->form, &cell, error))
      return false;
    if (slice_equal(row, cell.key.row))
      continue;
    row = cell.key.row;
    if (!cursor_take_be32(&index, &offset) || offset != at)
      return refuse(error, "the index of rows behind it leads elsewhere: gets miss it");
  }
  if (cursor_left(&index) > 0)
    return refuse(error, "the index behind it has more rows than there are");
  bytes_append(self->out, all.data, cells_bytes);
  return true;
}

bool
hfile_decode(const HfileDecoding *decoding, Slice payload, Bytes *out, GError **error)
{
  Decoder decoder = {
      .decoding = decoding, .in = cursor_of(payload), .out = out, .out_begin = out->len};
  uint16_t number = 0;

  decoder.key_at = out->len;
  if (!cursor_take_be16(&decoder.in, &number) || decoding->encoding == HFILE_ENCODING_NONE ||
      number != hfile_encoding_number(decoding->encoding))
    return refuse(error, "its block has another encoding than file info says");
  return decoding->encoding == HFILE_ENCODING_ROW_INDEX ? decode_row_index(&decoder, error)
                                                        : decode_shared(&decoder, error);
}
