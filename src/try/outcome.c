/* SPDX-License-Identifier: Apache-2.0 */
#include "try/outcome.h"

#include "hbase/decoded.h"
#include "hbase/shell.h"
#include "mapping/words.h"

static bool
is_printable(Slice bytes)
{
  const char *at = (const char *)bytes.data;
  const char *end = at + bytes.len;

  if (!g_utf8_validate(at, (gssize)bytes.len, NULL))
    return false;
  for (; at < end; at = g_utf8_next_char(at))
    if (!g_unichar_isprint(g_utf8_get_char(at)))
      return false;
  return true;
}

char *
try_text(Slice bytes)
{
  if (bytes.len == 0)
    return g_strdup("");
  if (!is_printable(bytes))
    return shell_escape(bytes);

  g_autoptr(GString) text = g_string_new_len((const char *)bytes.data, (gssize)bytes.len);

  g_string_replace(text, "\\", "\\x5C", 0);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

char *
try_decoded(ColumnType type, Slice bytes)
{
  g_auto(Bytes) decimal = {0};
  uint8_t scratch[TEXT_NUMBER_BYTES];
  Value value;

  if (type == COLUMN_TEXT || type == COLUMN_BYTES || !decoded_value(type, bytes, &decimal, &value))
    return NULL;
  return slice_to_text(convert_to_text(&value, scratch));
}

/* A typed column's bytes that happen to be letters are no text. */
static char *
cell_text(const TryOutcome *outcome, const RowCell *cell)
{
  ColumnType type = mapping_column_type(outcome->mapping, cell->column->index);

  return type == COLUMN_TEXT || type == COLUMN_BYTES ? try_text(cell->value)
                                                     : shell_escape(cell->value);
}

static char *
cell_name(const RowCell *cell)
{
  g_autofree char *family = try_text(cell->column->family);
  g_autofree char *qualifier = try_text(cell->column->qualifier);

  return g_strdup_printf("%s:%s", family, qualifier);
}

static void
tell_cells(Report *report, const TryOutcome *outcome)
{
  const Row *row = outcome->row;

  report_object(report, "cells");
  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];
    ColumnType type = mapping_column_type(outcome->mapping, cell->column->index);
    g_autofree char *name = cell_name(cell);
    g_autofree char *value = cell_text(outcome, cell);
    g_autofree char *decoded = cell->is_delete ? NULL : try_decoded(type, cell->value);
    g_autofree char *typed = decoded == NULL ? NULL
                                             : g_strdup_printf("  {.} = {} (%s %s)\n",
                                                               mapping_type_words[type], decoded);

    report_text(report, name, cell->is_delete ? NULL : value);
    report_say(report, cell->is_delete ? "  {.} deleted\n"
                       : typed != NULL ? typed
                                       : "  {.} = {}\n");
  }
  report_end(report);
}

/* Those of typed columns, which text has beside the cells; nothing where there is none. */
static void
tell_decoded(Report *report, const TryOutcome *outcome)
{
  const Row *row = outcome->row;
  bool has_any = false;

  for (size_t i = 0; i < row->cells_length; i++) {
    const RowCell *cell = &row->cells[i];
    ColumnType type = mapping_column_type(outcome->mapping, cell->column->index);
    g_autofree char *name = cell_name(cell);
    g_autofree char *decoded = cell->is_delete ? NULL : try_decoded(type, cell->value);

    if (decoded == NULL)
      continue;
    if (!has_any)
      report_object(report, "decoded");
    has_any = true;
    report_text(report, name, decoded);
  }
  if (has_any)
    report_end(report);
}

static void
tell_row(Report *report, const TryOutcome *outcome)
{
  const Row *row = outcome->row;
  g_autofree char *key = try_text(row->key);
  bool is_put = row->kind != ROW_DELETE;

  report_text(report, is_put ? "row" : "deleted", key);
  report_number(report, "timestamp", row->timestamp);
  report_say(report, is_put ? "row '{row}' at {timestamp}\n"
                            : "delete row '{deleted}' up to {timestamp}\n");
  if (!is_put)
    return;
  tell_cells(report, outcome);
  tell_decoded(report, outcome);
}

void
try_outcome_tell(const TryOutcome *outcome, Report *report)
{
  report_text(report, "from", outcome->from);
  report_say(report, "{from}: ");
  if (outcome->kind == TRY_ROW) {
    tell_row(report, outcome);
  } else if (outcome->kind == TRY_SKIPPED) {
    report_claim(report, "skipped", true);
    report_say(report, "skipped: a tombstone, which the mapping passes over\n");
  } else {
    report_text(report, "refused", outcome->reason);
    report_text(report, "stage", outcome->stage);
    report_say(report, "refused ({stage}): {refused}\n");
  }
}
