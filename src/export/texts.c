/* SPDX-License-Identifier: Apache-2.0 */
#include "export/export.h"

#include "json/put.h"
#include "mapping/words.h"
#include "text/names.h"

static const char *const types[] = {
    [COLUMN_TEXT] = "string",      [COLUMN_INT] = "long",          [COLUMN_LONG] = "long",
    [COLUMN_DOUBLE] = "double",    [COLUMN_BOOLEAN] = "boolean",   [COLUMN_BYTES] = "bytes",
    [COLUMN_SHORT] = "long",       [COLUMN_FLOAT] = "float",       [COLUMN_DECIMAL] = "string",
    [COLUMN_ORDERED_INT] = "long", [COLUMN_ORDERED_LONG] = "long",
};

static void
put(GString *out, Slice text)
{
  g_auto(Bytes) quoted = {0};

  json_put_string(&quoted, text);
  g_string_append_len(out, (const char *)quoted.data, (gssize)quoted.len);
}

static void
put_text(GString *out, const char *text)
{
  put(out, slice_text(text));
}

char *
export_schema(const ExportLayout *self)
{
  GString *out = g_string_new("{\n  \"type\": \"record\",\n  \"name\": ");
  g_autofree char *name = names_record(self->table);

  put_text(out, name);
  g_string_append(out, ",\n  \"fields\": [\n    { \"name\": ");
  put_text(out, self->row);
  g_string_append_printf(
      out, ", \"type\": \"%s\" },\n    { \"name\": ", self->has_binary_keys ? "bytes" : "string");
  put_text(out, self->timestamp);
  g_string_append(out, ", \"type\": \"long\" }");
  for (guint i = 0; i < self->columns->len; i++) {
    const ExportColumn *column = &g_array_index(self->columns, ExportColumn, i);

    g_string_append(out, ",\n    { \"name\": ");
    put_text(out, column->name);
    g_string_append_printf(out, ", \"type\": [\"null\", \"%s\"], \"default\": null }",
                           types[column->type]);
  }
  g_string_append(out, "\n  ]\n}\n");
  return g_string_free(out, FALSE);
}

static void
put_column(GString *out, const ExportColumn *column)
{
  g_string_append(out, "{ \"field\": ");
  put_text(out, column->name);
  g_string_append(out, ", \"qualifier\": ");
  put(out, column->qualifier);
  g_string_append_printf(out, ", \"type\": \"%s\" }", mapping_type_words[column->type]);
}

/* No text means missing: in CSV files nothing does, which --quoted-empty and --null '' say. */
char *
export_mapping(const ExportLayout *self, const char *schema, ExportForm form)
{
  const char *table = self->table;
  GString *out = g_string_new("{\n  \"table\": ");
  const char *colon = strchr(table, ':');
  /* A table remembers by the topic how its rows are made. */
  g_autofree char *topic = g_strconcat(colon == NULL ? table : colon + 1, ".export", NULL);
  Slice family = SLICE_EMPTY;

  put_text(out, table);
  g_string_append(out, ",\n  \"topic\": ");
  put_text(out, topic);
  g_string_append(out, ",\n  \"record\": { \"format\": ");
  put_text(out, form == EXPORT_JSON ? "json" : "avro");
  g_string_append(out, ", \"schema\": ");
  put_text(out, schema);
  g_string_append(out, " },\n  \"key\": { \"parts\": [");
  put_text(out, self->row);
  g_string_append(out, "] },\n  \"timestamp\": { \"field\": ");
  put_text(out, self->timestamp);
  g_string_append(out, ", \"format\": \"ms\" },\n  \"tombstone\": \"skip\",\n  \"nulls\": []");
  g_string_append(out, ",\n  \"families\": {");
  for (guint i = 0; i < self->columns->len; i++) {
    const ExportColumn *column = &g_array_index(self->columns, ExportColumn, i);
    bool is_new = i == 0 || !slice_equal(family, column->family);

    if (is_new) {
      g_string_append(out, i == 0 ? "\n    " : "\n      ]\n    },\n    ");
      put(out, column->family);
      g_string_append(out, ": {\n      \"columns\": [");
    }
    family = column->family;
    g_string_append(out, is_new ? "\n        " : ",\n        ");
    put_column(out, column);
  }
  g_string_append(out, "\n      ]\n    }\n  }\n}\n");
  return g_string_free(out, FALSE);
}
