/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/scanner.h"

#include "hbase/client.h"
#include "wire/extent.h"

enum {
  FIRST_ROWS = 100, /* of the first answer; later ones aim at ANSWER_BYTES */
  MOST_ROWS = 5000,
  ANSWER_BYTES = 1 << 20,
  CACHED_ROWS = 1000, /* between gateway and region server, which bounds their bytes itself */
};

struct Scanner {
  Client client;
  TScan *scan;         /* owned: what is asked for; its start moves on when a scan begins again */
  GByteArray *table;   /* owned */
  bool is_open;        /* the gateway holds a scan for us */
  gint32 id;           /* of it */
  unsigned connection; /* that the id means something to */
  gint32 rows;         /* to ask for next */
  bool is_end;
  ClientResult answer; /* stands before the next row */
  size_t left;         /* rows in the answer */
  Bytes last_key;      /* owned: of the last row given out, empty before the first */
  GArray *cells;       /* owned, of Cell: the row given out */
};

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

static TScan *
make_scan(const ScanOptions *options)
{
  TScan *scan = g_object_new(TYPE_T_SCAN, "caching", CACHED_ROWS, "cacheBlocks", FALSE,
                             "maxVersions", (gint)MAX(options->versions, 1), NULL);

  if (options->start.len > 0)
    set_bytes(scan, "startRow", options->start);
  if (options->stop.len > 0)
    set_bytes(scan, "stopRow", options->stop);
  if (options->from_ms > 0) {
    g_autoptr(GObject) range =
        g_object_new(TYPE_T_TIME_RANGE, "minStamp", options->from_ms, "maxStamp", G_MAXINT64, NULL);

    g_object_set(scan, "timeRange", range, NULL);
  }
  set_columns(scan, options);
  return scan;
}

Scanner *
scanner_new(const GatewayOptions *gateway_options, const ScanOptions *options, GError **error)
{
  g_autoptr(Gateway) gateway = gateway_new(gateway_options, 0, error);

  if (gateway == NULL)
    return NULL;

  Scanner *self = g_new0(Scanner, 1);

  self->client.gateway = g_steal_pointer(&gateway);
  self->scan = make_scan(options);
  self->table = byte_array(slice_text(options->table));
  self->rows = FIRST_ROWS;
  self->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
  return self;
}

/* As well as it goes: the gateway forgets a scan that nobody reads, too. */
static void
close_scan(Scanner *self)
{
  ClientResult none;

  if (!self->is_open || !client_begin(&self->client, NULL) ||
      self->connection != gateway_connections(self->client.gateway))
    return;
  t_h_base_service_client_send_close_scanner(self->client.service, self->id, NULL);
  client_exchange(&self->client, WIRE_STOP, &none, NULL);
  self->is_open = false;
}

void
scanner_free(Scanner *self)
{
  if (self == NULL)
    return;
  close_scan(self);
  client_clear(&self->client);
  g_object_unref(self->scan);
  g_byte_array_unref(self->table);
  bytes_clear(&self->last_key);
  g_array_unref(self->cells);
  g_free(self);
}

/* The smallest key behind the last row's is that key and a zero byte. */
static void
move_start(Scanner *self)
{
  g_auto(Bytes) start = {0};

  if (self->last_key.len == 0)
    return;
  bytes_append_slice(&start, bytes_slice(&self->last_key));
  bytes_append_u8(&start, 0);
  set_bytes(self->scan, "startRow", bytes_slice(&start));
}

static bool
open_scan(Scanner *self, GError **error)
{
  ClientResult result;

  if (self->is_open)
    return true;
  move_start(self);
  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_open_scanner(self->client.service, self->table, self->scan, NULL);
  if (!client_exchange(&self->client, WIRE_I32, &result, error))
    return false;
  if (!wire_read_i32(&result.reader, &self->id))
    return client_unreadable(error);
  self->connection = gateway_connections(self->client.gateway);
  self->is_open = true;
  return true;
}

/* To another gateway, or to the same after a restart, the id is nobody's or somebody else's. */
static bool
is_ours(const Scanner *self)
{
  return self->is_open && self->connection == gateway_connections(self->client.gateway);
}

static bool
lost(GError **error)
{
  g_set_error_literal(error, FAULT, FAULT_RECORD, "the connection to the gateway was lost");
  return false;
}

/* As many as fill an answer, judged by the last one. */
static void
aim(Scanner *self, size_t answer_bytes, size_t answer_rows)
{
  size_t row_bytes = answer_bytes / answer_rows + 1;

  self->rows = (gint32)CLAMP(ANSWER_BYTES / row_bytes, 1, MOST_ROWS);
}

static bool
ask_rows(Scanner *self, GError **error)
{
  WireType type;

  if (!open_scan(self, error) || !client_begin(&self->client, error))
    return false;
  if (!is_ours(self))
    return lost(error);
  t_h_base_service_client_send_get_scanner_rows(self->client.service, self->id, self->rows, NULL);
  if (!client_exchange(&self->client, WIRE_LIST, &self->answer, error))
    return false;

  if (!is_ours(self))
    return lost(error);

  size_t answer_bytes = self->answer.reader.rest.len;

  if (!wire_read_list(&self->answer.reader, &type, &self->left) ||
      (self->left > 0 && type != WIRE_STRUCT))
    return client_unreadable(error);
  if (self->left > 0)
    aim(self, answer_bytes, self->left);
  else
    self->is_end = true;
  return true;
}

/* A scan that the gateway no longer knows is begun again, once: gateways restart, and there are
 * several. */
static bool
fetch(Scanner *self, GError **error)
{
  bool was_open = self->is_open;
  GError *cause = NULL;

  if (ask_rows(self, &cause))
    return true;
  self->left = 0;
  self->is_open = false;
  if (was_open && cause->code == FAULT_RECORD) {
    g_clear_error(&cause);
    if (ask_rows(self, &cause))
      return true;
    self->is_open = false;
  }
  if (cause->code == FAULT_RECORD)
    cause->code = FAULT_PEER;
  g_propagate_error(error, cause);
  return false;
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
read_row(Scanner *self, Slice *out_key)
{
  WireReader *reader = &self->answer.reader;
  WireField field = {0};

  g_array_set_size(self->cells, 0);
  *out_key = SLICE_EMPTY;
  while (wire_next_field(reader, &field)) {
    if (field.id == 1 && field.type == WIRE_STRING)
      wire_read_binary(reader, out_key);
    else if (field.id == 2 && field.type == WIRE_LIST)
      read_cells(reader, self->cells);
    else
      extent_skip(reader, &field);
  }
  for (size_t i = 0; i < self->cells->len; i++)
    g_array_index(self->cells, Cell, i).row = *out_key;
  return reader->verdict == WIRE_WHOLE && out_key->len > 0;
}

bool
scanner_next(Scanner *self, ScanRow *out_row, bool *out_is_end, GError **error)
{
  Slice key;

  if (self->left == 0 && !self->is_end && !fetch(self, error))
    return false;
  *out_is_end = self->is_end;
  if (self->is_end)
    return true;
  if (!read_row(self, &key)) {
    self->left = 0;
    self->is_open = false;
    return client_unreadable(error);
  }
  self->left--;
  bytes_reset(&self->last_key);
  bytes_append_slice(&self->last_key, key);
  *out_row = (ScanRow){.key = key,
                       .cells = (const Cell *)(const void *)self->cells->data,
                       .cells_length = self->cells->len};
  return true;
}
