/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings.h"

#include <string.h>

/* The rows of docs/configuration.md, in the table's order. */
static char *
document_row(const Setting *setting)
{
  const char *key = strchr(setting->name, '.') + 1;
  g_autofree char *fallback =
      *setting->fallback == '\0' ? g_strdup("") : g_strdup_printf("`%s`", setting->fallback);

  return g_strdup_printf("| `%s` | %s | %s |", key, fallback, setting->help);
}

static char *
section_of(const char *name)
{
  return g_strndup(name, strcspn(name, "."));
}

/* A heading "## [section]" above each section's rows, and nothing between the rows. */
static void
the_guide_lists_every_setting_as_the_table_has_it(void)
{
  g_autofree char *path =
      g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "docs", "configuration.md", NULL);
  g_autofree char *guide = NULL;
  const char *at;

  g_assert_true(g_file_get_contents(path, &guide, NULL, NULL));
  at = guide;
  for (const Setting *setting = settings; setting->name != NULL; setting++) {
    g_autofree char *section = section_of(setting->name);
    g_autofree char *heading = g_strdup_printf("\n## `[%s]`\n", section);
    g_autofree char *row = document_row(setting);
    g_autofree char *line = g_strdup_printf("\n%s\n", row);
    bool is_first = setting == settings || !g_str_has_prefix(setting[-1].name, section);
    const char *found = strstr(is_first ? strstr(guide, heading) : at, line);

    g_test_message("%s", row);
    g_assert_nonnull(found);
    g_assert_true(is_first || found == at);
    at = found + strlen(line) - 1;
  }
}

static void
the_guide_lists_nothing_else(void)
{
  g_autofree char *path =
      g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "docs", "configuration.md", NULL);
  g_autofree char *guide = NULL;
  size_t settings_length = 0;
  size_t rows = 0;

  g_assert_true(g_file_get_contents(path, &guide, NULL, NULL));
  for (const char *at = strstr(guide, "\n| `"); at != NULL; at = strstr(at + 1, "\n| `"))
    rows++;
  while (settings[settings_length].name != NULL)
    settings_length++;
  g_assert_cmpuint(rows, ==, settings_length);
}

/* A name that ends so could not be told from its own twin that reads a file. */
static void
no_setting_ends_like_the_twin_that_reads_a_file(void)
{
  for (const Setting *setting = settings; setting->name != NULL; setting++) {
    g_autofree char *name = settings_environment_name(setting->name);

    g_assert_false(g_str_has_suffix(name, "_FILE"));
    g_assert_null(strchr(setting->name, '_'));
    g_assert_nonnull(strchr(setting->name, '.'));
  }
}

static void
every_default_is_shown_as_it_would_be_read(void)
{
  g_auto(FaultList) faults = {0};
  g_autoptr(Config) config = config_load(&(ConfigSources){.path = "/dev/null"}, &faults);

  g_assert_nonnull(config);
  for (const Setting *setting = settings; setting->name != NULL; setting++) {
    g_autofree char *shown = setting_show(setting, config);
    g_autofree char *again = NULL;

    if (setting->kind == SETTING_KAFKA || setting->kind == SETTING_SECRET)
      continue;
    g_test_message("%s = %s", setting->name, shown);
    g_assert_true(setting_assign(setting, config, shown, NULL));
    again = setting_show(setting, config);
    g_assert_cmpstr(again, ==, shown);
  }
}

static void
properties_that_hold_secrets_are_known(void)
{
  const char *const secret[] = {
      "sasl.password",          "ssl.key.password", "ssl.key.pem",
      "ssl.keystore.password",  "ssl_key",          "sasl.oauthbearer.client.secret",
      "sasl.oauthbearer.config"};
  const char *const open[] = {"bootstrap.servers", "ssl.key.location", "sasl.username",
                              "message.max.bytes"};

  for (size_t i = 0; i < G_N_ELEMENTS(secret); i++)
    g_assert_true(settings_is_secret_property(secret[i]));
  for (size_t i = 0; i < G_N_ELEMENTS(open); i++)
    g_assert_false(settings_is_secret_property(open[i]));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/settings/guide", the_guide_lists_every_setting_as_the_table_has_it);
  g_test_add_func("/settings/guide-only", the_guide_lists_nothing_else);
  g_test_add_func("/settings/names", no_setting_ends_like_the_twin_that_reads_a_file);
  g_test_add_func("/settings/defaults", every_default_is_shown_as_it_would_be_read);
  g_test_add_func("/settings/secrets", properties_that_hold_secrets_are_known);
  return g_test_run();
}
