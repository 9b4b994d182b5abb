/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/info.h"

#include "base/protobuf.h"

static const char magic[] = "PBUF";

enum { MAGIC_BYTES = 4, FIELD_ENTRY = 1, FIELD_NAME = 1, FIELD_VALUE = 2 };

typedef struct {
  Bytes name;
  Bytes value;
} Entry;

struct HfileInfo {
  GArray *entries; /* owned, of Entry */
};

static void
entry_clear(gpointer data)
{
  Entry *self = (Entry *)data;

  bytes_clear(&self->name);
  bytes_clear(&self->value);
}

HfileInfo *
hfile_info_new(void)
{
  HfileInfo *self = g_new0(HfileInfo, 1);

  self->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  g_array_set_clear_func(self->entries, entry_clear);
  return self;
}

void
hfile_info_free(HfileInfo *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->entries);
  g_free(self);
}

static const Entry *
get(const HfileInfo *self, size_t i)
{
  return &g_array_index(self->entries, Entry, i);
}

static void
add(HfileInfo *self, Slice name, Slice value)
{
  Entry entry = {0};

  bytes_append_slice(&entry.name, name);
  bytes_append_slice(&entry.value, value);
  g_array_append_val(self->entries, entry);
}

void
hfile_info_set(HfileInfo *self, const char *name, Slice value)
{
  add(self, slice_text(name), value);
}

void
hfile_info_set_int(HfileInfo *self, const char *name, uint32_t value)
{
  uint8_t bytes[sizeof value];

  put_be32(bytes, value);
  hfile_info_set(self, name, slice(bytes, sizeof bytes));
}

void
hfile_info_set_long(HfileInfo *self, const char *name, int64_t value)
{
  uint8_t bytes[sizeof value];

  put_be64(bytes, (uint64_t)value);
  hfile_info_set(self, name, slice(bytes, sizeof bytes));
}

void
hfile_info_set_bool(HfileInfo *self, const char *name, bool value)
{
  uint8_t byte = value ? UINT8_MAX : 0;

  hfile_info_set(self, name, slice(&byte, 1));
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
  return slice_compare(bytes_slice(&((const Entry *)a)->name),
                       bytes_slice(&((const Entry *)b)->name));
}

void
hfile_info_append(HfileInfo *self, Bytes *out)
{
  g_auto(Bytes) message = {0};
  g_auto(Bytes) pair = {0};

  g_array_sort(self->entries, compare_names);
  for (guint i = 0; i < self->entries->len; i++) {
    bytes_reset(&pair);
    protobuf_append_bytes_field(&pair, FIELD_NAME, hfile_info_name(self, i));
    protobuf_append_bytes_field(&pair, FIELD_VALUE, hfile_info_value(self, i));
    protobuf_append_bytes_field(&message, FIELD_ENTRY, bytes_slice(&pair));
  }
  bytes_append(out, magic, MAGIC_BYTES);
  protobuf_append_varint(out, message.len);
  bytes_append_slice(out, bytes_slice(&message));
}

static bool
parse_entry(HfileInfo *self, Slice message)
{
  Cursor cursor = cursor_of(message);
  Slice name = {0};
  Slice value = {0};
  ProtobufField field;

  while (protobuf_take_field(&cursor, &field))
    if (field.number == FIELD_NAME)
      name = field.bytes;
    else if (field.number == FIELD_VALUE)
      value = field.bytes;
  /* Both are required (HBaseProtos.BytesBytesPair). */
  if (cursor_left(&cursor) > 0 || name.data == NULL || value.data == NULL)
    return false;
  add(self, name, value);
  return true;
}

static bool
parse(HfileInfo *self, Slice payload)
{
  Cursor cursor = cursor_of(payload);
  Slice found = SLICE_EMPTY;
  uint64_t len = 0;
  ProtobufField field;

  if (!cursor_take_slice(&cursor, MAGIC_BYTES, &found) ||
      memcmp(found.data, magic, MAGIC_BYTES) != 0 || !protobuf_take_varint(&cursor, &len) ||
      len != cursor_left(&cursor))
    return false;
  while (cursor_left(&cursor) > 0)
    if (!protobuf_take_field(&cursor, &field) ||
        (field.number == FIELD_ENTRY && !parse_entry(self, field.bytes)))
      return false;
  return true;
}

HfileInfo *
hfile_info_parse(Slice payload, GError **error)
{
  HfileInfo *info = hfile_info_new();

  if (parse(info, payload))
    return info;
  g_set_error(error, FAULT, FAULT_RECORD, "file info: not a PBUF message");
  hfile_info_free(info);
  return NULL;
}

HfileInfo *
hfile_info_copy(const HfileInfo *self)
{
  HfileInfo *copy = hfile_info_new();

  for (guint i = 0; i < self->entries->len; i++)
    add(copy, hfile_info_name(self, i), hfile_info_value(self, i));
  return copy;
}

bool
hfile_info_get(const HfileInfo *self, const char *name, Slice *out_value)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (slice_equal(hfile_info_name(self, i), slice_text(name))) {
      *out_value = hfile_info_value(self, i);
      return true;
    }
  return false;
}

bool
hfile_info_get_int(const HfileInfo *self, const char *name, uint32_t *out_value)
{
  Slice value;
  Cursor cursor;

  if (!hfile_info_get(self, name, &value) || value.len != sizeof *out_value)
    return false;
  cursor = cursor_of(value);
  return cursor_take_be32(&cursor, out_value);
}

bool
hfile_info_get_long(const HfileInfo *self, const char *name, int64_t *out_value)
{
  Slice value;
  uint64_t bits;

  if (!hfile_info_get(self, name, &value) || value.len != sizeof *out_value)
    return false;

  Cursor cursor = cursor_of(value);

  cursor_take_be64(&cursor, &bits);
  *out_value = (int64_t)bits;
  return true;
}

size_t
hfile_info_length(const HfileInfo *self)
{
  return self->entries->len;
}

Slice
hfile_info_name(const HfileInfo *self, size_t i)
{
  return bytes_slice(&get(self, i)->name);
}

Slice
hfile_info_value(const HfileInfo *self, size_t i)
{
  return bytes_slice(&get(self, i)->value);
}
