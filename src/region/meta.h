/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "region/metarow.h"
#include "region/rpc.h"

/* The table's regions (MetaRegion *) by their keys, without a gap. `server` is any of the cluster's
 * servers. FAULT_PEER also while regions split, merge or move; FAULT_SETUP: there is no such
 * table. */
GPtrArray *meta_regions(const char *server, const char *table, const RpcOptions *options,
                        GError **error);
