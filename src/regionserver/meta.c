/* SPDX-License-Identifier: Apache-2.0 */
#include "regionserver/meta.h"

#include "base/protobuf.h"

enum { ROWS_A_CALL = 1000, BY_NAME = 1 };

/* Client.proto, HBase.proto */
enum { SPEC_KIND = 1, SPEC_VALUE = 2 };
enum { CALL_REGION = 1, CALL_SCAN = 2, CALL_ROWS = 4, CALL_CLOSE = 5 };
enum { SCAN_COLUMN = 1, SCAN_START = 3, SCAN_STOP = 4, SCAN_CACHING = 17, COLUMN_FAMILY = 1 };

static const char meta_name[] = "hbase:meta,,1";

static bool
fail(Fault fault, const char *table, const char *what, GError **error)
{
  g_set_error(error, FAULT, fault, "hbase:meta: table %s: %s", table, what);
  return false;
}

/* Any server knows which one has hbase:meta; but in HBase 2.4 only masters tell, and the others
 * hang up: then the server itself may have it, which is soon known. */
static char *
find_meta(const char *server, const RegionserverRpcOptions *options, GError **error)
{
  g_autoptr(RegionserverRpc) rpc =
      regionserver_rpc_open(server, "ClientMetaService", options, error);
  g_autoptr(GError) problem = NULL;
  Slice answer;
  char *location;

  if (rpc == NULL)
    return NULL;
  if (!regionserver_rpc_call(rpc, "GetMetaRegionLocations", SLICE_EMPTY, &answer, &problem)) {
    if (regionserver_rpc_is_closed(rpc))
      return g_strdup(server);
    g_propagate_error(error, g_steal_pointer(&problem));
    return NULL;
  }
  location = regionserver_metarow_location(answer);
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

static bool
scan(RegionserverRpc *rpc, const char *table, GPtrArray *regions, GError **error)
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
    if (!regionserver_rpc_call(rpc, "Scan", bytes_slice(&request), &answer, error))
      return false;
    if (!regionserver_metarow_page(answer, regions, &start, &rows))
      return fail(FAULT_PEER, table, "its regions come out of order", error);
  } while (rows > 0);
  return true;
}

static bool
check_chain(const GPtrArray *regions, const char *table, GError **error)
{
  if (regions->len == 0)
    return fail(FAULT_SETUP, table, "has no regions: there is no such table", error);
  for (guint i = 0; i < regions->len; i++) {
    const RegionserverRegion *region = regions->pdata[i];
    const RegionserverRegion *before = i == 0 ? NULL : regions->pdata[i - 1];
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
regionserver_regions(const char *server, const char *table, const RegionserverRpcOptions *options,
                     GError **error)
{
  g_autoptr(GPtrArray) regions =
      g_ptr_array_new_with_free_func((GDestroyNotify)regionserver_region_free);
  g_autofree char *meta = find_meta(server, options, error);
  g_autoptr(RegionserverRpc) rpc = NULL;

  if (meta == NULL)
    return NULL;
  rpc = regionserver_rpc_open(meta, "ClientService", options, error);
  if (rpc == NULL || !scan(rpc, table, regions, error) || !check_chain(regions, table, error))
    return NULL;
  return g_steal_pointer(&regions);
}
