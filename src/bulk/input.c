/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/input.h"

#include <string.h>

struct BulkInput {
  char *path; /* owned */
  CsvOptions csv;
  uint64_t size;
  BulkColumns *columns; /* owned */
  CsvReader *reader;    /* owned; of what can be read only once, else NULL */
};

void
bulk_input_free(BulkInput *self)
{
  if (self == NULL)
    return;
  bulk_columns_free(self->columns);
  csv_reader_free(self->reader);
  g_free(self->path);
  g_free(self);
}

const char *
bulk_input_path(const BulkInput *self)
{
  return self->path;
}

const BulkColumns *
bulk_input_columns(const BulkInput *self)
{
  return self->columns;
}

uint64_t
bulk_input_size(const BulkInput *self)
{
  return self->size;
}

/* Opens the file and reads its header. */
static CsvReader *
open_reader(const BulkInput *self, CsvRecord *out_header, GError **error)
{
  CsvSource *source = csv_source_open(self->path, error);

  if (source == NULL)
    return NULL;

  g_autoptr(CsvReader) reader = csv_reader_new(source, &self->csv); /* it owns the source now */

  if (csv_reader_next(reader, out_header, error))
    return g_steal_pointer(&reader);
  if (g_error_matches(*error, FAULT, FAULT_RECORD))
    g_prefix_error(error, "%s ", self->path);
  return NULL;
}

static bool
read_header(BulkInput *self, const BulkInputOptions *options, BulkFindings *findings)
{
  GError *error = NULL;
  CsvRecord header = {0};
  g_autoptr(CsvReader) reader = open_reader(self, &header, &error);

  if (reader == NULL) {
    fault_list_take_error(&findings->faults, error);
    return false;
  }
  self->size = csv_source_size(csv_reader_source(reader));
  self->columns = bulk_columns_new(options->mapping, self->path, &header, findings);
  /* Standard input and pipes cannot be opened twice; a file need not stay open. */
  if (self->size == 0 || strcmp(self->path, "-") == 0)
    self->reader = g_steal_pointer(&reader);
  return self->columns != NULL;
}

BulkInput *
bulk_input_new(const char *path, const BulkInputOptions *options, BulkFindings *findings)
{
  BulkInput *self = g_new0(BulkInput, 1);

  self->path = g_strdup(path);
  self->csv = options->csv;
  if (read_header(self, options, findings))
    return self;
  bulk_input_free(self);
  return NULL;
}

CsvReader *
bulk_input_open(BulkInput *self, GError **error)
{
  CsvRecord header = {0};
  CsvReader *reader;

  if (self->reader != NULL)
    return g_steal_pointer(&self->reader);
  reader = open_reader(self, &header, error);
  if (reader == NULL || bulk_columns_is_header(self->columns, &header))
    return reader;
  csv_reader_free(reader);
  g_set_error(error, FAULT, FAULT_SETUP, "%s: its header changed while the load ran", self->path);
  return NULL;
}
