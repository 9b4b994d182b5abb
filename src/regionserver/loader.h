/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "regionserver/meta.h"

/* Tells a region server to make HFiles live. All files of one region go in one call: all of them
 * are loaded, or none. */
typedef struct RegionserverLoader RegionserverLoader;

/* A connection to the server. FAULT_PEER: nobody answers there. */
RegionserverLoader *regionserver_loader_open(const char *server,
                                             const RegionserverRpcOptions *options, GError **error);
void regionserver_loader_free(RegionserverLoader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RegionserverLoader, regionserver_loader_free)

/* A file of a family. Borrowed. */
typedef struct {
  Slice family;
  const char *url; /* "file:///..." or "hdfs://...": the server reads it itself */
} RegionserverFile;

/* Asks for a place where the server keeps a table's files while it loads them. */
bool regionserver_loader_prepare(RegionserverLoader *self, const char *table,
                                 const RegionserverRegion *region, Bytes *out_token,
                                 GError **error);

/* Everything is borrowed. With a token a load that fails puts the files back, but does not say why;
 * without it is the other way round. */
typedef struct {
  const RegionserverRegion *region;
  const GArray *files; /* of RegionserverFile */
  Slice token;         /* may be empty */
} RegionserverCall;

/* `out_is_loaded` false: nothing was loaded, look up the region again. */
bool regionserver_loader_load(RegionserverLoader *self, const RegionserverCall *call,
                              bool *out_is_loaded, GError **error);
/* True once a call was not answered: nobody knows what became of it. */
bool regionserver_loader_is_lost(const RegionserverLoader *self);
/* Gives the place back. */
bool regionserver_loader_cleanup(RegionserverLoader *self, const RegionserverRegion *region,
                                 Slice token, GError **error);
