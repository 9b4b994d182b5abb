/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/file.h"
#include "csv/rows.h"
#include "verify/intake.h"

enum { WATCH_EVERY = 1024 };

/* The files on their way. */
typedef struct {
  VerifyIntake *intake;   /* borrowed */
  const Mapping *mapping; /* borrowed */
  const VerifyCsv *csv;   /* borrowed */
  CsvFile *file;          /* borrowed: the one that is read */
  int32_t part;           /* which it is */
  CsvRows rows;
} Road;

static void
road_clear(Road *self)
{
  csv_rows_clear(&self->rows);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Road, road_clear)

static bool
take(Road *self, const CsvRecord *record, GError **error)
{
  VerifyPlace place = {self->part, (int64_t)record->line};
  g_autoptr(GError) fault = NULL;
  g_autofree char *where = NULL;
  bool is_row = csv_rows_make(&self->rows, csv_file_columns(self->file), record,
                              verify_intake_row(self->intake), &fault);

  if (is_row)
    return verify_intake_take(self->intake, place, error);
  where = g_strdup_printf("%s line %" G_GUINT64_FORMAT, csv_file_path(self->file), record->line);
  verify_intake_take_bad(self->intake, where, fault);
  return true;
}

/* One record; *out_ended after the last. */
static bool
read_one(Road *self, bool *out_ended, GError **error)
{
  g_autoptr(GError) fault = NULL;
  CsvRecord record = {0};

  if (csv_file_next(self->file, &record, &fault)) {
    *out_ended = record.length == 0;
    return *out_ended || take(self, &record, error);
  }
  if (!g_error_matches(fault, FAULT, FAULT_RECORD)) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
  }
  self->rows.number++;
  verify_intake_take_bad(self->intake, csv_file_path(self->file), fault);
  return true;
}

static bool
read_file(Road *self, GError **error)
{
  bool has_ended = false;

  if (!csv_file_open(self->file, error))
    return false;
  for (uint64_t turn = 0; !has_ended; turn++) {
    const CsvSource *from = csv_reader_source(csv_file_reader(self->file));

    if (turn % WATCH_EVERY == WATCH_EVERY - 1 &&
        !verify_intake_goes_on(self->intake, csv_source_position(from), csv_source_size(from),
                               error))
      return false;
    if (!read_one(self, &has_ended, error))
      return false;
  }
  return true;
}

/* All that can be wrong with headers is told before any is read; NULL where one is passed over. */
static GPtrArray *
open_files(const char *const *paths, const Mapping *mapping, const VerifyCsv *csv, GError **error)
{
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)csv_file_free);
  g_auto(CsvFindings) findings = {0};
  bool has_any = false;

  for (size_t i = 0; paths[i] != NULL; i++) {
    g_ptr_array_add(files, csv_file_new(paths[i], mapping, csv->reading, &findings));
    has_any |= files->pdata[i] != NULL;
  }
  if (!has_any && fault_list_length(&findings.faults) == 0)
    fault_list_add(&findings.faults, "%s: is empty; its first line has to name the columns",
                   paths[0]);
  if (fault_list_length(&findings.faults) == 0)
    return g_steal_pointer(&files);
  g_propagate_error(error, fault_list_to_error(&findings.faults));
  return NULL;
}

bool
verify_intake_read_csv(VerifyIntake *self, const char *const *paths, const VerifyCsv *csv,
                       GError **error)
{
  g_auto(Road) road = {
      .intake = self,
      .mapping = verify_intake_options(self)->mapping,
      .csv = csv,
  };
  g_autoptr(GPtrArray) files = open_files(paths, road.mapping, csv, error);

  if (files == NULL)
    return false;
  road.rows.mapping = road.mapping;
  road.rows.reading = csv->reading;
  road.rows.timestamp_ms = csv->timestamp_ms;
  for (guint i = 0; i < files->len; i++) {
    road.file = files->pdata[i];
    road.part = (int32_t)i;
    if (road.file == NULL)
      continue;
    if (!read_file(&road, error))
      return false;
    csv_file_close(road.file, csv->totals);
  }
  return true;
}
