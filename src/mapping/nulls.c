/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/nulls.h"

#include "mapping/convert.h"

enum { LONGEST_BIT = 63 };

static uint64_t
length_bit(size_t len)
{
  return UINT64_C(1) << MIN(len, LONGEST_BIT);
}

void
nulls_clear(Nulls *self)
{
  for (unsigned i = 0; self->texts != NULL && i < self->texts->len; i++)
    g_free((void *)g_array_index(self->texts, Slice, i).data);
  if (self->texts != NULL)
    g_array_unref(self->texts);
  *self = (Nulls){0};
}

static void
add_text(Nulls *self, Slice text)
{
  Slice copy = slice(g_memdup2(text.data, text.len), text.len);

  if (self->texts == NULL)
    self->texts = g_array_new(FALSE, FALSE, sizeof(Slice));
  g_array_append_val(self->texts, copy);
  self->lengths |= length_bit(text.len);
}

void
nulls_add(Nulls *self, Slice text)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  Value number = {.kind = VALUE_DOUBLE};

  add_text(self, text);
  if (text_parse_integer(text, &number.integer))
    number.kind = VALUE_INT;
  else if (!text_parse_double(text, &number.number))
    number.kind = VALUE_MISSING;
  if (number.kind != VALUE_MISSING)
    add_text(self, convert_to_text(&number, scratch));
  self->has_numbers |= number.kind != VALUE_MISSING || slice_equal(text, slice_text("true")) ||
                       slice_equal(text, slice_text("false"));
}

bool
nulls_list_holds(const Nulls *self, Slice text)
{
  for (unsigned i = 0; i < self->texts->len; i++)
    if (slice_equal(g_array_index(self->texts, Slice, i), text))
      return true;
  return false;
}

bool
nulls_hold_number(const Nulls *self, const Value *value)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];

  return nulls_hold_text(self, convert_to_text(value, scratch));
}
