/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/rejects.h"

#include "csv/writer.h"

enum { MOST_EXAMPLES = 5 };

struct BulkRejects {
  char *path; /* owned, or NULL */
  int64_t most;
  uint64_t count;
  GPtrArray *names;  /* owned, of owned char *: columns of all input files */
  CsvWriter *writer; /* owned; NULL before the first reject */
  FaultList examples;
};

static const char *const own_names[] = {"file", "line", "column", "reason"};

BulkRejects *
bulk_rejects_new(const char *path, int64_t most)
{
  BulkRejects *self = g_new0(BulkRejects, 1);

  self->path = g_strdup(path);
  self->most = most;
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
  fault_list_clear(&self->examples);
  g_free(self->path);
  g_free(self);
}

void
bulk_rejects_know(BulkRejects *self, const BulkColumns *columns)
{
  for (size_t i = 0; i < bulk_columns_length(columns); i++) {
    const char *name = bulk_columns_name(columns, i);

    if (!g_ptr_array_find_with_equal_func(self->names, name, g_str_equal, NULL))
      g_ptr_array_add(self->names, g_strdup(name));
  }
}

static bool
begin_file(BulkRejects *self, GError **error)
{
  self->writer = csv_writer_new(self->path, error);
  if (self->writer == NULL)
    return false;
  for (guint i = 0; i < self->names->len; i++)
    csv_writer_field(self->writer, slice_text(self->names->pdata[i]));
  for (size_t i = 0; i < G_N_ELEMENTS(own_names); i++)
    csv_writer_field(self->writer, slice_text(own_names[i]));
  return csv_writer_end_row(self->writer, error);
}

static int
find_column(const BulkColumns *columns, const char *name)
{
  for (size_t i = 0; i < bulk_columns_length(columns); i++)
    if (strcmp(bulk_columns_name(columns, i), name) == 0)
      return (int)i;
  return BULK_NO_COLUMN;
}

/* The record's fields under the names of all files; a line that is no record under the first. */
static void
write_fields(BulkRejects *self, const BulkBatch *batch, const BulkReject *reject)
{
  const BulkRecord *record = bulk_batch_record(batch, reject->record);

  for (guint i = 0; i < self->names->len; i++) {
    int column = reject->is_text ? (int)i : find_column(batch->columns, self->names->pdata[i]);
    bool has_field = column != BULK_NO_COLUMN && (guint)column < record->length;

    csv_writer_field(self->writer,
                     has_field ? bulk_batch_field(batch, record, (guint)column) : SLICE_EMPTY);
  }
}

static bool
write_reject(BulkRejects *self, const BulkBatch *batch, const BulkReject *reject, GError **error)
{
  g_autofree char *line =
      g_strdup_printf("%" G_GUINT64_FORMAT, bulk_batch_record(batch, reject->record)->line);
  const char *column = reject->column == BULK_NO_COLUMN
                           ? ""
                           : bulk_columns_name(batch->columns, (size_t)reject->column);

  if (self->path == NULL)
    return true;
  if (self->writer == NULL && !begin_file(self, error))
    return false;
  write_fields(self, batch, reject);
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
              "%" G_GUINT64_FORMAT " records could not be stored, and %" G_GINT64_FORMAT
              " may be set aside: nothing was loaded. Mend them, set them aside with --rejects "
              "FILE, or raise --max-rejects:%s",
              self->count, self->most, examples->str);
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
  return (self->writer != NULL || begin_file(self, error)) &&
         csv_writer_finish(self->writer, error);
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
