/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* Lets another tool make HFiles live: COMMAND FOLDER TABLE, without a shell, its output among ours
 * on stderr. */
bool cmd_bulktool_call(const char *command, const char *folder, const char *table, GError **error);
