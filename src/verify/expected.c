/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/expected.h"

struct VerifyExpected {
  VerifyOrder order;
  VerifyCell *cells; /* owned, in HBase's order */
  size_t length;
  size_t *rank_of; /* owned: by Column.index */
  int64_t deleted_at;
  VerifyPlace deleted_by;
  uint64_t records;
};

static int
compare_cells(const void *a, const void *b)
{
  const Column *x = ((const VerifyCell *)a)->column;
  const Column *y = ((const VerifyCell *)b)->column;
  int order = slice_compare(x->family, y->family);

  return order != 0 ? order : slice_compare(x->qualifier, y->qualifier);
}

VerifyExpected *
verify_expected_new(const Mapping *mapping, VerifyOrder order)
{
  VerifyExpected *self = g_new0(VerifyExpected, 1);
  const Column *columns = mapping_columns(mapping, &self->length);

  self->order = order;
  self->cells = g_new0(VerifyCell, self->length);
  self->rank_of = g_new0(size_t, self->length);
  for (size_t i = 0; i < self->length; i++)
    self->cells[i].column = &columns[i];
  qsort(self->cells, self->length, sizeof(VerifyCell), compare_cells);
  for (size_t i = 0; i < self->length; i++)
    self->rank_of[self->cells[i].column->index] = i;
  verify_expected_begin(self);
  return self;
}

void
verify_expected_free(VerifyExpected *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->length; i++) {
    for (size_t v = 0; v < self->cells[i].versions_capacity; v++)
      bytes_clear(&self->cells[i].versions[v].value);
    g_free(self->cells[i].versions);
  }
  g_free(self->cells);
  g_free(self->rank_of);
  g_free(self);
}

void
verify_expected_begin(VerifyExpected *self)
{
  for (size_t i = 0; i < self->length; i++) {
    self->cells[i].timestamp = -1;
    self->cells[i].deleted_at = -1;
    self->cells[i].versions_length = 0;
  }
  self->deleted_at = -1;
  self->records = 0;
}

static bool
is_later(VerifyPlace a, VerifyPlace b)
{
  return a.part != b.part ? a.part > b.part : a.at > b.at;
}

static void
set_version(VerifyVersion *version, VerifyPlace place, Slice value)
{
  version->place = place;
  bytes_reset(&version->value);
  bytes_append_slice(&version->value, value);
}

static VerifyVersion *
add_version(VerifyCell *cell)
{
  if (cell->versions_length == cell->versions_capacity) {
    cell->versions = g_renew(VerifyVersion, cell->versions, cell->versions_capacity + 1);
    cell->versions[cell->versions_capacity++] = (VerifyVersion){0};
  }
  return &cell->versions[cell->versions_length++];
}

/* Another version of the timestamp that the cell has. */
static void
put_again(const VerifyExpected *self, VerifyCell *cell, VerifyPlace place, Slice value)
{
  for (size_t i = 0; i < cell->versions_length; i++) {
    VerifyVersion *version = &cell->versions[i];

    if (self->order == VERIFY_WITHIN_PARTS && version->place.part != place.part)
      continue;
    if (is_later(place, version->place))
      set_version(version, place, value);
    return;
  }
  set_version(add_version(cell), place, value);
}

static void
put(const VerifyExpected *self, VerifyCell *cell, const VerifyPacked *record, Slice value)
{
  if (record->timestamp < cell->timestamp)
    return;
  if (record->timestamp > cell->timestamp)
    cell->versions_length = 0;
  cell->timestamp = record->timestamp;
  put_again(self, cell, record->place, value);
}

static void
note_deletion(const VerifyPacked *record, int64_t *at, VerifyPlace *by)
{
  if (record->timestamp < *at)
    return;
  *at = record->timestamp;
  *by = record->place;
}

void
verify_expected_add(VerifyExpected *self, const uint8_t *packed)
{
  VerifyPacked record = verify_unpack(packed);
  VerifyPackedCell next;

  self->records++;
  if (record.kind == ROW_DELETE)
    note_deletion(&record, &self->deleted_at, &self->deleted_by);
  while (verify_packed_next(&record, &next)) {
    VerifyCell *cell = &self->cells[self->rank_of[next.index]];

    if (next.is_delete)
      note_deletion(&record, &cell->deleted_at, &cell->deleted_by);
    else
      put(self, cell, &record, next.value);
  }
}

void
verify_expected_copy(VerifyExpected *self, const VerifyExpected *other)
{
  self->deleted_at = other->deleted_at;
  self->deleted_by = other->deleted_by;
  self->records = other->records;
  for (size_t i = 0; i < self->length; i++) {
    const VerifyCell *from = &other->cells[i];
    VerifyCell *to = &self->cells[i];

    to->timestamp = from->timestamp;
    to->deleted_at = from->deleted_at;
    to->deleted_by = from->deleted_by;
    to->versions_length = 0;
    for (size_t v = 0; v < from->versions_length; v++)
      set_version(add_version(to), from->versions[v].place, bytes_slice(&from->versions[v].value));
  }
}

const VerifyCell *
verify_expected_cells(const VerifyExpected *self, size_t *out_length)
{
  *out_length = self->length;
  return self->cells;
}

bool
verify_expected_shows(const VerifyExpected *self, const VerifyCell *cell)
{
  return cell->timestamp > MAX(cell->deleted_at, self->deleted_at);
}

uint64_t
verify_expected_records(const VerifyExpected *self)
{
  return self->records;
}

int64_t
verify_expected_deleted_at(const VerifyExpected *self, VerifyPlace *out_by)
{
  if (self->deleted_at >= 0)
    *out_by = self->deleted_by;
  return self->deleted_at;
}
