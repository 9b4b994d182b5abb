/* SPDX-License-Identifier: Apache-2.0 */
#include "export/export.h"

#include "text/names.h"

const char *const export_form_words[] = {"csv", "json", "avro", NULL};

static void
clear_column(void *column)
{
  ExportColumn *self = column;

  g_free(self->name);
  g_free((void *)self->family.data);
  g_free((void *)self->qualifier.data);
}

void
export_layout_free(ExportLayout *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->columns);
  g_free(self->row);
  g_free(self->timestamp);
  g_free(self->table);
  g_free(self);
}

static int
compare(const void *a, const void *b)
{
  const ExportColumn *one = a, *other = b;
  int families = slice_compare(one->family, other->family);

  return families != 0 ? families : slice_compare(one->qualifier, other->qualifier);
}

int
export_layout_find(const ExportLayout *self, Slice family, Slice qualifier)
{
  const ExportColumn wanted = {.family = family, .qualifier = qualifier};
  guint at;

  return g_array_binary_search(self->columns, &wanted, compare, &at) ? (int)at : -1;
}

/* "family", or "family:qualifier". */
static bool
is_named(const Column *column, const char *wanted)
{
  const char *colon = strchr(wanted, ':');
  size_t len = colon == NULL ? strlen(wanted) : (size_t)(colon - wanted);

  return slice_equal(column->family, slice(wanted, len)) &&
         (colon == NULL || slice_equal(column->qualifier, slice_text(colon + 1)));
}

static bool
is_wanted(const Column *column, char *const *wanted)
{
  for (char *const *each = wanted; each != NULL && *each != NULL; each++)
    if (is_named(column, *each))
      return true;
  return wanted == NULL;
}

static bool
expect_all(const Mapping *mapping, char *const *wanted, GError **error)
{
  size_t length;
  const Column *columns = mapping_columns(mapping, &length);

  for (; wanted != NULL && *wanted != NULL; wanted++) {
    bool is_found = false;

    for (size_t i = 0; i < length; i++)
      is_found |= is_named(&columns[i], *wanted);
    if (!is_found) {
      g_set_error(error, FAULT, FAULT_SETUP,
                  "--columns: the mapping of %s has no %s: name a family, or FAMILY:QUALIFIER",
                  mapping_table(mapping), *wanted);
      return false;
    }
  }
  return true;
}

static Slice
copy(Slice bytes)
{
  return slice(g_memdup2(bytes.len == 0 ? (const void *)"" : bytes.data, MAX(bytes.len, 1)),
               bytes.len);
}

static void
add_column(ExportLayout *self, const Mapping *mapping, const Column *column)
{
  ExportColumn added = {
      .family = copy(column->family),
      .qualifier = copy(column->qualifier),
      .type = mapping_column_type(mapping, column->index),
  };

  g_array_append_val(self->columns, added);
}

static bool
is_alone(const ExportLayout *self, guint at)
{
  Slice qualifier = g_array_index(self->columns, ExportColumn, at).qualifier;

  for (guint i = 0; i < self->columns->len; i++)
    if (i != at && slice_equal(g_array_index(self->columns, ExportColumn, i).qualifier, qualifier))
      return false;
  return qualifier.len > 0;
}

/* By the qualifier alone where that is clear. */
static void
name_columns(ExportLayout *self)
{
  g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

  self->row = names_field("row", taken);
  self->timestamp = names_field("timestamp", taken);
  for (guint i = 0; i < self->columns->len; i++) {
    ExportColumn *column = &g_array_index(self->columns, ExportColumn, i);
    g_autofree char *family = slice_to_text(column->family);
    g_autofree char *qualifier = slice_to_text(column->qualifier);
    g_autofree char *both =
        g_strjoin(column->qualifier.len > 0 ? "_" : "", family, qualifier, NULL);

    column->name = names_field(is_alone(self, i) ? qualifier : both, taken);
  }
}

ExportLayout *
export_layout_new(const Mapping *mapping, char *const *wanted, GError **error)
{
  size_t length;
  const Column *columns = mapping_columns(mapping, &length);
  ExportLayout *self;

  if (!expect_all(mapping, wanted, error))
    return NULL;
  self = g_new0(ExportLayout, 1);
  self->table = g_strdup(mapping_table(mapping));
  self->columns = g_array_new(FALSE, FALSE, sizeof(ExportColumn));
  g_array_set_clear_func(self->columns, clear_column);
  for (size_t i = 0; i < length; i++)
    if (is_wanted(&columns[i], wanted))
      add_column(self, mapping, &columns[i]);
  g_array_sort(self->columns, compare);
  name_columns(self);
  return self;
}
