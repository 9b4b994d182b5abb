/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mapping-case.h"

#include <glib/gstdio.h>

static const char *const names[] = {"value.avsc", "key.avsc", "case.json"};

static void
write_file(const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autofree char *quoted = g_strdelimit(g_strdup(text), "'", '"');
  GError *error = NULL;

  g_file_set_contents(path, quoted, -1, &error);
  g_assert_no_error(error);
}

MappingCase
mapping_case_load(const char *schema, const char *key_schema, const char *mapping)
{
  GError *error = NULL;
  MappingCase self = {.folder = g_dir_make_tmp("mapping-XXXXXX", &error)};
  g_autofree char *path = g_build_filename(self.folder, "case.json", NULL);

  g_assert_no_error(error);
  write_file(self.folder, "value.avsc", schema);
  if (key_schema != NULL)
    write_file(self.folder, "key.avsc", key_schema);
  write_file(self.folder, "case.json", mapping);
  self.mapping = mapping_load(path, &self.faults);
  return self;
}

void
mapping_case_clear(MappingCase *self)
{
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(self->folder, names[i], NULL);

    g_unlink(path);
  }
  g_rmdir(self->folder);
  g_free(self->folder);
  mapping_free(self->mapping);
  fault_list_clear(&self->faults);
}

char *
mapping_case_builtin_text(const char *name)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", name, NULL);
  g_autoptr(GError) error = NULL;
  char *text = NULL;

  if (!g_file_get_contents(path, &text, NULL, &error))
    g_error("%s (set SLUICE_SOURCE_ROOT)", error->message);
  return text;
}

char *
mapping_case_replaced(const char *text, const char *old, const char *new)
{
  g_auto(GStrv) parts = g_strsplit(text, old, -1);

  g_assert_nonnull(parts[1]);
  return g_strjoinv(new, parts);
}

Mapping *
mapping_case_builtin(const char *name)
{
  g_autofree char *file = g_strconcat(name, ".json", NULL);
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", file, NULL);
  g_auto(FaultList) faults = {0};
  Mapping *mapping = mapping_load(path, &faults);

  for (size_t i = 0; i < fault_list_length(&faults); i++)
    g_test_message("%s", fault_list_get(&faults, i));
  g_assert_nonnull(mapping);
  return mapping;
}

size_t
mapping_case_field(const Mapping *mapping, const char *path)
{
  size_t length;
  const char *const *fields = mapping_fields(mapping, &length);

  for (size_t i = 0; i < length; i++)
    if (strcmp(fields[i], path) == 0)
      return i;
  g_error("the mapping reads no field %s", path);
}

char *
mapping_case_cell(const RowCell *cell)
{
  g_autofree char *family = slice_quote(cell->column->family);
  g_autofree char *qualifier = slice_quote(cell->column->qualifier);
  g_autofree char *value = slice_quote(cell->value);

  return g_strdup_printf("%s:%s=%s%s", family, qualifier, value,
                         cell->is_delete ? "(deleted)" : "");
}

char *
mapping_case_row(const Row *row)
{
  GString *text = g_string_new(NULL);
  g_autofree char *key = slice_quote(row->key);

  g_string_append_printf(text, "%s@%" G_GINT64_FORMAT, key, row->timestamp);
  for (size_t i = 0; i < row->cells_length; i++) {
    g_autofree char *cell = mapping_case_cell(&row->cells[i]);

    g_string_append_printf(text, "\n%s", cell);
  }
  return g_string_free(text, FALSE);
}
