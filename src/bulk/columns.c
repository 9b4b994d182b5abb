/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/columns.h"

struct BulkColumns {
  GPtrArray *names; /* owned, of owned char *, NULL-ended */
  int *of_fields;   /* owned */
  size_t fields;
};

void
bulk_findings_clear(BulkFindings *self)
{
  fault_list_clear(&self->faults);
  fault_list_clear(&self->notes);
}

void
bulk_columns_free(BulkColumns *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->names);
  g_free(self->of_fields);
  g_free(self);
}

size_t
bulk_columns_length(const BulkColumns *self)
{
  return self->names->len - 1;
}

const char *
bulk_columns_name(const BulkColumns *self, size_t i)
{
  return self->names->pdata[i];
}

const int *
bulk_columns_of_fields(const BulkColumns *self)
{
  return self->of_fields;
}

static int
find(const BulkColumns *self, const char *name)
{
  for (size_t i = 0; i < bulk_columns_length(self); i++)
    if (strcmp(bulk_columns_name(self, i), name) == 0)
      return (int)i;
  return BULK_NO_COLUMN;
}

static void
read_names(BulkColumns *self, const char *name, const CsvRecord *header, FaultList *faults)
{
  self->names = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(self->names, NULL);
  for (size_t i = 0; i < header->length; i++) {
    Slice text = header->fields[i].text;
    char *column = slice_to_text(text);

    if (*column != '\0' && find(self, column) != BULK_NO_COLUMN) {
      g_autofree char *quoted = slice_quote(text);

      fault_list_add(faults, "%s: its header has the column '%s' twice; rename one", name, quoted);
    }
    self->names->pdata[self->names->len - 1] = column;
    g_ptr_array_add(self->names, NULL);
  }
}

/* A word of a letter or two is near to every other such. */
static const char *
find_nearest(const char *word, const char *const *candidates)
{
  enum { SHORTEST = 3 };

  return strlen(word) < SHORTEST ? NULL : fault_nearest(word, candidates);
}

static void
tell_missing(const BulkColumns *self, const char *name, const char *field, FaultList *list)
{
  const char *nearest = find_nearest(field, (const char *const *)self->names->pdata);

  if (nearest != NULL)
    fault_list_add(list, "%s: no column '%s'; is it '%s'?", name, field, nearest);
  else
    fault_list_add(list, "%s: no column '%s', which the mapping stores", name, field);
}

/* False if no column is for any field. */
static bool
bind_fields(BulkColumns *self, const char *const *fields, size_t length)
{
  bool has_any = false;

  self->fields = length;
  self->of_fields = g_new(int, length);
  for (size_t i = 0; i < length; i++) {
    self->of_fields[i] = find(self, fields[i]);
    has_any = has_any || self->of_fields[i] != BULK_NO_COLUMN;
  }
  return has_any;
}

static void
tell_unknown(const BulkColumns *self, const char *const *fields, const char *name, FaultList *notes)
{
  for (size_t i = 0; i < bulk_columns_length(self); i++) {
    const char *column = bulk_columns_name(self, i);
    const char *nearest;

    if (g_strv_contains(fields, column))
      continue;

    g_autofree char *quoted = slice_quote(slice_text(column));

    nearest = find_nearest(column, fields);
    if (nearest != NULL)
      fault_list_add(notes, "%s: column '%s' is not in the mapping and is left out; '%s' is", name,
                     quoted, nearest);
    else
      fault_list_add(notes, "%s: column '%s' is not in the mapping and is left out", name, quoted);
  }
}

/* A NULL-ended list of the mapping's fields. */
static GPtrArray *
list_fields(const Mapping *mapping)
{
  size_t length = 0;
  const char *const *fields = mapping_fields(mapping, &length);
  GPtrArray *list = g_ptr_array_new();

  for (size_t i = 0; i < length; i++)
    g_ptr_array_add(list, (gpointer)fields[i]);
  g_ptr_array_add(list, NULL);
  return list;
}

static void
bind(BulkColumns *self, const Mapping *mapping, const char *name, BulkFindings *findings)
{
  FaultList *missing = findings->may_miss ? &findings->notes : &findings->faults;
  g_autoptr(GPtrArray) list = list_fields(mapping);
  const char *const *fields = (const char *const *)list->pdata;
  size_t length = list->len - 1;

  if (!bind_fields(self, fields, length)) {
    fault_list_add(&findings->faults,
                   "%s: its first line names none of the mapping's fields (%s, ...): is the header "
                   "line missing, or the delimiter another?",
                   name, fields[0]);
    return;
  }
  for (size_t i = 0; i < length; i++)
    if (self->of_fields[i] == BULK_NO_COLUMN)
      tell_missing(self, name, fields[i], missing);
  tell_unknown(self, fields, name, &findings->notes);
}

BulkColumns *
bulk_columns_new(const Mapping *mapping, const char *name, const CsvRecord *header,
                 BulkFindings *findings)
{
  BulkColumns *self = g_new0(BulkColumns, 1);
  size_t before = fault_list_length(&findings->faults);

  read_names(self, name, header, &findings->faults);
  if (header->length == 0)
    fault_list_add(&findings->faults, "%s: is empty; its first line has to name the columns", name);
  else
    bind(self, mapping, name, findings);
  if (fault_list_length(&findings->faults) == before)
    return self;
  bulk_columns_free(self);
  return NULL;
}

bool
bulk_columns_is_stored(const BulkColumns *self, size_t i)
{
  for (size_t field = 0; field < self->fields; field++)
    if (self->of_fields[field] == (int)i)
      return true;
  return false;
}

/* Tools that join files leave their byte order marks, too. */
static Slice
without_mark(Slice text)
{
  static const char mark[] = "\xef\xbb\xbf";
  size_t len = sizeof mark - 1;

  if (text.len < len || memcmp(text.data, mark, len) != 0)
    return text;
  return slice((const uint8_t *)text.data + len, text.len - len);
}

bool
bulk_columns_is_header(const BulkColumns *self, const CsvRecord *record)
{
  if (record->length != bulk_columns_length(self))
    return false;
  for (size_t i = 0; i < record->length; i++) {
    Slice text = record->fields[i].text;
    Slice name = slice_text(bulk_columns_name(self, i));

    if (!slice_equal(text, name) && (i > 0 || !slice_equal(without_mark(text), name)))
      return false;
  }
  return true;
}
