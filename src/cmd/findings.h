/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/command.h"
#include "cmd/json.h"

/* What a look at something found: a line on standard output for each thing looked at, or one JSON
 * object at the end. */
typedef struct CmdFindings CmdFindings;

CmdFindings *cmd_findings_new(bool is_json);
void cmd_findings_free(CmdFindings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CmdFindings, cmd_findings_free)

/* `what` is the kind of thing ("topic"), the rest names it and says what was found. */
void cmd_findings_fine(CmdFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Worth a look, and no fault. */
void cmd_findings_note(CmdFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Could not be looked at, because of another fault. */
void cmd_findings_skip(CmdFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void cmd_findings_fault(CmdFindings *self, const char *what, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* The same of an error, whose code counts for the exit code; `name` may be NULL. */
void cmd_findings_error(CmdFindings *self, const char *what, const char *name, const GError *error);
/* Each of the list. */
void cmd_findings_list(CmdFindings *self, const char *what, const FaultList *faults);

/* Takes figures that become one more member of the JSON object; without --json they are dropped. */
void cmd_findings_take(CmdFindings *self, const char *name, JsonNode *figures);

/* Ends the report. EXIT_DONE without a fault, EXIT_PEER if all that is wrong is that peers do not
 * answer, else EXIT_USAGE. */
ExitCode cmd_findings_finish(CmdFindings *self);
