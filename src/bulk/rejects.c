/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/rejects.h"

#include "csv/writer.h"

enum { MOST_EXAMPLES = 5 };

struct BulkRejects {
  char *path; /* owned, or NULL */
  int64_t most;
  CsvForm form;
  uint64_t count;
  GPtrArray *names;  /* owned, of owned char *: columns of all input files */
  CsvWriter *writer; /* owned; NULL before it begins */
  Bytes text;        /* scratch */
  FaultList examples;
};

/* What the file has beside the input's columns. The second is for an input that stores a column of
 * the first one's name. */
static const char *const own_names[][2] = {
    {"file", "reject_file"},
    {"line", "reject_line"},
    {"column", "reject_column"},
    {"reason", "reject_reason"},
};

BulkRejects *
bulk_rejects_new(const char *path, int64_t most, const CsvForm *form)
{
  BulkRejects *self = g_new0(BulkRejects, 1);

  self->path = g_strdup(path);
  self->most = most;
  self->form = *form;
  self->names = g_ptr_array_new_with_free_func(g_free);
  return self;
}

void
bulk_rejects_free(BulkRejects *self)
{
  if (self == NULL)
    return;
  csv_writer_free(self->writer);
  g_ptr_array_unref(self->names);
  bytes_clear(&self->text);
  fault_list_clear(&self->examples);
  g_free(self->path);
  g_free(self);
}

static bool
is_own_name(const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(own_names); i++)
    if (strcmp(name, own_names[i][0]) == 0 || strcmp(name, own_names[i][1]) == 0)
      return true;
  return false;
}

static bool
knows(const BulkRejects *self, const char *name)
{
  return g_ptr_array_find_with_equal_func(self->names, name, g_str_equal, NULL);
}

/* Rejects of a file of rejects have their reasons once. */
void
bulk_rejects_know(BulkRejects *self, const CsvColumns *columns)
{
  for (size_t i = 0; i < csv_columns_length(columns); i++) {
    const char *name = csv_columns_name(columns, i);

    if (!knows(self, name) && (!is_own_name(name) || csv_columns_is_stored(columns, i)))
      g_ptr_array_add(self->names, g_strdup(name));
  }
}

bool
bulk_rejects_begin(BulkRejects *self, GError **error)
{
  if (self->path == NULL || self->writer != NULL)
    return true;
  self->writer = csv_writer_new(self->path, &self->form, error);
  if (self->writer == NULL)
    return false;
  for (guint i = 0; i < self->names->len; i++)
    csv_writer_field(self->writer, slice_text(self->names->pdata[i]));
  for (size_t i = 0; i < G_N_ELEMENTS(own_names); i++)
    csv_writer_field(self->writer, slice_text(own_names[i][knows(self, own_names[i][0])]));
  return csv_writer_end_row(self->writer, error);
}

static int
find_column(const CsvColumns *columns, const char *name)
{
  for (size_t i = 0; i < csv_columns_length(columns); i++)
    if (strcmp(csv_columns_name(columns, i), name) == 0)
      return (int)i;
  return CSV_NO_COLUMN;
}

/* The record as a line, without its end. */
static Slice
join_fields(BulkRejects *self, const BulkBatch *batch, const BulkRecord *record)
{
  bytes_reset(&self->text);
  for (guint i = 0; i < record->length; i++) {
    CsvField field = bulk_batch_field(batch, record, i);

    if (i > 0)
      csv_append_delimiter(&self->text, &self->form);
    csv_append_field(&self->text, &field, &self->form);
  }
  return bytes_slice(&self->text);
}

/* A line in the first column, whatever that is, and nothing in the others. */
static void
write_line(BulkRejects *self, Slice line)
{
  for (guint i = 0; i < self->names->len; i++)
    csv_writer_field(self->writer, i == 0 ? line : SLICE_EMPTY);
}

/* The record's fields under the names of all files. What has more or fewer fields than its header
 * stays a line: fields that are made up or left out would pass for a record that was mended. */
static void
write_record(BulkRejects *self, const BulkBatch *batch, const BulkReject *reject)
{
  const BulkRecord *record = bulk_batch_record(batch, reject->record);

  if (reject->is_text) {
    write_line(self, bulk_batch_field(batch, record, 0).text);
    return;
  }
  if (record->length != csv_columns_length(batch->columns)) {
    write_line(self, join_fields(self, batch, record));
    return;
  }
  for (guint i = 0; i < self->names->len; i++) {
    int column = find_column(batch->columns, self->names->pdata[i]);

    CsvField field = {0};

    if (column != CSV_NO_COLUMN)
      field = bulk_batch_field(batch, record, (guint)column);
    csv_writer_put(self->writer, &field);
  }
}

static bool
write_reject(BulkRejects *self, const BulkBatch *batch, const BulkReject *reject, GError **error)
{
  g_autofree char *line =
      g_strdup_printf("%" G_GUINT64_FORMAT, bulk_batch_record(batch, reject->record)->line);
  const char *column = reject->column == CSV_NO_COLUMN
                           ? ""
                           : csv_columns_name(batch->columns, (size_t)reject->column);

  if (self->path == NULL)
    return true;
  if (!bulk_rejects_begin(self, error))
    return false;
  write_record(self, batch, reject);
  csv_writer_field(self->writer, slice_text(batch->file));
  csv_writer_field(self->writer, slice_text(line));
  csv_writer_field(self->writer, slice_text(column));
  csv_writer_field(self->writer, slice_text(reject->reason));
  return csv_writer_end_row(self->writer, error);
}

static void
keep_example(BulkRejects *self, const BulkBatch *batch, const BulkReject *reject)
{
  if (fault_list_length(&self->examples) < MOST_EXAMPLES)
    fault_list_add(&self->examples, "%s line %" G_GUINT64_FORMAT ": %s", batch->file,
                   bulk_batch_record(batch, reject->record)->line, reject->reason);
}

static bool
check_limit(const BulkRejects *self, GError **error)
{
  g_autoptr(GString) examples = g_string_new(NULL);

  if (self->most == BULK_REJECTS_ANY || self->count <= (uint64_t)self->most)
    return true;
  for (size_t i = 0; i < fault_list_length(&self->examples); i++)
    g_string_append_printf(examples, "\n  %s", fault_list_get(&self->examples, i));
  g_set_error(error, FAULT, FAULT_RECORD,
              "%" G_GUINT64_FORMAT " record%s could not be stored, and %" G_GINT64_FORMAT
              " may be set aside: nothing was loaded. Mend them, set them aside with --rejects "
              "FILE, or raise --max-rejects:%s",
              self->count, self->count == 1 ? "" : "s", self->most, examples->str);
  return false;
}

static gint
compare_rejects(gconstpointer a, gconstpointer b)
{
  guint left = ((const BulkReject *)a)->record;
  guint right = ((const BulkReject *)b)->record;

  return (left > right) - (left < right);
}

bool
bulk_rejects_take(BulkRejects *self, BulkBatch *batch, GError **error)
{
  g_array_sort(batch->rejects, compare_rejects);
  for (guint i = 0; i < batch->rejects->len; i++) {
    const BulkReject *reject = &g_array_index(batch->rejects, BulkReject, i);

    self->count++;
    keep_example(self, batch, reject);
    if (!write_reject(self, batch, reject, error) || !check_limit(self, error))
      return false;
  }
  return true;
}

bool
bulk_rejects_finish(BulkRejects *self, GError **error)
{
  if (self->path == NULL)
    return true;
  return bulk_rejects_begin(self, error) && csv_writer_finish(self->writer, error);
}

uint64_t
bulk_rejects_count(const BulkRejects *self)
{
  return self->count;
}

const FaultList *
bulk_rejects_examples(const BulkRejects *self)
{
  return &self->examples;
}
