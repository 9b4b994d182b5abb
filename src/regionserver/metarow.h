/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* A region as hbase:meta has it, with the name that region servers know it by, which no gateway
 * tells. */
typedef struct {
  GBytes *name;  /* owned: in full, "table,start,id.hash." */
  GBytes *start; /* owned; empty: the first */
  GBytes *end;   /* owned; empty: the last */
  char *server;  /* owned: "host:port" */
} RegionserverRegion;

void regionserver_region_free(RegionserverRegion *self);

/* The first server ("host:port") in an answer to GetMetaRegionLocations, or NULL. Hostile input
 * safe, as the other one: what is malformed is left out. */
char *regionserver_metarow_location(Slice answer);

/* Adds the regions (RegionserverRegion *) in an answer to a scan of hbase:meta, but none that has
 * been split or is offline: its daughters follow. `next` held where the scan began and gets where
 * the next one does. False: a row is not behind the one before it, so that there might be no end.
 */
bool regionserver_metarow_page(Slice answer, GPtrArray *regions, Bytes *next, size_t *out_rows);
