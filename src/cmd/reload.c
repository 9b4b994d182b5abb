/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/reload.h"

#include "base/event.h"

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
