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
append_splits(GString *script, const Slice *splits, size_t length)
{
  g_string_append(script, ",\n  {SPLITS => [");
  for (size_t i = 0; i < length; i++) {
    g_string_append(script, i == 0 ? "" : ", ");
    append_key(script, splits[i]);
  }
  g_string_append(script, "]}");
}

static void
append_table(GString *script, const Mapping *mapping, const Slice *splits, size_t splits_length)
{
  size_t families_length = 0;
  const Family *families = mapping_families(mapping, &families_length);

  g_string_append(script, "create_or_compare ");
  attribute_append_quoted(script, slice_text(mapping_table(mapping)));
  for (size_t i = 0; i < families_length; i++) {
    g_string_append(script, ",\n  ");
    attribute_append_shell(script, &families[i], attribute_new(&families[i]));
  }
  if (splits_length > 0)
    append_splits(script, splits, splits_length);
  g_string_append(script, "\n\n");
}

char *
shell_script(const Mapping *const *mappings, size_t length)
{
  g_autoptr(GString) script = g_string_new(script_head);

  for (size_t i = 0; i < length; i++) {
    size_t splits_length = 0;
    const Slice *splits = mapping_splits(mappings[i], &splits_length);

    append_table(script, mappings[i], splits, splits_length);
  }
  g_string_append(script, script_tail);
  return g_string_free(g_steal_pointer(&script), FALSE);
}

char *
shell_script_split(const Mapping *mapping, const Slice *splits, size_t length)
{
  g_autoptr(GString) script = g_string_new(script_head);

  append_table(script, mapping, splits, length);
  g_string_append(script, script_tail);
  return g_string_free(g_steal_pointer(&script), FALSE);
}
