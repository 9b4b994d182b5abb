/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

#include <gio/gio.h>

/* For before any work starts: false if the command is none, or nobody has it. */
bool bulk_tool_expect(const char *command, GError **error);
/* Lets another tool make HFiles live: COMMAND FOLDER TABLE, without a shell, its output among ours
 * on stderr. It is asked to end once `cancellable` is. */
bool bulk_tool_call(const char *command, const char *folder, const char *table,
                    GCancellable *cancellable, GError **error);
