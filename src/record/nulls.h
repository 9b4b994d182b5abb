/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/value.h"

/* A mapping's texts that mean missing. A text that spells a number means that number as well,
 * however it is written: with "0" among them, the double 0 and the CSV text 0.00 are missing. */
typedef struct {
  GArray *texts;    /* owned, of Slice whose bytes are owned */
  uint64_t lengths; /* bit n: some text is n bytes long; bit 63: 63 or more */
  bool has_numbers; /* a number's or boolean's text can be among them */
} Nulls;

void nulls_clear(Nulls *self);
void nulls_add(Nulls *self, Slice text);

bool nulls_hold_text(const Nulls *self, Slice text);

/* Whether the value is missing: null, NaN, or one of the texts. */
bool nulls_hold(const Nulls *self, const Value *value);
