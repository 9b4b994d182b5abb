/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/compare.h"

#include "base/wait.h"

enum { WATCH_EVERY = 256 };

const char *const verify_kind_names[VERIFY_KINDS] = {
    [VERIFY_MISSING_ROW] = "missing_row",         [VERIFY_MISSING_CELL] = "missing_cell",
    [VERIFY_DIFFERENT_VALUE] = "different_value", [VERIFY_DIFFERENT_TIME] = "different_timestamp",
    [VERIFY_EXTRA_CELL] = "extra_cell",           [VERIFY_EXTRA_ROW] = "extra_row",
};

/* The source's side is one record ahead: only then is it known that a row is whole. */
typedef struct {
  const VerifyCompareOptions *options; /* borrowed */
  SortMerge *records;                  /* borrowed */
  const VerifyRows *rows;              /* borrowed */
  VerifyExpected *expected;            /* owned */
  VerifyExpected *either; /* owned: the same with the row's optional records, if it has any */
  bool has_optional;
  VerifyExpected *nothing; /* owned: what is expected of a row without a record */
  int64_t *live_ms;        /* owned: time to live by family; 0: for ever */
  const uint8_t *next;     /* the record after the row; NULL: there is none */
  bool has_row;            /* the source's */
  Bytes key;
  ScanRow found;
  bool has_ended; /* the table */
  uint64_t taken;
  VerifyResult result;
} Walk;

static void
walk_clear(Walk *self)
{
  verify_expected_free(self->expected);
  verify_expected_free(self->either);
  verify_expected_free(self->nothing);
  g_free(self->live_ms);
  bytes_clear(&self->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static bool
goes_on(const Walk *self, GError **error)
{
  const VerifyWatch *watch = self->options->watch;

  if (watch->go_on(watch->self, VERIFY_COMPARING, self->taken, self->options->records))
    return true;
  g_set_error_literal(error, FAULT, FAULT_SETUP, "stopped");
  return false;
}

static Slice
next_key(const Walk *self)
{
  return sort_entry_key(&verify_packed_order, self->next);
}

/* The row's next record. One that is optional makes two rows of it, of which either may be. */
static void
add_record(Walk *self)
{
  bool is_optional = verify_unpack(self->next).is_optional;

  if (is_optional && !self->has_optional) {
    self->has_optional = true;
    verify_expected_copy(self->either, self->expected);
  }
  if (!is_optional)
    verify_expected_add(self->expected, self->next);
  if (self->has_optional)
    verify_expected_add(self->either, self->next);
}

/* All records of the next key. */
static bool
next_expected(Walk *self, GError **error)
{
  self->has_row = self->next != NULL;
  if (!self->has_row)
    return true;
  bytes_reset(&self->key);
  bytes_append_slice(&self->key, next_key(self));
  verify_expected_begin(self->expected);
  self->has_optional = false;
  while (self->next != NULL && slice_equal(next_key(self), bytes_slice(&self->key))) {
    add_record(self);
    self->taken++;
    if (!sort_merge_next(self->records, &self->next, error))
      return false;
  }
  return true;
}

static bool
read_once(void *data, GError **error)
{
  Walk *self = data;

  return self->rows->next(self->rows->self, &self->found, &self->has_ended, error);
}

/* A gateway that goes away is waited for, as long as the time allows. */
static bool
read_patiently(Walk *self, GError **error)
{
  Wait wait = {.until_us = wait_until_us(self->options->timeout_ms),
               .stop = self->options->watch->stop};

  return wait_for(&wait, read_once, self, error);
}

static bool
next_found(Walk *self, GError **error)
{
  for (uint64_t turn = 1;; turn++) {
    if (!read_patiently(self, error))
      return false;
    if (self->has_ended)
      return true;
    if (verify_is_sampled(self->found.key, self->options->sample))
      break;
    if (turn % WATCH_EVERY == 0 && !goes_on(self, error))
      return false;
  }
  self->result.rows_found++;
  return true;
}

static void
tell(Walk *self, const VerifyDifference *difference)
{
  self->result.differences[difference->kind]++;
  self->options->differs(self->options->self, difference);
}

/* HBase no longer shows what is older than its family lets it be. */
static bool
has_expired(const Walk *self, const VerifyCell *cell)
{
  int64_t live_ms = self->live_ms[cell->column->family_index];

  return live_ms > 0 && !self->options->ignores_times &&
         cell->timestamp <= g_get_real_time() / 1000 - live_ms;
}

/* The deletion that hides the cell; of the row where it has one. */
static void
set_deletion(const VerifyExpected *expected, const VerifyCell *cell, VerifyDifference *difference)
{
  difference->deleted_at = verify_expected_deleted_at(expected, &difference->deleted_by);
  if (cell != NULL && cell->deleted_at > difference->deleted_at) {
    difference->deleted_at = cell->deleted_at;
    difference->deleted_by = cell->deleted_by;
  }
}

static VerifyDifference
difference_of(const VerifyExpected *expected, VerifyKind kind, Slice row, const VerifyCell *cell)
{
  VerifyDifference difference = {
      .kind = kind,
      .row = row,
      .records = verify_expected_records(expected),
      .deleted_at = -1,
  };

  if (cell == NULL)
    return difference;
  difference.family = cell->column->family;
  difference.qualifier = cell->column->qualifier;
  if (cell->versions_length > 0) {
    difference.wanted = &cell->versions[0];
    difference.wanted_at = cell->timestamp;
  }
  return difference;
}

static void
tell_missing_cell(Walk *self, const VerifyCell *cell)
{
  VerifyDifference difference;

  if (has_expired(self, cell)) {
    self->result.expired++;
    return;
  }
  difference = difference_of(self->expected, VERIFY_MISSING_CELL, bytes_slice(&self->key), cell);
  tell(self, &difference);
}

static void
tell_extra_cell(Walk *self, const VerifyExpected *expected, const VerifyCell *cell,
                const Cell *found)
{
  VerifyDifference difference = difference_of(expected, VERIFY_EXTRA_CELL, self->found.key, NULL);

  difference.family = found->family;
  difference.qualifier = found->qualifier;
  difference.found = found->value;
  difference.found_at = found->timestamp;
  set_deletion(expected, cell, &difference);
  tell(self, &difference);
}

static bool
has_value(const VerifyCell *cell, Slice value)
{
  for (size_t i = 0; i < cell->versions_length; i++)
    if (slice_equal(bytes_slice(&cell->versions[i].value), value))
      return true;
  return false;
}

static bool
is_equal(const Walk *self, const VerifyCell *cell, const Cell *found)
{
  return has_value(cell, found->value) &&
         (self->options->ignores_times || found->timestamp == cell->timestamp);
}

static void
tell_different_cell(Walk *self, const VerifyCell *cell, const Cell *found)
{
  bool is_value = has_value(cell, found->value);
  VerifyDifference difference =
      difference_of(self->expected, is_value ? VERIFY_DIFFERENT_TIME : VERIFY_DIFFERENT_VALUE,
                    self->found.key, cell);

  difference.found = found->value;
  difference.found_at = found->timestamp;
  tell(self, &difference);
}

static int
compare_place(const VerifyCell *cell, const Cell *found)
{
  int order = slice_compare(cell->column->family, found->family);

  return order != 0 ? order : slice_compare(cell->column->qualifier, found->qualifier);
}

/* What may be expected of the row: without its optional records, and with them. */
static const VerifyExpected *
with_optional(const Walk *self)
{
  return self->has_optional ? self->either : self->expected;
}

/* A column of the row, by what may be expected of it; found: NULL, it is not in the table. */
static void
compare_cell(Walk *self, const VerifyCell *cell, const VerifyCell *other, const Cell *found)
{
  bool is_shown = verify_expected_shows(self->expected, cell);
  bool is_other_shown = verify_expected_shows(with_optional(self), other);

  if (found == NULL) {
    if (is_shown && is_other_shown)
      tell_missing_cell(self, cell);
    return;
  }
  if (!is_shown && !is_other_shown)
    tell_extra_cell(self, self->expected, cell, found);
  else if ((is_shown && is_equal(self, cell, found)) ||
           (is_other_shown && is_equal(self, other, found)))
    self->result.cells_equal++;
  else
    tell_different_cell(self, is_shown ? cell : other, found);
}

/* Both sides' cells come by family and qualifier. */
static void
compare_cells(Walk *self)
{
  size_t length;
  const VerifyCell *cells = verify_expected_cells(self->expected, &length);
  const VerifyCell *others = verify_expected_cells(with_optional(self), &length);
  size_t f = 0;

  for (size_t i = 0; i < length; i++) {
    const VerifyCell *cell = &cells[i];

    while (f < self->found.cells_length && compare_place(cell, &self->found.cells[f]) > 0)
      tell_extra_cell(self, self->expected, NULL, &self->found.cells[f++]);

    bool is_found = f < self->found.cells_length && compare_place(cell, &self->found.cells[f]) == 0;

    compare_cell(self, cell, &others[i], is_found ? &self->found.cells[f] : NULL);
    f += is_found;
  }
  while (f < self->found.cells_length)
    tell_extra_cell(self, self->expected, NULL, &self->found.cells[f++]);
}

/* How many cells a row that is not there must have now, and how many it need not have any more;
 * the newest of the former is what the row is told by. */
static size_t
count_shown(Walk *self, size_t *out_expired, const VerifyCell **out_newest)
{
  size_t length;
  const VerifyCell *cells = verify_expected_cells(self->expected, &length);
  const VerifyCell *others = verify_expected_cells(with_optional(self), &length);
  size_t shown = 0;

  *out_newest = NULL;
  *out_expired = 0;
  for (size_t i = 0; i < length; i++) {
    if (!verify_expected_shows(self->expected, &cells[i]) ||
        !verify_expected_shows(with_optional(self), &others[i]))
      continue;
    if (has_expired(self, &cells[i])) {
      ++*out_expired;
      continue;
    }
    shown++;
    if (*out_newest == NULL || cells[i].timestamp > (*out_newest)->timestamp)
      *out_newest = &cells[i];
  }
  return shown;
}

static void
expect_row(Walk *self)
{
  const VerifyCell *newest;
  size_t expired;
  size_t shown = count_shown(self, &expired, &newest);
  VerifyDifference difference;

  self->result.expired += expired;
  self->result.rows_expired += shown == 0 && expired > 0;
  if (shown == 0)
    return;
  self->result.rows_expected++;
  difference = difference_of(self->expected, VERIFY_MISSING_ROW, bytes_slice(&self->key), newest);
  difference.family = difference.qualifier = SLICE_EMPTY;
  difference.cells = shown;
  tell(self, &difference);
}

static void
tell_extra_row(Walk *self, const VerifyExpected *expected)
{
  VerifyDifference difference = difference_of(expected, VERIFY_EXTRA_ROW, self->found.key, NULL);

  difference.cells = self->found.cells_length;
  set_deletion(expected, NULL, &difference);
  tell(self, &difference);
}

static uint64_t
count_differences(const Walk *self)
{
  uint64_t count = 0;

  for (size_t i = 0; i < VERIFY_KINDS; i++)
    count += self->result.differences[i];
  return count;
}

static bool
is_any_shown(const VerifyExpected *expected)
{
  size_t length;
  const VerifyCell *cells = verify_expected_cells(expected, &length);

  for (size_t i = 0; i < length; i++)
    if (verify_expected_shows(expected, &cells[i]))
      return true;
  return false;
}

static void
compare_row(Walk *self)
{
  uint64_t before = count_differences(self);

  if (!is_any_shown(self->expected) && !is_any_shown(with_optional(self))) {
    tell_extra_row(self, self->expected);
    return;
  }
  self->result.rows_expected++;
  compare_cells(self);
  self->result.rows_equal += count_differences(self) == before;
}

/* Below 0: the source's row comes first; above: the table's. */
static int
compare_keys(const Walk *self)
{
  if (!self->has_row || self->has_ended)
    return self->has_row ? -1 : 1;
  return slice_compare(bytes_slice(&self->key), self->found.key);
}

static bool
step(Walk *self, GError **error)
{
  int order = compare_keys(self);

  if (order < 0)
    expect_row(self);
  else if (order > 0)
    tell_extra_row(self, self->nothing);
  else
    compare_row(self);
  return (order > 0 || next_expected(self, error)) && (order < 0 || next_found(self, error));
}

static void
read_families(Walk *self)
{
  size_t length;
  const Family *families = mapping_families(self->options->mapping, &length);

  self->live_ms = g_new0(int64_t, length);
  for (size_t i = 0; i < length; i++)
    self->live_ms[i] = (int64_t)MIN(families[i].time_to_live_s, (uint64_t)G_MAXINT32) * 1000;
}

bool
verify_compare(const VerifyCompareOptions *options, SortMerge *records, const VerifyRows *rows,
               VerifyResult *out_result, GError **error)
{
  g_auto(Walk) walk = {.options = options, .records = records, .rows = rows};

  walk.expected = verify_expected_new(options->mapping, options->order);
  walk.either = verify_expected_new(options->mapping, options->order);
  walk.nothing = verify_expected_new(options->mapping, options->order);
  read_families(&walk);
  if (!sort_merge_next(records, &walk.next, error) || !next_expected(&walk, error) ||
      !next_found(&walk, error))
    return false;
  for (uint64_t turn = 0; walk.has_row || !walk.has_ended; turn++)
    if ((turn % WATCH_EVERY == 0 && !goes_on(&walk, error)) || !step(&walk, error))
      return false;
  *out_result = walk.result;
  return true;
}
