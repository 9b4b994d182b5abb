/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include "base/bytes.h"
#include "cmd/help.h"
#include "cmd/version.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

ExitCode
exit_code_for(const GError *error)
{
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return EXIT_STOPPED;
  if (error->domain != FAULT)
    return EXIT_USAGE;
  switch ((Fault)error->code) {
  case FAULT_RECORD:
    return EXIT_DATA;
  case FAULT_PEER:
    return EXIT_PEER;
  case FAULT_SETUP:
    break;
  }
  return EXIT_USAGE;
}

ExitCode
exit_code_unless(GError *const *error, ExitCode code)
{
  return *error == NULL ? code : EXIT_FAILED;
}

static const Command *
find_command(const Command *commands, const char *name)
{
  for (; commands->name != NULL; commands++)
    if (strcmp(commands->name, name) == 0)
      return commands;
  return NULL;
}

static ExitCode
refuse_unknown(const Command *commands, const char *name, Log *log)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  g_autofree char *quoted = slice_quote(slice_text(name));

  for (const Command *command = commands; command->name != NULL; command++)
    g_ptr_array_add(names, (gpointer)command->name);
  g_ptr_array_add(names, NULL);

  const char *nearest = fault_nearest(name, (const char *const *)names->pdata);
  g_autofree char *hint =
      nearest == NULL ? g_strdup("") : g_strdup_printf(" Did you mean '%s'?", nearest);
  g_autofree char *text = g_strdup_printf(
      "sluice: there is no command '%s'.%s 'sluice help' lists them all.", quoted, hint);

  log_error(log, text);
  return EXIT_USAGE;
}

/* A list of faults has a line each, and goes below its heading. */
static void
report(const Command *command, const GError *error, Log *log)
{
  bool has_lines = strchr(error->message, '\n') != NULL;
  g_autofree char *text =
      g_strdup_printf("sluice %s:%s%s", command->name, has_lines ? "\n" : " ", error->message);

  log_error(log, text);
}

/* Whoever read our output through a pipe has seen enough. */
static bool
has_reader_left(void)
{
  struct pollfd out = {.fd = STDOUT_FILENO};

  return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

static ExitCode
flush_results(const Command *command, ExitCode code, Log *log)
{
  g_autofree char *text = NULL;

  if ((fflush(stdout) == 0 && !ferror(stdout)) || has_reader_left())
    return code;
  text = g_strdup_printf("sluice %s: could not write all of the result to standard output",
                         command->name);
  log_error(log, text);
  return code == EXIT_DONE ? EXIT_STOPPED : code;
}

/* GLib 2.74 deadlocks when one thread initialises a class that asks for a type which another thread
 * is registering, with its interfaces, at that moment. So what several threads use is made known
 * while there is only one. */
static void
register_types(void)
{
  const GType types[] = {G_TYPE_TASK,
                         G_TYPE_SOCKET,
                         G_TYPE_SOCKET_CLIENT,
                         G_TYPE_TCP_CONNECTION,
                         G_TYPE_INET_SOCKET_ADDRESS,
                         G_TYPE_NETWORK_ADDRESS,
                         G_TYPE_PROXY_ADDRESS,
                         G_TYPE_CANCELLABLE};

  for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
    g_type_class_ref(types[i]); /* for good */
}

static void
stop_at_once(int number)
{
  (void)number;
  _exit(EXIT_STOPPED);
}

/* For commands that have nothing to put in order first; the others take the signals over. */
static void
stop_by_signals(void)
{
  const struct sigaction action = {.sa_handler = stop_at_once};
  struct sigaction before;

  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup's */
    sigaction(SIGHUP, &action, NULL);
}

static ExitCode
run_command(const CommandCall *call)
{
  g_autoptr(GError) error = NULL;
  ExitCode code;

  stop_by_signals();
  register_types();
  code = call->command->run(call, &error);

  log_progress(call->log, "");
  g_assert((code == EXIT_FAILED) == (error != NULL));
  if (error != NULL) {
    report(call->command, error, call->log);
    code = exit_code_for(error);
  }
  return flush_results(call->command, code, call->log);
}

static bool
is_any_of(const char *word, const char *const *words)
{
  return g_strv_contains(words, word);
}

static ExitCode
show_overview(const Command *commands, FILE *where)
{
  g_autofree char *page = cmd_help_overview(commands);

  fputs(page, where);
  return where == stdout ? EXIT_DONE : EXIT_USAGE;
}

static ExitCode
show_settings(void)
{
  g_autofree char *page = cmd_help_settings();

  fputs(page, stdout);
  return EXIT_DONE;
}

/* Who is started with some of 0 to 2 closed would get a file or a socket as one of them, and write
 * results and log lines into it. Opened the wrong way round, so that a use is an error as before.
 */
static void
fill_descriptors(void)
{
  int file;

  do
    file = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
  while (file >= 0 && file < STDERR_FILENO);
  if (file > STDERR_FILENO)
    close(file);
}

ExitCode
command_main(const Command *commands, int argc, char **argv)
{
  const char *const help[] = {"help", "--help", "-h", NULL};
  const char *const version[] = {"version", "--version", NULL};
  char help_option[] = "--help";

  fill_descriptors();
  if (argc < 2)
    return show_overview(commands, stderr);

  bool is_help = is_any_of(argv[1], help);

  if (is_any_of(argv[1], version)) {
    cmd_version_print();
    return EXIT_DONE;
  }
  if (is_help && argc == 2)
    return show_overview(commands, stdout);
  if (is_help && strcmp(argv[2], "settings") == 0)
    return show_settings();

  signal(SIGXFSZ, SIG_IGN); /* who writes hears of the limit, says so, and cleans up */

  Log *log = log_install();
  const char *name = is_help ? argv[2] : argv[1];
  const Command *command = find_command(commands, name);

  if (command == NULL)
    return refuse_unknown(commands, name, log);
  if (is_help)
    return run_command(&(CommandCall){command, 2, (char *[]){argv[2], help_option, NULL}, log});
  return run_command(&(CommandCall){command, argc - 1, argv + 1, log});
}
