/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/glance.h"

#include "hbase/scan.h"

/* An answer has at most so many cells, each of 8 KiB at the very most, with its value left out. */
enum { CELLS = 16, PIECES = 8 };

void
glance_place_clear(GlancePlace *self)
{
  bytes_clear(&self->row);
  bytes_clear(&self->family);
  bytes_clear(&self->qualifier);
  *self = (GlancePlace){0};
}

void
glance_clear(Glance *self)
{
  if (self->rows != NULL) {
    g_array_unref(self->rows);
    g_array_unref(self->cells);
    g_ptr_array_unref(self->chunks);
  }
  glance_place_clear(&self->next);
  *self = (Glance){0};
}

static void
append_text(Bytes *out, const char *text)
{
  bytes_append_slice(out, slice_text(text));
}

/* In the filter language a quote within quotes is doubled. */
static void
append_quoted(Bytes *out, Slice text)
{
  append_text(out, "'binary:");
  for (size_t i = 0; i < text.len; i++) {
    bytes_append_u8(out, text.data[i]);
    if (text.data[i] == '\'')
      bytes_append_u8(out, '\'');
  }
  append_text(out, "'");
}

/* Cells behind the place's column, of its row. */
static void
append_behind(Bytes *out, const GlancePlace *place)
{
  append_text(out, "(FamilyFilter(>, ");
  append_quoted(out, bytes_slice(&place->family));
  append_text(out, ") OR (FamilyFilter(=, ");
  append_quoted(out, bytes_slice(&place->family));
  append_text(out, ") AND QualifierFilter(>, ");
  append_quoted(out, bytes_slice(&place->qualifier));
  append_text(out, "))) AND ");
}

/* One stretch of rows under way. */
typedef struct {
  Glance *glance;
  Client *client;
  const GlanceOptions *options;
  GByteArray *table; /* borrowed */
  Scan guarded;
  Scan large;
  ScanAnswer answer;
  ScanAnswer lengths;
} Stretch;

static void
set_filter(Scan *scan, const GlancePlace *place, const char *filter)
{
  g_auto(Bytes) text = {0};

  if (place != NULL)
    append_behind(&text, place);
  append_text(&text, "(");
  append_text(&text, filter);
  append_text(&text, ")");
  scan_set_filter(scan, bytes_slice(&text));
}

/* `place`: of the row's rest alone; NULL: whole rows. */
static void
stretch_init(Stretch *self, const GlancePlace *place)
{
  scan_init(&self->guarded, &self->options->scan, NULL);
  scan_init(&self->large, &self->options->scan, NULL);
  set_filter(&self->guarded, place, SCAN_GUARDED);
  set_filter(&self->large, place, SCAN_LARGE);
  scan_set_cells(&self->guarded, CELLS);
  scan_set_cells(&self->large, CELLS);
  scan_answer_init(&self->answer);
  scan_answer_init(&self->lengths);
}

static void
stretch_clear(Stretch *self)
{
  scan_close(&self->guarded, self->client);
  scan_close(&self->large, self->client);
  scan_clear(&self->guarded);
  scan_clear(&self->large);
  scan_answer_clear(&self->answer);
  scan_answer_clear(&self->lengths);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stretch, stretch_clear)

static Cell *
cell_at(const ScanAnswer *answer, guint i)
{
  return &g_array_index(answer->cells, Cell, i);
}

static bool
is_same_column(const Cell *a, const Cell *b)
{
  return slice_equal(a->row, b->row) && slice_equal(a->family, b->family) &&
         slice_equal(a->qualifier, b->qualifier);
}

static bool
is_same_cell(const Cell *a, const Cell *b)
{
  return a->timestamp == b->timestamp && is_same_column(a, b);
}

/* The row of the answer's first value that may be a length; false: none may. */
static bool
find_suspect(const Stretch *self, Slice *out_row)
{
  for (guint i = 0; i < self->answer.cells->len; i++) {
    const Cell *cell = cell_at(&self->answer, i);

    if (scan_length(cell->value) > 0) {
      *out_row = cell->row;
      return true;
    }
  }
  return false;
}

/* Whether there is time for another question. */
static bool
is_late(const Stretch *self)
{
  return g_get_monotonic_time() >= self->options->deadline_us;
}

/* Whether the answer reaches to the column, or behind it. */
static bool
is_in_answer(const Stretch *self, const Cell *large)
{
  const Cell *last = cell_at(&self->answer, self->answer.cells->len - 1);
  int order = slice_compare(large->row, last->row);

  if (order == 0)
    order = slice_compare(large->family, last->family);
  if (order == 0)
    order = slice_compare(large->qualifier, last->qualifier);
  return order <= 0;
}

/* Whether the survey may have more of the answer's values. */
static bool
is_survey_short(const Stretch *self)
{
  const Cell *asked = cell_at(&self->answer, self->answer.cells->len - 1);
  guint cells = self->lengths.cells->len;
  const Cell *told = cells == 0 ? NULL : cell_at(&self->lengths, cells - 1);

  return self->lengths.pieces->len > 0 &&
         (told == NULL || (is_in_answer(self, told) && !is_same_cell(told, asked)));
}

/* Which of the answer's values are left out: `left_out`, of uint32_t, gets a length for each. It is
 * found out to the end, however late it is: a length must not be shown for a value. */
static bool
find_left_out(Stretch *self, GArray *left_out, GError **error)
{
  g_auto(Bytes) stop = {0};
  Slice row;

  g_array_set_size(left_out, self->answer.cells->len);
  memset(left_out->data, 0, left_out->len * sizeof(uint32_t));
  if (!find_suspect(self, &row))
    return true;
  bytes_append_slice(&stop, cell_at(&self->answer, self->answer.cells->len - 1)->row);
  bytes_append_u8(&stop, 0);
  scan_set_range(&self->large, row, bytes_slice(&stop));
  if (!scan_open(&self->large, self->client, self->table, error))
    return false;
  do {
    if (!scan_ask(&self->large, self->client, PIECES, &self->lengths, error))
      return false;
    for (guint i = 0; i < self->lengths.cells->len; i++) {
      const Cell *large = cell_at(&self->lengths, i);

      for (guint k = 0; is_in_answer(self, large) && k < self->answer.cells->len; k++)
        if (is_same_cell(large, cell_at(&self->answer, k)))
          g_array_index(left_out, uint32_t, k) = scan_length(large->value);
    }
  } while (is_survey_short(self));
  scan_close(&self->large, self->client);
  return true;
}

static Slice
keep(Glance *self, Slice text)
{
  uint8_t *copy = g_memdup2(text.data, text.len);

  g_ptr_array_add(self->chunks, copy);
  self->bytes += text.len;
  return slice(copy, text.len);
}

static const GlanceCell *
last_cell(const Glance *self)
{
  return self->cells->len == 0 ? NULL
                               : &g_array_index(self->cells, GlanceCell, self->cells->len - 1);
}

static void
set_next(Glance *self, GlanceEnd end, Slice row, const Cell *column)
{
  self->end = end;
  bytes_append_slice(&self->next.row, row);
  self->next.is_behind_column = column != NULL;
  if (column != NULL) {
    bytes_append_slice(&self->next.family, column->family);
    bytes_append_slice(&self->next.qualifier, column->qualifier);
  }
}

/* Takes the cell, unless a bound ends the look before it. */
static bool
take_cell(Stretch *self, const Cell *cell, uint32_t left_out)
{
  Glance *glance = self->glance;
  const GlanceOptions *options = self->options;
  const GlanceCell *last = last_cell(glance);
  bool is_new_row = last == NULL || !slice_equal(last->cell.row, cell->row);
  bool is_new_column = is_new_row || !slice_equal(last->cell.family, cell->family) ||
                       !slice_equal(last->cell.qualifier, cell->qualifier);
  bool is_over_cells = glance->cells->len >= options->most_cells;
  GlanceCell taken = {*cell, left_out};

  if (is_new_row && glance->rows->len >= options->most_rows) {
    set_next(glance, GLANCE_ROWS, cell->row, NULL);
    return false;
  }
  if (is_new_column && last != NULL && (is_over_cells || glance->bytes >= options->most_bytes)) {
    set_next(glance, is_over_cells ? GLANCE_CELLS : GLANCE_BYTES, cell->row,
             is_new_row ? NULL : &last->cell);
    return false;
  }
  if (is_new_row) {
    GlanceRow row = {keep(glance, cell->row), glance->cells->len, 0};

    g_array_append_val(glance->rows, row);
  }

  GlanceRow *row = &g_array_index(glance->rows, GlanceRow, glance->rows->len - 1);

  taken.cell.row = row->key;
  taken.cell.family = keep(glance, cell->family);
  taken.cell.qualifier = keep(glance, cell->qualifier);
  taken.cell.value = left_out > 0 ? SLICE_EMPTY : keep(glance, cell->value);
  g_array_append_val(glance->cells, taken);
  row->length++;
  return true;
}

/* How many of the cells lie before the last column, which may have more versions than came. */
static guint
cells_of_whole_columns(const Stretch *self)
{
  const Glance *glance = self->glance;
  guint whole = glance->cells->len;

  if (self->options->scan.versions <= 1)
    return whole;
  while (whole > 0 && is_same_column(&g_array_index(glance->cells, GlanceCell, whole - 1).cell,
                                     &last_cell(glance)->cell))
    whole--;
  return whole;
}

/* Ends the look in time, with what came whole; false: that is nothing yet. */
static bool
end_late(Stretch *self)
{
  Glance *glance = self->glance;
  GlanceRow *row = &g_array_index(glance->rows, GlanceRow, glance->rows->len - 1);
  guint whole = cells_of_whole_columns(self);

  if (whole == 0)
    return false;
  set_next(glance, GLANCE_TIME, row->key,
           whole > row->first ? &g_array_index(glance->cells, GlanceCell, whole - 1).cell : NULL);
  if (whole > row->first)
    row->length = whole - row->first;
  else
    g_array_set_size(glance->rows, glance->rows->len - 1);
  g_array_set_size(glance->cells, whole);
  return true;
}

/* An answer of the stretch; `*out_goes_on`: there may be more of it. */
static bool
take_answer(Stretch *self, bool *out_goes_on, GError **error)
{
  g_autoptr(GArray) left_out = g_array_new(FALSE, FALSE, sizeof(uint32_t));

  *out_goes_on = false;
  if (!scan_ask(&self->guarded, self->client, PIECES, &self->answer, error))
    return false;
  if (self->answer.cells->len == 0)
    return true;
  if (!find_left_out(self, left_out, error))
    return false;
  for (guint i = 0; i < self->answer.cells->len; i++)
    if (!take_cell(self, cell_at(&self->answer, i), g_array_index(left_out, uint32_t, i)))
      return true;
  *out_goes_on = !is_late(self) || !end_late(self);
  return true;
}

typedef struct {
  Slice start;
  Slice stop;               /* before which it ends */
  const GlancePlace *place; /* behind it alone, of its row; NULL: whole rows */
} Range;

static bool
take_range(Glance *glance, Client *client, const GlanceOptions *options, Range range,
           GError **error)
{
  g_autoptr(GByteArray) table = g_byte_array_append(
      g_byte_array_new(), (const guint8 *)options->scan.table, (guint)strlen(options->scan.table));
  g_auto(Stretch)
      stretch = {.glance = glance, .client = client, .options = options, .table = table};
  bool goes_on = true;

  stretch_init(&stretch, range.place);
  scan_set_range(&stretch.guarded, range.start, range.stop);
  if (!scan_open(&stretch.guarded, client, table, error))
    return false;
  while (goes_on)
    if (!take_answer(&stretch, &goes_on, error))
      return false;
  return true;
}

bool
glance_take(Glance *self, Client *client, const GlanceOptions *options, GError **error)
{
  const GlancePlace *place = options->place;
  Slice start = place == NULL ? options->scan.start : bytes_slice(&place->row);
  g_auto(Bytes) behind = {0};

  if (self->rows == NULL) {
    self->rows = g_array_new(FALSE, FALSE, sizeof(GlanceRow));
    self->cells = g_array_new(FALSE, FALSE, sizeof(GlanceCell));
    self->chunks = g_ptr_array_new_with_free_func(g_free);
  }
  glance_place_clear(&self->next);
  self->end = GLANCE_WHOLE;
  if (place != NULL && place->is_behind_column) {
    bytes_append_slice(&behind, start);
    bytes_append_u8(&behind, 0);
    if (!take_range(self, client, options, (Range){start, bytes_slice(&behind), place}, error))
      return false;
    start = bytes_slice(&behind);
    if (self->end != GLANCE_WHOLE ||
        (options->scan.stop.len > 0 && slice_compare(start, options->scan.stop) >= 0))
      return true;
  }
  return take_range(self, client, options, (Range){start, options->scan.stop, NULL}, error);
}

/* The cell's row and column, at its time alone. */
static ScanOptions
of_cell(const char *table, const Cell *cell, Column *column, Bytes *stop)
{
  /* without data it would mean the whole family */
  *column = (Column){.family = cell->family,
                     .qualifier =
                         slice(cell->qualifier.len > 0 ? cell->qualifier.data : (const uint8_t *)"",
                               cell->qualifier.len)};
  bytes_append_slice(stop, cell->row);
  bytes_append_u8(stop, 0);
  return (ScanOptions){.table = table,
                       .start = cell->row,
                       .stop = bytes_slice(stop),
                       .columns = column,
                       .columns_length = 1,
                       .versions = 1,
                       .from_ms = cell->timestamp,
                       .until_ms = cell->timestamp + 1};
}

static bool
read_whole(Client *client, const ScanOptions *options, Bytes *out_value, GError **error)
{
  g_autoptr(GByteArray) table = g_byte_array_append(
      g_byte_array_new(), (const guint8 *)options->table, (guint)strlen(options->table));
  Scan scan;
  ScanAnswer answer;
  bool is_read;

  scan_init(&scan, options, NULL);
  scan_set_cells(&scan, 1);
  scan_answer_init(&answer);
  is_read = scan_open(&scan, client, table, error) && scan_ask(&scan, client, 1, &answer, error);
  if (is_read && answer.cells->len > 0)
    bytes_append_slice(out_value, cell_at(&answer, 0)->value);
  scan_close(&scan, client);
  scan_clear(&scan);
  scan_answer_clear(&answer);
  return is_read;
}

bool
glance_value(GlanceValue *self, Client *client, GError **error)
{
  Column column;
  g_auto(Bytes) stop = {0};
  g_auto(Glance) glance = {0};
  GlanceOptions options = {.scan = of_cell(self->table, &self->cell, &column, &stop),
                           .most_rows = 1,
                           .most_cells = 1,
                           .most_bytes = self->most_bytes,
                           .deadline_us = G_MAXINT64};
  const GlanceCell *found;

  if (!glance_take(&glance, client, &options, error))
    return false;
  found = last_cell(&glance);
  self->is_found = found != NULL;
  if (found == NULL)
    return true;
  self->length = found->left_out > 0 ? found->left_out : found->cell.value.len;
  if (found->left_out == 0)
    bytes_append_slice(&self->value, found->cell.value);
  else if (found->left_out <= self->most_bytes)
    return read_whole(client, &options.scan, &self->value, error);
  return true;
}
