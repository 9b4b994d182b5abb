/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "base/log.h"

/* What the program's exit code says; the same for every command. */
typedef enum {
  EXIT_DONE = 0,
  EXIT_DATA = 1,    /* the data is not as it should be */
  EXIT_USAGE = 2,   /* wrong use or configuration */
  EXIT_PEER = 3,    /* a peer could not be reached */
  EXIT_STOPPED = 4, /* stopped by a signal before the work was whole */
  EXIT_FAILED = -1, /* of a command: an error is set, and decides */
} ExitCode;

/* The exit code for an error of any domain. */
ExitCode exit_code_for(const GError *error);
/* What a command returns: the code, or EXIT_FAILED if an error is set. */
ExitCode exit_code_unless(GError *const *error, ExitCode code);

typedef struct CommandCall CommandCall;

/* One row of main.c's table. */
typedef struct {
  const char *name;
  const char *synopsis; /* what follows the name, e.g. "[--wait SECONDS] [TABLE...]" */
  const char *summary;  /* one line without a full stop, for the list of commands */
  /* Parses its options (cmd/options.h), does the work, prints results to stdout. Returns
   * an exit code, or EXIT_FAILED with `error` set, which is reported once. */
  ExitCode (*run)(const CommandCall *call, GError **error);
} Command;

/* How a command was called. */
struct CommandCall {
  const Command *command;
  int argc; /* of argv; argv[0] is the command's name */
  char **argv;
  Log *log;
};

/* The whole program: picks the command of `commands` (ended by a nameless row), answers `help`,
 * --help and --version, reports the error. Returns the exit code. */
ExitCode command_main(const Command *commands, int argc, char **argv);

/* One file a command. */
ExitCode cmd_check(const CommandCall *call, GError **error);
ExitCode cmd_init(const CommandCall *call, GError **error);
ExitCode cmd_run(const CommandCall *call, GError **error);
ExitCode cmd_bulkload(const CommandCall *call, GError **error);
ExitCode cmd_hfile(const CommandCall *call, GError **error);
ExitCode cmd_top(const CommandCall *call, GError **error);
ExitCode cmd_suggest(const CommandCall *call, GError **error);
ExitCode cmd_try(const CommandCall *call, GError **error);
ExitCode cmd_export(const CommandCall *call, GError **error);
ExitCode cmd_verify(const CommandCall *call, GError **error);
ExitCode cmd_generate(const CommandCall *call, GError **error);
ExitCode cmd_replay(const CommandCall *call, GError **error);
