/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/check/check.h"
#include "report/report.h"

/* What `sluice hfile` tells of a file. */

/* A line a cell, tab-separated: row, family:qualifier, timestamp, type, value; or one object. */
void cmd_sheet_tell_cell(Report *report, const HfileCell *cell);

/* Verdict, faults and warnings; with `has_statistics`, and in JSON, everything that was counted. */
void cmd_sheet_tell(Report *report, const char *path, const HfileReport *file, bool has_statistics);
