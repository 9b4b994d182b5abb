/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/options.h"
#include "mapping/set.h"

/* Reads the configuration again, for a service that goes on. Returns it, yours, and says which
 * settings differ from `before` that count only from the next start on; what it has for secrets and
 * the log's level counts now. NULL: it has faults, which are logged, and `before` goes on. */
Config *cmd_reload(const CmdOptions *options, const CommandCall *call, const Config *before);

/* What a service runs with. Everything is borrowed. */
typedef struct {
  const Config *config; /* whose folders are read */
  const char *topic;    /* only this one's mappings; NULL: all */
  const Mapping *const *running;
  size_t running_length;
  bool has_registry;
} CmdRunning;

/* Reads the mappings again. What cannot be taken now is logged, with the reason, and stays as it
 * was; false if nothing is left that changes. Else the mappings to go on with, of which some are
 * the new set's; both are yours. Asks the gateway, for a few seconds at most. */
bool cmd_reload_mappings(const CmdRunning *self, MappingSet **out_set, GPtrArray **out_list);

/* Of what ran before, as metrics_counters_continue() wants it, with the writers' calls behind them:
 * the number of each mapping that is to run, yours. */
int *cmd_reload_number(const Mapping *const *running, size_t running_length, const GPtrArray *now);
