/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/key.h"

#include "base/cursor.h"

int
hfile_key_compare(const HfileKey *a, const HfileKey *b)
{
  int order = slice_compare(a->row, b->row);

  if (order == 0)
    order = slice_compare(a->family, b->family);
  return order != 0 ? order : hfile_key_compare_in_row(a, b);
}

/* Up to the comma at `comma`, which is NULL where there is none. */
static Slice
part_before(Slice row, const uint8_t *comma)
{
  return comma == NULL ? row : slice(row.data, (size_t)(comma - row.data));
}

static Slice
part_behind(Slice row, const uint8_t *comma)
{
  return slice(comma + 1, row.len - (size_t)(comma + 1 - row.data));
}

/* A row that has the comma is behind one that has not. */
static int
compare_part(Slice *a, const uint8_t *a_comma, Slice *b, const uint8_t *b_comma, bool *out_is_over)
{
  int order = slice_compare(part_before(*a, a_comma), part_before(*b, b_comma));

  *out_is_over = order != 0 || a_comma == NULL || b_comma == NULL;
  if (order == 0)
    order = (a_comma != NULL) - (b_comma != NULL);
  if (!*out_is_over) {
    *a = part_behind(*a, a_comma);
    *b = part_behind(*b, b_comma);
  }
  return order;
}

static const uint8_t *
first_comma(Slice row)
{
  return row.len == 0 ? NULL : memchr(row.data, ',', row.len);
}

static const uint8_t *
last_comma(Slice row)
{
  return row.len == 0 ? NULL : memrchr(row.data, ',', row.len);
}

static int
compare_meta_rows(Slice a, Slice b)
{
  bool is_over = false;
  int order = compare_part(&a, first_comma(a), &b, first_comma(b), &is_over);

  if (!is_over)
    order = compare_part(&a, last_comma(a), &b, last_comma(b), &is_over);
  return is_over ? order : slice_compare(a, b);
}

int
hfile_key_compare_by(HfileOrdering ordering, const HfileKey *a, const HfileKey *b)
{
  int order;

  if (ordering == HFILE_ORDER_KEYS)
    return hfile_key_compare(a, b);
  order = compare_meta_rows(a->row, b->row);
  if (order == 0)
    order = slice_compare(a->family, b->family);
  return order != 0 ? order : hfile_key_compare_in_row(a, b);
}

int
hfile_key_compare_in_row(const HfileKey *a, const HfileKey *b)
{
  int order = slice_compare(a->qualifier, b->qualifier);

  if (order == 0)
    order = (a->timestamp < b->timestamp) - (a->timestamp > b->timestamp);
  if (order == 0)
    order = (a->type < b->type) - (a->type > b->type);
  return order;
}

void
hfile_key_append(const HfileKey *self, Bytes *out)
{
  bytes_append_be16(out, (uint16_t)self->row.len);
  bytes_append_slice(out, self->row);
  bytes_append_u8(out, (uint8_t)self->family.len);
  bytes_append_slice(out, self->family);
  bytes_append_slice(out, self->qualifier);
  bytes_append_be64(out, (uint64_t)self->timestamp);
  bytes_append_u8(out, self->type);
}

bool
hfile_key_parse(Slice bytes, HfileKey *out_key)
{
  Cursor cursor = cursor_of(bytes);
  HfileKey key = {0};
  uint16_t row_bytes = 0;
  uint8_t family_bytes = 0;
  uint64_t timestamp = 0;
  size_t behind_qualifier = sizeof timestamp + sizeof key.type;

  if (!cursor_take_be16(&cursor, &row_bytes) || row_bytes > HFILE_ROW_MOST_BYTES ||
      !cursor_take_slice(&cursor, row_bytes, &key.row) || !cursor_take_u8(&cursor, &family_bytes) ||
      family_bytes > HFILE_FAMILY_MOST_BYTES ||
      !cursor_take_slice(&cursor, family_bytes, &key.family) ||
      cursor_left(&cursor) < behind_qualifier)
    return false;
  cursor_take_slice(&cursor, cursor_left(&cursor) - behind_qualifier, &key.qualifier);
  cursor_take_be64(&cursor, &timestamp);
  cursor_take_u8(&cursor, &key.type);
  key.timestamp = (int64_t)timestamp;
  *out_key = key;
  return true;
}

/* Appends the shortest bytes that sort after `left` and not after `right`. */
static void
append_middle(Bytes *out, Slice left, Slice right)
{
  size_t shorter = MIN(left.len, right.len);
  size_t same = 0;

  while (same < shorter && left.data[same] == right.data[same])
    same++;
  bytes_append(out, right.data, same);
  bytes_append_u8(out, same == left.len ? 0 : (uint8_t)(left.data[same] + 1));
}

void
hfile_key_append_between(const HfileKey *left, const HfileKey *right, Bytes *out)
{
  g_auto(Bytes) middle = {0};
  HfileKey key = {.timestamp = INT64_MAX, .type = HFILE_TYPE_FIRST_ON_COLUMN};

  if (!slice_equal(left->row, right->row)) {
    append_middle(&middle, left->row, right->row);
    key.row = bytes_slice(&middle);
  } else if (!slice_equal(left->family, right->family)) {
    append_middle(&middle, left->family, right->family);
    key.row = right->row;
    key.family = bytes_slice(&middle);
  } else if (!slice_equal(left->qualifier, right->qualifier)) {
    append_middle(&middle, left->qualifier, right->qualifier);
    key.row = right->row;
    key.family = right->family;
    key.qualifier = bytes_slice(&middle);
  } else {
    key = *right;
  }
  hfile_key_append(&key, out);
}

/* KeyValue.Type */
static const struct {
  uint8_t code;
  const char *name;
} types[] = {
    {CELL_PUT, "Put"},
    {CELL_DELETE, "Delete"},
    {CELL_DELETE_FAMILY_VERSION, "DeleteFamilyVersion"},
    {CELL_DELETE_COLUMN, "DeleteColumn"},
    {CELL_DELETE_FAMILY, "DeleteFamily"},
};

const char *
hfile_key_type_name(uint8_t type)
{
  for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
    if (types[i].code == type)
      return types[i].name;
  return NULL;
}

char *
hfile_key_quote(const HfileKey *self)
{
  g_autofree char *row = slice_quote(self->row);
  g_autofree char *family = slice_quote(self->family);
  g_autofree char *qualifier = slice_quote(self->qualifier);
  const char *type = hfile_key_type_name(self->type);

  return g_strdup_printf("%s/%s:%s/%" G_GINT64_FORMAT "/%s", row, family, qualifier,
                         self->timestamp, type != NULL ? type : "?");
}
