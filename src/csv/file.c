/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/file.h"

#include <string.h>

struct CsvFile {
  char *path;                /* owned */
  const Mapping *mapping;    /* borrowed */
  const CsvReading *reading; /* borrowed */
  uint64_t size;
  CsvColumns *columns; /* owned */
  CsvReader *reader;   /* owned; NULL while it is closed */
  uint64_t headers;
};

void
csv_file_free(CsvFile *self)
{
  if (self == NULL)
    return;
  csv_columns_free(self->columns);
  csv_reader_free(self->reader);
  g_free(self->path);
  g_free(self);
}

const char *
csv_file_path(const CsvFile *self)
{
  return self->path;
}

const CsvColumns *
csv_file_columns(const CsvFile *self)
{
  return self->columns;
}

uint64_t
csv_file_size(const CsvFile *self)
{
  return self->size;
}

const CsvReader *
csv_file_reader(const CsvFile *self)
{
  return self->reader;
}

/* Opens the file and reads its header. */
static bool
open_reader(CsvFile *self, CsvRecord *out_header, GError **error)
{
  CsvSource *source = csv_source_open(self->path, self->reading->csv.stop, error);

  if (source == NULL)
    return false;
  self->reader = csv_reader_new(source, &self->reading->csv, error); /* it owns the source now */
  if (self->reader == NULL || self->reading->names != NULL)
    return self->reader != NULL;
  if (csv_reader_next(self->reader, out_header, error))
    return true;
  if (g_error_matches(*error, FAULT, FAULT_RECORD))
    g_prefix_error(error, "%s ", self->path);
  return false;
}

static bool
read_header(CsvFile *self, CsvFindings *findings)
{
  GError *error = NULL;
  CsvRecord header = {0};

  if (!open_reader(self, &header, &error)) {
    fault_list_take_error(&findings->faults, error);
    return false;
  }
  self->size = csv_source_size(csv_reader_source(self->reader));
  if (header.length == 0 && self->reading->names == NULL) {
    if (csv_reader_is_empty(self->reader))
      fault_list_add(&findings->notes, "%s: is empty, and is passed over", self->path);
    else
      fault_list_add(&findings->faults,
                     "%s: holds blank lines alone; its first line has to name the columns",
                     self->path);
    return false;
  }
  self->columns = csv_columns_new(self->mapping, self->reading, self->path, &header, findings);
  /* Standard input and pipes cannot be opened twice; a file need not stay open. */
  if (self->size > 0 && strcmp(self->path, "-") != 0)
    g_clear_pointer(&self->reader, csv_reader_free);
  return self->columns != NULL;
}

CsvFile *
csv_file_new(const char *path, const Mapping *mapping, const CsvReading *reading,
             CsvFindings *findings)
{
  CsvFile *self = g_new0(CsvFile, 1);

  self->path = g_strdup(path);
  self->mapping = mapping;
  self->reading = reading;
  if (read_header(self, findings))
    return self;
  csv_file_free(self);
  return NULL;
}

bool
csv_file_open(CsvFile *self, GError **error)
{
  CsvRecord header = {0};

  if (self->reader != NULL)
    return true;
  if (!open_reader(self, &header, error))
    return false;
  if (self->reading->names != NULL || csv_columns_is_header(self->columns, &header))
    return true;
  g_set_error(error, FAULT, FAULT_SETUP, "%s: its header changed while the load ran", self->path);
  return false;
}

bool
csv_file_next(CsvFile *self, CsvRecord *out_record, GError **error)
{
  for (;; self->headers++) {
    if (!csv_reader_next(self->reader, out_record, error))
      return false;
    if (out_record->length == 0 || self->reading->keeps_headers ||
        !csv_columns_is_header(self->columns, out_record))
      return true;
  }
}

void
csv_file_close(CsvFile *self, CsvTotals *totals)
{
  CsvOddities odd = csv_reader_oddities(self->reader);

  totals->headers += self->headers;
  if (self->headers > 0)
    fault_list_add(&totals->warnings,
                   "%s: %" G_GUINT64_FORMAT " line%s like the header %s passed over; "
                   "--keep-headers takes %s for records",
                   self->path, self->headers, self->headers == 1 ? "" : "s",
                   self->headers == 1 ? "was" : "were", self->headers == 1 ? "it" : "them");
  if (odd.long_fields > 0)
    fault_list_add(&totals->warnings,
                   "%s: %" G_GUINT64_FORMAT " quoted field%s over more than %d lines, the longest "
                   "over %" G_GUINT64_FORMAT " from line %" G_GUINT64_FORMAT
                   ": if a quote there is only text, --quote none reads it so",
                   self->path, odd.long_fields, odd.long_fields == 1 ? " goes" : "s go",
                   CSV_FEW_LINES, odd.most_lines, odd.most_line);
  if (odd.bare_quotes > 0)
    fault_list_add(&totals->warnings,
                   "%s: %" G_GUINT64_FORMAT " field%s in quotes, which were stored with the text; "
                   "--quote '\"' takes them for what they are elsewhere",
                   self->path, odd.bare_quotes, odd.bare_quotes == 1 ? " stood" : "s stood");
  g_clear_pointer(&self->reader, csv_reader_free);
}
