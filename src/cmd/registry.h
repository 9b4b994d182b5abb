/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/mappings.h"
#include "http/registry.h"

/* Whether any mapping has records that name their schema by an id. */
bool cmd_registry_is_needed(const CmdMappings *mappings);

/* The registry of [registry]. FAULT_SETUP without a url. */
HttpRegistry *cmd_registry_new(const Config *config, GError **error);
