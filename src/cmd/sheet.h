/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/check/check.h"

/* What `sluice hfile` prints of a file. */

/* One line a cell, tab-separated: row, family:qualifier, timestamp, type, value. */
void cmd_sheet_print_cell(const HfileCell *cell);
/* The same as one JSON object a line. */
void cmd_sheet_print_cell_json(const HfileCell *cell);

/* A line of verdict, faults and warnings; with `has_statistics` everything that was counted. */
/* A file that is none, but leads to one. */
void cmd_sheet_print_pointer(const char *path, const char *what, bool is_json);

void cmd_sheet_print(const char *path, const HfileReport *report, bool has_statistics);
/* All of it as one JSON object on a line. */
void cmd_sheet_print_json(const char *path, const HfileReport *report);
