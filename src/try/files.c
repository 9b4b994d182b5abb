/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/rows.h"
#include "csv/file.h"
#include "csv/rows.h"
#include "datum/translator.h"
#include "try/payload.h"
#include "try/try.h"
#include "wire/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool
refuse_empty(const char *path, uint64_t count, GError **error)
{
  if (count > 0)
    return true;
  g_set_error(error, FAULT, FAULT_RECORD, "%s holds no record", path);
  return false;
}

/* The reason without the place that it begins with, if that is where the record is from. */
static const char *
reason_of(const GError *fault, const char *from)
{
  size_t len = strlen(from);

  return g_str_has_prefix(fault->message, from) && g_str_has_prefix(fault->message + len, ": ")
             ? fault->message + len + 2
             : fault->message;
}

/* The fault is a record's, which makes an outcome of it; else it is the caller's. */
static bool
take_fault(const TryOptions *options, TryOutcome *outcome, GError *fault, GError **error)
{
  if (!g_error_matches(fault, FAULT, FAULT_RECORD)) {
    g_propagate_error(error, fault);
    return false;
  }
  outcome->kind = TRY_REFUSED;
  outcome->reason = reason_of(fault, outcome->from);
  options->take(options->self, outcome);
  g_error_free(fault);
  return true;
}

typedef struct {
  const TryOptions *options;
  CsvFile *file; /* owned */
  CsvRows rows;
  Row row;
} CsvRoad;

static void
csv_road_clear(CsvRoad *self)
{
  csv_file_free(self->file);
  csv_rows_clear(&self->rows);
  row_clear(&self->row);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CsvRoad, csv_road_clear)

static bool
take_csv(CsvRoad *self, bool *out_is_end, GError **error)
{
  CsvRecord record = {0};
  GError *fault = NULL;
  const char *path = csv_file_path(self->file);
  TryOutcome outcome = {.mapping = self->options->mapping, .row = &self->row, .from = path};
  g_autofree char *from = NULL;

  if (!csv_file_next(self->file, &record, &fault)) {
    outcome.stage = "decode";
    self->rows.number++;
    return take_fault(self->options, &outcome, fault, error);
  }
  *out_is_end = record.length == 0;
  if (*out_is_end)
    return true;
  from = g_strdup_printf("%s line %" G_GUINT64_FORMAT, path, record.line);
  outcome.from = from;
  outcome.stage = "map";
  if (!csv_rows_make(&self->rows, csv_file_columns(self->file), &record, &self->row, &fault))
    return take_fault(self->options, &outcome, fault, error);
  self->options->take(self->options->self, &outcome);
  return true;
}

static CsvFile *
open_csv(const char *path, const Mapping *mapping, const CsvReading *reading, GError **error)
{
  g_auto(CsvFindings) findings = {0};
  g_autoptr(CsvFile) file = csv_file_new(path, mapping, reading, &findings);

  if (file == NULL && fault_list_length(&findings.faults) == 0)
    fault_list_add(&findings.faults, "%s: is empty; its first line has to name the columns", path);
  if (fault_list_length(&findings.faults) > 0) {
    g_propagate_error(error, fault_list_to_error(&findings.faults));
    return NULL;
  }
  return g_steal_pointer(&file);
}

bool
try_csv(const TryOptions *options, const char *path, const CsvReading *reading, CsvTotals *totals,
        GError **error)
{
  g_auto(CsvRoad) road = {
      .options = options,
      .rows = {options->mapping, reading, .timestamp_ms = options->timestamp_ms},
  };
  bool is_end = false;

  road.file = open_csv(path, options->mapping, reading, error);
  if (road.file == NULL || !csv_file_open(road.file, error))
    return false;
  while (!is_end && (uint64_t)road.rows.number < options->limit)
    if (!take_csv(&road, &is_end, error))
      return false;
  csv_file_close(road.file, totals);
  return refuse_empty(path, (uint64_t)road.rows.number, error);
}

typedef struct {
  const TryOptions *options;
  const char *path;
  AvrofileRows *rows; /* owned */
  Row row;
} AvroRoad;

static void
avro_road_clear(AvroRoad *self)
{
  avrofile_rows_free(self->rows);
  row_clear(&self->row);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AvroRoad, avro_road_clear)

static bool
take_avro(AvroRoad *self, bool *out_is_end, GError **error)
{
  AvrofileRecord record = {0};
  GError *fault = NULL;
  bool is_row = avrofile_rows_next(self->rows, &self->row, &record, out_is_end, &fault);
  g_autofree char *from =
      g_strdup_printf("%s record %" G_GUINT64_FORMAT, self->path, record.number);
  TryOutcome outcome = {.mapping = self->options->mapping, .from = from, .row = &self->row};

  if (is_row && *out_is_end)
    return true;
  outcome.stage = avrofile_rows_has_decoded(self->rows) ? "map" : "decode";
  if (!is_row)
    return take_fault(self->options, &outcome, fault, error);
  self->options->take(self->options->self, &outcome);
  return true;
}

bool
try_avro(const TryOptions *options, const char *path, GError **error)
{
  const AvrofileRowsOptions how = {options->mapping, options->timestamp_ms, 0};
  g_auto(AvroRoad) road = {options, path, avrofile_rows_open(path, &how, error), {0}};
  bool is_end = false;
  uint64_t count = 0;

  if (road.rows == NULL)
    return false;
  while (count < options->limit) {
    if (!take_avro(&road, &is_end, error))
      return false;
    if (is_end)
      break;
    count++;
  }
  return refuse_empty(path, count, error);
}

typedef struct {
  const TryOptions *options;
  const char *path;
  uint64_t count;         /* of records so far */
  Translator *translator; /* owned */
  Bytes payload;
  Row row;
} JsonRoad;

static void
json_road_clear(JsonRoad *self)
{
  translator_free(self->translator);
  bytes_clear(&self->payload);
  row_clear(&self->row);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JsonRoad, json_road_clear)

static bool
take_json(JsonRoad *self, Slice line, uint64_t number, GError **error)
{
  const Mapping *mapping = self->options->mapping;
  g_autofree char *from = g_strdup_printf("%s line %" G_GUINT64_FORMAT, self->path, number);
  TryOutcome outcome = {.mapping = mapping, .from = from, .row = &self->row, .stage = "decode"};
  Origin origin = {.topic = mapping_topic(mapping),
                   .offset = (int64_t)self->count++,
                   .timestamp_ms = self->options->timestamp_ms};
  GError *fault = NULL;

  bytes_reset(&self->payload);
  if (!try_payload(mapping, line, &self->payload, &fault))
    return take_fault(self->options, &outcome, fault, error);
  if (!translator_row(self->translator, &origin, bytes_slice(&self->payload), &self->row, &fault) ||
      !frame_check_row(mapping_table(mapping), &self->row, self->options->frame_max_bytes,
                       &fault)) {
    outcome.stage = translator_step_word(translator_failed_at(self->translator));
    return take_fault(self->options, &outcome, fault, error);
  }
  self->options->take(self->options->self, &outcome);
  return true;
}

/* A line's text, of which getline() owns the bytes. */
typedef struct {
  FILE *file; /* owned, but for standard input */
  char *bytes;
  size_t room;
} Lines;

static void
lines_clear(Lines *self)
{
  if (self->file != NULL && self->file != stdin)
    fclose(self->file);
  free(self->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lines, lines_clear)

static bool
take_lines(JsonRoad *self, Lines *lines, GError **error)
{
  for (uint64_t number = 1; self->count < self->options->limit; number++) {
    ssize_t len = getline(&lines->bytes, &lines->room, lines->file);

    if (len < 0)
      break;
    while (len > 0 && strchr(" \t\r\n", lines->bytes[len - 1]) != NULL &&
           lines->bytes[len - 1] != 0)
      len--;
    if (len == 0)
      continue;
    if (!take_json(self, slice(lines->bytes, (size_t)len), number, error))
      return false;
  }
  if (ferror(lines->file)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: %s", self->path, g_strerror(errno));
    return false;
  }
  return refuse_empty(self->path, self->count, error);
}

bool
try_json(const TryOptions *options, const char *path, GError **error)
{
  const SchemaSource source = try_payload_source(options->mapping);
  g_auto(JsonRoad) road = {.options = options, .path = path};
  g_auto(Lines) lines = {.file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re")};

  if (lines.file == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: %s", path, g_strerror(errno));
    return false;
  }
  road.translator = translator_new(options->mapping, &source, error);
  return road.translator != NULL && take_lines(&road, &lines, error);
}
