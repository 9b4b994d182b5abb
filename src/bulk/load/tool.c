/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/tool.h"

static char **
split(const char *command, GError **error)
{
  g_autoptr(GError) problem = NULL;
  char **words = NULL;

  if (!g_shell_parse_argv(command, NULL, &words, &problem))
    g_set_error(error, FAULT, FAULT_SETUP, "--complete-with: %s", problem->message);
  return words;
}

bool
bulk_tool_expect(const char *command, GError **error)
{
  g_auto(GStrv) words = split(command, error);
  g_autofree char *path = NULL;

  if (words == NULL)
    return false;
  path = g_find_program_in_path(*words);
  if (path != NULL)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              "--complete-with: there is no program '%s': name it with its path, or mend PATH",
              *words);
  return false;
}

bool
bulk_tool_call(const char *command, const char *folder, const char *table, GError **error)
{
  g_auto(GStrv) words = split(command, error);
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  g_autoptr(GError) problem = NULL;
  int status = 0;

  if (words == NULL)
    return false;
  for (char **word = words; *word != NULL; word++)
    g_ptr_array_add(argv, *word);
  g_ptr_array_add(argv, (char *)folder);
  g_ptr_array_add(argv, (char *)table);
  g_ptr_array_add(argv, NULL);
  if (g_spawn_sync(NULL, (char **)argv->pdata, NULL,
                   G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                   &status, &problem) &&
      g_spawn_check_wait_status(status, &problem))
    return true;
  g_set_error(error, FAULT, FAULT_PEER, "--complete-with: %s", problem->message);
  return false;
}
