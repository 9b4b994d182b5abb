/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/scan.h"

#include "wire/extent.h"

enum { CACHED_ROWS = 1000 }; /* between gateway and region server, which bounds their bytes */

static GByteArray *
byte_array(Slice bytes)
{
  return g_byte_array_append(g_byte_array_new(), bytes.data, (guint)bytes.len);
}

static void
set_bytes(gpointer object, const char *property, Slice bytes)
{
  g_autoptr(GByteArray) copy = byte_array(bytes);

  g_object_set(object, property, copy, NULL);
}

static void
set_columns(TScan *scan, const ScanOptions *options)
{
  g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_object_unref);

  for (size_t i = 0; i < options->columns_length; i++) {
    TColumn *column = g_object_new(TYPE_T_COLUMN, NULL);

    set_bytes(column, "family", options->columns[i].family);
    if (options->columns[i].qualifier.data != NULL)
      set_bytes(column, "qualifier", options->columns[i].qualifier);
    g_ptr_array_add(columns, column);
  }
  if (columns->len > 0)
    g_object_set(scan, "columns", columns, NULL);
}

void
scan_init(Scan *self, const ScanOptions *options, const char *filter)
{
  TScan *scan = g_object_new(TYPE_T_SCAN, "caching", CACHED_ROWS, "cacheBlocks", FALSE,
                             "maxVersions", (gint)MAX(options->versions, 1), NULL);

  if (options->from_ms > 0 || options->until_ms > 0) {
    g_autoptr(GObject) range =
        g_object_new(TYPE_T_TIME_RANGE, "minStamp", options->from_ms, "maxStamp",
                     options->until_ms > 0 ? options->until_ms : G_MAXINT64, NULL);

    g_object_set(scan, "timeRange", range, NULL);
  }
  if (filter != NULL)
    set_bytes(scan, "filterString", slice_text(filter));
  set_columns(scan, options);
  *self = (Scan){.scan = scan};
  scan_set_range(self, options->start, options->stop);
}

void
scan_clear(Scan *self)
{
  g_clear_object(&self->scan);
}

void
scan_set_filter(Scan *self, Slice filter)
{
  set_bytes(self->scan, "filterString", filter);
}

/* No RPC carries a longer value; above it are four letters. */
enum { LONGEST_VALUE = 0x20000000 };

uint32_t
scan_length(Slice value)
{
  uint32_t length;

  if (value.len != sizeof length)
    return 0;
  memcpy(&length, value.data, sizeof length);
  length = GUINT32_FROM_BE(length);
  return length >= SCAN_LARGE_CHARACTERS && length < LONGEST_VALUE ? length : 0;
}

/* An empty key is no bound, to HBase too. */
void
scan_set_range(Scan *self, Slice start, Slice stop)
{
  set_bytes(self->scan, "startRow", start);
  set_bytes(self->scan, "stopRow", stop);
}

void
scan_set_cells(Scan *self, gint32 cells)
{
  g_object_set(self->scan, "batchSize", cells, NULL);
}

bool
scan_open(Scan *self, Client *client, GByteArray *table, GError **error)
{
  ClientResult result;

  if (self->is_open)
    return true;
  if (!client_begin(client, error))
    return false;
  t_h_base_service_client_send_open_scanner(client->service, table, self->scan, NULL);
  if (!client_exchange(client, WIRE_I32, &result, error))
    return false;
  if (!wire_read_i32(&result.reader, &self->id))
    return client_unreadable(error);
  self->connection = gateway_connections(client->gateway);
  self->is_open = true;
  return true;
}

/* To another gateway, or to the same after a restart, the id is nobody's or somebody else's. */
static bool
is_ours(const Scan *self, const Client *client)
{
  return self->is_open && self->connection == gateway_connections(client->gateway);
}

void
scan_close(Scan *self, Client *client)
{
  ClientResult none;

  if (self->is_open && client_begin(client, NULL) && is_ours(self, client)) {
    t_h_base_service_client_send_close_scanner(client->service, self->id, NULL);
    client_exchange(client, WIRE_STOP, &none, NULL);
  }
  self->is_open = false;
}

void
scan_answer_init(ScanAnswer *self)
{
  *self = (ScanAnswer){.pieces = g_array_new(FALSE, FALSE, sizeof(ScanPiece)),
                       .cells = g_array_new(FALSE, FALSE, sizeof(Cell))};
}

void
scan_answer_clear(ScanAnswer *self)
{
  bytes_clear(&self->bytes);
  g_array_unref(self->pieces);
  g_array_unref(self->cells);
}

void
scan_answer_reset(ScanAnswer *self)
{
  g_array_set_size(self->pieces, 0);
  g_array_set_size(self->cells, 0);
}

static bool
read_cell(WireReader *reader, Cell *cell)
{
  WireField field = {0};

  while (wire_next_field(reader, &field)) {
    if (field.id == 1 && field.type == WIRE_STRING)
      wire_read_binary(reader, &cell->family);
    else if (field.id == 2 && field.type == WIRE_STRING)
      wire_read_binary(reader, &cell->qualifier);
    else if (field.id == 3 && field.type == WIRE_STRING)
      wire_read_binary(reader, &cell->value);
    else if (field.id == 4 && field.type == WIRE_I64)
      wire_read_i64(reader, &cell->timestamp);
    else
      extent_skip(reader, &field);
  }
  return reader->verdict == WIRE_WHOLE;
}

static bool
read_cells(WireReader *reader, GArray *cells)
{
  WireType type;
  size_t count;

  if (!wire_read_list(reader, &type, &count))
    return false;
  if (count > 0 && type != WIRE_STRUCT)
    return wire_fail(reader, WIRE_BAD);
  for (size_t i = 0; i < count; i++) {
    Cell cell = {.type = CELL_PUT};

    if (!read_cell(reader, &cell))
      return false;
    g_array_append_val(cells, cell);
  }
  return true;
}

static bool
read_piece(ScanAnswer *self, WireReader *reader)
{
  ScanPiece piece = {.first = self->cells->len};
  WireField field = {0};

  while (wire_next_field(reader, &field)) {
    if (field.id == 1 && field.type == WIRE_STRING)
      wire_read_binary(reader, &piece.row);
    else if (field.id == 2 && field.type == WIRE_LIST)
      read_cells(reader, self->cells);
    else
      extent_skip(reader, &field);
  }
  piece.cells = self->cells->len - piece.first;
  for (size_t i = piece.first; i < self->cells->len; i++)
    g_array_index(self->cells, Cell, i).row = piece.row;
  g_array_append_val(self->pieces, piece);
  return reader->verdict == WIRE_WHOLE && piece.row.len > 0;
}

bool
scan_answer_read(ScanAnswer *self, WireReader *reader)
{
  WireType type;
  size_t count;

  if (!wire_read_list(reader, &type, &count) || (count > 0 && type != WIRE_STRUCT))
    return false;
  for (size_t i = 0; i < count; i++)
    if (!read_piece(self, reader))
      return false;
  return true;
}

/* The answer is the next call's memory: a scanner keeps it while it asks for something else. */
static bool
keep(ScanAnswer *answer, const ClientResult *result)
{
  WireReader reader = result->reader;

  scan_answer_reset(answer);
  bytes_reset(&answer->bytes);
  bytes_append_slice(&answer->bytes, reader.rest);
  reader.rest = bytes_slice(&answer->bytes);
  return scan_answer_read(answer, &reader);
}

static bool
lost(GError **error)
{
  g_set_error_literal(error, FAULT, FAULT_RECORD, "the connection to the gateway was lost");
  return false;
}

bool
scan_ask(Scan *self, Client *client, gint32 pieces, ScanAnswer *answer, GError **error)
{
  ClientResult result;

  if (!client_begin(client, error))
    return false;
  if (!is_ours(self, client))
    return lost(error);
  t_h_base_service_client_send_get_scanner_rows(client->service, self->id, pieces, NULL);
  if (!client_exchange(client, WIRE_LIST, &result, error))
    return false;
  if (!is_ours(self, client))
    return lost(error);
  return keep(answer, &result) || client_unreadable(error);
}
