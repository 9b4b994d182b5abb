/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/catalog.h"

#include "hbase/alter.h"
#include "hbase/client.h"
#include "hbase/descriptor.h"

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

/* The gateway's refusal of a question has no row to blame: HBase behind it is not up to it. */
static bool
exchange(Catalog *self, WireType type, ClientResult *out_result, GError **error)
{
  GError *cause = NULL;

  if (client_exchange(&self->client, type, out_result, &cause))
    return true;
  if (g_error_matches(cause, FAULT, FAULT_RECORD))
    cause->code = FAULT_PEER;
  g_propagate_error(error, cause);
  return false;
}

static bool
read_truth(ClientResult *result, bool *out_truth, GError **error)
{
  return wire_read_bool(&result->reader, &result->field, out_truth) || client_unreadable(error);
}

static bool
ask_exists(Catalog *self, TTableName *name, bool *out_exists, GError **error)
{
  ClientResult result;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_table_exists(self->client.service, name, NULL);
  return exchange(self, WIRE_BOOL, &result, error) && read_truth(&result, out_exists, error);
}

bool
catalog_has_table(Catalog *self, const char *table, bool *out_exists, GError **error)
{
  g_autoptr(TTableName) name = descriptor_name(table);

  if (ask_exists(self, name, out_exists, error))
    return true;
  g_prefix_error(error, "table %s: ", table);
  return false;
}

static bool
ask_enabled(Catalog *self, TTableName *name, bool *out_is_enabled, GError **error)
{
  ClientResult result;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_is_table_enabled(self->client.service, name, NULL);
  return exchange(self, WIRE_BOOL, &result, error) && read_truth(&result, out_is_enabled, error);
}

bool
catalog_is_enabled(Catalog *self, const char *table, bool *out_is_enabled, GError **error)
{
  g_autoptr(TTableName) name = descriptor_name(table);

  if (ask_enabled(self, name, out_is_enabled, error))
    return true;
  g_prefix_error(error, "table %s: ", table);
  return false;
}

/* The list's items are of the type, and `read` adds them to `to` one by one. */
static bool
read_items(WireReader *reader, WireType item, bool (*read)(WireReader *reader, GPtrArray *to),
           GPtrArray *to, GError **error)
{
  WireType type;
  size_t count;

  if (!wire_read_list(reader, &type, &count) || (count > 0 && type != item))
    return client_unreadable(error);
  for (size_t i = 0; i < count; i++)
    if (!read(reader, to))
      return client_unreadable(error);
  return true;
}

static bool
read_name(WireReader *reader, GPtrArray *names)
{
  char *name;

  if (!descriptor_read_name(reader, &name))
    return false;
  g_ptr_array_add(names, name);
  return true;
}

static bool
read_region(WireReader *reader, GPtrArray *regions)
{
  Region *region;

  if (!descriptor_read_region(reader, &region))
    return false;
  g_ptr_array_add(regions, region);
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
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  ClientResult result;

  if (!client_begin(&self->client, error))
    return NULL;
  t_h_base_service_client_send_get_table_names_by_pattern(self->client.service, ".*", FALSE, NULL);
  if (!exchange(self, WIRE_LIST, &result, error) ||
      !read_items(&result.reader, WIRE_STRUCT, read_name, names, error))
    return NULL;
  g_ptr_array_sort(names, compare_names);
  g_ptr_array_add(names, NULL);
  return (char **)g_ptr_array_steal(names, NULL);
}

void
region_free(Region *self)
{
  g_clear_pointer(&self->start, g_bytes_unref);
  g_clear_pointer(&self->end, g_bytes_unref);
  g_free(self->server);
  g_free(self);
}

static int
compare_regions(const void *a, const void *b)
{
  return g_bytes_compare((*(Region *const *)a)->start, (*(Region *const *)b)->start);
}

static bool
ask_regions(Catalog *self, const char *table, GPtrArray *regions, GError **error)
{
  g_autoptr(GByteArray) name =
      g_byte_array_append(g_byte_array_new(), (const guint8 *)table, (guint)strlen(table));
  ClientResult result;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_get_all_region_locations(self->client.service, name, NULL);
  return exchange(self, WIRE_LIST, &result, error) &&
         read_items(&result.reader, WIRE_STRUCT, read_region, regions, error);
}

GPtrArray *
catalog_regions(Catalog *self, const char *table, GError **error)
{
  g_autoptr(GPtrArray) regions = g_ptr_array_new_with_free_func((GDestroyNotify)region_free);

  if (!ask_regions(self, table, regions, error)) {
    g_prefix_error(error, "table %s: regions: ", table);
    return NULL;
  }
  g_ptr_array_sort(regions, compare_regions);
  return g_steal_pointer(&regions);
}

static bool
ask_descriptor(Catalog *self, TTableName *name, Table *table, GError **error)
{
  ClientResult result;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_get_table_descriptor(self->client.service, name, NULL);
  if (!exchange(self, WIRE_STRUCT, &result, error))
    return false;
  return descriptor_read(&result.reader, table) || client_unreadable(error);
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

  if (ask_descriptor(self, name, table, error))
    return true;
  g_prefix_error(error, "table %s: ", table->name);
  return false;
}

Table *
catalog_descriptor(Catalog *self, const char *name, GError **error)
{
  g_autoptr(Table) table = table_new(name);

  if (!must_exist(self, name, error) || !describe(self, table, error))
    return NULL;
  return g_steal_pointer(&table);
}

Table *
catalog_describe(Catalog *self, const char *name, GError **error)
{
  g_autoptr(Table) table = catalog_descriptor(self, name, error);
  g_autoptr(GPtrArray) regions = NULL;

  if (table == NULL)
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

/* For a call that changes something: a refusal says that what is asked for is not to be had. */
static bool
exchange_change(Catalog *self, GError **error)
{
  GError *cause = NULL;

  if (client_exchange_kept(&self->client, &cause))
    return true;
  if (g_error_matches(cause, FAULT, FAULT_RECORD))
    cause->code = FAULT_SETUP;
  g_propagate_error(error, cause);
  return false;
}

static bool
ask_create(Catalog *self, const Table *table, GError **error)
{
  g_autoptr(TTableDescriptor) descriptor = descriptor_new(table);
  g_autoptr(GPtrArray) splits = descriptor_splits(table);

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_create_table(self->client.service, descriptor, splits, NULL);
  return exchange_change(self, error);
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

static bool
ask_modify(Catalog *self, const Table *table, GError **error)
{
  g_autoptr(TTableDescriptor) descriptor = descriptor_new(table);

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_modify_table(self->client.service, descriptor, NULL);
  return exchange_change(self, error);
}

bool
catalog_modify(Catalog *self, const Table *table, GError **error)
{
  g_autoptr(Table) found = table_new(table->name);
  g_auto(FaultList) differences = {0};

  if (!alter_can_send(table, error))
    return false;
  if (!ask_modify(self, table, error)) {
    g_prefix_error(error, "table %s: alter: ", table->name);
    return false;
  }
  if (!describe(self, found, error))
    return false;
  alter_check(table, found, &differences);
  if (fault_list_length(&differences) > 0)
    g_propagate_error(error, fault_list_to_error(&differences));
  return fault_list_length(&differences) == 0;
}

static bool
read_text(WireReader *reader, GPtrArray *texts)
{
  Slice text;

  if (!wire_read_binary(reader, &text))
    return false;
  g_ptr_array_add(texts, slice_to_text(text));
  return true;
}

bool
catalog_has_namespace(Catalog *self, const char *space, bool *out_exists, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  ClientResult result;

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_list_namespaces(self->client.service, NULL);
  if (!exchange(self, WIRE_LIST, &result, error) ||
      !read_items(&result.reader, WIRE_STRING, read_text, names, error))
    return false;
  *out_exists = g_ptr_array_find_with_equal_func(names, space, g_str_equal, NULL);
  return true;
}

bool
catalog_create_namespace(Catalog *self, const char *space, GError **error)
{
  g_autoptr(TNamespaceDescriptor) descriptor =
      g_object_new(TYPE_T_NAMESPACE_DESCRIPTOR, "name", space, NULL);

  if (!client_begin(&self->client, error))
    return false;
  t_h_base_service_client_send_create_namespace(self->client.service, descriptor, NULL);
  if (exchange_change(self, error))
    return true;
  g_prefix_error(error, "namespace %s: create: ", space);
  return false;
}

bool
catalog_probe(Catalog *self, const Table *wanted, bool is_to_write, GError **error)
{
  const char *name = wanted->name;
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
  for (guint i = 0; i < wanted->families->len; i++) {
    Slice family = g_array_index(wanted->families, Family, i).name;
    g_autofree char *quoted = slice_quote(family);

    if (table_family(table, family) == NULL) {
      g_set_error(error, FAULT, FAULT_SETUP,
                  "table %s: family %s is missing: add it with `sluice init --alter %s`", name,
                  quoted, name);
      return false;
    }
  }
  return !is_to_write || table_takes_rows(wanted, table, error);
}
