/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "hbase/alter.h"
#include "hbase/catalog.h"
#include "hbase/shell.h"
#include "mapping/set.h"
#include "report/report.h"

#include <stdio.h>

static const char about[] =
    "Creates the tables of all mappings, or of those named, with their families and split\n"
    "points, through the Thrift gateway, and reads them back. A table that exists is compared\n"
    "with its mapping: what differs is said, and the exit code is then 1. Only --alter changes\n"
    "such a table, and only where no cell is lost: it adds families and sets attributes.";

/* One call of init, from its options to what it is about. */
typedef struct {
  CmdOptions options;
  gboolean is_print;
  gboolean is_json;
  gboolean alters;
  gboolean creates_namespace;
  int wait_s;           /* negative: not given */
  char **tables;        /* owned; NULL: all */
  MappingSet *mappings; /* owned */
  GPtrArray *chosen;    /* owned, of owned Table, in the order asked for */
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
      {"alter", 0, 0, G_OPTION_ARG_NONE, &self->alters,
       "make the tables that exist what their mappings say, where that loses no cell", NULL},
      {"create-namespace", 0, 0, G_OPTION_ARG_NONE, &self->creates_namespace,
       "create the namespaces of the tables, too", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "write one JSON object", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->tables, "", "TABLE..."},
      {0},
  };

  self->wait_s = -1;
  if (!cmd_options_parse(&self->options, call, entries, about, error))
    return false;
  if (self->is_print && self->is_json)
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "--print writes a script, --json what was done: leave one out");
  else if (self->is_print && (self->alters || self->creates_namespace))
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "--print does nothing to tables: leave out --alter and --create-namespace");
  return !self->is_print || (!self->is_json && !self->alters && !self->creates_namespace);
}

static void
choose_table(Init *self, const char *table)
{
  for (guint i = 0; i < self->chosen->len; i++)
    if (strcmp(((const Table *)self->chosen->pdata[i])->name, table) == 0)
      return;
  g_ptr_array_add(self->chosen, table_of_mappings(table, mapping_set_list(self->mappings),
                                                  mapping_set_length(self->mappings)));
}

static bool
choose(Init *self, GError **error)
{
  self->chosen = g_ptr_array_new_with_free_func((GDestroyNotify)table_free);
  for (char **table = self->tables; table != NULL && *table != NULL; table++) {
    g_autoptr(GPtrArray) found = mapping_set_find(self->mappings, *table, NULL, error);

    if (found == NULL)
      return false;
    choose_table(self, *table);
  }
  for (size_t i = 0; self->tables == NULL && i < mapping_set_length(self->mappings); i++)
    choose_table(self, mapping_table(mapping_set_get(self->mappings, i)));
  return true;
}

static void
print_script(const Init *self)
{
  g_autofree char *script =
      shell_script((const Table *const *)self->chosen->pdata, self->chosen->len);

  fputs(script, stdout);
}

/* One table on its way to what its mapping says. */
typedef struct {
  Init *init;
  const Table *wanted;
  bool is_same; /* as its mappings have it */
} Step;

/* What was found and done, said line by line. */
typedef struct {
  const char *state;     /* "created", "exists", "altered", "differs" */
  const Table *table;    /* as it is now */
  FaultList changes;     /* made to it */
  FaultList differences; /* that are left */
  FaultList notes;
  char *created_namespace; /* owned; NULL: none */
} Outcome;

static void
outcome_clear(Outcome *self)
{
  fault_list_clear(&self->changes);
  fault_list_clear(&self->differences);
  fault_list_clear(&self->notes);
  g_free(self->created_namespace);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

static void
tell(const Init *self, const Outcome *outcome)
{
  Report *report = self->report;
  const Table *table = outcome->table;

  report_object(report, NULL);
  if (outcome->created_namespace != NULL) {
    report_text(report, "created_namespace", outcome->created_namespace);
    report_say(report, "created  namespace {created_namespace}\n");
  }
  report_text(report, "table", table->name);
  report_text(report, "state", outcome->state);
  report_count(report, "families", table->families->len);
  report_count(report, "regions", table->splits->len + 1);
  if (strcmp(outcome->state, "created") == 0)
    report_say(report, "created  {table}: {families} families, {regions} regions\n");
  else if (strcmp(outcome->state, "exists") == 0)
    report_say(report, "exists   {table}: as its mapping has it\n");
  if (self->alters)
    report_sentences(report, "changes", &outcome->changes, "altered  {}\n");
  report_sentences(report, "differences", &outcome->differences, "DIFFERS  {}\n");
  if (self->alters)
    report_sentences(report, "notes", &outcome->notes, "NOTE     {}\n");
  report_end(report);
  report_flush(report);
}

static bool
need_namespace(const Init *self, const char *table, char **out_created, GError **error)
{
  const char *colon = strchr(table, ':');
  g_autofree char *space = colon == NULL ? NULL : g_strndup(table, (size_t)(colon - table));
  bool exists = true;

  if (space == NULL)
    return true;
  if (!catalog_has_namespace(self->catalog, space, &exists, error))
    return false;
  if (exists)
    return true;
  if (self->creates_namespace) {
    if (!catalog_create_namespace(self->catalog, space, error))
      return false;
    *out_created = g_steal_pointer(&space);
    return true;
  }
  g_set_error(
      error, FAULT, FAULT_SETUP,
      "table %s: there is no namespace %s: create it with `sluice init --create-namespace`; "
      "in the hbase shell: create_namespace '%s'",
      table, space, space);
  return false;
}

static bool
create(Step *self, const Table *wanted, GError **error)
{
  g_auto(Outcome) outcome = {.state = "created", .table = wanted};

  if (!need_namespace(self->init, wanted->name, &outcome.created_namespace, error) ||
      !catalog_create(self->init->catalog, wanted, error))
    return false;
  tell(self->init, &outcome);
  self->is_same = true;
  return true;
}

/* Makes the changes that are safe. */
static bool
alter(const Init *self, const Table *wanted, Table **found, Outcome *outcome, GError **error)
{
  alter_table(*found, wanted, &outcome->changes);
  alter_surplus(*found, wanted, &outcome->notes);
  if (fault_list_length(&outcome->changes) == 0)
    return true;
  if (!catalog_modify(self->catalog, *found, error))
    return false;
  g_clear_pointer(found, table_free);
  *found = catalog_describe(self->catalog, wanted->name, error);
  return *found != NULL;
}

static bool
compare(Step *self, const Table *wanted, GError **error)
{
  g_autoptr(Table) found = catalog_describe(self->init->catalog, wanted->name, error);
  g_auto(Outcome) outcome = {0};

  if (found == NULL || (self->init->alters && !alter(self->init, wanted, &found, &outcome, error)))
    return false;
  table_compare(wanted, found, &outcome.differences);
  self->is_same = fault_list_length(&outcome.differences) == 0;
  outcome.table = found;
  outcome.state = !self->is_same                             ? "differs"
                  : fault_list_length(&outcome.changes) == 0 ? "exists"
                                                             : "altered";
  tell(self->init, &outcome);
  return true;
}

static bool
create_or_compare(void *data, GError **error)
{
  Step *self = data;
  const Table *wanted = self->wanted;
  bool exists = false;

  if (!catalog_has_table(self->init->catalog, wanted->name, &exists, error))
    return false;
  return exists ? compare(self, wanted, error) : create(self, wanted, error);
}

static ExitCode
create_all(Init *self, GError **error)
{
  int64_t wait_ms = self->wait_s >= 0 ? (int64_t)self->wait_s * 1000 : self->options.timeout_ms;
  int64_t until_us = wait_until_us(wait_ms);
  ExitCode code = EXIT_DONE;

  for (guint i = 0; i < self->chosen->len; i++) {
    Step step = {.init = self, .wanted = self->chosen->pdata[i]};
    g_autofree char *what = g_strconcat("table=", step.wanted->name, NULL);
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
