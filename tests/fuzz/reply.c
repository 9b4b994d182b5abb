/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/descriptor.h"
#include "hbase/scan.h"
#include "wire/extent.h"
#include "hbase/memory.h"
#include "wire/reply.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

#include "target.h"

/* Answers of a gateway, or of what stands in its place. The first byte chooses the protocol; the
 * rest is the answer. */

/* However the answer arrives, its end is found at the same place. */
static void
follow(WireProtocol protocol, Slice answer)
{
  Extent whole;
  Extent pieces;
  WireVerdict verdict = WIRE_SHORT;

  extent_init(&whole, protocol);
  extent_init(&pieces, protocol);
  for (size_t len = 0; verdict == WIRE_SHORT && len <= answer.len; len += 1 + len / 8)
    verdict = extent_follow(&pieces, slice(answer.data, len));
  if (verdict == WIRE_SHORT)
    verdict = extent_follow(&pieces, answer);
  g_assert_cmpint(extent_follow(&whole, answer), ==, verdict);
  g_assert_cmpuint(whole.at, ==, pieces.at);
}

/* Every reader of a struct, whatever the struct is. */
static void
read_struct(WireReader at)
{
  g_autoptr(Table) table = table_new("t");
  g_autoptr(Region) region = NULL;
  g_autofree char *name = NULL;
  WireReader reader = at;

  descriptor_read(&reader, table);
  reader = at;
  descriptor_read_name(&reader, &name);
  reader = at;
  descriptor_read_region(&reader, &region);
}

/* What a scan brought is as many pieces of cells that lie within it. */
static void
read_rows(WireReader at, Slice answer)
{
  ScanAnswer rows;

  scan_answer_init(&rows);
  if (scan_answer_read(&rows, &at))
    for (size_t i = 0; i < rows.cells->len; i++) {
      Slice value = g_array_index(rows.cells, Cell, i).value;

      g_assert_true(value.len == 0 || (value.data >= answer.data &&
                                       value.data + value.len <= answer.data + answer.len));
    }
  scan_answer_clear(&rows);
}

static void
read_value(WireProtocol protocol, Slice answer)
{
  WireReader reader = wire_reader(protocol, answer);
  WireHeader header;
  WireField field = {0};

  if (!wire_read_header(&reader, &header))
    return;
  read_struct(reader);
  if (!wire_next_field(&reader, &field))
    return;
  read_struct(reader);
  read_rows(reader, answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  g_autoptr(GError) error = NULL;

  if (len == 0)
    return 0;

  WireProtocol protocol = data[0] & 1 ? WIRE_COMPACT : WIRE_BINARY;
  Slice answer = slice(data + 1, len - 1);

  follow(protocol, answer);
  read_value(protocol, answer);
  g_assert_cmpint(reply_check(protocol, answer, 0, &error), ==, error == NULL);
  return 0;
}

static void
add_seed(GPtrArray *seeds, WireProtocol protocol, const char *method, ThriftStruct *result)
{
  GType type =
      protocol == WIRE_COMPACT ? THRIFT_TYPE_COMPACT_PROTOCOL : THRIFT_TYPE_BINARY_PROTOCOL;
  g_autoptr(ThriftTransport) memory = memory_transport_new();
  g_autoptr(ThriftProtocol) thrift = g_object_new(type, "transport", memory, NULL);
  g_auto(Bytes) seed = {0};

  bytes_append_u8(&seed, protocol == WIRE_COMPACT);
  thrift_protocol_write_message_begin(thrift, method, T_REPLY, 0, NULL);
  thrift_struct_write(result, thrift, NULL);
  bytes_append_slice(&seed, memory_transport_written(memory));
  g_ptr_array_add(seeds, g_bytes_new(seed.data, seed.len));
  g_object_unref(result);
}

static gpointer
descriptor_result(void)
{
  g_autoptr(GByteArray) text = g_byte_array_append(g_byte_array_new(), (const guint8 *)"name", 4);
  g_autoptr(GHashTable) configuration = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GPtrArray) families = g_ptr_array_new_with_free_func(g_object_unref);
  g_autoptr(TTableName) name = g_object_new(TYPE_T_TABLE_NAME, "ns", text, "qualifier", text, NULL);

  g_hash_table_insert(configuration, "key", "value");
  g_ptr_array_add(families, g_object_new(TYPE_T_COLUMN_FAMILY_DESCRIPTOR, "name", text,
                                         "configuration", configuration, "maxVersions", 3,
                                         "bloomnFilterType", T_BLOOM_FILTER_TYPE_ROW, NULL));

  g_autoptr(TTableDescriptor) table =
      g_object_new(TYPE_T_TABLE_DESCRIPTOR, "tableName", name, "columns", families, "durability",
                   T_DURABILITY_SYNC_WAL, NULL);

  return g_object_new(TYPE_T_H_BASE_SERVICE_GET_TABLE_DESCRIPTOR_RESULT, "success", table, NULL);
}

static gpointer
region_location(void)
{
  g_autoptr(GByteArray) key = g_byte_array_append(g_byte_array_new(), (const guint8 *)"key", 3);
  g_autoptr(GObject) server = g_object_new(TYPE_T_SERVER_NAME, "hostName", "rs", "port", 1, NULL);
  g_autoptr(GObject) region = g_object_new(TYPE_T_H_REGION_INFO, "startKey", key, "endKey", key,
                                           "tableName", key, "offline", TRUE, NULL);

  return g_object_new(TYPE_T_H_REGION_LOCATION, "serverName", server, "regionInfo", region, NULL);
}

static gpointer
refusal_result(void)
{
  g_autoptr(TIOError) io =
      g_object_new(TYPE_T_I_O_ERROR, "message", "no\nmore", "canRetry", TRUE, NULL);

  return g_object_new(TYPE_T_H_BASE_SERVICE_PUT_MULTIPLE_RESULT, "io", io, NULL);
}

static gpointer
rows_result(void)
{
  g_autoptr(GByteArray) text = g_byte_array_append(g_byte_array_new(), (const guint8 *)"row", 3);
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_object_unref);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_object_unref);

  for (int i = 0; i < 2; i++)
    g_ptr_array_add(cells, g_object_new(TYPE_T_COLUMN_VALUE, "family", text, "qualifier", text,
                                        "value", text, "timestamp", (gint64)i, NULL));
  for (int i = 0; i < 2; i++)
    g_ptr_array_add(rows, g_object_new(TYPE_T_RESULT, "row", text, "columnValues", cells, NULL));
  return g_object_new(TYPE_T_H_BASE_SERVICE_GET_SCANNER_ROWS_RESULT, "success", rows, NULL);
}

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  for (WireProtocol protocol = WIRE_BINARY; protocol <= WIRE_COMPACT; protocol++) {
    add_seed(seeds, protocol, "getTableDescriptor", descriptor_result());
    add_seed(seeds, protocol, "getAllRegionLocations", region_location());
    add_seed(seeds, protocol, "getScannerRows", rows_result());
    add_seed(seeds, protocol, "putMultiple", refusal_result());
    add_seed(seeds, protocol, "deleteMultiple",
             g_object_new(TYPE_T_H_BASE_SERVICE_DELETE_MULTIPLE_RESULT, NULL));
  }
  return seeds;
}
