/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/cells.h"

#include "hfile/vint.h"

enum { LENGTHS_BYTES = 8, TIME_AND_TYPE_BYTES = 9 };

/* Rows, families and qualifiers are short, and a call each would cost as much as they do: two
 * pieces of one size that overlap are any length up to both. */
static inline void
copy_short(uint8_t *at, const uint8_t *from, size_t len, size_t piece)
{
  uint8_t first[16];
  uint8_t last[16];

  memcpy(first, from, piece);
  memcpy(last, from + len - piece, piece);
  memcpy(at, first, piece);
  memcpy(at + len - piece, last, piece);
}

static inline uint8_t *
put_slice(uint8_t *at, Slice bytes)
{
  if (bytes.len > 32)
    memcpy(at, bytes.data, bytes.len);
  else if (bytes.len >= 16)
    copy_short(at, bytes.data, bytes.len, 16);
  else if (bytes.len >= 8)
    copy_short(at, bytes.data, bytes.len, 8);
  else
    for (size_t i = 0; i < bytes.len; i++)
      at[i] = bytes.data[i];
  return at + bytes.len;
}

/* The road of every cell: one reservation, then plain stores. */
void
hfile_cells_append(Bytes *out, const Cell *cell, bool has_sequence_ids)
{
  size_t key_bytes = HFILE_KEY_FIXED_BYTES + cell->row.len + cell->family.len + cell->qualifier.len;
  size_t bytes = LENGTHS_BYTES + key_bytes + cell->value.len + (has_sequence_ids ? 1 : 0);
  uint8_t *at = bytes_reserve(out, bytes);

  put_be32(at, (uint32_t)key_bytes);
  put_be32(at + 4, (uint32_t)cell->value.len);
  put_be16(at + 8, (uint16_t)cell->row.len);
  at = put_slice(at + 10, cell->row);
  *at = (uint8_t)cell->family.len;
  at = put_slice(at + 1, cell->family);
  at = put_slice(at, cell->qualifier);
  put_be64(at, (uint64_t)cell->timestamp);
  at[8] = (uint8_t)cell->type;
  at = put_slice(at + TIME_AND_TYPE_BYTES, cell->value);
  if (has_sequence_ids)
    *at = 0;
  out->len += bytes;
}

static bool
refuse(GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_RECORD, "cell: %s", what);
  return false;
}

/* True if the tags are whole: each a length of type and data, the type, the data. */
static bool
are_tags(Slice tags)
{
  Cursor cursor = cursor_of(tags);
  uint16_t len;
  Slice tag;

  while (cursor_left(&cursor) > 0)
    if (!cursor_take_be16(&cursor, &len) || len == 0 || !cursor_take_slice(&cursor, len, &tag))
      return false;
  return true;
}

static bool
take_tail(Cursor *cursor, HfileCellForm form, HfileCell *cell, GError **error)
{
  uint16_t tags_bytes = 0;

  if (form.has_tags && (!cursor_take_be16(cursor, &tags_bytes) ||
                        !cursor_take_slice(cursor, tags_bytes, &cell->tags)))
    return refuse(error, "tags reach beyond the block");
  if (!are_tags(cell->tags))
    return refuse(error, "damaged tags");
  if (form.has_sequence_ids && !hfile_take_vint(cursor, &cell->sequence_id))
    return refuse(error, "no sequence id, though file info claims one");
  return true;
}

bool
hfile_cells_take(Cursor *cursor, HfileCellForm form, HfileCell *out_cell, GError **error)
{
  const uint8_t *start = cursor->at;
  HfileCell cell = {0};
  uint32_t key_bytes = 0;
  uint32_t value_bytes = 0;

  if (!cursor_take_be32(cursor, &key_bytes) || !cursor_take_be32(cursor, &value_bytes) ||
      !cursor_take_slice(cursor, key_bytes, &cell.key_bytes) ||
      !cursor_take_slice(cursor, value_bytes, &cell.value))
    return refuse(error, "its lengths reach beyond the block");
  if (!hfile_key_parse(cell.key_bytes, &cell.key) || cell.key.row.len == 0)
    return refuse(error, "its key's lengths contradict each other");
  if (hfile_key_type_name(cell.key.type) == NULL)
    return refuse(error, "unknown type");
  if (!take_tail(cursor, form, &cell, error))
    return false;
  cell.bytes = (size_t)(cursor->at - start);
  *out_cell = cell;
  return true;
}
