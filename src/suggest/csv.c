/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/form.h"
#include "text/names.h"
#include "suggest/suggest.h"

#include <string.h>

enum { MOST_CELLS = 4 << 20 /* digests that are kept, of 8 bytes each */ };

typedef struct {
  Suggest *suggest;
  CsvReading *reading;
  size_t most;       /* records */
  GHashTable *names; /* owned: the file's name of a column -> its SuggestField */
  GHashTable *taken; /* owned: set of fields' names */
  bool needs_names;  /* the header's are no good: one is blank, or there twice */
  bool is_not_utf8;
  uint64_t header_line; /* of the first file's */
  int32_t file;         /* that is read, from 0 */
} CsvSample;

static void
csv_sample_clear(CsvSample *self)
{
  g_hash_table_unref(self->names);
  g_hash_table_unref(self->taken);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CsvSample, csv_sample_clear)

static SuggestField *
add_column(CsvSample *self, const char *column)
{
  g_autofree char *path = names_field(column, self->taken);
  SuggestField *field = suggest_field_new(path, self->suggest->times);

  if (strcmp(path, column) != 0)
    field->column = g_strdup(column);
  g_ptr_array_add(self->suggest->fields, field);
  if (!g_hash_table_insert(self->names, g_strdup(column), field) || *column == '\0')
    self->needs_names = true;
  return field;
}

/* The fields of a file's columns, in order. */
static GPtrArray *
bind_columns(CsvSample *self, const CsvRecord *header)
{
  GPtrArray *columns = g_ptr_array_new();
  bool is_first = self->suggest->fields->len == 0;

  for (size_t i = 0; i < header->length; i++) {
    g_autofree char *column = slice_to_text(header->fields[i].text);
    SuggestField *field = is_first ? NULL : g_hash_table_lookup(self->names, column);

    g_ptr_array_add(columns, field != NULL ? field : add_column(self, column));
  }
  return columns;
}

/* Names for columns whose header has none: the reading's, or by number. */
static GPtrArray *
bind_names(CsvSample *self, size_t length)
{
  GPtrArray *columns = g_ptr_array_new();
  const char *const *names = self->reading->names;

  for (size_t i = 0; names != NULL ? names[i] != NULL : i < length; i++) {
    g_autofree char *numbered = g_strdup_printf("column_%zu", i + 1);
    const char *name = names != NULL ? names[i] : numbered;
    SuggestField *field = g_hash_table_lookup(self->names, name);

    g_ptr_array_add(columns, field != NULL ? field : add_column(self, name));
  }
  return columns;
}

static void
take_field(CsvSample *self, SuggestField *field, const CsvField *read)
{
  bool is_missing = csv_reading_value(self->reading, read).kind == VALUE_MISSING;
  bool is_empty = read->text.len == 0 || slice_equal(read->text, slice_text("nan"));

  if (is_missing || (is_empty && !(self->reading->has_quoted_empty && read->is_quoted)))
    return;
  if (self->reading->csv.encoding == NULL &&
      !g_utf8_validate((const char *)read->text.data, (gssize)read->text.len, NULL))
    self->is_not_utf8 = true;
  suggest_field_add(field, self->suggest->rows, read->text,
                    self->reading->has_decimal_comma ? ',' : '.');
}

static void
take_bad(CsvSample *self, const char *path, uint64_t line, const char *reason)
{
  if (self->suggest->bad++ == 0)
    fault_list_add(&self->suggest->notes,
                   "bad records: the first is %s line %" G_GUINT64_FORMAT ": %s", path, line,
                   reason);
}

static bool
is_header(const GPtrArray *columns, const CsvRecord *record)
{
  for (size_t i = 0; i < record->length; i++) {
    const SuggestField *field = columns->pdata[i];

    if (!slice_equal(record->fields[i].text,
                     slice_text(field->column != NULL ? field->column : field->path)))
      return false;
  }
  return true;
}

static void
take_record(CsvSample *self, const char *path, const GPtrArray *columns, const CsvRecord *record)
{
  SuggestOrigin origin = {self->file, (int64_t)record->line};

  if (record->length != columns->len) {
    g_autofree char *reason =
        g_strdup_printf("has %zu fields, not %u", record->length, columns->len);

    take_bad(self, path, record->line, reason);
    return;
  }
  if (self->reading->names == NULL && is_header(columns, record))
    return;
  for (size_t i = 0; i < record->length; i++)
    take_field(self, columns->pdata[i], &record->fields[i]);
  g_array_append_val(self->suggest->origins, origin);
  self->suggest->rows++;
}

static bool
read_records(CsvSample *self, CsvReader *reader, GPtrArray *columns, size_t most, GError **error)
{
  const char *path = csv_source_path(csv_reader_source(reader));

  for (size_t count = 0; count < most; count++) {
    CsvRecord record = {0};
    g_autoptr(GError) fault = NULL;

    if (csv_reader_next(reader, &record, &fault)) {
      if (record.length == 0)
        return true;
      take_record(self, path, columns, &record);
    } else if (g_error_matches(fault, FAULT, FAULT_RECORD)) {
      uint64_t line = 0;

      csv_reader_malformed(reader, &line);
      take_bad(self, path, line, csv_reader_malformed_reason(reader));
    } else {
      g_propagate_error(error, g_steal_pointer(&fault));
      return false;
    }
  }
  self->suggest->is_cut = true;
  return true;
}

/* The first record is a header, or one like the others: then its width alone counts. */
static bool
read_file(CsvSample *self, const char *path, bool is_headless, GError **error)
{
  CsvSource *source = csv_source_open(path, self->reading->csv.stop, error);
  g_autoptr(CsvReader) reader =
      source == NULL ? NULL : csv_reader_new(source, &self->reading->csv, error);
  g_autoptr(GPtrArray) columns = NULL;
  guint known = self->suggest->fields->len;
  CsvRecord header = {0};

  if (reader == NULL || !csv_reader_next(reader, &header, error))
    return false;
  if (header.length == 0)
    return true;
  if (is_headless || self->reading->names != NULL) {
    columns = bind_names(self, header.length);
    g_clear_pointer(&reader, csv_reader_free);
    source = csv_source_open(path, self->reading->csv.stop, error);
    reader = source == NULL ? NULL : csv_reader_new(source, &self->reading->csv, error);
  } else {
    if (known == 0)
      self->header_line = header.line;
    columns = bind_columns(self, &header);
  }
  if (known > 0 && self->suggest->fields->len - known == columns->len) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s: no column is named as those of the files before it: is it of another kind, or "
                "written in another way? Ask for each by itself",
                path);
    return false;
  }
  if (known > 0 && (self->suggest->fields->len > known || columns->len < known))
    self->reading->may_miss = true;
  return reader != NULL &&
         read_records(self, reader, columns,
                      MIN(self->most, MOST_CELLS / columns->len - self->suggest->rows), error);
}

static bool
read_files(CsvSample *self, char *const *paths, bool is_headless, GError **error)
{
  size_t files = g_strv_length((char **)paths);

  self->most = MAX(self->most / files, 1);
  for (; *paths != NULL; paths++, self->file++)
    if (!read_file(self, *paths, is_headless, error))
      return false;
  if (self->suggest->rows > 0)
    return true;
  g_set_error(error, FAULT, FAULT_RECORD, "%s holds no record to look at", paths[-1]);
  return false;
}

static void
clear_fields(Suggest *self)
{
  g_ptr_array_set_size(self->fields, 0);
  fault_list_clear(&self->notes);
  g_array_set_size(self->origins, 0);
  self->rows = self->bad = 0;
  self->is_cut = false;
}

/* --columns names them all, as the schema does. */
static void
name_columns(Suggest *self, CsvReading *reading)
{
  self->names = g_new0(char *, self->fields->len + 1);
  for (guint i = 0; i < self->fields->len; i++) {
    SuggestField *field = self->fields->pdata[i];

    self->names[i] = g_strdup(field->path);
    g_clear_pointer(&field->column, g_free);
  }
  reading->names = (const char *const *)self->names;
}

static bool
read_all(Suggest *self, char *const *paths, size_t most, CsvReading *reading, GError **error)
{
  g_auto(CsvSample) sample = {
      .suggest = self,
      .reading = reading,
      .most = most,
      .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
      .taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
  };
  bool is_headless = false;
  bool has_names = reading->names != NULL;
  g_autofree char *sentence = NULL;

  clear_fields(self);
  if (!form_find(*paths, self->times, reading, &is_headless, error))
    return false;
  sentence = form_sentence(*paths, reading, is_headless);
  if (!read_files(&sample, paths, is_headless, error))
    return false;
  if (sample.is_not_utf8) {
    /* Further on than form_find() looked. */
    reading->csv.encoding = "WINDOWS-1252";
    return read_all(self, paths, most, reading, error);
  }
  if (!has_names && (is_headless || sample.needs_names)) {
    name_columns(self, reading);
    if (!is_headless)
      reading->csv.skip_lines = (unsigned)sample.header_line;
  }
  fault_list_add(&self->found, "%s", sentence);
  return true;
}

/* Whether some field's numbers have commas before their fractions, and none has points. */
static bool
wants_comma(const Suggest *self, const CsvReading *reading)
{
  bool has_comma = false;

  for (guint i = 0; i < self->fields->len; i++) {
    const SuggestField *field = self->fields->pdata[i];

    if (suggest_field_class(field) == SUGGEST_DOUBLE)
      return false;
    /* 1,234 alone may well be a thousand. */
    has_comma |= field->commas > field->thousands && field->commas == field->classes[SUGGEST_TEXT];
  }
  return has_comma && !reading->has_decimal_comma;
}

bool
suggest_csv(Suggest *self, char *const *paths, size_t most, CsvReading *reading, GError **error)
{
  for (char *const *path = paths; *path != NULL; path++)
    if (strcmp(*path, "-") == 0) {
      g_set_error(error, FAULT, FAULT_SETUP,
                  "standard input cannot be read twice: give a file to --csv");
      return false;
    }
  CsvReading asked = *reading;

  if (!read_all(self, paths, most, reading, error))
    return false;
  if (wants_comma(self, reading)) {
    g_clear_pointer(&self->names, g_strfreev);
    fault_list_clear(&self->found);
    *reading = asked;
    reading->has_decimal_comma = true;
    if (!read_all(self, paths, most, reading, error))
      return false;
  }
  for (guint i = 0; i < self->fields->len; i++)
    suggest_field_end(self->fields->pdata[i], self->rows);
  form_put_options(self->options, reading);
  return true;
}
