/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "hbase/catalog.h"
#include "hbase/shell.h"
#include "mapping/set.h"
#include "report/report.h"

#include <stdio.h>

static const char about[] =
    "Creates the tables of all mappings, or of those named, with their families and split\n"
    "points, through the Thrift gateway, and reads them back. A table that exists is compared\n"
    "with its mapping and never changed: what differs is said, and the exit code is then 1.";

/* One call of init, from its options to what it is about. */
typedef struct {
  CmdOptions options;
  gboolean is_print;
  gboolean is_json;
  int wait_s;           /* negative: not given */
  char **tables;        /* owned; NULL: all */
  MappingSet *mappings; /* owned */
  GPtrArray *chosen;    /* owned, of borrowed const Mapping *, in the order asked for */
  Catalog *catalog;     /* owned */
  Report *report;       /* owned */
} Init;

static void
init_clear(Init *self)
{
  cmd_options_clear(&self->options);
  g_clear_pointer(&self->tables, g_strfreev);
  g_clear_pointer(&self->chosen, g_ptr_array_unref);
  g_clear_pointer(&self->mappings, mapping_set_free);
  g_clear_pointer(&self->catalog, catalog_free);
  g_clear_pointer(&self->report, report_free);
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
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "write one JSON object", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->tables, "", "TABLE..."},
      {0},
  };

  self->wait_s = -1;
  if (!cmd_options_parse(&self->options, call, entries, about, error))
    return false;
  if (self->is_json && self->is_print)
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "--print writes a script, --json what was done: leave one out");
  return !self->is_json || !self->is_print;
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
tell(Report *report, const char *state, const Table *table, const FaultList *differences)
{
  report_object(report, NULL);
  report_text(report, "table", table->name);
  report_text(report, "state", state);
  report_count(report, "families", table->families->len);
  report_count(report, "regions", table->splits->len + 1);
  if (strcmp(state, "created") == 0)
    report_say(report, "created  {table}: {families} families, {regions} regions\n");
  else if (strcmp(state, "exists") == 0)
    report_say(report, "exists   {table}: as its mapping has it\n");
  report_sentences(report, "differences", differences, "DIFFERS  {}\n");
  report_end(report);
  report_flush(report);
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
  g_auto(FaultList) differences = {0};
  bool exists = false;

  if (!catalog_has_table(catalog, wanted->name, &exists, error))
    return false;
  if (!exists) {
    if (!catalog_create(catalog, wanted, error))
      return false;
    tell(self->init->report, "created", wanted, &differences);
    self->is_same = true;
    return true;
  }
  found = catalog_describe(catalog, wanted->name, error);
  if (found == NULL)
    return false;
  table_compare(wanted, found, &differences);
  self->is_same = fault_list_length(&differences) == 0;
  tell(self->init->report, self->is_same ? "exists" : "differs", found, &differences);
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
      return EXIT_FAILED;
    if (!step.is_same)
      code = EXIT_DATA;
  }
  return code;
}

/* What was done is told, wherever it ends. */
static ExitCode
create_and_tell(Init *self, GError **error)
{
  ExitCode code;

  self->report = report_new(self->is_json);
  report_list(self->report, "tables");
  code = create_all(self, error);
  report_end_all(self->report);
  return code;
}

ExitCode
cmd_init(const CommandCall *call, GError **error)
{
  g_auto(Init) init = {0};
  g_autoptr(Config) config = NULL;
  GatewayOptions gateway;

  if (!parse(&init, call, error))
    return exit_code_unless(error, EXIT_DONE);
  config = cmd_options_config(&init.options, call, error);
  if (config == NULL)
    return EXIT_FAILED;
  init.mappings = mapping_set_load(config, error);
  if (init.mappings == NULL || !choose(&init, error))
    return EXIT_FAILED;
  if (init.is_print) {
    print_script(&init);
    return EXIT_DONE;
  }
  gateway = cmd_gateway_options(config);
  init.catalog = catalog_new(&gateway, error);
  return init.catalog == NULL ? EXIT_FAILED : create_and_tell(&init, error);
}
