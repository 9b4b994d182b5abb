/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "regionserver/loader.h"

/* Connections to region servers that nobody uses at present, kept for the next call. */
typedef struct BulkLoaders BulkLoaders;

BulkLoaders *bulk_loaders_new(const RegionserverRpcOptions *rpc);
void bulk_loaders_free(BulkLoaders *self);

/* One to that server, the caller's until it is given back. */
RegionserverLoader *bulk_loaders_take(BulkLoaders *self, const char *server, GError **error);

/* Takes it; one that is lost is closed. */
void bulk_loaders_give(BulkLoaders *self, const char *server, RegionserverLoader *loader);
