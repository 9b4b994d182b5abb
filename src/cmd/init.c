/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "hbase/catalog.h"
#include "hbase/shell.h"
#include "json/build.h"
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
  gboolean is_json;
  int wait_s;           /* negative: not given */
  char **tables;        /* owned; NULL: all */
  MappingSet *mappings; /* owned */
  GPtrArray *chosen;    /* owned, of borrowed const Mapping *, in the order asked for */
  Catalog *catalog;     /* owned */
  JsonBuilder *json;    /* owned: a list of tables; NULL: lines of text */
} Init;

static void
init_clear(Init *self)
{
  cmd_options_clear(&self->options);
  g_clear_pointer(&self->tables, g_strfreev);
  g_clear_pointer(&self->chosen, g_ptr_array_unref);
  g_clear_pointer(&self->mappings, mapping_set_free);
  g_clear_pointer(&self->catalog, catalog_free);
  g_clear_object(&self->json);
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
add_json(JsonBuilder *json, const char *state, const Table *table, const FaultList *differences)
{
  json_builder_begin_object(json);
  json_build_text(json, "table", table->name);
  json_build_text(json, "state", state);
  json_build_count(json, "families", table->families->len);
  json_build_count(json, "regions", table->splits->len + 1);
  json_build_sentences(json, "differences", differences);
  json_builder_end_object(json);
}

static void
say_created(const Init *self, const Table *table)
{
  if (self->json != NULL)
    add_json(self->json, "created", table, &(FaultList){0});
  else
    printf("created  %s: %u families, %u regions\n", table->name, table->families->len,
           table->splits->len + 1);
  fflush(stdout);
}

/* Whether the table is as wanted. */
static bool
say_compared(const Init *self, const Table *wanted, const Table *found)
{
  g_auto(FaultList) differences = {0};
  size_t length;

  table_compare(wanted, found, &differences);
  length = fault_list_length(&differences);
  if (self->json != NULL)
    add_json(self->json, length == 0 ? "exists" : "differs", found, &differences);
  else if (length == 0)
    printf("exists   %s: as its mapping has it\n", wanted->name);
  for (size_t i = 0; self->json == NULL && i < length; i++)
    printf("DIFFERS  %s\n", fault_list_get(&differences, i));
  fflush(stdout);
  return length == 0;
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
    say_created(self->init, wanted);
    self->is_same = true;
    return true;
  }
  found = catalog_describe(catalog, wanted->name, error);
  if (found == NULL)
    return false;
  self->is_same = say_compared(self->init, wanted, found);
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

/* Under --json what was done is told at its end, wherever that is. */
static ExitCode
create_and_print(Init *self, GError **error)
{
  ExitCode code;

  if (!self->is_json)
    return create_all(self, error);
  self->json = json_builder_new();
  json_builder_begin_object(self->json);
  json_build_list(self->json, "tables");
  code = create_all(self, error);
  json_builder_end_array(self->json);
  json_builder_end_object(self->json);
  json_build_print(self->json, true);
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
  return init.catalog == NULL ? EXIT_FAILED : create_and_print(&init, error);
}
