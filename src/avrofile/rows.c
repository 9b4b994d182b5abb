/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/rows.h"

#include "datum/plan.h"

struct AvrofileRows {
  AvrofileRowsOptions options;
  char *path;             /* owned */
  AvrofileReader *reader; /* owned */
  Plan *plan;             /* owned */
  PlanOutput output;
  bool has_decoded;
};

AvrofileRows *
avrofile_rows_open(const char *path, const AvrofileRowsOptions *options, GError **error)
{
  PlanFields fields = {.reader = mapping_schema(options->mapping)};
  g_autoptr(AvrofileRows) self = g_new0(AvrofileRows, 1);

  fields.paths = mapping_fields(options->mapping, &fields.length);
  self->options = *options;
  self->path = g_strdup(path);
  plan_output_init(&self->output, fields.length);
  if (fields.reader == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s has JSON records without a schema; to read Avro files by it, name a schema as "
                "$.record.schema",
                mapping_path(options->mapping));
    return NULL;
  }
  self->reader = avrofile_reader_open(path, error);
  if (self->reader == NULL)
    return NULL;
  self->plan = plan_new(avrofile_reader_schema(self->reader), &fields, error);
  if (self->plan != NULL)
    return g_steal_pointer(&self);
  g_prefix_error(error, "%s: its schema cannot be read as the mapping's (%s): ", path,
                 mapping_path(options->mapping));
  return NULL;
}

void
avrofile_rows_free(AvrofileRows *self)
{
  if (self == NULL)
    return;
  avrofile_reader_free(self->reader);
  plan_free(self->plan);
  plan_output_clear(&self->output);
  g_free(self->path);
  g_free(self);
}

bool
avrofile_rows_next(AvrofileRows *self, Row *row, AvrofileRecord *out_record, bool *out_is_end,
                   GError **error)
{
  Origin origin = {.topic = "", .timestamp_ms = self->options.timestamp_ms};

  if (!avrofile_reader_next(self->reader, out_record, out_is_end, error))
    return false;
  if (*out_is_end)
    return true;
  origin.offset = (int64_t)(self->options.before + out_record->number - 1);
  self->has_decoded = plan_run(self->plan, out_record->datum, &self->output, error);
  if (self->has_decoded &&
      mapping_apply(self->options.mapping, &origin, self->output.values, row, error))
    return true;
  g_prefix_error(error, "%s record %" G_GUINT64_FORMAT ": ", self->path, out_record->number);
  return false;
}

bool
avrofile_rows_has_decoded(const AvrofileRows *self)
{
  return self->has_decoded;
}

const AvrofileReader *
avrofile_rows_reader(const AvrofileRows *self)
{
  return self->reader;
}
