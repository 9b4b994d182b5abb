/* SPDX-License-Identifier: Apache-2.0 */
#include "regionserver/metarow.h"

#include "base/protobuf.h"

/* Client.proto, HBase.proto, Registry.proto */
enum { LOCATIONS = 1, LOCATION_SERVER = 2, SERVER_HOST = 1, SERVER_PORT = 2 };
enum { RESULTS = 5, RESULT_CELL = 1, CELL_ROW = 1, CELL_QUALIFIER = 3, CELL_VALUE = 6 };
enum { INFO_START = 3, INFO_END = 4, INFO_OFFLINE = 5, INFO_SPLIT = 6 };

static const char magic[] = "PBUF";

enum { MAGIC_BYTES = 4 };

void
regionserver_region_free(RegionserverRegion *self)
{
  g_bytes_unref(self->name);
  g_bytes_unref(self->start);
  g_bytes_unref(self->end);
  g_free(self->server);
  g_free(self);
}

/* "host:port", or NULL. */
static char *
read_server(Slice message)
{
  Cursor cursor = cursor_of(message);
  ProtobufField field;
  Slice host = SLICE_EMPTY;
  uint64_t port = 0;

  while (protobuf_take_field(&cursor, &field))
    if (field.number == SERVER_HOST)
      host = field.bytes;
    else if (field.number == SERVER_PORT)
      port = field.varint;
  return host.len == 0
             ? NULL
             : g_strdup_printf("%.*s:%u", (int)host.len, (const char *)host.data, (unsigned)port);
}

char *
regionserver_metarow_location(Slice answer)
{
  Cursor cursor = cursor_of(answer);
  ProtobufField location;
  ProtobufField part;
  char *server = NULL;

  while (server == NULL && protobuf_take_field(&cursor, &location)) {
    Cursor parts = cursor_of(location.bytes);

    while (server == NULL && location.number == LOCATIONS && protobuf_take_field(&parts, &part))
      if (part.number == LOCATION_SERVER)
        server = read_server(part.bytes);
  }
  return server;
}

/* What a row of hbase:meta says. */
typedef struct {
  Slice name;
  Slice info; /* of a region: PBUF and a RegionInfo */
  Slice server;
} Metarow;

static void
read_cell(Slice message, Metarow *row)
{
  Cursor cursor = cursor_of(message);
  ProtobufField field;
  Slice qualifier = SLICE_EMPTY;
  Slice value = SLICE_EMPTY;

  while (protobuf_take_field(&cursor, &field))
    if (field.number == CELL_ROW)
      row->name = field.bytes;
    else if (field.number == CELL_QUALIFIER)
      qualifier = field.bytes;
    else if (field.number == CELL_VALUE)
      value = field.bytes;
  if (slice_equal(qualifier, slice_text("regioninfo")))
    row->info = value;
  else if (slice_equal(qualifier, slice_text("server")))
    row->server = value;
}

static void
add_region(GPtrArray *regions, const Metarow *row)
{
  Cursor cursor = cursor_of(row->info);
  RegionserverRegion *region;
  ProtobufField field;
  Slice start = SLICE_EMPTY;
  Slice end = SLICE_EMPTY;
  bool is_gone = false;

  if (row->info.len < MAGIC_BYTES || memcmp(row->info.data, magic, MAGIC_BYTES) != 0)
    return;
  cursor.at += MAGIC_BYTES;
  while (protobuf_take_field(&cursor, &field))
    if (field.number == INFO_START)
      start = field.bytes;
    else if (field.number == INFO_END)
      end = field.bytes;
    else if (field.number == INFO_OFFLINE || field.number == INFO_SPLIT)
      is_gone = is_gone || field.varint != 0;
  if (is_gone)
    return;
  region = g_new0(RegionserverRegion, 1);
  region->name = g_bytes_new(row->name.data, row->name.len);
  region->start = g_bytes_new(start.data, start.len);
  region->end = g_bytes_new(end.data, end.len);
  region->server = slice_to_text(row->server);
  g_ptr_array_add(regions, region);
}

bool
regionserver_metarow_page(Slice answer, GPtrArray *regions, Bytes *next, size_t *out_rows)
{
  Cursor cursor = cursor_of(answer);
  ProtobufField result;
  ProtobufField field;

  for (*out_rows = 0; protobuf_take_field(&cursor, &result);) {
    Cursor cells = cursor_of(result.bytes);
    Metarow row = {0};

    if (result.number != RESULTS)
      continue;
    while (protobuf_take_field(&cells, &field))
      if (field.number == RESULT_CELL)
        read_cell(field.bytes, &row);
    if (slice_compare(row.name, bytes_slice(next)) < 0)
      return false;
    add_region(regions, &row);
    bytes_reset(next);
    bytes_append_slice(next, row.name);
    bytes_append_u8(next, 0);
    ++*out_rows;
  }
  return true;
}
