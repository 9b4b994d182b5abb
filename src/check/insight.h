/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/cell.h"
#include "base/fault.h"

/* What a sample of a topic's records tells about the table that they would make. One thread owns
 * it; memory grows with the sample. */
typedef struct CheckInsight CheckInsight;

/* Where a record is. */
typedef struct {
  int32_t partition;
  int64_t offset;
} CheckPlace;

/* The sample is taken in so many parts of the topic, one after the other in time. */
enum { CHECK_PARTS = 8 };

/* A topic is thought of as so many equal ranges of its row keys. */
enum { CHECK_RANGES = 8 };

CheckInsight *check_insight_new(void);
void check_insight_free(CheckInsight *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckInsight, check_insight_free)

/* What the record became; a tombstone is counted alone. */
void check_insight_add(CheckInsight *self, const Row *row, unsigned part, CheckPlace place);
void check_insight_add_bad(CheckInsight *self, CheckPlace place, const GError *fault);
void check_insight_add_skipped(CheckInsight *self);

typedef struct {
  double mean;
  uint64_t p95; /* 95 of 100 have no more */
  uint64_t most;
} CheckSpread;

/* Bad records of one kind and field. */
typedef struct {
  char *reason; /* owned: the first one's */
  uint64_t records;
  CheckPlace place; /* of the first one */
} CheckReason;

typedef struct {
  Slice key;        /* borrowed from the insight */
  CheckPlace first; /* two records that differ */
  CheckPlace second;
} CheckShared;

typedef enum { CHECK_SPREAD, CHECK_TOGETHER, CHECK_RISING, CHECK_FALLING } CheckOrder;

/* Everything but the reasons' array is borrowed from the insight. */
typedef struct {
  uint64_t records; /* the sum of what follows */
  uint64_t puts;
  uint64_t tombstones;
  uint64_t skipped; /* tombstones that the mapping skips */
  uint64_t bad;

  const GPtrArray *reasons; /* of CheckReason, the most frequent first */

  uint64_t rows;     /* different row keys of puts */
  uint64_t repeated; /* puts that are another's like */
  uint64_t sharing;  /* puts that differ from another of their row key */
  uint64_t tied;     /* of these, with the same timestamp: all but one of them are lost */
  CheckShared shared;

  uint64_t too_late;  /* puts whose time is behind the year 2200: of microseconds read as ms? */
  uint64_t too_early; /* before April 1970: of seconds? */

  uint64_t hidden;    /* puts that come after a tombstone of their row and are not newer */
  CheckShared hiding; /* the first: tombstone, put */

  const uint64_t *filled; /* puts with a value in the column, by Column.index */
  size_t filled_length;   /* columns that no put fills may lie behind it */

  CheckSpread cells; /* a row */
  CheckSpread bytes; /* a row, as HBase stores its cells before it packs them */

  bool is_order_known; /* enough rows to judge by */
  CheckOrder order;
  double busiest; /* share of records of one time in the range that gets most of them */
} CheckReport;

/* Puts of that time or an earlier one. */
uint64_t check_insight_older(const CheckInsight *self, int64_t timestamp_ms);

/* Once all is added. */
void check_insight_report(CheckInsight *self, CheckReport *out_report);

/* Split points for so many regions of equal shares of the row keys, as short as they can be: of
 * Bytes, the caller's. Fewer where there are fewer keys. */
GArray *check_insight_splits(const CheckInsight *self, unsigned regions);
