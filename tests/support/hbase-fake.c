/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hbase-fake.h"

#include "hbase/descriptor.h"
#include "wire/extent.h"
#include "hbase/memory.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

void
hbase_fake_init(HbaseFake *self, bool is_framed, WireProtocol protocol)
{
  *self = (HbaseFake){.is_framed = is_framed, .protocol = protocol};
  g_mutex_init(&self->lock);
  self->tables = g_ptr_array_new_with_free_func((GDestroyNotify)table_free);
  self->scans = g_array_new(FALSE, FALSE, sizeof(HbaseFakeScan));
  self->frames = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

void
hbase_fake_clear(HbaseFake *self)
{
  g_ptr_array_unref(self->tables);
  g_ptr_array_unref(self->frames);
  g_array_unref(self->scans);
  g_mutex_clear(&self->lock);
}

void
hbase_fake_take_table(HbaseFake *self, Table *table)
{
  g_ptr_array_add(self->tables, table);
}

static Table *
find_table(HbaseFake *self, const char *name)
{
  for (size_t i = 0; i < self->tables->len; i++) {
    Table *table = self->tables->pdata[i];

    if (strcmp(table->name, name) == 0)
      return table;
  }
  return NULL;
}

static char *
name_text(const TTableName *name)
{
  g_autofree char *space = g_strndup((const char *)name->ns->data, name->ns->len);
  g_autofree char *qualifier = g_strndup((const char *)name->qualifier->data, name->qualifier->len);

  if (strcmp(space, "default") == 0)
    return g_steal_pointer(&qualifier);
  return g_strdup_printf("%s:%s", space, qualifier);
}

/* Reads a call's arguments, whose one member `name_member` points to is a TTableName. */
static Table *
named_table(HbaseFake *self, ThriftProtocol *protocol, GType type, const char *member)
{
  g_autoptr(GObject) args = g_object_new(type, NULL);
  g_autoptr(TTableName) name = NULL;

  thrift_struct_read((ThriftStruct *)args, protocol, NULL);
  g_object_get(args, member, &name, NULL);

  g_autofree char *text = name_text(name);

  return find_table(self, text);
}

static gpointer
table_exists(HbaseFake *self, ThriftProtocol *protocol)
{
  Table *table = named_table(self, protocol, TYPE_T_H_BASE_SERVICE_TABLE_EXISTS_ARGS, "tableName");

  return g_object_new(TYPE_T_H_BASE_SERVICE_TABLE_EXISTS_RESULT, "success", table != NULL, NULL);
}

static gpointer
is_table_enabled(HbaseFake *self, ThriftProtocol *protocol)
{
  Table *table =
      named_table(self, protocol, TYPE_T_H_BASE_SERVICE_IS_TABLE_ENABLED_ARGS, "tableName");

  return g_object_new(TYPE_T_H_BASE_SERVICE_IS_TABLE_ENABLED_RESULT, "success",
                      table != NULL && !self->is_disabled, NULL);
}

static gpointer
get_table_descriptor(HbaseFake *self, ThriftProtocol *protocol)
{
  Table *table =
      named_table(self, protocol, TYPE_T_H_BASE_SERVICE_GET_TABLE_DESCRIPTOR_ARGS, "table");
  g_autoptr(TTableDescriptor) descriptor = descriptor_new(table);

  return g_object_new(TYPE_T_H_BASE_SERVICE_GET_TABLE_DESCRIPTOR_RESULT, "success", descriptor,
                      NULL);
}

static gpointer
get_table_names(HbaseFake *self, ThriftProtocol *protocol)
{
  g_autoptr(GObject) args =
      g_object_new(TYPE_T_H_BASE_SERVICE_GET_TABLE_NAMES_BY_PATTERN_ARGS, NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_object_unref);

  thrift_struct_read((ThriftStruct *)args, protocol, NULL);
  for (size_t i = 0; i < self->tables->len; i++)
    g_ptr_array_add(names, descriptor_name(((Table *)self->tables->pdata[i])->name));
  return g_object_new(TYPE_T_H_BASE_SERVICE_GET_TABLE_NAMES_BY_PATTERN_RESULT, "success", names,
                      NULL);
}

static void
add_location(GPtrArray *locations, const Table *table, size_t i)
{
  g_autoptr(GPtrArray) keys = descriptor_splits(table);
  g_autoptr(GByteArray) none = g_byte_array_new();
  g_autoptr(GObject) server =
      g_object_new(TYPE_T_SERVER_NAME, "hostName", "rs1", "port", 16020, NULL);
  g_autoptr(GObject) info =
      g_object_new(TYPE_T_H_REGION_INFO, "startKey", i == 0 ? none : keys->pdata[i - 1], "endKey",
                   i == keys->len ? none : keys->pdata[i], "tableName", none, NULL);

  /* the last first: the client is to sort them */
  g_ptr_array_insert(
      locations, 0,
      g_object_new(TYPE_T_H_REGION_LOCATION, "serverName", server, "regionInfo", info, NULL));
}

static gpointer
get_all_region_locations(HbaseFake *self, ThriftProtocol *protocol)
{
  g_autoptr(GObject) args = g_object_new(TYPE_T_H_BASE_SERVICE_GET_ALL_REGION_LOCATIONS_ARGS, NULL);
  g_autoptr(GPtrArray) locations = g_ptr_array_new_with_free_func(g_object_unref);
  g_autoptr(GByteArray) name = NULL;

  thrift_struct_read((ThriftStruct *)args, protocol, NULL);
  g_object_get(args, "table", &name, NULL);

  g_autofree char *text = g_strndup((const char *)name->data, name->len);
  Table *table = find_table(self, text);

  for (size_t i = 0; table != NULL && i <= table->splits->len; i++)
    add_location(locations, table, i);
  return g_object_new(TYPE_T_H_BASE_SERVICE_GET_ALL_REGION_LOCATIONS_RESULT, "success", locations,
                      NULL);
}

/* Of the call's first argument, a TTableDescriptor. */
static void
read_families(HbaseFake *self, Table *table)
{
  WireReader reader = wire_reader(self->protocol, self->message);
  WireHeader header;
  WireField field = {0};

  wire_read_header(&reader, &header);
  wire_next_field(&reader, &field);
  g_assert_true(descriptor_read(&reader, table));
}

static gpointer
create_table(HbaseFake *self, ThriftProtocol *protocol)
{
  g_autoptr(GObject) args = g_object_new(TYPE_T_H_BASE_SERVICE_CREATE_TABLE_ARGS, NULL);
  g_autoptr(TTableDescriptor) descriptor = NULL;
  g_autoptr(GPtrArray) keys = NULL;

  thrift_struct_read((ThriftStruct *)args, protocol, NULL);
  g_object_get(args, "desc", &descriptor, "splitKeys", &keys, NULL);

  g_autofree char *name = name_text(descriptor->tableName);
  Table *table = table_new(name);

  read_families(self, table);
  for (size_t i = 0; !self->loses_splits && i < keys->len; i++) {
    const GByteArray *key = keys->pdata[i];

    table_add_split(table, slice(key->data, key->len));
  }
  hbase_fake_take_table(self, table);
  return g_object_new(TYPE_T_H_BASE_SERVICE_CREATE_TABLE_RESULT, NULL);
}

static gpointer
complain(const char *message)
{
  g_autoptr(TIOError) io = g_object_new(TYPE_T_I_O_ERROR, "message", message, NULL);

  return g_object_new(TYPE_T_H_BASE_SERVICE_CREATE_TABLE_RESULT, "io", io, NULL);
}

static gpointer
put_multiple(HbaseFake *self, ThriftProtocol *protocol)
{
  g_autoptr(GObject) args = g_object_new(TYPE_T_H_BASE_SERVICE_PUT_MULTIPLE_ARGS, NULL);

  thrift_struct_read((ThriftStruct *)args, protocol, NULL);
  if (self->batches++ % 2 == 0 && self->refuses_others)
    return complain("Failed 1 action");
  return g_object_new(TYPE_T_H_BASE_SERVICE_PUT_MULTIPLE_RESULT, NULL);
}

/* Of a key, or of a key and a zero byte: begin behind it. */
static unsigned
row_of(const GByteArray *key, unsigned otherwise)
{
  if (key == NULL || key->len == 0)
    return otherwise;

  g_autofree char *text = g_strndup((const char *)key->data, key->len);

  return (unsigned)g_ascii_strtoull(text + strlen("row"), NULL, 10) +
         (key->data[key->len - 1] == 0);
}

static gpointer
open_scanner(HbaseFake *self, ThriftProtocol *protocol)
{
  g_autoptr(GObject) args = g_object_new(TYPE_T_H_BASE_SERVICE_OPEN_SCANNER_ARGS, NULL);
  g_autoptr(TScan) scan = NULL;
  g_autofree char *filter = NULL;

  thrift_struct_read((ThriftStruct *)args, protocol, NULL);
  g_object_get(args, "tscan", &scan, NULL);
  if (scan->filterString != NULL)
    filter = g_strndup((const char *)scan->filterString->data, scan->filterString->len);

  HbaseFakeScan made = {
      .row = row_of(scan->startRow, 0),
      .stop = MIN(row_of(scan->stopRow, self->rows), self->rows),
      .batch = scan->__isset_batchSize ? (unsigned)scan->batchSize : G_MAXUINT,
      .is_guarded = filter != NULL && strstr(filter, " OR ") != NULL,
      .is_survey = filter != NULL && strstr(filter, " OR ") == NULL,
  };

  g_array_append_val(self->scans, made);
  return g_object_new(TYPE_T_H_BASE_SERVICE_OPEN_SCANNER_RESULT, "success",
                      (gint)self->scans->len - 1, NULL);
}

static GByteArray *
bytes_of(const char *text)
{
  return g_byte_array_append(g_byte_array_new(), (const guint8 *)text, (guint)strlen(text));
}

/* NULL: the scan leaves it out. */
static gpointer
make_cell(HbaseFake *self, const HbaseFakeScan *scan, const char *key, size_t *answer)
{
  unsigned versions = MAX(self->versions, 1);
  unsigned column = scan->cell / versions;
  gint64 age = scan->cell % versions;
  g_autofree char *name = self->cells > 1 ? g_strdup_printf("q%05u", column) : g_strdup("q");
  g_autoptr(GByteArray) family = bytes_of("f");
  g_autoptr(GByteArray) qualifier = bytes_of(name);
  g_autoptr(GByteArray) value =
      self->value == NULL ? bytes_of(key) : self->value(scan->row, scan->cell);
  guint length = GUINT32_TO_BE(value->len);
  bool is_large = value->len >= HBASE_FAKE_LARGE;

  if (scan->is_survey && !is_large)
    return NULL;
  if (is_large && (scan->is_survey || scan->is_guarded)) {
    g_byte_array_set_size(value, 0);
    g_byte_array_append(value, (const guint8 *)&length, sizeof length);
  }
  *answer += value->len;
  return g_object_new(TYPE_T_COLUMN_VALUE, "family", family, "qualifier", qualifier, "value", value,
                      "timestamp", (gint64)scan->row + versions - 1 - age, NULL);
}

/* The next piece of a row; NULL: nothing of the row is left. */
static gpointer
make_piece(HbaseFake *self, HbaseFakeScan *scan, size_t *answer)
{
  g_autofree char *key = g_strdup_printf("row%06u", scan->row);
  g_autoptr(GByteArray) row = bytes_of(key);
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_object_unref);

  for (; scan->cell < MAX(self->cells, 1) && cells->len < scan->batch; scan->cell++) {
    gpointer cell = make_cell(self, scan, key, answer);

    if (cell != NULL)
      g_ptr_array_add(cells, cell);
  }
  if (scan->cell >= MAX(self->cells, 1)) {
    scan->row++;
    scan->cell = 0;
  }
  return cells->len == 0 ? NULL
                         : g_object_new(TYPE_T_RESULT, "row", row, "columnValues", cells, NULL);
}

static gpointer
get_scanner_rows(HbaseFake *self, ThriftProtocol *protocol)
{
  g_autoptr(GObject) args = g_object_new(TYPE_T_H_BASE_SERVICE_GET_SCANNER_ROWS_ARGS, NULL);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_object_unref);
  g_autoptr(TIllegalArgument) unknown =
      g_object_new(TYPE_T_ILLEGAL_ARGUMENT, "message", "Invalid scanner Id", NULL);
  gint id;
  gint most;
  size_t answer = 0;

  thrift_struct_read((ThriftStruct *)args, protocol, NULL);
  g_object_get(args, "scannerId", &id, "numRows", &most, NULL);
  if (++self->scan_answers == self->forgets)
    return g_object_new(TYPE_T_H_BASE_SERVICE_GET_SCANNER_ROWS_RESULT, "ia", unknown, NULL);

  HbaseFakeScan *scan = &g_array_index(self->scans, HbaseFakeScan, id);

  while ((gint)rows->len < most && scan->row < scan->stop) {
    gpointer piece = make_piece(self, scan, &answer);

    if (piece != NULL)
      g_ptr_array_add(rows, piece);
  }
  self->largest_answer = MAX(self->largest_answer, answer);
  return g_object_new(TYPE_T_H_BASE_SERVICE_GET_SCANNER_ROWS_RESULT, "success", rows, NULL);
}

static gpointer
close_scanner(HbaseFake *self G_GNUC_UNUSED, ThriftProtocol *protocol G_GNUC_UNUSED)
{
  return g_object_new(TYPE_T_H_BASE_SERVICE_CLOSE_SCANNER_RESULT, NULL);
}

static gpointer
get_thrift_server_type(HbaseFake *self, ThriftProtocol *protocol)
{
  g_autoptr(GObject) args = g_object_new(TYPE_T_H_BASE_SERVICE_GET_THRIFT_SERVER_TYPE_ARGS, NULL);

  thrift_struct_read((ThriftStruct *)args, protocol, NULL);
  return g_object_new(TYPE_T_H_BASE_SERVICE_GET_THRIFT_SERVER_TYPE_RESULT, "success",
                      self->is_thrift1 ? T_THRIFT_SERVER_TYPE_ONE : T_THRIFT_SERVER_TYPE_TWO, NULL);
}

static const struct {
  const char *method;
  gpointer (*answer)(HbaseFake *self, ThriftProtocol *protocol);
} methods[] = {
    {"getThriftServerType", get_thrift_server_type},
    {"tableExists", table_exists},
    {"isTableEnabled", is_table_enabled},
    {"getTableDescriptor", get_table_descriptor},
    {"getTableNamesByPattern", get_table_names},
    {"getAllRegionLocations", get_all_region_locations},
    {"createTable", create_table},
    {"putMultiple", put_multiple},
    {"openScanner", open_scanner},
    {"getScannerRows", get_scanner_rows},
    {"closeScanner", close_scanner},
};

/* NULL: there is no such method. */
static gpointer
make_result(HbaseFake *self, Slice message, const WireHeader *header)
{
  GType type =
      self->protocol == WIRE_COMPACT ? THRIFT_TYPE_COMPACT_PROTOCOL : THRIFT_TYPE_BINARY_PROTOCOL;
  g_autoptr(ThriftTransport) memory = memory_transport_new();
  g_autoptr(ThriftProtocol) protocol = g_object_new(type, "transport", memory, NULL);
  g_autofree char *name = NULL;
  ThriftMessageType message_type;
  gint32 sequence;

  memory_transport_reset(memory, message);
  self->message = message;
  thrift_protocol_read_message_begin(protocol, &name, &message_type, &sequence, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(methods); i++)
    if (slice_equal(header->name, slice_text(methods[i].method)))
      return self->complaint != NULL && i > 0 ? complain(self->complaint)
                                              : methods[i].answer(self, protocol);
  return NULL;
}

bool
hbase_fake_answer(HbaseFake *self, Slice message, Bytes *out)
{
  WireReader reader = wire_reader(self->protocol, message);
  WireHeader header = {0};

  if (!wire_read_header(&reader, &header))
    return false;
  g_mutex_lock(&self->lock);

  ThriftStruct *result = make_result(self, message, &header);

  g_mutex_unlock(&self->lock);
  header.type = WIRE_REPLY;
  if (result == NULL)
    test_answer_exception(self->protocol, &header, 1, "Invalid method name", out);
  else
    test_answer(self->protocol, &header, result, out);
  g_clear_object(&result);
  return true;
}

static bool
read_frame(HbaseFake *self, TestPeer *peer, Bytes *frame)
{
  if (!self->is_framed)
    return test_peer_read(peer, 1, frame);
  if (!test_peer_read_frame(peer, frame))
    return false;
  g_mutex_lock(&self->lock);
  g_ptr_array_add(self->frames, g_bytes_new(frame->data, frame->len));
  g_mutex_unlock(&self->lock);
  return true;
}

/* As a server does: a message may take several frames. Hangs up on what it cannot read. What of
 * the message has been read before is in `message`. */
static bool
read_message(HbaseFake *self, TestPeer *peer, Bytes *message)
{
  g_auto(Bytes) frame = {0};
  Extent extent;
  WireVerdict verdict = WIRE_SHORT;

  extent_init(&extent, self->protocol);
  while (verdict == WIRE_SHORT) {
    if (!read_frame(self, peer, &frame))
      return false;
    bytes_append_slice(message, bytes_slice(&frame));
    verdict = extent_follow(&extent, bytes_slice(message));
  }
  return verdict == WIRE_WHOLE;
}

static bool
hangs_up(HbaseFake *self, Slice message)
{
  WireReader reader = wire_reader(self->protocol, message);
  WireHeader header = {0};
  bool now = false;

  wire_read_header(&reader, &header);
  g_mutex_lock(&self->lock);
  if (slice_equal(header.name, slice_text("putMultiple")))
    now = self->hang_ups-- > 0;
  else if (slice_equal(header.name, slice_text("getScannerRows")))
    now = self->breaks-- == 1;
  g_mutex_unlock(&self->lock);
  return now;
}

static bool
leaves(HbaseFake *self)
{
  bool now;

  g_mutex_lock(&self->lock);
  now = self->leaves > 0 && self->scan_answers == self->leaves;
  if (now)
    self->leaves = 0;
  g_mutex_unlock(&self->lock);
  return now;
}

void
hbase_fake_serve_from(TestPeer *peer, Slice begin, HbaseFake *self)
{
  g_auto(Bytes) message = {0};

  bytes_append_slice(&message, begin);
  while (read_message(self, peer, &message) && !hangs_up(self, bytes_slice(&message))) {
    g_auto(Bytes) answer = {0};

    hbase_fake_answer(self, bytes_slice(&message), &answer);
    if (self->is_framed)
      test_peer_write_frame(peer, bytes_slice(&answer));
    else
      test_peer_write(peer, bytes_slice(&answer));
    if (leaves(self))
      return;
    bytes_reset(&message);
  }
}

void
hbase_fake_serve(TestPeer *peer, void *hbase_fake)
{
  hbase_fake_serve_from(peer, SLICE_EMPTY, hbase_fake);
}
