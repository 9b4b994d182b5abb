/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/scanner.h"
#include "sort/merge.h"
#include "verify/expected.h"
#include "verify/intake.h"

/* The second half of a verification: the sorted records and the table's rows, both in the order of
 * their keys, are walked side by side. */

typedef enum {
  VERIFY_MISSING_ROW,
  VERIFY_MISSING_CELL,
  VERIFY_DIFFERENT_VALUE, /* the time may differ too */
  VERIFY_DIFFERENT_TIME,
  VERIFY_EXTRA_CELL,
  VERIFY_EXTRA_ROW,
} VerifyKind;

enum { VERIFY_KINDS = VERIFY_EXTRA_ROW + 1 };

extern const char *const verify_kind_names[VERIFY_KINDS];

/* Everything is borrowed for the call. */
typedef struct {
  VerifyKind kind;
  Slice row;
  Slice family; /* of a cell */
  Slice qualifier;
  size_t cells; /* of a whole row */

  /* What the source says: not for what is extra. */
  const VerifyVersion *wanted; /* of a row: of its newest cell */
  int64_t wanted_at;
  uint64_t records; /* of the row in the source; 0: it has none */

  /* What the table has: not for what is missing. */
  Slice found;
  int64_t found_at;

  /* The deletion by which the cell or row should be gone; time -1: none. */
  VerifyPlace deleted_by;
  int64_t deleted_at;
} VerifyDifference;

/* Everything is borrowed. */
typedef struct {
  const Mapping *mapping;
  VerifyOrder order;
  bool ignores_times; /* the source's are not known */
  uint64_t sample;
  uint64_t records; /* in the merge, for progress */
  int64_t timeout_ms;
  const VerifyWatch *watch;
  void *self;
  void (*differs)(void *self, const VerifyDifference *difference);
} VerifyCompareOptions;

/* The table's rows, as scanner_next() gives them. */
typedef struct {
  void *self;
  bool (*next)(void *self, ScanRow *out_row, bool *out_is_end, GError **error);
} VerifyRows;

typedef struct {
  uint64_t rows_expected;
  uint64_t rows_found;
  uint64_t rows_equal; /* expected, and nothing differs */
  uint64_t cells_equal;
  uint64_t expired;                   /* cells that are gone after their family's time to live */
  uint64_t rows_expired;              /* rows of which no other cell was left */
  uint64_t differences[VERIFY_KINDS]; /* cells, or whole rows */
} VerifyResult;

/* Fails with FAULT_PEER, FAULT_SETUP, or because it was asked to stop. */
bool verify_compare(const VerifyCompareOptions *options, SortMerge *records, const VerifyRows *rows,
                    VerifyResult *out_result, GError **error);
