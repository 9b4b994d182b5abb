/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/options.h"

/* Reads the configuration again, for a service that goes on. Returns it, yours, and says which
 * settings differ from `before` that count only from the next start on; what it has for secrets and
 * the log's level counts now. NULL: it has faults, which are logged, and `before` goes on. */
Config *cmd_reload(const CmdOptions *options, const CommandCall *call, const Config *before);
