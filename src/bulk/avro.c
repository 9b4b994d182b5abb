/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/avro.h"

#include "avrofile/rows.h"

enum { LOOK_EVERY = 1024, EXAMPLES = 5 };

struct BulkAvro {
  BulkAvroOptions options;
  BulkFeedCounts counts;
  FaultList examples;
};

BulkAvro *
bulk_avro_new(const BulkAvroOptions *options)
{
  BulkAvro *self = g_new0(BulkAvro, 1);

  self->options = *options;
  self->counts.examples = &self->examples;
  return self;
}

void
bulk_avro_free(BulkAvro *self)
{
  if (self == NULL)
    return;
  fault_list_clear(&self->examples);
  g_free(self);
}

static bool
reject(BulkAvro *self, const GError *fault, GError **error)
{
  self->counts.bad++;
  if (fault_list_length(&self->examples) < EXAMPLES)
    fault_list_add(&self->examples, "%s", fault->message);
  if (self->options.bad_most == BULK_REJECTS_ANY ||
      self->counts.bad <= (uint64_t)self->options.bad_most)
    return true;
  g_set_error(error, FAULT, FAULT_RECORD,
              "more than %" G_GINT64_FORMAT " records have no row (--max-rejects): %s",
              self->options.bad_most, fault->message);
  return false;
}

/* One record; *out_is_end after the last. */
static bool
read_one(BulkAvro *self, AvrofileRows *rows, BulkMapper *mapper, bool *out_is_end, GError **error)
{
  g_autoptr(GError) fault = NULL;
  AvrofileRecord record = {0};
  bool is_row = avrofile_rows_next(rows, bulk_mapper_row(mapper), &record, out_is_end, &fault);

  if (is_row && *out_is_end)
    return true;
  /* Of one timestamp the later record counts: later in its file, or in a later file. */
  is_row = is_row && bulk_mapper_take(mapper, self->counts.records, &fault);
  self->counts.records++;
  if (is_row)
    return true;
  if (g_error_matches(fault, FAULT, FAULT_RECORD))
    return reject(self, fault, error);
  g_propagate_error(error, g_steal_pointer(&fault));
  return false;
}

static bool
read_file(BulkAvro *self, AvrofileRows *rows, BulkMapper *mapper, GError **error)
{
  const AvrofileReader *reader = avrofile_rows_reader(rows);
  const BulkWatch *watch = self->options.watch;
  bool is_end = false;

  for (uint64_t turn = 1; !is_end; turn++) {
    if (!read_one(self, rows, mapper, &is_end, error))
      return false;
    if (turn % LOOK_EVERY != 0)
      continue;
    bulk_watch_progress(watch, BULK_READING, avrofile_reader_position(reader),
                        avrofile_reader_size(reader), self->counts.records);
    if (!bulk_watch_goes_on(watch, error))
      return false;
  }
  return true;
}

static bool
read_all(void *data, BulkMapper *mapper, GError **error)
{
  BulkAvro *self = data;

  for (const char *const *path = self->options.paths; *path != NULL; path++) {
    const AvrofileRowsOptions options = {
        .mapping = self->options.mapping,
        .timestamp_ms = self->options.timestamp_ms,
        .before = self->counts.records,
    };
    g_autoptr(AvrofileRows) rows = avrofile_rows_open(*path, &options, error);

    if (rows == NULL || !read_file(self, rows, mapper, error))
      return false;
  }
  return true;
}

static BulkFeedCounts
get_counts(const void *data)
{
  return ((const BulkAvro *)data)->counts;
}

BulkFeed
bulk_avro_feed(BulkAvro *self)
{
  return (BulkFeed){.self = self, .read = read_all, .counts = get_counts};
}
