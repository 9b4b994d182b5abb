/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include "base/bytes.h"
#include "cmd/help.h"
#include "cmd/peers.h"
#include "cmd/version.h"
#include "config/value.h"

#include <stdio.h>
#include <string.h>

enum { SHARED_OPTIONS = 8, TIMEOUT_MS = 5 * 60 * 1000 };

/* What the parser fills in before any of it is understood. */
typedef struct {
  char *timeout; /* owned, as the rest */
  char *level;
  char *format;
  gboolean wants_help;
  gboolean wants_version;
} Texts;

static void
texts_clear(Texts *self)
{
  g_free(self->timeout);
  g_free(self->level);
  g_free(self->format);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Texts, texts_clear)

void
cmd_options_clear(CmdOptions *self)
{
  g_clear_pointer(&self->config_path, g_free);
  g_clear_pointer(&self->overrides, g_strfreev);
}

static void
list_shared(CmdOptions *self, Texts *texts, GOptionEntry entries[static SHARED_OPTIONS])
{
  const GOptionEntry shared[SHARED_OPTIONS] = {
      {"config", 0, 0, G_OPTION_ARG_FILENAME, &self->config_path,
       "read settings from FILE (default: $SLUICE_CONFIG, ./sluice.conf, "
       "/etc/sluice/sluice.conf, else settings that fit a stack on this machine)",
       "FILE"},
      {"set", 'X', 0, G_OPTION_ARG_FILENAME_ARRAY, &self->overrides,
       "change one setting, e.g. -X gateway.endpoints=hbase:9090; may be repeated",
       "SECTION.KEY=VALUE"},
      {"timeout", 0, 0, G_OPTION_ARG_FILENAME, &texts->timeout,
       "give up on a peer that does not answer after TIME (default 5m); the service never does",
       "TIME"},
      {"log-level", 0, 0, G_OPTION_ARG_FILENAME, &texts->level,
       "error, warning, message (default), info or debug", "LEVEL"},
      {"log-format", 0, 0, G_OPTION_ARG_FILENAME, &texts->format,
       "text (default) or json, one object a line", "FORMAT"},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &texts->wants_help, "show this page", NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &texts->wants_version, "name the version", NULL},
      {0},
  };

  memcpy(entries, shared, sizeof shared);
}

static const char *
nearest_option(const char *word, const GOptionEntry *own, const GOptionEntry *shared)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();

  for (const GOptionEntry *entry = own; entry->long_name != NULL; entry++)
    g_ptr_array_add(names, (gpointer)entry->long_name);
  for (const GOptionEntry *entry = shared; entry->long_name != NULL; entry++)
    g_ptr_array_add(names, (gpointer)entry->long_name);
  g_ptr_array_add(names, NULL);
  return fault_nearest(word, (const char *const *)names->pdata);
}

/* The name in an argument "--name=value" that no entry has, else NULL. */
static char *
unknown_name(const GError *problem, int argc, char **argv)
{
  if (!g_error_matches(problem, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
    return NULL;
  for (int i = 1; i < argc; i++) {
    if (!g_str_has_prefix(argv[i], "--"))
      continue;

    g_autofree char *name = g_strndup(argv[i] + 2, strcspn(argv[i] + 2, "="));

    if (*name != '\0' && strstr(problem->message, name) != NULL)
      return g_steal_pointer(&name);
  }
  return NULL;
}

static void
set_usage_error(GError **error, const CommandCall *call, const char *what)
{
  g_set_error(error, FAULT, FAULT_SETUP, "%s. 'sluice %s --help' explains the options.", what,
              call->command->name);
}

static void
set_parse_error(GError **error, const CommandCall *call, const GError *problem,
                const GOptionEntry *own, const GOptionEntry *shared)
{
  g_autofree char *name = unknown_name(problem, call->argc, call->argv);
  const char *nearest = name == NULL ? NULL : nearest_option(name, own, shared);
  g_autofree char *what = NULL;

  if (name == NULL)
    what = g_strdup(problem->message);
  else if (nearest == NULL)
    what = g_strdup_printf("there is no option --%s", name);
  else
    what = g_strdup_printf("there is no option --%s: did you mean --%s?", name, nearest);
  set_usage_error(error, call, what);
}

static bool
parse_arguments(const CommandCall *call, const GOptionEntry *own, const GOptionEntry *shared,
                GError **error)
{
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_autoptr(GError) problem = NULL;
  g_auto(GStrv) arguments = g_strdupv(call->argv);

  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_add_main_entries(context, own, NULL);
  g_option_context_add_main_entries(context, shared, NULL);
  if (!g_option_context_parse_strv(context, &arguments, &problem)) {
    set_parse_error(error, call, problem, own, shared);
    return false;
  }
  if (arguments[0] != NULL && arguments[1] != NULL) {
    g_autofree char *quoted = slice_quote(slice_text(arguments[1]));
    g_autofree char *what = g_strdup_printf("'%s' is one word too many", quoted);

    set_usage_error(error, call, what);
    return false;
  }
  return true;
}

static bool
choose(const char *option, const char *text, const char *const *words, unsigned *out_index,
       GError **error)
{
  if (value_parse_word(text, words, out_index, error))
    return true;
  g_prefix_error(error, "--%s: ", option);
  return false;
}

static bool
understand(CmdOptions *self, const Texts *texts, Log *log, GError **error)
{
  unsigned index = 0;

  self->timeout_ms = TIMEOUT_MS;
  self->has_level = texts->level != NULL;
  self->has_format = texts->format != NULL;
  if (texts->format != NULL) {
    if (!choose("log-format", texts->format, log_formats, &index, error))
      return false;
    log_set_format(log, (LogFormat)index);
  }
  if (texts->level != NULL) {
    if (!choose("log-level", texts->level, log_levels, &index, error))
      return false;
    log_set_level(log, (LogLevel)index);
  }
  return texts->timeout == NULL ||
         cmd_options_duration("timeout", texts->timeout, &self->timeout_ms, error);
}

bool
cmd_options_parse(CmdOptions *self, const CommandCall *call, const GOptionEntry *entries,
                  const char *about, GError **error)
{
  g_auto(Texts) texts = {0};
  GOptionEntry shared[SHARED_OPTIONS];

  list_shared(self, &texts, shared);
  if (!parse_arguments(call, entries, shared, error))
    return false;
  if (texts.wants_help) {
    g_autofree char *page = cmd_help_page(call->command, about, entries, shared);

    fputs(page, stdout);
    return false;
  }
  if (texts.wants_version) {
    cmd_version_print();
    return false;
  }
  return understand(self, &texts, call->log, error);
}

Config *
cmd_options_read_config(const CmdOptions *self, const CommandCall *call, FaultList *faults)
{
  g_auto(GStrv) environment = g_get_environ();
  const ConfigSources sources = {
      .path = self->config_path,
      .environment = (const char *const *)environment,
      .overrides = (const char *const *)self->overrides,
  };
  Config *config = config_read(&sources, faults);

  if (!self->has_level)
    log_set_level(call->log, (LogLevel)config->log.level);
  if (!self->has_format)
    log_set_format(call->log, (LogFormat)config->log.format);
  cmd_properties_check(config, faults);
  return config;
}

Config *
cmd_options_config(const CmdOptions *self, const CommandCall *call, GError **error)
{
  g_auto(FaultList) faults = {0};
  g_autoptr(Config) config = cmd_options_read_config(self, call, &faults);

  if (fault_list_length(&faults) == 0)
    return g_steal_pointer(&config);
  g_propagate_error(error, fault_list_to_error(&faults));
  return NULL;
}

bool
cmd_options_bytes(const char *option, const char *text, uint64_t *out_bytes, GError **error)
{
  if (value_parse_bytes(text, out_bytes, error))
    return true;
  g_prefix_error(error, "--%s: ", option);
  return false;
}

bool
cmd_options_duration(const char *option, const char *text, int64_t *out_ms, GError **error)
{
  bool is_bare = *text != '\0' && strspn(text, "0123456789") == strlen(text);
  g_autofree char *seconds = g_strconcat(text, is_bare ? "s" : "", NULL);

  if (value_parse_duration(seconds, out_ms, error))
    return true;
  g_prefix_error(error, "--%s: ", option);
  return false;
}

bool
cmd_options_number(const CmdNumber *number, int64_t *out_number, GError **error)
{
  int64_t most = number->most == 0 ? G_MAXINT64 - 1 : number->most;
  guint64 read;

  if (number->text == NULL)
    return true;
  if (g_ascii_string_to_unsigned(number->text, 10, (guint64)number->least, (guint64)most, &read,
                                 NULL)) {
    *out_number = (int64_t)read;
    return true;
  }

  g_autofree char *quoted = slice_quote(slice_text(number->text));
  g_autofree char *up_to =
      number->most == 0 ? g_strdup("") : g_strdup_printf(" to %" G_GINT64_FORMAT, most);

  g_set_error(error, FAULT, FAULT_SETUP,
              "--%s: '%s' is not a whole number from %" G_GINT64_FORMAT "%s", number->option,
              quoted, number->least, up_to);
  return false;
}

bool
cmd_options_refuse(const CommandCall *call, GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_SETUP, "%s. 'sluice %s --help' explains", what,
              call->command->name);
  return false;
}
