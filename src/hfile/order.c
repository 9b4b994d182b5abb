/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/order.h"

enum { CELL_LENGTHS_BYTES = 8 };

void
hfile_order_init(HfileOrder *self, Slice family)
{
  *self = (HfileOrder){0};
  bytes_append_slice(&self->family, family);
}

void
hfile_order_clear(HfileOrder *self)
{
  bytes_clear(&self->family);
  bytes_clear(&self->row);
  bytes_clear(&self->qualifier);
}

HfileKey
hfile_order_last(const HfileOrder *self)
{
  return (HfileKey){bytes_slice(&self->row), bytes_slice(&self->family),
                    bytes_slice(&self->qualifier), self->timestamp, (uint8_t)self->type};
}

static bool
refuse(GError **error, const Cell *cell, const char *what)
{
  HfileKey key = hfile_key_of(cell);
  g_autofree char *quoted = hfile_key_quote(&key);

  g_set_error(error, FAULT, FAULT_RECORD, "cell %s: %s", quoted, what);
  return false;
}

static bool
is_within_limits(const HfileOrder *self, const Cell *cell, GError **error)
{
  if (cell->row.len == 0 || cell->row.len > HFILE_ROW_MOST_BYTES)
    return refuse(error, cell, "a row key has 1 to 32767 bytes");
  if (!slice_equal(cell->family, bytes_slice(&self->family)))
    return refuse(error, cell, "of another family than its file");
  if (cell->timestamp < 0 || cell->timestamp == INT64_MAX)
    return refuse(error, cell, "a timestamp lies between 0 and 2^63-2");
  if (hfile_key_type_name((uint8_t)cell->type) == NULL)
    return refuse(error, cell, "unknown cell type");
  if (cell->qualifier.len > HFILE_CELL_MOST_BYTES || cell->value.len > HFILE_CELL_MOST_BYTES ||
      CELL_LENGTHS_BYTES + HFILE_KEY_FIXED_BYTES + cell->row.len + cell->family.len +
              cell->qualifier.len + cell->value.len >
          HFILE_CELL_MOST_BYTES)
    return refuse(error, cell, "a cell has at most 128 MiB");
  return true;
}

static bool
refuse_order(const HfileOrder *self, const Cell *cell, int order, GError **error)
{
  HfileKey last = hfile_order_last(self);
  g_autofree char *quoted = hfile_key_quote(&last);
  g_autofree char *what =
      g_strdup_printf(order == 0 ? "comes twice%s%s" : "sorts before %s%s",
                      order == 0 ? "" : quoted, order == 0 ? "" : ", which came before it");

  return refuse(error, cell, what);
}

static void
remember(Bytes *bytes, Slice from)
{
  bytes_reset(bytes);
  bytes_append_slice(bytes, from);
}

bool
hfile_order_accepts(HfileOrder *self, const Cell *cell, GError **error)
{
  HfileKey key = hfile_key_of(cell);
  HfileKey last = hfile_order_last(self);
  bool is_same_row = self->has_last && slice_equal(last.row, key.row);

  if (!is_within_limits(self, cell, error))
    return false;
  if (self->has_last) {
    int order =
        is_same_row ? hfile_key_compare_in_row(&last, &key) : slice_compare(last.row, key.row);

    if (order >= 0)
      return refuse_order(self, cell, order, error);
  }
  if (!is_same_row)
    remember(&self->row, cell->row);
  remember(&self->qualifier, cell->qualifier);
  self->timestamp = cell->timestamp;
  self->type = cell->type;
  self->has_last = true;
  self->is_new_row = !is_same_row;
  return true;
}
