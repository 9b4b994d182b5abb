/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/tool.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE_MS = 1000, LOOK_MS = 20 };

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

/* In a group of its own, so that a signal can end all of it, and with signals as they were before
 * we took them. */
static void
set_up_child(gpointer data)
{
  sigset_t none;

  (void)data;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setpgid(0, 0);
}

static void
end_child(GCancellable *cancellable, gpointer pid)
{
  (void)cancellable;
  kill(-(pid_t)GPOINTER_TO_INT(pid), SIGTERM);
}

/* Its process may be a script that waits for a Java that takes its time: after a moment it is
 * killed. */
static bool
await_child(GSubprocess *child, GCancellable *cancellable, GError **error)
{
  const char *identifier = g_subprocess_get_identifier(child);
  int pid = identifier == NULL ? 0 : atoi(identifier);
  gulong handler;
  bool is_over;

  if (pid == 0) /* it has ended already */
    return g_subprocess_wait_check(child, NULL, error);
  handler = g_cancellable_connect(cancellable, G_CALLBACK(end_child), GINT_TO_POINTER(pid), NULL);
  is_over = g_subprocess_wait(child, cancellable, error);
  g_cancellable_disconnect(cancellable, handler);
  if (is_over)
    return g_subprocess_wait_check(child, NULL, error);
  for (int waited = 0; waited < PATIENCE_MS && kill(-pid, 0) == 0; waited += LOOK_MS)
    g_usleep(LOOK_MS * 1000);
  kill(-pid, SIGKILL);
  return false;
}

bool
bulk_tool_call(const char *command, const char *folder, const char *table,
               GCancellable *cancellable, GError **error)
{
  g_autoptr(GSubprocessLauncher) launcher =
      g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_auto(GStrv) words = split(command, error);
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  g_autoptr(GSubprocess) child = NULL;
  g_autoptr(GError) problem = NULL;

  if (words == NULL)
    return false;
  for (char **word = words; *word != NULL; word++)
    g_ptr_array_add(argv, *word);
  g_ptr_array_add(argv, (char *)folder);
  g_ptr_array_add(argv, (char *)table);
  g_ptr_array_add(argv, NULL);
  g_subprocess_launcher_set_child_setup(launcher, set_up_child, NULL, NULL);
  child =
      g_subprocess_launcher_spawnv(launcher, (const char *const *)(void *)argv->pdata, &problem);
  if (child != NULL && await_child(child, cancellable, &problem))
    return true;
  g_set_error(error, FAULT, FAULT_PEER, "--complete-with: %s", problem->message);
  return false;
}
