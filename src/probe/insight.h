/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/cell.h"
#include "base/fault.h"

/* What a sample of a topic's records tells about the table that they would make. One thread owns
 * it; memory grows with the sample. */
typedef struct ProbeInsight ProbeInsight;

/* Where a record is. */
typedef struct {
  int32_t partition;
  int64_t offset;
} ProbePlace;

/* The sample is taken in so many parts of the topic, one after the other in time. */
enum { PROBE_PARTS = 8 };

/* A topic is thought of as so many equal ranges of its row keys. */
enum { PROBE_RANGES = 8 };

ProbeInsight *probe_insight_new(void);
void probe_insight_free(ProbeInsight *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProbeInsight, probe_insight_free)

/* What the record became; a tombstone is counted alone. */
void probe_insight_add(ProbeInsight *self, const Row *row, unsigned part, ProbePlace place);
void probe_insight_add_bad(ProbeInsight *self, ProbePlace place, const char *reason);
void probe_insight_add_skipped(ProbeInsight *self);

typedef struct {
  double mean;
  uint64_t p95; /* 95 of 100 have no more */
  uint64_t most;
} ProbeSpread;

/* Bad records whose reasons differ by numbers and quoted values alone. */
typedef struct {
  char *reason; /* owned: the first one's */
  uint64_t records;
  ProbePlace place; /* of the first one */
} ProbeReason;

typedef struct {
  Slice key;        /* borrowed from the insight */
  ProbePlace first; /* two records that differ */
  ProbePlace second;
} ProbeShared;

typedef enum { PROBE_SPREAD, PROBE_TOGETHER, PROBE_RISING, PROBE_FALLING } ProbeOrder;

/* Everything but the reasons' array is borrowed from the insight. */
typedef struct {
  uint64_t records; /* the sum of what follows */
  uint64_t puts;
  uint64_t tombstones;
  uint64_t skipped; /* tombstones that the mapping skips */
  uint64_t bad;

  const GPtrArray *reasons; /* of ProbeReason, the most frequent first */

  uint64_t rows;     /* different row keys of puts */
  uint64_t repeated; /* puts that are another's like */
  uint64_t sharing;  /* puts that differ from another of their row key */
  uint64_t tied;     /* of these, with the same timestamp: all but one of them are lost */
  ProbeShared shared;

  ProbeSpread cells; /* a row */
  ProbeSpread bytes; /* a row, as HBase stores its cells before it packs them */

  bool is_order_known; /* enough rows to judge by */
  ProbeOrder order;
  double busiest; /* share of records of one time in the range that gets most of them */
} ProbeReport;

/* Once all is added. */
void probe_insight_report(ProbeInsight *self, ProbeReport *out_report);

/* Split points for so many regions of equal shares of the row keys, as short as they can be: of
 * Bytes, the caller's. Fewer where there are fewer keys. */
GArray *probe_insight_splits(const ProbeInsight *self, unsigned regions);
