/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/servers.h"

struct BulkServers {
  BulkServersSource source;
  GPtrArray *names; /* owned: the one to be asked next comes first */
  guint failures;   /* in a row */
};

BulkServers *
bulk_servers_new(BulkServersSource source)
{
  BulkServers *self = g_new0(BulkServers, 1);

  self->source = source;
  self->names = g_ptr_array_new_with_free_func(g_free);
  return self;
}

void
bulk_servers_free(BulkServers *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->names);
  g_free(self);
}

static void
add(BulkServers *self, const char *name)
{
  if (!g_ptr_array_find_with_equal_func(self->names, name, g_str_equal, NULL))
    g_ptr_array_add(self->names, g_strdup(name));
}

/* Those that are known are as good as nothing, and still better than none: a gateway may be away,
 * too. */
static bool
find_others(BulkServers *self, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_auto(GStrv) found = self->source.find(self->source.self, &problem);

  if (found == NULL && self->names->len == 0) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
  }
  if (found != NULL)
    g_ptr_array_set_size(self->names, 0);
  for (char **name = found; name != NULL && *name != NULL; name++)
    add(self, *name);
  self->failures = 0;
  return true;
}

/* Those that serve the table's regions, behind the one that told of them. */
static void
learn(BulkServers *self, const GPtrArray *regions)
{
  g_ptr_array_set_size(self->names, 1);
  for (guint i = 0; i < regions->len; i++)
    add(self, ((const RegionserverRegion *)regions->pdata[i])->server);
  self->failures = 0;
}

static void
pass_over(BulkServers *self)
{
  g_ptr_array_add(self->names, g_ptr_array_steal_index(self->names, 0));
  self->failures++;
}

GPtrArray *
bulk_servers_regions(BulkServers *self, const char *table, const RegionserverRpcOptions *rpc,
                     GError **error)
{
  GPtrArray *regions;

  if (self->failures >= self->names->len && !find_others(self, error))
    return NULL;
  regions = regionserver_regions(self->names->pdata[0], table, rpc, error);
  if (regions == NULL)
    pass_over(self);
  else
    learn(self, regions);
  return regions;
}
