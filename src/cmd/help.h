/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/command.h"

/* The pages that --help shows, as text. */

/* What sluice is and the list of commands. */
char *cmd_help_overview(const Command *commands);

/* One command: how to call it, `about`, its own options, the shared ones. */
char *cmd_help_page(const Command *command, const char *about, const GOptionEntry *own,
                    const GOptionEntry *shared);

/* Every setting with its default and what it means, by section. */
char *cmd_help_settings(void);
