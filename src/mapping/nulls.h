/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/value.h"

#include <math.h>

/* A mapping's texts that mean missing. A text that spells a number means that number as well,
 * however it is written: with "0" among them, the double 0 and the CSV text 0.00 are missing. */
typedef struct {
  GArray *texts;    /* owned, of Slice whose bytes are owned */
  uint64_t lengths; /* bit n: some text is n bytes long; bit 63: 63 or more */
  bool has_numbers; /* a number's or boolean's text can be among them */
} Nulls;

void nulls_clear(Nulls *self);
void nulls_add(Nulls *self, Slice text);

/* The lists behind the two verbs below. */
bool nulls_list_holds(const Nulls *self, Slice text);
bool nulls_hold_number(const Nulls *self, const Value *value);

static inline bool
nulls_hold_text(const Nulls *self, Slice text)
{
  return (self->lengths >> MIN(text.len, 63) & 1) != 0 && nulls_list_holds(self, text);
}

/* Whether the value is missing: null, NaN, or one of the texts. */
static inline bool
nulls_hold(const Nulls *self, const Value *value)
{
  if (value->kind == VALUE_TEXT || value->kind == VALUE_BYTES)
    return nulls_hold_text(self, value->text);
  return value->kind == VALUE_MISSING || (value->kind == VALUE_DOUBLE && isnan(value->number)) ||
         (value->kind == VALUE_FLOAT && isnan(value->single)) ||
         (self->has_numbers && nulls_hold_number(self, value));
}
