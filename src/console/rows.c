/* SPDX-License-Identifier: Apache-2.0 */
#include "console/rows.h"

#include "base/event.h"
#include "console/typed.h"
#include "hbase/shell.h"
#include "mapping/words.h"

static void
append_text(GString *json, const char *before, const char *text)
{
  g_string_append(json, before);
  event_append_text(json, text);
}

static void
append_bytes(GString *json, const char *before, Slice bytes)
{
  g_autofree char *text = shell_escape(bytes);

  append_text(json, before, text);
}

void
console_append_error(GString *json, const char *sentence)
{
  append_text(json, "{\"error\":", sentence);
  g_string_append_c(json, '}');
}

/* By the first mapping of the table that has the column. */
static bool
find_type(const ConsoleQuery *query, Slice family, Slice qualifier, ColumnType *out_type)
{
  for (const Mapping **mapping = query->mappings; *mapping != NULL; mapping++) {
    size_t length;
    const Column *columns = mapping_columns(*mapping, &length);

    for (size_t i = 0; i < length; i++) {
      if (slice_equal(columns[i].family, family) && slice_equal(columns[i].qualifier, qualifier)) {
        *out_type = mapping_column_type(*mapping, i);
        return true;
      }
    }
  }
  return false;
}

/* The cell's column tells its type; without `has_value` that is all. */
static void
append_typed(GString *json, const ConsoleQuery *query, const Cell *cell, bool has_value)
{
  g_auto(Bytes) typed = {0};
  ColumnType type;

  if (has_value)
    append_bytes(json, ",\"value\":", cell->value);
  if (!find_type(query, cell->family, cell->qualifier, &type))
    return;
  append_text(json, ",\"type\":", mapping_type_words[type]);
  if (has_value && console_typed(&typed, type, cell->value)) {
    bytes_append_u8(&typed, 0);
    append_text(json, ",\"typed\":", (const char *)typed.data);
  }
}

static void
append_cell(GString *json, const ConsoleQuery *query, const GlanceCell *found)
{
  const Cell *cell = &found->cell;

  append_bytes(json, "{\"family\":", cell->family);
  append_bytes(json, ",\"qualifier\":", cell->qualifier);
  g_string_append_printf(json, ",\"timestamp_ms\":%" G_GINT64_FORMAT ",\"length\":%zu",
                         cell->timestamp, found->left_out > 0 ? found->left_out : cell->value.len);
  if (found->left_out > 0)
    g_string_append(json, ",\"left_out\":true");
  append_typed(json, query, cell, found->left_out == 0);
  g_string_append_c(json, '}');
}

static const GlanceCell *
cell_of(const Glance *glance, size_t i)
{
  return &g_array_index(glance->cells, GlanceCell, i);
}

static int64_t
newest_ms(const Glance *glance, const GlanceRow *row)
{
  int64_t newest = G_MININT64;

  for (size_t i = 0; i < row->length; i++)
    newest = MAX(newest, cell_of(glance, row->first + i)->cell.timestamp);
  return newest;
}

static gint
by_age(gconstpointer a, gconstpointer b, gpointer glance)
{
  int64_t x = newest_ms(glance, a);
  int64_t y = newest_ms(glance, b);

  return x < y ? 1 : x > y ? -1 : 0;
}

static void
append_row(GString *json, const ConsoleQuery *query, const Glance *glance, const GlanceRow *row)
{
  append_bytes(json, "{\"key\":", row->key);
  g_string_append(json, ",\"cells\":[");
  for (size_t i = 0; i < row->length; i++) {
    if (i > 0)
      g_string_append_c(json, ',');
    append_cell(json, query, cell_of(glance, row->first + i));
  }
  g_string_append(json, "]}");
}

static const char *const ends[] = {
    [GLANCE_WHOLE] = "whole", [GLANCE_ROWS] = "rows", [GLANCE_CELLS] = "cells",
    [GLANCE_BYTES] = "bytes", [GLANCE_TIME] = "time",
};

void
console_append_rows(GString *json, const ConsoleQuery *query, const Glance *glance)
{
  if (query->is_newest)
    g_array_sort_with_data(glance->rows, by_age, (gpointer)glance);
  append_text(json, "{\"table\":", mapping_table(query->mappings[0]));
  g_string_append(json, ",\"rows\":[");
  for (guint i = 0; i < glance->rows->len; i++) {
    if (i > 0)
      g_string_append_c(json, ',');
    append_row(json, query, glance, &g_array_index(glance->rows, GlanceRow, i));
  }
  append_text(json, "],\"ended\":", ends[glance->end]);
  if (query->is_newest && glance->end != GLANCE_WHOLE)
    append_text(json, ",\"note\":",
                "These are the newest of what was read: there is more of about that age.");
  if (!query->is_newest && glance->end != GLANCE_WHOLE) {
    g_autofree char *next = console_place_text(&glance->next);

    append_text(json, ",\"next\":", next);
  }
  g_string_append_c(json, '}');
}

void
console_append_value(GString *json, const ConsoleQuery *query, const GlanceValue *value)
{
  Cell cell = value->cell;

  cell.value = bytes_slice(&value->value);
  g_string_append_printf(json, "{\"length\":%zu", value->length);
  append_typed(json, query, &cell, value->value.len == value->length);
  g_string_append_c(json, '}');
}
