/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "region/meta.h"

/* Tells a region server to make HFiles live. All files of one region go in one call: all of them
 * are loaded, or none. */
typedef struct Loader Loader;

/* A connection to the server. FAULT_PEER: nobody answers there. */
Loader *loader_open(const char *server, const RpcOptions *options, GError **error);
void loader_free(Loader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Loader, loader_free)

/* A file of a family. Borrowed. */
typedef struct {
  Slice family;
  const char *url; /* "file:///..." or "hdfs://...": the server reads it itself */
} LoaderFile;

/* Asks for a place where the server keeps a table's files while it loads them. */
bool loader_prepare(Loader *self, const char *table, const MetaRegion *region, Bytes *out_token,
                    GError **error);

/* Everything is borrowed. With a token a load that fails puts the files back, but does not say why;
 * without it is the other way round. */
typedef struct {
  const MetaRegion *region;
  const GArray *files; /* of LoaderFile */
  Slice token;         /* may be empty */
} LoaderCall;

/* `out_is_loaded` false: nothing was loaded, look up the region again. */
bool loader_load(Loader *self, const LoaderCall *call, bool *out_is_loaded, GError **error);
/* True once a call was not answered: nobody knows what became of it. */
bool loader_is_lost(const Loader *self);
/* Gives the place back. */
bool loader_cleanup(Loader *self, const MetaRegion *region, Slice token, GError **error);
