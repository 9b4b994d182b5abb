/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

#include "hbase/catalog.h"
#include "hbase/gateway.h"

/* That one gateway alone, with answers in a person's time. */
static GatewayOptions
options_for(const Check *self, const char *const endpoints[static 2])
{
  GatewayOptions options = self->gateway;

  options.endpoints = endpoints;
  options.connect_timeout_ms = MIN(options.connect_timeout_ms, (uint32_t)self->wait_ms);
  options.receive_timeout_ms = MIN(options.receive_timeout_ms, (uint32_t)self->wait_ms);
  return options;
}

/* What answers may not be a gateway at all, or another than the settings say. */
static void
say_fault(const Check *self, const GatewayOptions *options, const GError *error)
{
  g_auto(FaultList) faults = {0};

  if (!g_error_matches(error, FAULT, FAULT_PEER))
    gateway_check(options, &faults);
  if (fault_list_length(&faults) == 0)
    check_findings_error(self->findings, "gateway", NULL, error);
  else
    check_findings_list(self->findings, "gateway", &faults);
}

/* The gateway's tables, NULL when it is at fault. */
static char **
look_at_gateway(const Check *self, const GatewayOptions *options, Catalog *catalog)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) tables = catalog_list(catalog, &error);

  if (tables == NULL)
    say_fault(self, options, error);
  else
    check_findings_fine(self->findings, "gateway", "%s: %u tables", options->endpoints[0],
                        g_strv_length(tables));
  return g_steal_pointer(&tables);
}

static void
say_missing(const Check *self, char **tables, const char *name)
{
  const char *nearest = fault_nearest(name, (const char *const *)tables);

  if (nearest == NULL)
    check_findings_fault(self->findings, "table", "%s does not exist: 'sluice init %s' creates it",
                         name, name);
  else
    check_findings_fault(self->findings, "table",
                         "%s does not exist, %s does: 'sluice init %s' creates it", name, nearest,
                         name);
}

/* What keeps no record from being written is told, and is no fault. */
static void
say_sound(const Check *self, const Table *wanted, const Table *found)
{
  g_auto(FaultList) differences = {0};

  table_compare(wanted, found, &differences);
  check_findings_fine(self->findings, "table", "%s: %u families, %u regions%s%s", found->name,
                      found->families->len, found->splits->len + 1,
                      fault_list_length(&differences) == 0
                          ? ""
                          : "; not as the mapping has it, as this shows: sluice init ",
                      fault_list_length(&differences) == 0 ? "" : found->name);
}

static void
look_at_table(const Check *self, Catalog *catalog, char **tables, const Mapping *mapping)
{
  const char *name = mapping_table(mapping);
  g_autoptr(Table) wanted = table_from_mapping(mapping);
  g_autoptr(Table) found = NULL;
  g_autoptr(GError) error = NULL;

  if (!g_strv_contains((const char *const *)tables, name)) {
    say_missing(self, tables, name);
    return;
  }
  if (catalog_probe(catalog, wanted, true, &error))
    found = catalog_describe(catalog, name, &error);
  if (found == NULL)
    check_findings_error(self->findings, "table", NULL, error);
  else
    say_sound(self, wanted, found);
}

static void
look_at_tables(const Check *self, Catalog *catalog, char **tables)
{
  for (size_t i = 0; i < mapping_set_length(self->mappings); i++)
    look_at_table(self, catalog, tables, mapping_set_get(self->mappings, i));
}

static bool
look_at_endpoint(const Check *self, const char *endpoint, bool with_tables)
{
  const char *const endpoints[] = {endpoint, NULL};
  const GatewayOptions options = options_for(self, endpoints);
  g_autoptr(GError) error = NULL;
  g_autoptr(Catalog) catalog = catalog_new(&options, &error);
  g_auto(GStrv) tables = NULL;

  if (catalog == NULL) {
    check_findings_error(self->findings, "gateway", NULL, error);
    return false;
  }
  tables = look_at_gateway(self, &options, catalog);
  if (tables != NULL && with_tables)
    look_at_tables(self, catalog, tables);
  return tables != NULL;
}

/* Every gateway; the tables by the first that answers. */
void
check_hbase(const Check *self)
{
  bool has_tables = false;

  for (char **endpoint = self->config->gateway.endpoints; *endpoint != NULL; endpoint++)
    has_tables |= look_at_endpoint(self, *endpoint, !has_tables);
  if (!has_tables)
    check_findings_skip(self->findings, "table", "not looked at, for want of a gateway");
}
