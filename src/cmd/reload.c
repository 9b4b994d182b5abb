/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/reload.h"

#include "base/event.h"
#include "cmd/peers.h"
#include "hbase/catalog.h"
#include "mapping/change/change.h"

#include <string.h>

/* Nothing else is served while the gateway is asked. */
enum { GATEWAY_MS = 3000 };

/* Settings whose new value counts at once. */
static const char *const at_once[] = {"log.level", "log.format", NULL};

typedef struct {
  GHashTable *before; /* values by name */
  GString *changed;   /* names that wait for the next start */
} Difference;

static void
remember(void *data, const char *name, const char *value, const char *origin)
{
  (void)origin;
  g_hash_table_insert(data, g_strdup(name), g_strdup(value));
}

/* Secrets are shown alike, whatever they are. */
static void
compare(void *data, const char *name, const char *value, const char *origin)
{
  Difference *self = data;
  const char *before = g_hash_table_lookup(self->before, name);

  (void)origin;
  if (g_strcmp0(before, value) != 0 && !g_strv_contains(at_once, name))
    g_string_append_printf(self->changed, "%s%s", self->changed->len > 0 ? " " : "", name);
  g_hash_table_remove(self->before, name);
}

static void
tell_difference(const Config *before, const Config *now)
{
  g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GString) changed = g_string_new(NULL);
  GHashTableIter iter;
  gpointer name;

  config_show(before, remember, values);
  config_show(now, compare, &(Difference){values, changed});
  g_hash_table_iter_init(&iter, values);
  while (g_hash_table_iter_next(&iter, &name, NULL))
    g_string_append_printf(changed, "%s%s", changed->len > 0 ? " " : "", (const char *)name);
  if (changed->len > 0) {
    g_autofree char *settings = event_value(changed->str);

    g_warning("the next start takes over settings=%s", settings);
  }
}

Config *
cmd_reload(const CmdOptions *options, const CommandCall *call, const Config *before)
{
  g_auto(FaultList) faults = {0};
  g_autoptr(Config) now = cmd_options_read_config(options, call, &faults);

  if (fault_list_length(&faults) == 0) {
    tell_difference(before, now);
    return g_steal_pointer(&now);
  }
  for (size_t i = 0; i < fault_list_length(&faults); i++) {
    g_autofree char *reason = event_value(fault_list_get(&faults, i));

    g_warning("the configuration stays as it was reason=%s", reason);
  }
  if (!options->has_level)
    log_set_level(call->log, (LogLevel)before->log.level);
  if (!options->has_format)
    log_set_format(call->log, (LogFormat)before->log.format);
  return NULL;
}

static void
tell_kept(const char *sentence)
{
  g_autofree char *reason = event_value(sentence);

  g_warning("a mapping is not taken over reason=%s", reason);
}

static MappingSet *
read_mappings(const CmdRunning *self)
{
  g_auto(FaultList) faults = {0};
  g_autoptr(MappingSet) set = mapping_set_read(self->config, &faults);

  if (fault_list_length(&faults) == 0)
    return g_steal_pointer(&set);
  for (size_t i = 0; i < fault_list_length(&faults); i++) {
    g_autofree char *reason = event_value(fault_list_get(&faults, i));

    g_warning("the mappings stay as they were reason=%s", reason);
  }
  return NULL;
}

/* Whether records could be written by it at once; why not is logged. */
static bool
is_ready_for(const CmdRunning *self, const Mapping *mapping)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Catalog) catalog = NULL;
  GatewayOptions gateway = cmd_gateway_options(self->config);
  g_autoptr(Table) wanted = table_from_mapping(mapping);
  g_autofree char *sentence = NULL;

  gateway.connect_timeout_ms = MIN(gateway.connect_timeout_ms, GATEWAY_MS);
  gateway.send_timeout_ms = MIN(gateway.send_timeout_ms, GATEWAY_MS);
  gateway.receive_timeout_ms = MIN(gateway.receive_timeout_ms, GATEWAY_MS);
  if (mapping_needs_registry(mapping) && !self->has_registry) {
    sentence = g_strdup_printf("%s: it is the first that needs the schema registry, which is asked "
                               "from the next start on",
                               mapping_path(mapping));
    tell_kept(sentence);
    return false;
  }
  catalog = catalog_new(&gateway, &error);
  if (catalog != NULL && catalog_probe(catalog, wanted, true, &error))
    return true;
  sentence =
      g_strdup_printf("%s: %s; then send SIGHUP again", mapping_path(mapping), error->message);
  tell_kept(sentence);
  return false;
}

/* The number of the mapping that runs for that table and topic; -1: none does. */
static int
number_of(const Mapping *const *running, size_t length, const Mapping *mapping)
{
  for (size_t i = 0; i < length; i++)
    if (strcmp(mapping_table(running[i]), mapping_table(mapping)) == 0 &&
        strcmp(mapping_topic(running[i]), mapping_topic(mapping)) == 0)
      return (int)i;
  return -1;
}

int *
cmd_reload_number(const Mapping *const *running, size_t running_length, const GPtrArray *now)
{
  int *numbers = g_new(int, now->len + 1);

  for (guint i = 0; i < now->len; i++)
    numbers[i] = number_of(running, running_length, now->pdata[i]);
  numbers[now->len] = (int)running_length;
  return numbers;
}

/* Those of the change's list that can be taken now, in its order. */
static GPtrArray *
take_ready(const CmdRunning *self, const MappingChange *change, bool *out_is_other)
{
  GPtrArray *list = g_ptr_array_new();

  *out_is_other = false;
  for (guint i = 0; i < change->list->len; i++) {
    const Mapping *mapping = change->list->pdata[i];
    int number = number_of(self->running, self->running_length, mapping);
    const Mapping *before = number < 0 ? NULL : self->running[number];

    if (mapping != before && is_ready_for(self, mapping)) {
      g_ptr_array_add(list, (gpointer)mapping);
      *out_is_other = true;
    } else if (before != NULL) {
      g_ptr_array_add(list, (gpointer)before);
    }
  }
  return list;
}

bool
cmd_reload_mappings(const CmdRunning *self, MappingSet **out_set, GPtrArray **out_list)
{
  g_autoptr(MappingSet) set = read_mappings(self);
  g_autoptr(GPtrArray) wanted = g_ptr_array_new();
  g_autoptr(GPtrArray) list = NULL;
  g_auto(MappingChange) change = {0};
  bool is_other;

  if (set == NULL)
    return false;
  for (size_t i = 0; i < mapping_set_length(set); i++)
    if (self->topic == NULL || strcmp(mapping_topic(mapping_set_get(set, i)), self->topic) == 0)
      g_ptr_array_add(wanted, (gpointer)mapping_set_get(set, i));
  mapping_change_init(&change, self->running, self->running_length,
                      (const Mapping *const *)(void *)wanted->pdata, wanted->len);
  for (size_t i = 0; i < fault_list_length(&change.told); i++)
    tell_kept(fault_list_get(&change.told, i));
  list = take_ready(self, &change, &is_other);
  if (!is_other)
    return false;
  *out_set = g_steal_pointer(&set);
  *out_list = g_steal_pointer(&list);
  return true;
}
