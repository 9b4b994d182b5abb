/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/trailer.h"

#include "base/protobuf.h"

static const char magic[] = "TRABLK\"$";
/* HBase knows the order of keys by this name, which is older than the class that does it now. */
static const char comparator[] = "org.apache.hadoop.hbase.KeyValue$KVComparator";

enum { MAGIC_BYTES = 8, VERSION_BYTES = 4, MAJOR_VERSION = 3, MINOR_VERSION = 3 };

/* HFileProtos.FileTrailerProto */
enum {
  FIELD_INFO_OFFSET = 1,
  FIELD_LOAD_OFFSET,
  FIELD_INDEX_RAW_BYTES,
  FIELD_TOTAL_RAW_BYTES,
  FIELD_ROOT_ENTRIES,
  FIELD_META_ENTRIES,
  FIELD_CELLS,
  FIELD_INDEX_LEVELS,
  FIELD_FIRST_DATA_OFFSET,
  FIELD_LAST_DATA_OFFSET,
  FIELD_COMPARATOR,
  FIELD_CODEC,
  FIELD_ENCRYPTION_KEY,
  FIELDS,
};

void
hfile_trailer_append(const HfileTrailer *self, Bytes *out)
{
  g_auto(Bytes) message = {0};
  size_t start = out->len;

  protobuf_append_varint_field(&message, FIELD_INFO_OFFSET, self->info_offset);
  protobuf_append_varint_field(&message, FIELD_LOAD_OFFSET, self->load_offset);
  protobuf_append_varint_field(&message, FIELD_INDEX_RAW_BYTES, self->index_raw_bytes);
  protobuf_append_varint_field(&message, FIELD_TOTAL_RAW_BYTES, self->total_raw_bytes);
  protobuf_append_varint_field(&message, FIELD_ROOT_ENTRIES, self->root_entries);
  protobuf_append_varint_field(&message, FIELD_META_ENTRIES, self->meta_entries);
  protobuf_append_varint_field(&message, FIELD_CELLS, self->cells);
  protobuf_append_varint_field(&message, FIELD_INDEX_LEVELS, self->index_levels);
  protobuf_append_varint_field(&message, FIELD_FIRST_DATA_OFFSET, self->first_data_offset);
  protobuf_append_varint_field(&message, FIELD_LAST_DATA_OFFSET, self->last_data_offset);
  protobuf_append_bytes_field(&message, FIELD_COMPARATOR, slice_text(comparator));
  protobuf_append_varint_field(&message, FIELD_CODEC, hfile_codec_number(self->codec));

  bytes_append(out, magic, MAGIC_BYTES);
  protobuf_append_varint(out, message.len);
  bytes_append_slice(out, bytes_slice(&message));

  size_t padding = HFILE_TRAILER_BYTES - VERSION_BYTES - (out->len - start);

  memset(bytes_reserve(out, padding), 0, padding);
  out->len += padding;
  bytes_append_be32(out, (uint32_t)MINOR_VERSION << 24 | MAJOR_VERSION);
}

static bool
refuse(GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_RECORD, "trailer: %s", what);
  return false;
}

static bool
find_codec(uint64_t number, HfileCodecKind *out_codec, GError **error)
{
  const char *name = hfile_codec_foreign_name(number);

  if (hfile_codec_find_number(number, out_codec))
    return true;
  if (name != NULL)
    g_set_error(error, FAULT, FAULT_SETUP, "trailer: compressed with %s, which is not supported",
                name);
  else
    g_set_error(error, FAULT, FAULT_RECORD, "trailer: unknown codec %" G_GUINT64_FORMAT, number);
  return false;
}

static bool
read_fields(Slice message, ProtobufField *fields)
{
  Cursor cursor = cursor_of(message);
  ProtobufField field;

  while (protobuf_take_field(&cursor, &field))
    if (field.number < FIELDS)
      fields[field.number] = field;
  return cursor_left(&cursor) == 0;
}

/* Several names, from several times, mean one order. */
static bool
find_ordering(Slice name, HfileOrdering *out_ordering)
{
  static const struct {
    const char *name;
    HfileOrdering ordering;
  } known[] = {
      {comparator, HFILE_ORDER_KEYS},
      {"org.apache.hadoop.hbase.CellComparatorImpl", HFILE_ORDER_KEYS},
      {"org.apache.hadoop.hbase.CellComparator", HFILE_ORDER_KEYS},
      {"org.apache.hadoop.hbase.KeyValue$MetaComparator", HFILE_ORDER_META},
      {"org.apache.hadoop.hbase.CellComparatorImpl$MetaCellComparator", HFILE_ORDER_META},
      {"org.apache.hadoop.hbase.MetaCellComparator", HFILE_ORDER_META},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
    if (slice_equal(name, slice_text(known[i].name))) {
      *out_ordering = known[i].ordering;
      return true;
    }
  return false;
}

static bool
interpret(const ProtobufField *fields, HfileTrailer *trailer, GError **error)
{
  if (fields[FIELD_ENCRYPTION_KEY].number != 0) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "trailer: the file is encrypted, which is not supported");
    return false;
  }
  if (!find_ordering(fields[FIELD_COMPARATOR].bytes, &trailer->ordering))
    return refuse(error, "unknown comparator; HBase refuses such a file");
  if (fields[FIELD_ROOT_ENTRIES].varint > UINT32_MAX ||
      fields[FIELD_META_ENTRIES].varint > UINT32_MAX ||
      fields[FIELD_INDEX_LEVELS].varint > UINT32_MAX)
    return refuse(error, "index sizes out of range");
  trailer->info_offset = fields[FIELD_INFO_OFFSET].varint;
  trailer->load_offset = fields[FIELD_LOAD_OFFSET].varint;
  trailer->index_raw_bytes = fields[FIELD_INDEX_RAW_BYTES].varint;
  trailer->total_raw_bytes = fields[FIELD_TOTAL_RAW_BYTES].varint;
  trailer->root_entries = (uint32_t)fields[FIELD_ROOT_ENTRIES].varint;
  trailer->meta_entries = (uint32_t)fields[FIELD_META_ENTRIES].varint;
  trailer->cells = fields[FIELD_CELLS].varint;
  trailer->index_levels = (uint32_t)fields[FIELD_INDEX_LEVELS].varint;
  trailer->first_data_offset = fields[FIELD_FIRST_DATA_OFFSET].varint;
  trailer->last_data_offset = fields[FIELD_LAST_DATA_OFFSET].varint;
  return find_codec(fields[FIELD_CODEC].varint, &trailer->codec, error);
}

bool
hfile_trailer_parse(const uint8_t *at, HfileTrailer *out_trailer, GError **error)
{
  Cursor end = cursor_of(slice(at + HFILE_TRAILER_BYTES - VERSION_BYTES, VERSION_BYTES));
  Cursor cursor = cursor_of(slice(at, HFILE_TRAILER_BYTES - VERSION_BYTES));
  ProtobufField fields[FIELDS] = {0};
  HfileTrailer trailer = {0};
  uint32_t version = 0;
  uint64_t len = 0;
  Slice message = SLICE_EMPTY;

  if (memcmp(at, magic, MAGIC_BYTES) != 0)
    return refuse(error, "no trailer in the last 4096 bytes: not an HFile, or cut short");
  cursor_take_be32(&end, &version);
  if ((version & 0xffffff) != MAJOR_VERSION) {
    g_set_error(error, FAULT, FAULT_RECORD, "trailer: version %u is not supported, only 3 is",
                version & 0xffffff);
    return false;
  }
  cursor.at += MAGIC_BYTES;
  if (!protobuf_take_varint(&cursor, &len) || !cursor_take_slice(&cursor, len, &message) ||
      !read_fields(message, fields))
    return refuse(error, "damaged message");
  if (!interpret(fields, &trailer, error))
    return false;
  *out_trailer = trailer;
  return true;
}
