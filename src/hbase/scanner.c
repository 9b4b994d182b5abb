/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/scanner.h"

#include "hbase/scan.h"

/* No row tells of the next one's size. So large values are left out (scan.h), and what is left is
 * small whatever comes:
 *
 *   guarded scan, large values by their length -> a value that may be a length?
 *     no:  its rows are given out
 *     yes: survey of these rows, large values alone, by their length -> is there any?
 *       no:  as above
 *       yes: careful scan of these rows, whole, as many cells an answer as the largest allows */

enum {
  PIECES = 128, /* an answer of the guarded scan: 16 MiB at the very most, mostly far less */
  CELLS = 16,   /* a piece */
  CAREFUL_BYTES = 4 << 20, /* an answer of the careful scan, or a single cell */
};

/* A row that goes on in the next answer, or may. */
typedef struct {
  Bytes key;         /* empty: there is none */
  GPtrArray *chunks; /* owned, of what its cells point into */
  GArray *cells;     /* of Cell */
  bool is_given_out; /* and cleared by the next call */
} HeldRow;

struct Scanner {
  Client client;
  GByteArray *table; /* owned */
  Bytes start;       /* of the whole scan, as asked for */
  Bytes stop;
  Scan guarded;
  Scan survey;
  Scan careful;
  gint32 careful_pieces; /* an answer */
  Bytes large_row;       /* where it begins */
  Bytes careful_stop;    /* the guarded scan's rows before it have been read carefully */
  ScanAnswer answer;
  ScanAnswer lengths; /* the survey's */
  size_t next;        /* of the answer's pieces */
  HeldRow held;
  Bytes last_key; /* of the last row given out, empty before the first */
  bool is_end;
};

Scanner *
scanner_new(const GatewayOptions *gateway_options, const ScanOptions *options, GError **error)
{
  g_autoptr(Gateway) gateway = gateway_new(gateway_options, 0, error);

  if (gateway == NULL)
    return NULL;

  Scanner *self = g_new0(Scanner, 1);

  self->client.gateway = g_steal_pointer(&gateway);
  self->table = g_byte_array_append(g_byte_array_new(), (const guint8 *)options->table,
                                    (guint)strlen(options->table));
  bytes_append_slice(&self->start, options->start);
  bytes_append_slice(&self->stop, options->stop);
  scan_init(&self->guarded, options, SCAN_GUARDED);
  scan_init(&self->survey, options, SCAN_LARGE);
  scan_init(&self->careful, options, NULL);
  scan_set_cells(&self->guarded, CELLS);
  scan_set_cells(&self->survey, CELLS);
  scan_answer_init(&self->answer);
  scan_answer_init(&self->lengths);
  self->held = (HeldRow){.chunks = g_ptr_array_new_with_free_func(g_free),
                         .cells = g_array_new(FALSE, FALSE, sizeof(Cell))};
  return self;
}

void
scanner_free(Scanner *self)
{
  Scan *scans[] = {&self->guarded, &self->survey, &self->careful};

  if (self == NULL)
    return;
  for (size_t i = 0; i < G_N_ELEMENTS(scans); i++) {
    scan_close(scans[i], &self->client);
    scan_clear(scans[i]);
  }
  client_clear(&self->client);
  g_byte_array_unref(self->table);
  bytes_clear(&self->start);
  bytes_clear(&self->stop);
  bytes_clear(&self->large_row);
  bytes_clear(&self->careful_stop);
  scan_answer_clear(&self->answer);
  scan_answer_clear(&self->lengths);
  bytes_clear(&self->held.key);
  g_ptr_array_unref(self->held.chunks);
  g_array_unref(self->held.cells);
  bytes_clear(&self->last_key);
  g_free(self);
}

/* The smallest key behind another is that key and a zero byte. */
static void
set_behind(Bytes *out, Slice key)
{
  bytes_reset(out);
  bytes_append_slice(out, key);
  bytes_append_u8(out, 0);
}

static ScanPiece *
piece_at(const ScanAnswer *answer, size_t i)
{
  return &g_array_index(answer->pieces, ScanPiece, i);
}

static const Cell *
cells_at(const ScanAnswer *answer, size_t i)
{
  return &g_array_index(answer->cells, Cell, i);
}

static void
drop_held(Scanner *self)
{
  bytes_reset(&self->held.key);
  g_ptr_array_set_size(self->held.chunks, 0);
  g_array_set_size(self->held.cells, 0);
  self->held.is_given_out = false;
}

/* The first piece of the answer with a value that may be a length; false: none. */
static bool
find_length(const Scanner *self, size_t *out_piece)
{
  for (size_t i = self->next; i < self->answer.pieces->len; i++) {
    const ScanPiece *piece = piece_at(&self->answer, i);

    for (size_t k = 0; k < piece->cells; k++)
      if (scan_length(cells_at(&self->answer, piece->first + k)->value) > 0) {
        *out_piece = i;
        return true;
      }
  }
  return false;
}

/* The largest value that is left out from one key to before another; 0: none is. The first row
 * that has one becomes `large_row`. */
static bool
find_left_out(Scanner *self, Slice start, Slice stop, uint32_t *out_largest, GError **error)
{
  *out_largest = 0;
  bytes_reset(&self->large_row);
  scan_set_range(&self->survey, start, stop);
  if (!scan_open(&self->survey, &self->client, self->table, error))
    return false;
  do {
    if (!scan_ask(&self->survey, &self->client, PIECES, &self->lengths, error))
      return false;
    if (self->large_row.len == 0 && self->lengths.pieces->len > 0)
      bytes_append_slice(&self->large_row, piece_at(&self->lengths, 0)->row);
    for (size_t i = 0; i < self->lengths.cells->len; i++)
      *out_largest = MAX(*out_largest, scan_length(cells_at(&self->lengths, i)->value));
  } while (self->lengths.pieces->len > 0);
  scan_close(&self->survey, &self->client);
  return true;
}

/* What the answer has of `row` and behind it is read again. */
static void
cut_answer(Scanner *self, Slice row)
{
  size_t i = self->next;

  while (i < self->answer.pieces->len && slice_compare(piece_at(&self->answer, i)->row, row) < 0)
    i++;
  g_array_set_size(self->answer.pieces, (guint)i);
  if (slice_equal(bytes_slice(&self->held.key), row))
    drop_held(self);
}

static bool
begin_careful(Scanner *self, uint32_t largest, GError **error)
{
  gint32 cells = (gint32)CLAMP(CAREFUL_BYTES / largest, 1, PIECES * CELLS);

  cut_answer(self, bytes_slice(&self->large_row));
  scan_set_cells(&self->careful, MIN(cells, CELLS));
  self->careful_pieces = MAX(cells / CELLS, 1);
  scan_set_range(&self->careful, bytes_slice(&self->large_row), bytes_slice(&self->careful_stop));
  return scan_open(&self->careful, &self->client, self->table, error);
}

static bool
look_for_large(Scanner *self, GError **error)
{
  uint32_t largest;
  size_t first;

  if (!find_length(self, &first))
    return true;
  set_behind(&self->careful_stop, piece_at(&self->answer, self->answer.pieces->len - 1)->row);
  if (!find_left_out(self, piece_at(&self->answer, first)->row, bytes_slice(&self->careful_stop),
                     &largest, error))
    return false;
  if (largest > 0)
    return begin_careful(self, largest, error);
  bytes_reset(&self->careful_stop);
  return true;
}

static bool
open_guarded(Scanner *self, GError **error)
{
  g_auto(Bytes) start = {0};

  if (self->last_key.len > 0)
    set_behind(&start, bytes_slice(&self->last_key));
  else
    bytes_append_slice(&start, bytes_slice(&self->start));
  if (!self->guarded.is_open)
    scan_set_range(&self->guarded, bytes_slice(&start), bytes_slice(&self->stop));
  return scan_open(&self->guarded, &self->client, self->table, error);
}

/* An answer that may be empty. */
static bool
ask(Scanner *self, GError **error)
{
  self->next = 0;
  if (self->careful.is_open) {
    if (!scan_ask(&self->careful, &self->client, self->careful_pieces, &self->answer, error))
      return false;
    if (self->answer.pieces->len == 0)
      scan_close(&self->careful, &self->client);
    return true;
  }
  if (!open_guarded(self, error) ||
      !scan_ask(&self->guarded, &self->client, PIECES, &self->answer, error))
    return false;
  self->is_end = self->answer.pieces->len == 0;
  while (self->next < self->answer.pieces->len &&
         slice_compare(piece_at(&self->answer, self->next)->row, bytes_slice(&self->careful_stop)) <
             0)
    self->next++;
  return look_for_large(self, error);
}

/* Begins behind the last row that was given out. */
static void
begin_again(Scanner *self)
{
  scan_answer_reset(&self->answer);
  self->next = 0;
  drop_held(self);
  self->guarded.is_open = self->survey.is_open = self->careful.is_open = false;
  bytes_reset(&self->careful_stop);
}

/* A scan that the gateway no longer knows is begun again, once: gateways restart, and there are
 * several. */
static bool
fetch(Scanner *self, GError **error)
{
  GError *cause = NULL;
  bool was_open;

  if (ask(self, &cause))
    return true;
  was_open = self->guarded.is_open;
  begin_again(self);
  if (was_open && g_error_matches(cause, FAULT, FAULT_RECORD)) {
    g_clear_error(&cause);
    if (ask(self, &cause))
      return true;
    begin_again(self);
  }
  if (g_error_matches(cause, FAULT, FAULT_RECORD))
    cause->code = FAULT_PEER;
  g_propagate_error(error, cause);
  return false;
}

static Slice
append_to(Bytes *chunk, Slice text)
{
  uint8_t *at = chunk->data + chunk->len;

  bytes_append_slice(chunk, text);
  return slice(at, text.len);
}

static void
hold(Scanner *self, Slice row, const Cell *cells, size_t length)
{
  HeldRow *held = &self->held;
  Bytes chunk = {0};
  size_t len = 0;

  for (size_t i = 0; i < length; i++)
    len += cells[i].family.len + cells[i].qualifier.len + cells[i].value.len;
  bytes_reserve(&chunk, len);
  for (size_t i = 0; i < length; i++) {
    Cell copy = cells[i];

    copy.family = append_to(&chunk, cells[i].family);
    copy.qualifier = append_to(&chunk, cells[i].qualifier);
    copy.value = append_to(&chunk, cells[i].value);
    g_array_append_val(held->cells, copy);
  }
  g_ptr_array_add(held->chunks, chunk.data); /* it owns it now */
  bytes_reset(&held->key);
  bytes_append_slice(&held->key, row);
}

static bool
give_out(Scanner *self, Slice key, const Cell *cells, size_t length, ScanRow *out_row)
{
  bytes_reset(&self->last_key);
  bytes_append_slice(&self->last_key, key);
  *out_row = (ScanRow){.key = key, .cells = cells, .cells_length = length};
  return true;
}

static bool
give_out_held(Scanner *self, ScanRow *out_row)
{
  HeldRow *held = &self->held;

  for (size_t i = 0; i < held->cells->len; i++)
    g_array_index(held->cells, Cell, i).row = bytes_slice(&held->key);
  held->is_given_out = true;
  return give_out(self, bytes_slice(&held->key), (const Cell *)(const void *)held->cells->data,
                  held->cells->len, out_row);
}

/* All pieces of one row that the answer has: a row's cells lie side by side. */
static bool
take_row(Scanner *self, ScanRow *out_row)
{
  const ScanPiece *piece = piece_at(&self->answer, self->next);
  const Cell *cells = cells_at(&self->answer, piece->first);
  size_t length = 0;
  size_t last = self->next;

  if (self->held.key.len > 0 && !slice_equal(bytes_slice(&self->held.key), piece->row))
    return give_out_held(self, out_row);
  for (; last < self->answer.pieces->len &&
         slice_equal(piece_at(&self->answer, last)->row, piece->row);
       last++)
    length += piece_at(&self->answer, last)->cells;
  self->next = last;
  if (last < self->answer.pieces->len && self->held.key.len == 0)
    return give_out(self, piece->row, cells, length, out_row);
  hold(self, piece->row, cells, length);
  return last < self->answer.pieces->len && give_out_held(self, out_row);
}

bool
scanner_next(Scanner *self, ScanRow *out_row, bool *out_is_end, GError **error)
{
  *out_is_end = false;
  if (self->held.is_given_out)
    drop_held(self);
  for (;;) {
    if (self->next < self->answer.pieces->len) {
      if (take_row(self, out_row))
        return true;
    } else if (!self->is_end) {
      if (!fetch(self, error))
        return false;
    } else if (self->held.key.len > 0) {
      return give_out_held(self, out_row);
    } else {
      *out_is_end = true;
      return true;
    }
  }
}
