/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "http/registry.h"
#include "mapping/set.h"

/* Whether any mapping has records that name their schema by an id. */
bool cmd_registry_is_needed(const MappingSet *mappings);

/* The registry of [registry]. FAULT_SETUP without a url. */
HttpRegistry *cmd_registry_new(const Config *config, GError **error);
