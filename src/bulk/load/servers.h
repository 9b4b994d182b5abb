/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "regionserver/meta.h"

/* The region servers of a cluster, each of which knows where a table's regions are. They come and
 * go: one that does not answer is followed by the next, and when there is none left, others are
 * asked for. */
typedef struct BulkServers BulkServers;

/* Where names come from. Borrowed. */
typedef struct {
  char **(*find)(void *self, GError **error); /* "host:port", NULL-ended, at least one; owned */
  void *self;
} BulkServersSource;

BulkServers *bulk_servers_new(BulkServersSource source);
void bulk_servers_free(BulkServers *self);

/* The table's regions, as one server has them; it is asked first the next time. FAULT_PEER: asking
 * once more asks another. */
GPtrArray *bulk_servers_regions(BulkServers *self, const char *table,
                                const RegionserverRpcOptions *rpc, GError **error);
