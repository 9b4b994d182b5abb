/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/reader.h"
#include "verify/intake.h"

enum { NO_COLUMN = -1, WATCH_EVERY = 1024 };

/* One file on its way. */
typedef struct {
  VerifyIntake *intake;   /* borrowed */
  const Mapping *mapping; /* borrowed */
  const VerifyCsv *csv;   /* borrowed */
  const char *path;       /* borrowed */
  CsvReader *reader;      /* owned */
  GPtrArray *header;      /* owned, of owned names */
  size_t fields;
  int *columns;  /* owned: which column is which of the mapping's fields */
  Value *values; /* owned: one for each field */
  Bytes scratch;
  int32_t part;
  int64_t *number; /* borrowed: records so far, of all files */
} FileRoad;

static void
file_road_clear(FileRoad *self)
{
  csv_reader_free(self->reader);
  g_clear_pointer(&self->header, g_ptr_array_unref);
  g_free(self->columns);
  g_free(self->values);
  bytes_clear(&self->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FileRoad, file_road_clear)

static int
find_column(const FileRoad *self, const char *name)
{
  for (guint i = 0; i < self->header->len; i++)
    if (strcmp(self->header->pdata[i], name) == 0)
      return (int)i;
  return NO_COLUMN;
}

/* Every field must have a column: one that is spelt otherwise would look like cells without end
 * that are too many. */
static bool
match_fields(FileRoad *self, GError **error)
{
  const char *const *fields = mapping_fields(self->mapping, &self->fields);
  g_autoptr(GString) missing = g_string_new(NULL);

  self->columns = g_new0(int, self->fields);
  self->values = g_new0(Value, self->fields);
  for (size_t i = 0; i < self->fields; i++) {
    self->columns[i] = find_column(self, fields[i]);
    if (self->columns[i] == NO_COLUMN)
      g_string_append_printf(missing, "%s%s", missing->len == 0 ? "" : ", ", fields[i]);
  }
  if (missing->len == 0)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              "%s: the header line has no column %s, which the mapping "
              "of table %s reads",
              self->path, missing->str, mapping_table(self->mapping));
  return false;
}

static bool
read_header(FileRoad *self, GError **error)
{
  CsvRecord record;

  if (!csv_reader_next(self->reader, &record, error))
    return false;
  self->header = g_ptr_array_new_with_free_func(g_free);
  for (size_t i = 0; i < record.length; i++)
    g_ptr_array_add(self->header,
                    g_strndup((const char *)record.fields[i].text.data, record.fields[i].text.len));
  if (record.length > 0)
    return match_fields(self, error);
  g_set_error(error, FAULT, FAULT_SETUP, "%s: it is empty, without a header line", self->path);
  return false;
}

/* Tools that join files leave it in the middle. */
static bool
is_header(const FileRoad *self, const CsvRecord *record)
{
  if (record->length != self->header->len)
    return false;
  for (size_t i = 0; i < record->length; i++)
    if (!slice_equal(record->fields[i].text, slice_text(self->header->pdata[i])))
      return false;
  return true;
}

static bool
means_missing(const FileRoad *self, Slice text)
{
  const char *const *null = self->csv->null_texts;

  for (; null != NULL && *null != NULL; null++)
    if (slice_equal(text, slice_text(*null)))
      return true;
  return false;
}

static bool
make_row(FileRoad *self, const CsvRecord *record, GError **error)
{
  Origin origin = {.topic = "", .offset = *self->number, .timestamp_ms = self->csv->timestamp_ms};

  if (record->length != self->header->len) {
    g_set_error(error, FAULT, FAULT_RECORD, "has %zu fields, the header names %u", record->length,
                self->header->len);
    return false;
  }
  for (size_t i = 0; i < self->fields; i++) {
    Slice text = record->fields[self->columns[i]].text;

    self->values[i] =
        (Value){.kind = means_missing(self, text) ? VALUE_MISSING : VALUE_TEXT, .text = text};
  }
  return mapping_parse_texts(self->mapping, self->values, &self->scratch, error) &&
         mapping_apply(self->mapping, &origin, self->values, verify_intake_row(self->intake),
                       error);
}

static void
take_bad(FileRoad *self, uint64_t line, const GError *reason)
{
  g_autofree char *where = g_strdup_printf("%s line %" G_GUINT64_FORMAT, self->path, line);

  verify_intake_take_bad(self->intake, where, reason);
}

static bool
take(FileRoad *self, const CsvRecord *record, GError **error)
{
  VerifyPlace place = {self->part, (int64_t)record->line};
  g_autoptr(GError) fault = NULL;

  if (is_header(self, record))
    return true;
  if (make_row(self, record, &fault)) {
    (*self->number)++;
    return verify_intake_take(self->intake, place, error);
  }
  (*self->number)++;
  take_bad(self, record->line, fault);
  return true;
}

/* One record; *out_ended after the last. */
static bool
read_one(FileRoad *self, bool *out_ended, GError **error)
{
  g_autoptr(GError) fault = NULL;
  CsvRecord record = {0};
  uint64_t line;

  if (csv_reader_next(self->reader, &record, &fault)) {
    *out_ended = record.length == 0;
    return *out_ended || take(self, &record, error);
  }
  if (!g_error_matches(fault, FAULT, FAULT_RECORD)) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
  }
  csv_reader_malformed(self->reader, &line);
  (*self->number)++;
  verify_intake_take_bad(self->intake, self->path, fault);
  return true;
}

static bool
read_file(FileRoad *self, GError **error)
{
  const CsvOptions options = {.delimiter = self->csv->delimiter};
  CsvSource *source = csv_source_open(self->path, error);
  bool has_ended = false;

  if (source == NULL)
    return false;
  self->reader = csv_reader_new(source, &options); /* it owns the source now */
  if (!read_header(self, error))
    return false;
  for (uint64_t turn = 0; !has_ended; turn++) {
    const CsvSource *from = csv_reader_source(self->reader);

    if (turn % WATCH_EVERY == WATCH_EVERY - 1 &&
        !verify_intake_goes_on(self->intake, csv_source_position(from), csv_source_size(from),
                               error))
      return false;
    if (!read_one(self, &has_ended, error))
      return false;
  }
  return true;
}

bool
verify_intake_read_csv(VerifyIntake *self, const char *const *paths, const VerifyCsv *csv,
                       GError **error)
{
  int64_t number = 0;

  for (int32_t i = 0; paths[i] != NULL; i++) {
    g_auto(FileRoad) road = {
        .intake = self,
        .mapping = verify_intake_options(self)->mapping,
        .csv = csv,
        .path = paths[i],
        .part = i,
        .number = &number,
    };

    if (!read_file(&road, error))
      return false;
  }
  return true;
}
