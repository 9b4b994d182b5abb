/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/columns.h"

/* The options that say how CSV files are read, the same for every command that reads them. Texts
 * are owned. Zeroed is what no option says. */
typedef struct {
  char *delimiter;
  char *quote;
  char *escape;
  char *comment;
  char *encoding;
  char *columns;
  char **nulls;
  int skip_lines;
  gboolean may_miss;
  gboolean keeps_headers;
  gboolean has_quoted_empty;
  gboolean has_decimal_comma;
  char **names;          /* of columns, split */
  char *delimiter_bytes; /* understood */
} CmdCsv;

void cmd_csv_clear(CmdCsv *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CmdCsv, cmd_csv_clear)

/* The command's own options (ended by zeros) with these behind them; free with g_free(). */
GOptionEntry *cmd_csv_join(CmdCsv *self, const GOptionEntry *own);

/* After parsing. The reading borrows from self. FAULT_SETUP names the option. */
bool cmd_csv_understand(CmdCsv *self, CsvReading *out_reading, GError **error);

/* Whether any of them was given. */
bool cmd_csv_is_given(const CmdCsv *self);
