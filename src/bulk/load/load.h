/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/load/place.h"
#include "bulk/load/recut.h"
#include "bulk/load/servers.h"
#include "bulk/watch.h"
#include "regionserver/loader.h"

/* Makes files live, region by region: all files of one region at once, or none of them. A region
 * that has moved is looked up again; one that has split meanwhile gets its files divided again. */

/* Everything is borrowed. */
typedef struct {
  BulkServersSource servers;
  const char *table;
  const RegionserverRpcOptions *rpc;
  const BulkPlace *place;
  const BulkPlan *plan;
  const HfileOptions *hfile; /* by family, for cutting anew */
  int64_t timeout_ms;        /* without any region going live */
  unsigned at_once;          /* regions that are asked at the same time; 0: one */
  const BulkWatch *watch;
} BulkLoadOptions;

typedef struct {
  uint64_t regions; /* whose files are all live */
  uint64_t files;   /* that are live */
  uint64_t bytes;
  uint64_t recut;      /* files that were divided again */
  uint64_t unanswered; /* files that are not counted as live, but may be: no answer came */
} BulkLoadCounts;

/* Takes the list's files (BulkFile) one by one as they go live; on failure what is left in it is
 * not live, and out_counts tells of what is. */
bool bulk_load(const BulkLoadOptions *options, GArray *files, BulkLoadCounts *out_counts,
               GError **error);
