/* SPDX-License-Identifier: Apache-2.0 */
#include "region/meta.h"

#include "base/protobuf.h"

enum { ROWS_A_CALL = 1000, BY_NAME = 1 };

/* Client.proto, HBase.proto, Registry.proto */
enum { LOCATIONS = 1, LOCATION_SERVER = 2, SERVER_HOST = 1, SERVER_PORT = 2 };
enum { SPEC_KIND = 1, SPEC_VALUE = 2 };
enum { CALL_REGION = 1, CALL_SCAN = 2, CALL_ROWS = 4, CALL_CLOSE = 5, CALL_RESULTS = 5 };
enum { SCAN_COLUMN = 1, SCAN_START = 3, SCAN_STOP = 4, SCAN_CACHING = 17, COLUMN_FAMILY = 1 };
enum { RESULT_CELL = 1, CELL_ROW = 1, CELL_QUALIFIER = 3, CELL_VALUE = 6 };
enum { INFO_START = 3, INFO_END = 4, INFO_OFFLINE = 5, INFO_SPLIT = 6 };

static const char meta_name[] = "hbase:meta,,1";
static const char magic[] = "PBUF";

enum { MAGIC_BYTES = 4 };

void
meta_region_free(MetaRegion *self)
{
  g_bytes_unref(self->name);
  g_bytes_unref(self->start);
  g_bytes_unref(self->end);
  g_free(self->server);
  g_free(self);
}

static bool
fail(Fault fault, const char *table, const char *what, GError **error)
{
  g_set_error(error, FAULT, fault, "hbase:meta: table %s: %s", table, what);
  return false;
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

/* The server of the first location, or NULL. */
static char *
read_locations(Slice answer)
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

/* Any server knows which one has hbase:meta. */
static char *
find_meta(const char *server, const RpcOptions *options, GError **error)
{
  g_autoptr(Rpc) rpc = rpc_open(server, "ClientMetaService", options, error);
  Slice answer;
  char *location;

  if (rpc == NULL || !rpc_call(rpc, "GetMetaRegionLocations", SLICE_EMPTY, &answer, error))
    return NULL;
  location = read_locations(answer);
  if (location == NULL)
    g_set_error(error, FAULT, FAULT_PEER, "%s: knows no server that has hbase:meta", server);
  return location;
}

static void
append_scan(Bytes *out, Slice start, Slice stop)
{
  g_auto(Bytes) region = {0};
  g_auto(Bytes) column = {0};
  g_auto(Bytes) scan = {0};

  protobuf_append_varint_field(&region, SPEC_KIND, BY_NAME);
  protobuf_append_bytes_field(&region, SPEC_VALUE, slice_text(meta_name));
  protobuf_append_bytes_field(&column, COLUMN_FAMILY, slice_text("info"));
  protobuf_append_bytes_field(&scan, SCAN_COLUMN, bytes_slice(&column));
  protobuf_append_bytes_field(&scan, SCAN_START, start);
  protobuf_append_bytes_field(&scan, SCAN_STOP, stop);
  protobuf_append_varint_field(&scan, SCAN_CACHING, ROWS_A_CALL);
  protobuf_append_bytes_field(out, CALL_REGION, bytes_slice(&region));
  protobuf_append_bytes_field(out, CALL_SCAN, bytes_slice(&scan));
  protobuf_append_varint_field(out, CALL_ROWS, ROWS_A_CALL);
  protobuf_append_varint_field(out, CALL_CLOSE, 1);
}

/* What a row of hbase:meta says. */
typedef struct {
  Slice name;
  Slice info; /* of a region: PBUF and a RegionInfo */
  Slice server;
} MetaRow;

static void
read_cell(Slice message, MetaRow *row)
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

/* Adds the region, unless it is one that has been split or is offline: its daughters follow. */
static void
add_region(GPtrArray *regions, const MetaRow *row)
{
  Cursor cursor = cursor_of(row->info);
  MetaRegion *region;
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
  region = g_new0(MetaRegion, 1);
  region->name = g_bytes_new(row->name.data, row->name.len);
  region->start = g_bytes_new(start.data, start.len);
  region->end = g_bytes_new(end.data, end.len);
  region->server = g_strndup((const char *)row->server.data, row->server.len);
  g_ptr_array_add(regions, region);
}

/* `next` is where the following page begins: behind the last row. */
static size_t
read_page(Slice answer, GPtrArray *regions, Bytes *next)
{
  Cursor cursor = cursor_of(answer);
  ProtobufField result;
  ProtobufField field;
  size_t rows = 0;

  while (protobuf_take_field(&cursor, &result)) {
    Cursor cells = cursor_of(result.bytes);
    MetaRow row = {0};

    if (result.number != CALL_RESULTS)
      continue;
    while (protobuf_take_field(&cells, &field))
      if (field.number == RESULT_CELL)
        read_cell(field.bytes, &row);
    add_region(regions, &row);
    bytes_reset(next);
    bytes_append_slice(next, row.name);
    bytes_append_u8(next, 0);
    rows++;
  }
  return rows;
}

static bool
scan(Rpc *rpc, const char *table, GPtrArray *regions, GError **error)
{
  g_auto(Bytes) start = {0};
  g_autofree char *first = g_strdup_printf("%s,,", table);
  g_autofree char *stop = g_strdup_printf("%s ,,", table);
  size_t rows;

  bytes_append_slice(&start, slice_text(first));
  do {
    g_auto(Bytes) request = {0};
    Slice answer;

    append_scan(&request, bytes_slice(&start), slice_text(stop));
    if (!rpc_call(rpc, "Scan", bytes_slice(&request), &answer, error))
      return false;
    rows = read_page(answer, regions, &start);
  } while (rows > 0);
  return true;
}

static bool
check_chain(const GPtrArray *regions, const char *table, GError **error)
{
  if (regions->len == 0)
    return fail(FAULT_SETUP, table, "has no regions: there is no such table", error);
  for (guint i = 0; i < regions->len; i++) {
    const MetaRegion *region = regions->pdata[i];
    const MetaRegion *before = i == 0 ? NULL : regions->pdata[i - 1];
    bool is_last = i + 1 == regions->len;

    if (before == NULL ? g_bytes_get_size(region->start) > 0
                       : !g_bytes_equal(before->end, region->start))
      return fail(FAULT_PEER, table, "its regions are being split or merged", error);
    if (*region->server == '\0')
      return fail(FAULT_PEER, table, "a region has no server yet", error);
    if (is_last && g_bytes_get_size(region->end) > 0)
      return fail(FAULT_PEER, table, "its regions are being split or merged", error);
  }
  return true;
}

GPtrArray *
meta_regions(const char *server, const char *table, const RpcOptions *options, GError **error)
{
  g_autoptr(GPtrArray) regions = g_ptr_array_new_with_free_func((GDestroyNotify)meta_region_free);
  g_autofree char *meta = find_meta(server, options, error);
  g_autoptr(Rpc) rpc = NULL;

  if (meta == NULL)
    return NULL;
  rpc = rpc_open(meta, "ClientService", options, error);
  if (rpc == NULL || !scan(rpc, table, regions, error) || !check_chain(regions, table, error))
    return NULL;
  return g_steal_pointer(&regions);
}
