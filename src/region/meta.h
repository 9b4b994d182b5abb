/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "region/rpc.h"

/* A region as hbase:meta has it, with the name that region servers know it by, which no gateway
 * tells. */
typedef struct {
  GBytes *name;  /* owned: in full, "table,start,id.hash." */
  GBytes *start; /* owned; empty: the first */
  GBytes *end;   /* owned; empty: the last */
  char *server;  /* owned: "host:port" */
} MetaRegion;

void meta_region_free(MetaRegion *self);

/* The table's regions (MetaRegion *) by their keys, without a gap. `server` is any of the cluster's
 * servers. FAULT_PEER also while regions split, merge or move; FAULT_SETUP: there is no such
 * table. */
GPtrArray *meta_regions(const char *server, const char *table, const RpcOptions *options,
                        GError **error);
