/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "hbase/catalog.h"
#include "hbase/shell.h"
#include "mapping/set.h"

#include <stdio.h>

static const char about[] =
    "Creates the tables of all mappings, or of those named, with their families and split\n"
    "points, through the Thrift gateway, and reads them back. A table that exists is compared\n"
    "with its mapping and never changed: what differs is said, and the exit code is then 1.";

/* One call of init, from its options to what it is about. */
typedef struct {
  CmdOptions options;
  gboolean is_print;
  int wait_s;           /* negative: not given */
  char **tables;        /* owned; NULL: all */
  MappingSet *mappings; /* owned */
  GPtrArray *chosen;    /* owned, of borrowed const Mapping *, in the order asked for */
  Catalog *catalog;     /* owned */
} Init;

static void
init_clear(Init *self)
{
  cmd_options_clear(&self->options);
  g_clear_pointer(&self->tables, g_strfreev);
  g_clear_pointer(&self->chosen, g_ptr_array_unref);
  g_clear_pointer(&self->mappings, mapping_set_free);
  g_clear_pointer(&self->catalog, catalog_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Init, init_clear)

static bool
parse(Init *self, const CommandCall *call, GError **error)
{
  const GOptionEntry entries[] = {
      {"wait", 0, 0, G_OPTION_ARG_INT, &self->wait_s,
       "wait so long for a gateway and HBase that are still starting (default: --timeout)",
       "SECONDS"},
      {"print", 0, 0, G_OPTION_ARG_NONE, &self->is_print,
       "write a script for the hbase shell that does the same, and do nothing", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->tables, "", "TABLE..."},
      {0},
  };

  self->wait_s = -1;
  return cmd_options_parse(&self->options, call, entries, about, error);
}

static bool
choose(Init *self, GError **error)
{
  self->chosen = g_ptr_array_new();
  for (char **table = self->tables; table != NULL && *table != NULL; table++) {
    const Mapping *mapping = mapping_set_for_table(self->mappings, *table, error);

    if (mapping == NULL)
      return false;
    g_ptr_array_add(self->chosen, (gpointer)mapping);
  }
  for (size_t i = 0; self->tables == NULL && i < mapping_set_length(self->mappings); i++)
    g_ptr_array_add(self->chosen, (gpointer)mapping_set_get(self->mappings, i));
  return true;
}

static void
print_script(const Init *self)
{
  g_autofree char *script =
      shell_script((const Mapping *const *)self->chosen->pdata, self->chosen->len);

  fputs(script, stdout);
}

static void
say_created(const Table *table)
{
  printf("created  %s: %u families, %u regions\n", table->name, table->families->len,
         table->splits->len + 1);
  fflush(stdout);
}

/* Whether the table is as wanted. */
static bool
say_compared(const Table *wanted, const Table *found)
{
  g_auto(FaultList) differences = {0};

  table_compare(wanted, found, &differences);
  if (fault_list_length(&differences) == 0)
    printf("exists   %s: as its mapping has it\n", wanted->name);
  for (size_t i = 0; i < fault_list_length(&differences); i++)
    printf("DIFFERS  %s\n", fault_list_get(&differences, i));
  fflush(stdout);
  return fault_list_length(&differences) == 0;
}

typedef struct {
  Init *init;
  const Mapping *mapping;
  bool is_same; /* as its mapping has it */
} Step;

static bool
create_or_compare(void *data, GError **error)
{
  Step *self = data;
  Catalog *catalog = self->init->catalog;
  g_autoptr(Table) wanted = table_from_mapping(self->mapping);
  g_autoptr(Table) found = NULL;
  bool exists = false;

  if (!catalog_has_table(catalog, wanted->name, &exists, error))
    return false;
  if (!exists) {
    if (!catalog_create(catalog, wanted, error))
      return false;
    say_created(wanted);
    self->is_same = true;
    return true;
  }
  found = catalog_describe(catalog, wanted->name, error);
  if (found == NULL)
    return false;
  self->is_same = say_compared(wanted, found);
  return true;
}

static ExitCode
create_all(Init *self, GError **error)
{
  int64_t wait_ms = self->wait_s >= 0 ? (int64_t)self->wait_s * 1000 : self->options.timeout_ms;
  int64_t until_us = wait_until_us(wait_ms);
  ExitCode code = EXIT_DONE;

  for (guint i = 0; i < self->chosen->len; i++) {
    Step step = {.init = self, .mapping = self->chosen->pdata[i]};
    g_autofree char *what = g_strconcat("table=", mapping_table(step.mapping), NULL);
    Wait wait = {.until_us = until_us, .what = what};

    if (!wait_for(&wait, create_or_compare, &step, error))
      return EXIT_PEER;
    if (!step.is_same)
      code = EXIT_DATA;
  }
  return code;
}

ExitCode
cmd_init(const CommandCall *call, GError **error)
{
  g_auto(Init) init = {0};
  g_autoptr(Config) config = NULL;
  GatewayOptions gateway;

  if (!parse(&init, call, error))
    return EXIT_DONE;
  config = cmd_options_config(&init.options, call, error);
  if (config == NULL)
    return EXIT_USAGE;
  init.mappings = mapping_set_load(config, error);
  if (init.mappings == NULL || !choose(&init, error))
    return EXIT_USAGE;
  if (init.is_print) {
    print_script(&init);
    return EXIT_DONE;
  }
  gateway = cmd_gateway_options(config);
  init.catalog = catalog_new(&gateway, error);
  return init.catalog == NULL ? EXIT_USAGE : create_all(&init, error);
}
