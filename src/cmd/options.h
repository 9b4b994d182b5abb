/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/command.h"
#include "config/config.h"

/* The options of one call: every command's own and those that all share. */
typedef struct {
  char *config_path;  /* owned; NULL: looked for */
  char **overrides;   /* owned: -X section.key=value, as given; NULL: none */
  int64_t timeout_ms; /* --timeout: how long a one-shot command waits for a peer */
  bool has_level;     /* --log-level was given: it outranks [log] level */
  bool has_format;    /* and --log-format */
} CmdOptions;

void cmd_options_clear(CmdOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CmdOptions, cmd_options_clear)

/* Parses the call into the command's `entries` (ended by {NULL}) and the shared options, and sets
 * up the log. `about` is what --help prints under the first line: a paragraph or two, then what an
 * operator would ask. Arguments that are no options go to an entry named G_OPTION_REMAINING;
 * without one they are refused. Use the FILENAME kinds of entries for texts: they take every byte,
 * the STRING kinds refuse what is not of the locale.
 *
 * False ends the command: with `error` set it was called wrongly, without it --help or --version
 * has been answered and the exit code is EXIT_DONE. */
bool cmd_options_parse(CmdOptions *self, const CommandCall *call, const GOptionEntry *entries,
                       const char *about, GError **error);

/* Loads the configuration that the options ask for; all its faults are one error. */
Config *cmd_options_config(const CmdOptions *self, const CommandCall *call, GError **error);
/* For a caller that goes on to look for more faults: what is at fault keeps its default. */
Config *cmd_options_read_config(const CmdOptions *self, const CommandCall *call, FaultList *faults);

/* Reads an option's text: "256M" as bytes, "5m" (or "300", seconds) as milliseconds; the error
 * names the option. */
bool cmd_options_bytes(const char *option, const char *text, uint64_t *out_bytes, GError **error);
bool cmd_options_duration(const char *option, const char *text, int64_t *out_ms, GError **error);

/* A whole number that an option gives; out_number keeps what it has without a text. */
typedef struct {
  const char *option;
  const char *text; /* NULL: not given */
  int64_t least;
  int64_t most; /* 0: as large as a timestamp may be */
} CmdNumber;

bool cmd_options_number(const CmdNumber *number, int64_t *out_number, GError **error);

/* Sets a FAULT_SETUP that leads to the command's --help; returns false. */
bool cmd_options_refuse(const CommandCall *call, GError **error, const char *what);
