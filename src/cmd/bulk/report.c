/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulk/report.h"

#include "cmd/paragraph.h"
#include "hbase/shell.h"
#include "json/build.h"

#include <stdio.h>

#define U64 G_GUINT64_FORMAT

/* Of more regions than the first only the largest are shown: the second. */
enum { REGIONS_SHOWN = 20, LARGEST_SHOWN = 10, HOT_FACTOR = 3 };

static char *
size_text(uint64_t bytes)
{
  return g_format_size_full(bytes, G_FORMAT_SIZE_IEC_UNITS);
}

/* A region that gets several times its share is a server that others wait for. */
static bool
is_hot(const CmdBulkReport *self, size_t region)
{
  size_t regions = bulk_regions_length(bulk_job_regions(self->job));
  uint64_t all = bulk_job_intake(self->job).amount.cell_bytes;

  return regions > 1 && bulk_job_region(self->job, region).cell_bytes > all / regions * HOT_FACTOR;
}

static void
print_region(const CmdBulkReport *self, size_t i)
{
  BulkAmount amount = bulk_job_region(self->job, i);
  g_autofree char *start = shell_escape(bulk_regions_start(bulk_job_regions(self->job), i));
  g_autofree char *size = size_text(amount.cell_bytes);

  printf("            %10" U64 " records, %10s from '%s'%s\n", amount.rows, size, start,
         is_hot(self, i) ? "  HOT: far more than its share" : "");
}

static gint
compare_regions(gconstpointer a, gconstpointer b, gpointer data)
{
  const CmdBulkReport *self = data;
  uint64_t left = bulk_job_region(self->job, *(const size_t *)a).cell_bytes;
  uint64_t right = bulk_job_region(self->job, *(const size_t *)b).cell_bytes;

  return (left < right) - (left > right);
}

static void
print_largest(const CmdBulkReport *self, size_t length)
{
  g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(size_t));

  for (size_t i = 0; i < length; i++)
    g_array_append_val(order, i);
  g_array_sort_with_data(order, compare_regions, (gpointer)self);
  for (guint i = 0; i < LARGEST_SHOWN; i++)
    print_region(self, g_array_index(order, size_t, i));
}

static void
print_regions(const CmdBulkReport *self)
{
  size_t length = bulk_regions_length(bulk_job_regions(self->job));

  if (length > REGIONS_SHOWN) {
    printf("regions     %zu, of which these get most\n", length);
    print_largest(self, length);
    return;
  }
  printf("regions     %zu%s\n", length, length < 2 ? "" : ", which get");
  for (size_t i = 0; length > 1 && i < length; i++)
    print_region(self, i);
}

static void
print_collisions(const BulkSurvey *survey)
{
  for (guint i = 0; i < survey->collisions->len; i++) {
    const BulkCollision *collision = &g_array_index(survey->collisions, BulkCollision, i);

    printf("            %10" U64 " records, of different values, are row '%s'\n",
           collision->records, collision->key);
  }
}

static void
print_rows(const BulkSurvey *survey)
{
  CmdParagraph line = {.indent = (size_t)printf("rows        ")};

  cmd_paragraph_add(&line, "%" U64 ";", survey->rows);
  cmd_paragraph_add(&line, "%" U64 " records more have the key of another one,",
                    survey->duplicates);
  cmd_paragraph_add(&line, "%" U64 " of them with other values", survey->differing);
  putchar('\n');
  print_collisions(survey);
}

/* What is not CSV has no lines. */
static void
print_feed(const CmdBulkReport *self)
{
  BulkFeedCounts counts = self->feed->counts(self->feed->self);

  printf("records     %" U64 " read; %" U64 " tombstones; %" U64 " skipped\n", counts.records,
         bulk_job_intake(self->job).amount.tombstones, counts.skipped);
  printf("bad         %" U64 "\n", counts.bad);
  for (size_t i = 0; i < fault_list_length(counts.examples); i++)
    printf("            %s\n", fault_list_get(counts.examples, i));
}

static void
print_rejects(const CmdBulkReport *self)
{
  const BulkRejects *rejects = bulk_job_rejects(self->job);
  const FaultList *examples = bulk_rejects_examples(rejects);

  printf("rejects     %" U64 "\n", bulk_rejects_count(rejects));
  for (size_t i = 0; i < fault_list_length(examples); i++)
    printf("            %s\n", fault_list_get(examples, i));
}

void
cmd_bulkreport_print_insight(const CmdBulkReport *self)
{
  BulkIntakeCounts counts = bulk_job_intake(self->job);
  g_autofree char *size = size_text(counts.amount.cell_bytes);

  printf("table       %s\n", mapping_table(self->mapping));
  if (self->feed != NULL)
    print_feed(self);
  else
    printf("records     %" U64 " read; %" U64 " repeated header lines passed over\n",
           counts.records, counts.headers);
  for (size_t i = 0; i < fault_list_length(bulk_job_warnings(self->job)); i++)
    printf("warning     %s\n", fault_list_get(bulk_job_warnings(self->job), i));
  if (self->feed == NULL)
    print_rejects(self);
  printf("cells       %" U64 ", about %s of HFile before compression\n", counts.amount.cells, size);
  if (mapping_uses_record_time(self->mapping) && self->timestamp_ms > 0)
    printf("timestamp   %" G_GINT64_FORMAT " for all cells\n", self->timestamp_ms);
  if (self->survey != NULL)
    print_rows(self->survey);
  else
    printf("rows        are counted while they are written: not all fit into --memory\n");
  print_regions(self);
  fflush(stdout);
}

static void
print_seconds(const CmdBulkReport *self)
{
  CmdParagraph line = {.indent = (size_t)printf("seconds     ")};

  cmd_paragraph_add(&line, "%.2f:", self->total_seconds);
  for (int i = 0; i < BULK_PHASES; i++)
    if (self->seconds[i] > 0)
      cmd_paragraph_add(&line, "%s %.2f", bulk_phase_name((BulkPhase)i), self->seconds[i]);
  putchar('\n');
}

/* What makes the files live. A table that is yet to be comes first: HBase's tool would create one
 * without the mapping's families. */
static void
print_output(const CmdBulkReport *self)
{
  printf("output      %s; this makes it live:\n", self->output);
  if (self->script != NULL)
    printf("            hbase shell -n %s\n", self->script);
  printf("            hbase completebulkload file://%s %s\n", self->output,
         mapping_table(self->mapping));
}

void
cmd_bulkreport_print(const CmdBulkReport *self)
{
  BulkBuildCounts built = bulk_job_build(self->job);
  g_autofree char *size = size_text(self->bytes);

  if (self->survey == NULL)
    printf("rows        %" U64 "; %" U64 " records more had the key of another one\n", built.rows,
           built.duplicates);
  printf("written     %" U64 " cells in %zu files, %s\n", self->cells, self->files, size);
  if (self->loaded != NULL)
    printf("live        %" U64 " files in %" U64 " regions; %" U64 " were cut anew\n",
           self->loaded->files, self->loaded->regions, self->loaded->recut);
  if (self->completed_with != NULL)
    printf("live        by '%s'\n", self->completed_with);
  if (self->output != NULL)
    print_output(self);
  if (self->committed != NULL)
    printf("committed   the ends of topic %s: 'sluice run' goes on there\n", self->committed);
  print_seconds(self);
}

static void
add_seconds(JsonBuilder *builder, const CmdBulkReport *self)
{
  json_build_object(builder, "seconds");
  for (int i = 0; i < BULK_PHASES; i++)
    json_build_real(builder, bulk_phase_name((BulkPhase)i), self->seconds[i]);
  json_build_real(builder, "total", self->total_seconds);
  json_builder_end_object(builder);
}

static void
add_region(JsonBuilder *builder, const CmdBulkReport *self, size_t i)
{
  BulkAmount amount = bulk_job_region(self->job, i);
  g_autofree char *start = shell_escape(bulk_regions_start(bulk_job_regions(self->job), i));

  json_builder_begin_object(builder);
  json_build_text(builder, "start", start);
  json_build_count(builder, "records", amount.rows);
  json_build_count(builder, "bytes", amount.cell_bytes);
  json_build_claim(builder, "hot", is_hot(self, i));
  json_builder_end_object(builder);
}

static void
add_regions(JsonBuilder *builder, const CmdBulkReport *self)
{
  json_build_list(builder, "regions");
  for (size_t i = 0; i < bulk_regions_length(bulk_job_regions(self->job)); i++)
    add_region(builder, self, i);
  json_builder_end_array(builder);
}

static void
add_collisions(JsonBuilder *builder, const BulkSurvey *survey)
{
  json_build_count(builder, "differing", survey->differing);
  json_build_list(builder, "collisions");
  for (guint i = 0; i < survey->collisions->len; i++) {
    const BulkCollision *collision = &g_array_index(survey->collisions, BulkCollision, i);

    json_builder_begin_object(builder);
    json_build_text(builder, "row", collision->key);
    json_build_count(builder, "records", collision->records);
    json_build_count(builder, "differing", collision->differing);
    json_builder_end_object(builder);
  }
  json_builder_end_array(builder);
}

static void
add_written(JsonBuilder *builder, const CmdBulkReport *self)
{
  BulkBuildCounts built = bulk_job_build(self->job);
  uint64_t rows = self->survey != NULL ? self->survey->rows : built.rows;
  uint64_t duplicates = self->survey != NULL ? self->survey->duplicates : built.duplicates;

  json_build_count(builder, "rows", rows);
  json_build_count(builder, "duplicates", duplicates);
  if (self->survey != NULL)
    add_collisions(builder, self->survey);
  json_build_count(builder, "cells", self->cells);
  json_build_count(builder, "files", self->files);
  json_build_count(builder, "bytes", self->bytes);
}

static void
add_loaded(JsonBuilder *builder, const CmdBulkReport *self)
{
  if (self->loaded == NULL)
    return;
  json_build_object(builder, "live");
  json_build_count(builder, "files", self->loaded->files);
  json_build_count(builder, "regions", self->loaded->regions);
  json_build_count(builder, "bytes", self->loaded->bytes);
  json_build_count(builder, "recut", self->loaded->recut);
  json_builder_end_object(builder);
}

void
cmd_bulkreport_print_json(const CmdBulkReport *self)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  BulkIntakeCounts counts = bulk_job_intake(self->job);

  json_builder_begin_object(builder);
  json_build_text(builder, "table", mapping_table(self->mapping));
  json_build_count(builder, "records", counts.records);
  json_build_count(builder, "headers", counts.headers);
  if (self->feed != NULL) {
    json_build_count(builder, "tombstones", counts.amount.tombstones);
    json_build_count(builder, "skipped", self->feed->counts(self->feed->self).skipped);
  }
  json_build_count(builder, "rejects",
                   self->feed != NULL ? self->feed->counts(self->feed->self).bad
                                      : bulk_rejects_count(bulk_job_rejects(self->job)));
  json_build_count(builder, "cells_mapped", counts.amount.cells);
  json_build_count(builder, "cell_bytes", counts.amount.cell_bytes);
  json_build_count(builder, "spilled_bytes", counts.spilled_bytes);
  if (mapping_uses_record_time(self->mapping) && self->timestamp_ms > 0)
    json_build_count(builder, "timestamp", (uint64_t)self->timestamp_ms);
  add_written(builder, self);
  add_loaded(builder, self);
  if (self->output != NULL)
    json_build_text(builder, "output", self->output);
  if (self->committed != NULL)
    json_build_text(builder, "committed", self->committed);
  add_regions(builder, self);
  json_build_sentences(builder, "warnings", bulk_job_warnings(self->job));
  add_seconds(builder, self);
  json_builder_end_object(builder);
  json_build_print(builder, false);
}
