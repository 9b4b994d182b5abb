/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/target.h"

#include "hbase/shell.h"

struct BulkTarget {
  const Mapping *mapping; /* borrowed */
  GatewayOptions options;
  Catalog *catalog; /* owned */
  int64_t patience_ms;
  const BulkWatch *watch; /* borrowed */
};

BulkTarget *
bulk_target_new(const GatewayOptions *gateway, const Mapping *mapping, int64_t patience_ms,
                const BulkWatch *watch, GError **error)
{
  BulkTarget *self = g_new0(BulkTarget, 1);

  self->mapping = mapping;
  self->patience_ms = patience_ms;
  self->watch = watch;
  self->options = *gateway;
  self->options.cancellable = watch->cancellable;
  self->catalog = catalog_new(&self->options, error);
  if (self->catalog != NULL)
    return self;
  bulk_target_free(self);
  return NULL;
}

void
bulk_target_free(BulkTarget *self)
{
  if (self == NULL)
    return;
  catalog_free(self->catalog);
  g_free(self);
}

typedef struct {
  BulkTarget *target;
  bool (*ask)(BulkTarget *self, void *out, GError **error);
  void *out;
} Question;

static bool
ask_once(void *data, GError **error)
{
  const Question *self = data;

  return self->ask(self->target, self->out, error);
}

/* Asks until the gateway answers or patience ends. */
static bool
ask(BulkTarget *self, bool (*question)(BulkTarget *self, void *out, GError **error), void *out,
    GError **error)
{
  g_autofree char *what = g_strdup_printf("table=%s", mapping_table(self->mapping));
  Wait wait = {.until_us = wait_until_us(self->patience_ms), .what = what};

  return bulk_watch_insist(self->watch, &wait, ask_once, &(Question){self, question, out}, error);
}

static bool
ask_existence(BulkTarget *self, void *out, GError **error)
{
  return catalog_has_table(self->catalog, mapping_table(self->mapping), out, error);
}

bool
bulk_target_expect_none(BulkTarget *self, GError **error)
{
  bool exists = false;

  if (!ask(self, ask_existence, &exists, error))
    return false;
  if (exists)
    g_set_error(error, FAULT, FAULT_SETUP,
                "--regions creates table %s, but it exists; leave the option out to load into the "
                "regions it has",
                mapping_table(self->mapping));
  return !exists;
}

static bool
ask_description(BulkTarget *self, void *out, GError **error)
{
  Table **table = out;
  const char *name = mapping_table(self->mapping);
  bool exists = false;

  if (!catalog_has_table(self->catalog, name, &exists, error))
    return false;
  if (!exists) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "there is no table %s: 'sluice init %s' creates it, or --regions N with a split "
                "that fits the data",
                name, name);
    return false;
  }

  g_autoptr(Table) wanted = table_from_mapping(self->mapping);
  g_autoptr(Table) found = catalog_describe(self->catalog, name, error);

  if (found == NULL || !table_takes_rows(wanted, found, error))
    return false;
  *table = g_steal_pointer(&found);
  return true;
}

/* `families` NULL: as the mapping has them. */
static bool
tell_job(BulkJob *job, const GArray *families, const GPtrArray *splits, GError **error)
{
  g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(Slice));

  for (guint i = 0; i < splits->len; i++) {
    size_t len = 0;
    const void *data = g_bytes_get_data(splits->pdata[i], &len);
    Slice start = slice(data, len);

    g_array_append_val(starts, start);
  }
  return bulk_job_set_table(
      job,
      &(BulkTable){.families = families == NULL ? NULL : (const Family *)(void *)families->data,
                   .families_length = families == NULL ? 0 : families->len,
                   .starts = (const Slice *)(const void *)starts->data,
                   .starts_length = starts->len},
      error);
}

bool
bulk_target_describe(BulkTarget *self, BulkJob *job, GError **error)
{
  Table *found = NULL;

  if (!ask(self, ask_description, &found, error))
    return false;

  g_autoptr(Table) table = found;

  return tell_job(job, table->families, table->splits, error);
}

static bool
ask_enabled(BulkTarget *self, void *out, GError **error)
{
  return catalog_is_enabled(self->catalog, mapping_table(self->mapping), out, error);
}

bool
bulk_target_expect_enabled(BulkTarget *self, GError **error)
{
  const char *name = mapping_table(self->mapping);
  bool is_enabled = false;

  if (!ask(self, ask_enabled, &is_enabled, error))
    return false;
  if (!is_enabled)
    g_set_error(error, FAULT, FAULT_SETUP,
                "table %s is disabled: enable '%s' in the hbase shell, then load", name, name);
  return is_enabled;
}

bool
bulk_target_create(BulkTarget *self, const BulkJob *job, GError **error)
{
  const BulkRegions *regions = bulk_job_regions(job);
  g_autoptr(Table) table = table_from_mapping(self->mapping);

  g_ptr_array_set_size(table->splits, 0);
  for (size_t i = 1; i < bulk_regions_length(regions); i++)
    table_add_split(table, bulk_regions_start(regions, i));
  return catalog_create(self->catalog, table, error);
}

/* Why a table that was there has no servers. */
static void
explain_no_server(BulkTarget *self, GError **error)
{
  const char *table = mapping_table(self->mapping);
  bool exists = false;

  if (!catalog_has_table(self->catalog, table, &exists, error))
    return;
  if (exists)
    g_set_error(error, FAULT, FAULT_PEER, "table %s: no region has a server", table);
  else
    g_set_error(error, FAULT, FAULT_SETUP,
                "table %s was dropped while the load ran: 'sluice init %s' creates it anew", table,
                table);
}

static void
add_servers(GPtrArray *servers, const GPtrArray *regions)
{
  for (guint i = 0; regions != NULL && i < regions->len; i++) {
    char *server = ((Region *)regions->pdata[i])->server;

    if (server != NULL)
      g_ptr_array_add(servers, server);
  }
}

char **
bulk_target_servers(void *target, GError **error)
{
  BulkTarget *self = target;
  g_autoptr(GPtrArray) regions =
      catalog_regions(self->catalog, mapping_table(self->mapping), error);
  g_autoptr(GPtrArray) meta = NULL;
  g_autoptr(GPtrArray) servers = g_ptr_array_new();

  if (regions == NULL)
    return NULL;
  add_servers(servers, regions);
  if (servers->len == 0) {
    explain_no_server(self, error);
    return NULL;
  }
  /* Before HBase 2.5 the others do not know where regions are. */
  meta = catalog_regions(self->catalog, "hbase:meta", NULL);
  add_servers(servers, meta);
  g_ptr_array_add(servers, NULL);
  return g_strdupv((char **)servers->pdata);
}

bool
bulk_target_guess(const Mapping *mapping, BulkJob *job, GError **error)
{
  g_autoptr(Table) table = table_from_mapping(mapping);

  return tell_job(job, NULL, table->splits, error);
}

bool
bulk_target_write_script(const Mapping *mapping, const BulkJob *job, const char *path,
                         GError **error)
{
  const BulkRegions *regions = bulk_job_regions(job);
  g_autoptr(Table) table = table_from_mapping(mapping);
  g_autoptr(GError) problem = NULL;
  g_autofree char *script = NULL;

  g_ptr_array_set_size(table->splits, 0);
  for (size_t i = 1; i < bulk_regions_length(regions); i++)
    table_add_split(table, bulk_regions_start(regions, i));
  script = shell_script((const Table *const[]){table}, 1);
  if (g_file_set_contents(path, script, -1, &problem))
    return true;
  g_set_error(error, FAULT, FAULT_SETUP, "%s", problem->message);
  return false;
}
