/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/loaders.h"

typedef struct {
  char *server;               /* owned */
  RegionserverLoader *loader; /* owned */
} Idle;

struct BulkLoaders {
  const RegionserverRpcOptions *rpc; /* borrowed */
  GArray *idle;                      /* owned, of Idle */
};

static void
idle_clear(gpointer data)
{
  Idle *self = data;

  g_free(self->server);
  regionserver_loader_free(self->loader);
}

BulkLoaders *
bulk_loaders_new(const RegionserverRpcOptions *rpc)
{
  BulkLoaders *self = g_new0(BulkLoaders, 1);

  self->rpc = rpc;
  self->idle = g_array_new(FALSE, FALSE, sizeof(Idle));
  g_array_set_clear_func(self->idle, idle_clear);
  return self;
}

void
bulk_loaders_free(BulkLoaders *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->idle);
  g_free(self);
}

RegionserverLoader *
bulk_loaders_take(BulkLoaders *self, const char *server, GError **error)
{
  for (guint i = 0; i < self->idle->len; i++) {
    Idle *idle = &g_array_index(self->idle, Idle, i);

    if (strcmp(idle->server, server) == 0) {
      RegionserverLoader *loader = g_steal_pointer(&idle->loader);

      g_array_remove_index_fast(self->idle, i);
      return loader;
    }
  }
  return regionserver_loader_open(server, self->rpc, error);
}

void
bulk_loaders_give(BulkLoaders *self, const char *server, RegionserverLoader *loader)
{
  Idle idle = {.loader = loader};

  if (regionserver_loader_is_lost(loader)) {
    regionserver_loader_free(loader);
    return;
  }
  idle.server = g_strdup(server);
  g_array_append_val(self->idle, idle);
}
