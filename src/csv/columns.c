/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/columns.h"

struct CsvColumns {
  GPtrArray *names; /* owned, of owned char *, NULL-ended */
  int *of_fields;   /* owned */
  size_t fields;
  bool *is_stored;      /* owned, by column */
  GHashTable *by_name;  /* owned: name, borrowed -> index + 1 of the first that has it */
  GHashTable *by_words; /* the same of names without the blanks around them, owned */
  bool is_headless;     /* the names come from elsewhere: no record is a header */
};

void
csv_findings_clear(CsvFindings *self)
{
  fault_list_clear(&self->faults);
  fault_list_clear(&self->notes);
}

void
csv_totals_clear(CsvTotals *self)
{
  fault_list_clear(&self->warnings);
}

void
csv_columns_free(CsvColumns *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->names);
  g_hash_table_unref(self->by_name);
  g_hash_table_unref(self->by_words);
  g_free(self->of_fields);
  g_free(self->is_stored);
  g_free(self);
}

size_t
csv_columns_length(const CsvColumns *self)
{
  return self->names->len - 1;
}

const char *
csv_columns_name(const CsvColumns *self, size_t i)
{
  return self->names->pdata[i];
}

const int *
csv_columns_of_fields(const CsvColumns *self)
{
  return self->of_fields;
}

/* Blanks around a column's name are no part of it, unless the field's name has them, too. */
static int
find(const CsvColumns *self, const char *name)
{
  gpointer found = g_hash_table_lookup(self->by_name, name);

  if (found == NULL)
    found = g_hash_table_lookup(self->by_words, name);
  return found == NULL ? CSV_NO_COLUMN : GPOINTER_TO_INT(found) - 1;
}

static void
add_name(CsvColumns *self, char *name)
{
  gpointer number =
      GINT_TO_POINTER((int)self->names->len); /* NULL-ended: one more than the index */
  char *words = g_strstrip(g_strdup(name));

  self->names->pdata[self->names->len - 1] = name;
  g_ptr_array_add(self->names, NULL);
  if (!g_hash_table_contains(self->by_name, name))
    g_hash_table_insert(self->by_name, name, number);
  if (g_hash_table_contains(self->by_words, words))
    g_free(words);
  else
    g_hash_table_insert(self->by_words, words, number);
}

static void
read_names(CsvColumns *self, const CsvReading *reading, const char *name, const CsvRecord *header,
           FaultList *faults)
{
  self->names = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(self->names, NULL);
  self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
  self->by_words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  self->is_headless = reading->names != NULL;
  for (size_t i = 0; self->is_headless && reading->names[i] != NULL; i++)
    add_name(self, g_strdup(reading->names[i]));
  for (size_t i = 0; !self->is_headless && i < header->length; i++) {
    Slice text = header->fields[i].text;

    if (memchr(text.data, '\0', text.len) != NULL && fault_list_length(faults) == 0)
      fault_list_add(faults,
                     "%s: its header has a NUL byte: is the text UTF-16 without a mark? Say so: "
                     "--encoding UTF-16LE",
                     name);
    add_name(self, slice_to_text(text));
  }
}

/* What nobody stores may stand there as often as it likes. */
static void
refuse_twins(const CsvColumns *self, const char *name, FaultList *faults)
{
  for (size_t i = 0; i < csv_columns_length(self); i++) {
    const char *column = csv_columns_name(self, i);
    int first = GPOINTER_TO_INT(g_hash_table_lookup(self->by_name, column)) - 1;

    if ((int)i != first && self->is_stored[first]) {
      g_autofree char *quoted = slice_quote(slice_text(column));

      fault_list_add(faults, "%s: its header has the column '%s' twice; rename one", name, quoted);
    }
  }
}

/* A word of a letter or two is near to every other such; in another case it is the same. */
static const char *
find_nearest(const char *word, const char *const *candidates)
{
  enum { SHORTEST = 3 };

  for (size_t i = 0; candidates[i] != NULL; i++)
    if (g_ascii_strcasecmp(candidates[i], word) == 0)
      return candidates[i];
  return strlen(word) < SHORTEST ? NULL : fault_nearest(word, candidates);
}

static void
tell_missing(const CsvColumns *self, const char *name, const char *field, FaultList *list)
{
  const char *nearest = find_nearest(field, (const char *const *)self->names->pdata);

  if (nearest != NULL)
    fault_list_add(list, "%s: no column '%s'; is it '%s'?", name, field, nearest);
  else
    fault_list_add(list, "%s: no column '%s', which the mapping stores", name, field);
}

/* False if no column is for any field. */
static bool
bind_fields(CsvColumns *self, const char *const *fields, size_t length)
{
  bool has_any = false;

  self->fields = length;
  self->of_fields = g_new(int, length);
  self->is_stored = g_new0(bool, self->names->len);
  for (size_t i = 0; i < length; i++) {
    self->of_fields[i] = find(self, fields[i]);
    if (self->of_fields[i] == CSV_NO_COLUMN)
      continue;
    self->is_stored[self->of_fields[i]] = true;
    has_any = true;
  }
  return has_any;
}

static void
tell_unknown(const CsvColumns *self, const char *const *fields, const char *name, FaultList *notes)
{
  for (size_t i = 0; i < csv_columns_length(self); i++) {
    const char *column = csv_columns_name(self, i);
    const char *nearest;

    int first = GPOINTER_TO_INT(g_hash_table_lookup(self->by_name, column)) - 1;

    if (self->is_stored[first] || *column == '\0')
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

/* A NULL-ended list: what the file calls each of the mapping's fields. */
static GPtrArray *
list_fields(const Mapping *mapping)
{
  size_t length = 0;
  GPtrArray *list = g_ptr_array_new();

  mapping_fields(mapping, &length);
  for (size_t i = 0; i < length; i++)
    g_ptr_array_add(list, (gpointer)mapping_csv_column(mapping, i));
  g_ptr_array_add(list, NULL);
  return list;
}

static void
bind(CsvColumns *self, const Mapping *mapping, const char *name, bool may_miss,
     CsvFindings *findings)
{
  FaultList *missing = may_miss ? &findings->notes : &findings->faults;
  g_autoptr(GPtrArray) list = list_fields(mapping);
  const char *const *fields = (const char *const *)list->pdata;
  size_t length = list->len - 1;
  const char *nearest;

  if (!bind_fields(self, fields, length)) {
    nearest = find_nearest(fields[0], (const char *const *)self->names->pdata);
    if (nearest != NULL)
      fault_list_add(
          &findings->faults,
          "%s: its first line names none of the mapping's fields, but '%s' is near '%s': "
          "names are compared as they are written",
          name, nearest, fields[0]);
    else
      fault_list_add(&findings->faults,
                     "%s: its first line names none of the mapping's fields (%s, ...): is the "
                     "header line missing (--columns names them), or the delimiter another?",
                     name, fields[0]);
    return;
  }
  refuse_twins(self, name, &findings->faults);
  for (size_t i = 0; i < length; i++)
    if (self->of_fields[i] == CSV_NO_COLUMN)
      tell_missing(self, name, fields[i], missing);
  tell_unknown(self, fields, name, &findings->notes);
}

CsvColumns *
csv_columns_new(const Mapping *mapping, const CsvReading *reading, const char *name,
                const CsvRecord *header, CsvFindings *findings)
{
  CsvColumns *self = g_new0(CsvColumns, 1);
  size_t before = fault_list_length(&findings->faults);

  read_names(self, reading, name, header, &findings->faults);
  if (fault_list_length(&findings->faults) == before)
    bind(self, mapping, name, reading->may_miss, findings);
  if (fault_list_length(&findings->faults) == before)
    return self;
  csv_columns_free(self);
  return NULL;
}

bool
csv_columns_is_stored(const CsvColumns *self, size_t i)
{
  return self->is_stored[i];
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
csv_columns_is_header(const CsvColumns *self, const CsvRecord *record)
{
  if (self->is_headless || record->length != csv_columns_length(self))
    return false;
  for (size_t i = 0; i < record->length; i++) {
    Slice text = record->fields[i].text;
    Slice name = slice_text(csv_columns_name(self, i));

    if (!slice_equal(text, name) && (i > 0 || !slice_equal(without_mark(text), name)))
      return false;
  }
  return true;
}

bool
csv_columns_fit(const CsvColumns *self, size_t length, GError **error)
{
  size_t wanted = csv_columns_length(self);

  if (length == wanted)
    return true;
  g_set_error(error, FAULT, FAULT_RECORD, "has %zu field%s, %s %zu", length, length == 1 ? "" : "s",
              self->is_headless ? "--columns names" : "the header names", wanted);
  return false;
}

Value
csv_reading_value(const CsvReading *self, const CsvField *field)
{
  const char *const *null = self->null_texts;
  bool is_empty = self->has_quoted_empty && field->is_quoted && field->text.len == 0;
  bool is_missing = field->is_null;

  for (; !is_empty && null != NULL && *null != NULL; null++)
    is_missing |= slice_equal(field->text, slice_text(*null));
  return (Value){
      .kind = is_missing ? VALUE_MISSING
              : is_empty ? VALUE_BYTES
                         : VALUE_TEXT,
      .text = field->text,
  };
}
