/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/pointer.h"

#include "base/protobuf.h"
#include "hfile/key.h"

enum { REFERENCE_MOST_BYTES = 64 * 1024, MAGIC_BYTES = 4, ENCODED_REGION_CHARACTERS = 32 };

/* FSProtos.Reference */
enum { FIELD_SPLIT_KEY = 1, FIELD_RANGE = 2, RANGE_TOP = 0 };

static bool
is_hexadecimal(const char *text, size_t len)
{
  for (size_t i = 0; i < len; i++)
    if (!g_ascii_isxdigit(text[i]))
      return false;
  return len > 0;
}

/* "PBUF" and the message. */
static bool
parse_reference(Slice bytes, Slice *out_key, bool *out_is_top)
{
  Cursor cursor = cursor_of(bytes);
  ProtobufField field;
  Slice magic;

  *out_key = SLICE_EMPTY;
  *out_is_top = true;
  if (!cursor_take_slice(&cursor, MAGIC_BYTES, &magic) ||
      memcmp(magic.data, "PBUF", MAGIC_BYTES) != 0)
    return false;
  while (protobuf_take_field(&cursor, &field))
    if (field.number == FIELD_SPLIT_KEY)
      *out_key = field.bytes;
    else if (field.number == FIELD_RANGE)
      *out_is_top = field.varint == RANGE_TOP;
  return cursor_left(&cursor) == 0 && out_key->len > 0;
}

/* HFILE.REGION: of a file of the region that was split. */
static char *
describe_reference(const char *name, Slice bytes)
{
  const char *dot = strrchr(name, '.');
  HfileKey key = {0};
  Slice split;
  bool is_top;

  if (dot == NULL || strlen(dot + 1) != ENCODED_REGION_CHARACTERS ||
      !is_hexadecimal(dot + 1, ENCODED_REGION_CHARACTERS) ||
      !parse_reference(bytes, &split, &is_top))
    return NULL;
  if (!hfile_key_parse(split, &key))
    key.row = split;

  g_autofree char *row = slice_quote(key.row);

  return g_strdup_printf("a reference, which a split leaves until the next compaction: the half "
                         "%s row '%s' of file %.*s of region %s",
                         is_top ? "from" : "before", row, (int)(dot - name), name, dot + 1);
}

/* TABLE=REGION-HFILE, without content: HFileLink. */
static char *
describe_link(const char *name)
{
  const char *dash = strrchr(name, '-');
  const char *equals = dash == NULL ? NULL : g_strrstr_len(name, dash - name, "=");

  if (equals == NULL || equals == name ||
      !is_hexadecimal(equals + 1, (size_t)(dash - equals - 1)) || dash[1] == '\0')
    return NULL;
  return g_strdup_printf("a link, as clones and snapshots have them: to file %s of region %.*s of "
                         "table %.*s",
                         dash + 1, (int)(dash - equals - 1), equals + 1, (int)(equals - name),
                         name);
}

char *
hfile_pointer_describe(const char *path)
{
  g_autofree char *name = g_path_get_basename(path);
  g_autofree char *content = NULL;
  g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
  gsize len = file == NULL ? 0 : g_mapped_file_get_length(file);

  if (file == NULL || len > REFERENCE_MOST_BYTES)
    return NULL;
  if (len > 0)
    return describe_reference(name, slice(g_mapped_file_get_contents(file), len));
  if (g_str_has_suffix(name, ".seqid"))
    return g_strdup("a mark of the region's sequence id, without content");
  return describe_link(name);
}
