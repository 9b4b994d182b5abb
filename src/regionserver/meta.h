/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "regionserver/metarow.h"
#include "regionserver/rpc.h"

/* The table's regions (RegionserverRegion *) by their keys, without a gap. `server` is any of the
 * cluster's servers; before HBase 2.5, the one that has hbase:meta. FAULT_PEER also while regions
 * split, merge or move; FAULT_SETUP: there is no such table. */
GPtrArray *regionserver_regions(const char *server, const char *table,
                                const RegionserverRpcOptions *options, GError **error);
