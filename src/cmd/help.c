/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/help.h"

#include "config/settings.h"

#include <string.h>

enum { OPTION_COLUMN = 26, LINE_COLUMNS = 90 };

char *
cmd_help_overview(const Command *commands)
{
  g_autoptr(GString) page = g_string_new(
      "sluice takes Avro records off Kafka and writes them into HBase tables through the HBase\n"
      "Thrift gateway; it also turns CSV files into HFiles for bulk loads.\n"
      "A mapping file says which field of a record becomes which column of a table.\n"
      "\n"
      "Usage: sluice COMMAND [OPTION...]\n"
      "\n"
      "Commands:\n");

  for (const Command *command = commands; command->name != NULL; command++)
    g_string_append_printf(page, "  %-10s %s\n", command->name, command->summary);
  g_string_append(
      page, "\n"
            "A first time, with Kafka and HBase running:\n"
            "  sluice check        says what is missing, if anything\n"
            "  sluice init         creates the tables\n"
            "  sluice run          moves records until it is stopped\n"
            "\n"
            "'sluice COMMAND --help' explains a command, 'sluice help settings' every setting,\n"
            "'sluice --version' names the version.\n"
            "Exit codes: 0 done, 1 the data is not as it should be, 2 wrong use or "
            "configuration,\n"
            "3 a peer could not be reached, 4 stopped before the work was whole.\n");
  return g_string_free(g_steal_pointer(&page), FALSE);
}

/* Words of `text` from the option column on, wrapped. */
static void
append_wrapped(GString *page, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  size_t column = OPTION_COLUMN;

  for (char **word = words; *word != NULL; word++) {
    size_t width = (size_t)g_utf8_strlen(*word, -1);

    if (column > OPTION_COLUMN && column + 1 + width > LINE_COLUMNS) {
      g_string_append_printf(page, "\n%*s", OPTION_COLUMN, "");
      column = OPTION_COLUMN;
    }
    g_string_append_printf(page, "%s%s", column > OPTION_COLUMN ? " " : "", *word);
    column += width + (column > OPTION_COLUMN ? 1 : 0);
  }
  g_string_append_c(page, '\n');
}

/* "  label", then the text from the option column on. */
static void
append_described(GString *page, const char *label, const char *text)
{
  if (strlen(label) + 1 < OPTION_COLUMN) /* two blanks at least: they end the label */
    g_string_append_printf(page, "%-*s", OPTION_COLUMN, label);
  else
    g_string_append_printf(page, "%s\n%*s", label, OPTION_COLUMN, "");
  append_wrapped(page, text);
}

static void
append_option(GString *page, const GOptionEntry *entry)
{
  g_autoptr(GString) label = g_string_new("  ");

  if (entry->short_name != '\0')
    g_string_append_printf(label, "-%c, ", entry->short_name);
  g_string_append_printf(label, "--%s", entry->long_name);
  if (entry->arg_description != NULL)
    g_string_append_printf(label, " %s", entry->arg_description);
  append_described(page, label->str, entry->description);
}

static void
append_options(GString *page, const char *title, const GOptionEntry *entries)
{
  bool has_title = false;

  for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
    bool is_rest = strcmp(entry->long_name, G_OPTION_REMAINING) == 0;

    if (is_rest || entry->flags & G_OPTION_FLAG_HIDDEN)
      continue;
    if (!has_title)
      g_string_append_printf(page, "\n%s:\n", title);
    has_title = true;
    append_option(page, entry);
  }
}

char *
cmd_help_page(const Command *command, const char *about, const GOptionEntry *own,
              const GOptionEntry *shared)
{
  g_autoptr(GString) page = g_string_new(NULL);

  g_string_append_printf(page, "Usage: sluice %s%s%s\n%s.\n", command->name,
                         *command->synopsis == '\0' ? "" : " ", command->synopsis,
                         command->summary);
  if (about != NULL)
    g_string_append_printf(page, "\n%s\n", about);
  append_options(page, "Options", own);
  append_options(page, "Options of every command", shared);
  return g_string_free(g_steal_pointer(&page), FALSE);
}

static void
append_setting(GString *page, const Setting *setting)
{
  g_autofree char *label = g_strconcat("  ", strchr(setting->name, '.') + 1, NULL);
  g_autofree char *text =
      *setting->fallback == '\0'
          ? g_strdup(setting->help)
          : g_strdup_printf("%s (default: %s)", setting->help, setting->fallback);

  append_described(page, label, text);
}

char *
cmd_help_settings(void)
{
  g_autoptr(GString) page = g_string_new(
      "Settings come from sluice.conf (\"[section]\" above \"key = value\"), from the environment\n"
      "(gateway.endpoints is SLUICE_GATEWAY_ENDPOINTS; with _FILE behind it, the file that holds\n"
      "the value) and from -X section.key=value; the later ones win. [kafka] takes every property\n"
      "of librdkafka; those below have a default of sluice's own.\n");
  const char *section = "";

  for (const Setting *setting = settings; setting->name != NULL; setting++) {
    size_t len = strcspn(setting->name, ".") + 1;

    if (strncmp(setting->name, section, len) != 0)
      g_string_append_printf(page, "\n[%.*s]\n", (int)len - 1, setting->name);
    section = setting->name;
    append_setting(page, setting);
  }
  return g_string_free(g_steal_pointer(&page), FALSE);
}
