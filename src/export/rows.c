/* SPDX-License-Identifier: Apache-2.0 */
#include "export/export.h"

#include "base/wait.h"
#include "hbase/decoded.h"
#include "hbase/shell.h"

#include <math.h>
#include <stdlib.h>

enum { TELL_EVERY = 1024 };

/* A cell that has a field. */
typedef struct {
  int64_t timestamp;
  int column;
  size_t order; /* HBase's own: of one column the newest first */
  Slice value;
} Found;

typedef struct {
  const ExportOptions *options;
  Scanner *scanner;
  ExportWriter *writer;
  ExportCounts *counts;
  ScanRow row;
  bool is_end;
  GArray *found; /* owned, of Found */
  Value *values; /* owned, by column */
  Bytes *texts;  /* owned, by column: decimals */
} Road;

static void
road_clear(Road *self)
{
  g_array_unref(self->found);
  g_free(self->values);
  for (guint i = 0; i < self->options->layout->columns->len; i++)
    bytes_clear(&self->texts[i]);
  g_free(self->texts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Road, road_clear)

void
export_counts_clear(ExportCounts *self)
{
  g_free(self->left_out_first);
  g_free(self->unmapped_first);
}

static bool
next_row(void *data, GError **error)
{
  Road *self = data;

  return scanner_next(self->scanner, &self->row, &self->is_end, error);
}

static char *
cell_name(const Cell *cell)
{
  g_autofree char *row = shell_escape(cell->row);
  g_autofree char *family = shell_escape(cell->family);
  g_autofree char *qualifier = shell_escape(cell->qualifier);

  return g_strdup_printf("row '%s' column %s:%s", row, family, qualifier);
}

/* UTF-8; GLib alone takes no zeros. */
static bool
is_text(Slice bytes)
{
  const char *end;

  while (bytes.len > 0 && !g_utf8_validate((const char *)bytes.data, (gssize)bytes.len, &end)) {
    size_t valid = (size_t)(end - (const char *)bytes.data);

    if (*end != '\0')
      return false;
    bytes = slice(bytes.data + valid + 1, bytes.len - valid - 1);
  }
  return true;
}

/* CSV holds any bytes; strings of Avro and JSON are UTF-8. */
static bool
fits(const Road *self, const Value *value)
{
  switch (value->kind) {
  case VALUE_TEXT:
    return self->options->form == EXPORT_CSV || is_text(value->text);
  case VALUE_DOUBLE:
    return !isnan(value->number);
  case VALUE_FLOAT:
    return !isnan(value->single);
  case VALUE_MISSING:
  case VALUE_BYTES:
  case VALUE_INT:
  case VALUE_BOOLEAN:
    break;
  }
  return true;
}

static void
find_cells(Road *self)
{
  const ExportLayout *layout = self->options->layout;

  g_array_set_size(self->found, 0);
  for (size_t i = 0; i < self->row.cells_length; i++) {
    const Cell *cell = &self->row.cells[i];
    Found found = {cell->timestamp, export_layout_find(layout, cell->family, cell->qualifier), i,
                   cell->value};
    g_auto(Bytes) text = {0};
    Value value;

    if (found.column < 0) {
      if (self->counts->unmapped++ == 0)
        self->counts->unmapped_first = cell_name(cell);
    } else if (!decoded_value(g_array_index(layout->columns, ExportColumn, found.column).type,
                              cell->value, &text, &value) ||
               !fits(self, &value)) {
      if (self->counts->left_out++ == 0)
        self->counts->left_out_first = cell_name(cell);
    } else {
      g_array_append_val(self->found, found);
    }
  }
}

/* Oldest first: so they were written, and so they load. */
static int
compare(const void *a, const void *b)
{
  const Found *one = a, *other = b;

  if (one->timestamp != other->timestamp)
    return one->timestamp < other->timestamp ? -1 : 1;
  return one->order < other->order ? -1 : one->order > other->order;
}

static void
take(Road *self, const Found *found)
{
  const ExportColumn *column =
      &g_array_index(self->options->layout->columns, ExportColumn, found->column);

  if (self->values[found->column].kind == VALUE_MISSING)
    self->counts->cells++;
  decoded_value(column->type, found->value, &self->texts[found->column],
                &self->values[found->column]);
}

static bool
put_record(Road *self, int64_t timestamp, GError **error)
{
  guint length = self->options->layout->columns->len;

  self->counts->records++;
  if (!export_writer_put(self->writer, self->row.key, timestamp, self->values, error))
    return false;
  for (guint i = 0; i < length; i++)
    self->values[i].kind = VALUE_MISSING;
  return true;
}

/* A record for each time that its cells have; or one for all, of the newest of each column. */
static bool
put_row(Road *self, GError **error)
{
  const Found *found = (const Found *)(const void *)self->found->data;
  guint length = self->found->len;

  if (length == 0)
    return true;
  self->counts->rows++;
  g_array_sort(self->found, compare);
  for (guint i = 0; i < length; i++) {
    bool is_last = i + 1 == length;

    take(self, &found[i]);
    if (is_last ||
        (!self->options->layout->is_flat && found[i + 1].timestamp != found[i].timestamp))
      if (!put_record(self, found[i].timestamp, error))
        return false;
  }
  return true;
}

static bool
check_key(const Road *self, GError **error)
{
  if (self->options->form == EXPORT_CSV || self->options->layout->has_binary_keys ||
      is_text(self->row.key))
    return true;

  g_autofree char *key = shell_escape(self->row.key);

  g_set_error(error, FAULT, FAULT_RECORD,
              "row '%s': the key is no UTF-8, as strings are: --binary-keys writes keys as bytes",
              key);
  return false;
}

bool
export_rows(const ExportOptions *options, Scanner *scanner, ExportWriter *writer,
            ExportCounts *counts, GError **error)
{
  g_auto(Road) road = {
      .options = options,
      .scanner = scanner,
      .writer = writer,
      .counts = counts,
      .found = g_array_new(FALSE, FALSE, sizeof(Found)),
      .values = g_new0(Value, options->layout->columns->len),
      .texts = g_new0(Bytes, options->layout->columns->len),
  };

  for (uint64_t turn = 0;; turn++) {
    Wait wait = {.until_us = wait_until_us(options->timeout_ms), .stop = options->stop};

    if (!wait_for(&wait, next_row, &road, error))
      return false;
    if (road.is_end)
      return true;
    find_cells(&road);
    if (!check_key(&road, error) || !put_row(&road, error))
      return false;
    if (turn % TELL_EVERY == 0)
      options->go_on(options->self, counts);
  }
}
