/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/config.h"
#include "mapping/mapping.h"

/* Every mapping in force: the built-in ones and those in the folders of [ingest] mappings. A
 * user's mapping takes the place of a built-in one that has its table or its topic; two of the
 * user's own that share either are a fault. Immutable: threads share it. */
typedef struct CmdMappings CmdMappings;

/* Adds every fault of every file; those without one are there. Never NULL. */
CmdMappings *cmd_mappings_read(const Config *config, FaultList *faults);
/* All of them, or all their faults as one error. */
CmdMappings *cmd_mappings_load(const Config *config, GError **error);
void cmd_mappings_free(CmdMappings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmdMappings, cmd_mappings_free)

/* Ordered by table. */
size_t cmd_mappings_length(const CmdMappings *self);
const Mapping *cmd_mappings_get(const CmdMappings *self, size_t i);

/* FAULT_SETUP names the nearest table or topic that has a mapping. */
const Mapping *cmd_mappings_for_table(const CmdMappings *self, const char *table, GError **error);
const Mapping *cmd_mappings_for_topic(const CmdMappings *self, const char *topic, GError **error);
