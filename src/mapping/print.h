/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"

/* A mapping's print: what a table cannot show of the mapping that fills it. That is how row keys
 * are made, which time cells carry, and which field is in which column in which form. It is kept as
 * an attribute of the table, so that a mapping that was changed since can be told. */

/* "sluice.mapping.TOPIC"; the caller's. */
char *mapping_print_name(const Mapping *self);

/* JSON, the same for all spellings of one mapping; the caller's. Columns are left out where they
 * make it longer than a table's attribute should be. */
char *mapping_print(const Mapping *self);

/* What differs between the print that is kept and the mapping's own, beyond columns that are in one
 * of them alone. A print that cannot be read is of another version, and differs in nothing. */
typedef struct {
  FaultList rows; /* keys: rows would stand beside those that are there */
  FaultList
      cells; /* times and columns: cells would be of two kinds, as after a mapping is mended */
} PrintDifferences;

void mapping_print_compare(const Mapping *self, Slice kept, PrintDifferences *differences);
void print_differences_clear(PrintDifferences *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PrintDifferences, print_differences_clear)
