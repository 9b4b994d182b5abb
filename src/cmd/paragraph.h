/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

enum { CMD_PARAGRAPH_WIDTH = 80 };

/* Items side by side on standard output, as many as fit a line: a summary's line that may be long.
 * Begins as {.indent = N}, with N columns printed already; who ends it prints the line end. */
typedef struct {
  size_t indent; /* where each line begins */
  size_t column; /* of the last item's end; 0: none yet */
} CmdParagraph;

void cmd_paragraph_add(CmdParagraph *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
