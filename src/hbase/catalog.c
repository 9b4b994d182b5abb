/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/catalog.h"

#include "hbase/client.h"
#include "hbase/descriptor.h"

/* createTable's argument that holds the split keys. */
enum { FIELD_SPLIT_KEYS = 2 };

struct Catalog {
  Client client;
};

Catalog *
catalog_new(const GatewayOptions *options, GError **error)
{
  g_autoptr(Gateway) gateway = gateway_new(options, 0, error);

  if (gateway == NULL)
    return NULL;

  Catalog *self = g_new0(Catalog, 1);

  self->client.gateway = g_steal_pointer(&gateway);
  return self;
}

void
catalog_free(Catalog *self)
{
  if (self == NULL)
    return;
  client_clear(&self->client);
  g_free(self);
}

/* The gateway's refusal has no row to blame here: the remedy is the call's. */
static bool
exchange(Catalog *self, Fault refusal, GError **error)
{
  GError *cause = NULL;
  bool is_done = refusal == FAULT_SETUP
                     ? client_exchange_kept(&self->client, FIELD_SPLIT_KEYS, &cause)
                     : client_exchange(&self->client, &cause);

  if (is_done)
    return true;
  if (cause->code == FAULT_RECORD)
    cause->code = (int)refusal;
  g_propagate_error(error, cause);
  return false;
}

static bool
ask_exists(Catalog *self, TTableName *name, gboolean *out_exists, GError **error)
{
  GError *cause = NULL;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_table_exists(self->client.service, name, NULL);
  if (!exchange(self, FAULT_PEER, error))
    return false;
  return t_h_base_service_client_recv_table_exists(self->client.service, out_exists,
                                                   &self->client.refusal, &cause) ||
         client_unreadable(cause, error);
}

bool
catalog_has_table(Catalog *self, const char *table, bool *out_exists, GError **error)
{
  g_autoptr(TTableName) name = descriptor_name(table);
  gboolean exists = FALSE;

  if (!ask_exists(self, name, &exists, error)) {
    g_prefix_error(error, "table %s: ", table);
    return false;
  }
  *out_exists = exists;
  return true;
}

static bool
ask_enabled(Catalog *self, TTableName *name, gboolean *out_is_enabled, GError **error)
{
  GError *cause = NULL;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_is_table_enabled(self->client.service, name, NULL);
  if (!exchange(self, FAULT_PEER, error))
    return false;
  return t_h_base_service_client_recv_is_table_enabled(self->client.service, out_is_enabled,
                                                       &self->client.refusal, &cause) ||
         client_unreadable(cause, error);
}

bool
catalog_is_enabled(Catalog *self, const char *table, bool *out_is_enabled, GError **error)
{
  g_autoptr(TTableName) name = descriptor_name(table);
  gboolean is_enabled = FALSE;

  if (!ask_enabled(self, name, &is_enabled, error)) {
    g_prefix_error(error, "table %s: ", table);
    return false;
  }
  *out_is_enabled = is_enabled;
  return true;
}

static int
compare_names(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

char **
catalog_list(Catalog *self, GError **error)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_object_unref);
  GPtrArray *names = found;
  GError *cause = NULL;

  if (!client_begin(&self->client, error))
    return NULL;
  t_h_base_service_client_send_get_table_names_by_pattern(self->client.service, ".*", FALSE, NULL);
  if (!exchange(self, FAULT_PEER, error))
    return NULL;
  if (!t_h_base_service_client_recv_get_table_names_by_pattern(self->client.service, &names,
                                                               &self->client.refusal, &cause)) {
    client_unreadable(cause, error);
    return NULL;
  }

  char **texts = g_new0(char *, names->len + 1);

  for (size_t i = 0; i < names->len; i++)
    texts[i] = descriptor_name_text(names->pdata[i]);
  qsort(texts, names->len, sizeof *texts, compare_names);
  return texts;
}

void
region_free(Region *self)
{
  g_bytes_unref(self->start);
  g_bytes_unref(self->end);
  g_free(self->server);
  g_free(self);
}

static int
compare_regions(const void *a, const void *b)
{
  return g_bytes_compare((*(Region *const *)a)->start, (*(Region *const *)b)->start);
}

static bool
ask_regions(Catalog *self, const char *table, GPtrArray *locations, GError **error)
{
  g_autoptr(GByteArray) name =
      g_byte_array_append(g_byte_array_new(), (const guint8 *)table, (guint)strlen(table));
  GError *cause = NULL;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_get_all_region_locations(self->client.service, name, NULL);
  if (!exchange(self, FAULT_PEER, error))
    return false;
  return t_h_base_service_client_recv_get_all_region_locations(self->client.service, &locations,
                                                               &self->client.refusal, &cause) ||
         client_unreadable(cause, error);
}

GPtrArray *
catalog_regions(Catalog *self, const char *table, GError **error)
{
  g_autoptr(GPtrArray) locations = g_ptr_array_new_with_free_func(g_object_unref);
  g_autoptr(GPtrArray) regions = g_ptr_array_new_with_free_func((GDestroyNotify)region_free);

  if (!ask_regions(self, table, locations, error)) {
    g_prefix_error(error, "table %s: regions: ", table);
    return NULL;
  }
  for (size_t i = 0; i < locations->len; i++)
    g_ptr_array_add(regions, descriptor_region(locations->pdata[i]));
  g_ptr_array_sort(regions, compare_regions);
  return g_steal_pointer(&regions);
}

static bool
ask_descriptor(Catalog *self, TTableName *name, TTableDescriptor *descriptor, GError **error)
{
  GError *cause = NULL;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_get_table_descriptor(self->client.service, name, NULL);
  if (!exchange(self, FAULT_PEER, error))
    return false;
  return t_h_base_service_client_recv_get_table_descriptor(self->client.service, &descriptor,
                                                           &self->client.refusal, &cause) ||
         client_unreadable(cause, error);
}

static bool
must_exist(Catalog *self, const char *table, GError **error)
{
  bool exists;

  if (!catalog_has_table(self, table, &exists, error))
    return false;
  if (!exists)
    g_set_error(error, FAULT, FAULT_SETUP,
                "table %s does not exist: create it with `sluice init %s`", table, table);
  return exists;
}

static bool
describe(Catalog *self, Table *table, GError **error)
{
  g_autoptr(TTableName) name = descriptor_name(table->name);
  g_autoptr(TTableDescriptor) descriptor = g_object_new(TYPE_T_TABLE_DESCRIPTOR, NULL);

  if (!ask_descriptor(self, name, descriptor, error)) {
    g_prefix_error(error, "table %s: ", table->name);
    return false;
  }
  descriptor_read(descriptor, table);
  return true;
}

Table *
catalog_describe(Catalog *self, const char *name, GError **error)
{
  g_autoptr(Table) table = table_new(name);
  g_autoptr(GPtrArray) regions = NULL;

  if (!must_exist(self, name, error) || !describe(self, table, error))
    return NULL;
  regions = catalog_regions(self, name, error);
  if (regions == NULL)
    return NULL;
  for (size_t i = 0; i < regions->len; i++) {
    size_t len;
    const void *key = g_bytes_get_data(((Region *)regions->pdata[i])->start, &len);

    if (len > 0)
      table_add_split(table, slice(key, len));
  }
  return g_steal_pointer(&table);
}

static bool
ask_create(Catalog *self, const Table *table, GError **error)
{
  g_autoptr(TTableDescriptor) descriptor = descriptor_new(table);
  g_autoptr(GPtrArray) splits = descriptor_splits(table);
  GError *cause = NULL;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_create_table(self->client.service, descriptor, splits, NULL);
  if (!exchange(self, FAULT_SETUP, error))
    return false;
  return t_h_base_service_client_recv_create_table(self->client.service, &self->client.refusal,
                                                   &cause) ||
         client_unreadable(cause, error);
}

bool
catalog_create(Catalog *self, const Table *table, GError **error)
{
  g_auto(FaultList) differences = {0};

  if (!ask_create(self, table, error)) {
    g_prefix_error(error, "table %s: create: ", table->name);
    return false;
  }

  g_autoptr(Table) found = catalog_describe(self, table->name, error);

  if (found == NULL)
    return false;
  table_compare(table, found, &differences);
  if (found->splits->len != table->splits->len)
    fault_list_add(&differences, "table %s: it was created with %u regions where %u were asked for",
                   table->name, found->splits->len + 1, table->splits->len + 1);
  if (fault_list_length(&differences) == 0)
    return true;
  g_propagate_error(error, fault_list_to_error(&differences));
  return false;
}

bool
catalog_probe(Catalog *self, const char *name, const Family *families, size_t families_length,
              GError **error)
{
  g_autoptr(Table) table = table_new(name);
  bool is_enabled;

  if (!must_exist(self, name, error) || !catalog_is_enabled(self, name, &is_enabled, error))
    return false;
  if (!is_enabled) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "table %s is disabled: enable it (hbase shell: enable '%s')", name, name);
    return false;
  }
  if (!describe(self, table, error))
    return false;
  for (size_t i = 0; i < families_length; i++) {
    g_autofree char *family = slice_quote(families[i].name);

    if (table_family(table, families[i].name) == NULL) {
      g_set_error(error, FAULT, FAULT_SETUP,
                  "table %s: family %s is missing: add it (hbase shell: alter '%s', '%s')", name,
                  family, name, family);
      return false;
    }
  }
  return true;
}
