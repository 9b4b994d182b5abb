/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"
#include "report/report.h"

/* What a record becomes, and how that is shown. */

typedef enum { TRY_ROW, TRY_SKIPPED, TRY_REFUSED } TryKind;

/* Everything is borrowed for the call. */
typedef struct {
  const Mapping *mapping;
  const char *from; /* where the record is: "orders[0]@12", "orders.csv line 3" */
  TryKind kind;
  const Row *row;     /* TRY_ROW: a put or a deletion */
  const char *stage;  /* TRY_REFUSED: "key", "decode" or "map" */
  const char *reason; /* TRY_REFUSED */
} TryOutcome;

/* UTF-8 of printable characters as it is, but for the backslash, which is \x5C; all else as the
 * hbase shell shows it, \xNN. */
char *try_text(Slice bytes);
/* What a typed column's bytes say; NULL where the type is text or bytes, or they are none of its
 * values. */
char *try_decoded(ColumnType type, Slice bytes);

/* The fields "from" and: "row", "timestamp", "cells" (a deleted column's is null) and "decoded";
 * or "deleted" and "timestamp"; or "skipped"; or "refused" and "stage". */
void try_outcome_tell(const TryOutcome *outcome, Report *report);
