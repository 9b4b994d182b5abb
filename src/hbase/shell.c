/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/shell.h"

#include "hbase/attribute.h"
#include "hbase/shell_text.h"

char *
shell_escape(Slice bytes)
{
  GString *text = g_string_sized_new(bytes.len);

  for (size_t i = 0; i < bytes.len; i++) {
    char c = (char)bytes.data[i];

    if (g_ascii_isprint(c) && c != '\\')
      g_string_append_c(text, c);
    else
      g_string_append_printf(text, "\\x%02X", bytes.data[i]);
  }
  return g_string_free(text, FALSE);
}

/* A key as Bytes.toBytesBinary() reads it, which knows capital hex digits alone. */
static void
append_key(GString *script, Slice key)
{
  g_string_append_c(script, '\'');
  for (size_t i = 0; i < key.len; i++) {
    char c = (char)key.data[i];

    if (g_ascii_isprint(c) && c != '\'' && c != '\\')
      g_string_append_c(script, c);
    else
      g_string_append_printf(script, "\\x%02X", key.data[i]);
  }
  g_string_append_c(script, '\'');
}

static void
append_splits(GString *script, const GPtrArray *splits)
{
  g_string_append(script, ",\n  {SPLITS => [");
  for (guint i = 0; i < splits->len; i++) {
    gsize len;
    const void *data = g_bytes_get_data(splits->pdata[i], &len);

    g_string_append(script, i == 0 ? "" : ", ");
    append_key(script, slice(data, len));
  }
  g_string_append(script, "]}");
}

static void
append_table(GString *script, const Table *table)
{
  g_string_append(script, "create_or_compare ");
  attribute_append_quoted(script, slice_text(table->name));
  for (guint i = 0; i < table->families->len; i++) {
    const Family *family = &g_array_index(table->families, Family, i);

    g_string_append(script, ",\n  ");
    attribute_append_shell(script, family, attribute_new(family));
  }
  if (table->splits->len > 0)
    append_splits(script, table->splits);
  g_string_append(script, "\n\n");
}

char *
shell_script(const Table *const *tables, size_t length)
{
  g_autoptr(GString) script = g_string_new(script_head);

  for (size_t i = 0; i < length; i++)
    append_table(script, tables[i]);
  g_string_append(script, script_tail);
  return g_string_free(g_steal_pointer(&script), FALSE);
}
