/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulk/report.h"

#include "hbase/shell.h"

/* Of more regions than the first only the largest are shown: the second. */
enum { REGIONS_SHOWN = 20, LARGEST_SHOWN = 10, HOT_FACTOR = 3 };

/* A region that gets several times its share is a server that others wait for. */
static bool
is_hot(const CmdBulkReport *self, size_t region)
{
  size_t regions = bulk_regions_length(bulk_job_regions(self->job));
  uint64_t all = bulk_job_intake(self->job).amount.cell_bytes;

  return regions > 1 && bulk_job_region(self->job, region).cell_bytes > all / regions * HOT_FACTOR;
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
tell_region(const CmdBulkReport *self, Report *report, size_t i, bool is_shown)
{
  BulkAmount amount = bulk_job_region(self->job, i);
  g_autofree char *start = shell_escape(bulk_regions_start(bulk_job_regions(self->job), i));

  report_object(report, NULL);
  report_text(report, "start", start);
  report_count(report, "records", amount.rows);
  report_count(report, "bytes", amount.cell_bytes);
  report_claim(report, "hot", is_hot(self, i));
  if (is_shown)
    report_say(report, "            {records:10} records, {bytes:10size} from '{start}'");
  if (is_shown)
    report_say(report, is_hot(self, i) ? "  HOT: far more than its share\n" : "\n");
  report_end(report);
}

/* People see the largest, the largest first, of regions that are many. */
static void
tell_regions(const CmdBulkReport *self, Report *report)
{
  size_t length = bulk_regions_length(bulk_job_regions(self->job));
  bool are_many = length > REGIONS_SHOWN;
  size_t shown = are_many ? LARGEST_SHOWN : length;
  g_autofree char *title = g_strdup_printf("regions     %zu%s\n", length,
                                           are_many     ? ", of which these get most"
                                           : length < 2 ? ""
                                                        : ", which get");
  g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(size_t));

  for (size_t i = 0; i < length; i++)
    g_array_append_val(order, i);
  if (are_many && !report_is_json(report))
    g_array_sort_with_data(order, compare_regions, (gpointer)self);
  report_say(report, title);
  report_list(report, "regions");
  for (size_t i = 0; i < length; i++)
    tell_region(self, report, g_array_index(order, size_t, i), length > 1 && i < shown);
  report_end(report);
}

static void
tell_survey(const BulkSurvey *survey, Report *report)
{
  report_count(report, "rows", survey->rows);
  report_count(report, "duplicates", survey->duplicates);
  report_count(report, "differing", survey->differing);
  report_say(report, "rows        |{rows};|{duplicates} records more have the key of another one,|"
                     "{differing} of them with other values\n");
  report_list(report, "collisions");
  for (guint i = 0; i < survey->collisions->len; i++) {
    const BulkCollision *collision = &g_array_index(survey->collisions, BulkCollision, i);

    report_object(report, NULL);
    report_text(report, "row", collision->key);
    report_count(report, "records", collision->records);
    report_count(report, "differing", collision->differing);
    report_say(report, "            {records:10} records, of different values, are row '{row}'\n");
    report_end(report);
  }
  report_end(report);
}

/* What is not CSV has no lines. */
static void
tell_records(const CmdBulkReport *self, Report *report)
{
  BulkIntakeCounts counts = bulk_job_intake(self->job);
  const BulkFeed *feed = self->feed;
  const BulkFeedCounts fed = feed != NULL ? feed->counts(feed->self) : (BulkFeedCounts){0};
  const BulkRejects *rejects = bulk_job_rejects(self->job);

  report_text(report, "table", mapping_table(self->mapping));
  report_say(report, "table       {table}\n");
  report_count(report, "records", counts.records);
  report_count(report, "headers", counts.headers);
  if (feed != NULL) {
    report_count(report, "tombstones", counts.amount.tombstones);
    report_count(report, "skipped", fed.skipped);
    report_count(report, "rejects", fed.bad);
    report_say(report, "records     {records} read; {tombstones} tombstones; {skipped} skipped\n"
                       "bad         {rejects}\n");
  } else {
    report_count(report, "rejects", bulk_rejects_count(rejects));
    report_say(report, "records     {records} read; {headers} repeated header lines passed over\n");
  }
  report_count(report, "cells_mapped", counts.amount.cells);
  report_count(report, "cell_bytes", counts.amount.cell_bytes);
  report_count(report, "spilled_bytes", counts.spilled_bytes);
  if (feed != NULL)
    report_sentences(report, "examples", fed.examples, "            {}\n");
  report_sentences(report, "warnings", bulk_job_warnings(self->job), "warning     {}\n");
  if (feed == NULL) {
    report_say(report, "rejects     {rejects}\n");
    report_sentences(report, "examples", bulk_rejects_examples(rejects), "            {}\n");
  }
}

void
cmd_bulkreport_tell_insight(const CmdBulkReport *self, Report *report)
{
  tell_records(self, report);
  report_say(report, "cells       {cells_mapped}, about {cell_bytes:size} of HFile before "
                     "compression\n");
  if (mapping_uses_record_time(self->mapping) && self->timestamp_ms > 0) {
    report_number(report, "timestamp", self->timestamp_ms);
    report_say(report, "timestamp   {timestamp} for all cells\n");
  }
  if (self->survey != NULL)
    tell_survey(self->survey, report);
  else
    report_say(report, "rows        are counted while they are written: not all fit into "
                       "--memory\n");
  tell_regions(self, report);
}

static void
tell_loaded(const CmdBulkReport *self, Report *report)
{
  if (self->loaded == NULL)
    return;
  report_object(report, "live");
  report_count(report, "files", self->loaded->files);
  report_count(report, "regions", self->loaded->regions);
  report_count(report, "bytes", self->loaded->bytes);
  report_count(report, "recut", self->loaded->recut);
  report_say(report, "loaded      {files} files in {regions} regions; {recut} were divided for "
                     "regions that had moved\n");
  report_end(report);
}

/* What makes the files live. A table that is yet to be comes first: HBase's tool would create one
 * without the mapping's families. */
static void
tell_output(const CmdBulkReport *self, Report *report)
{
  if (self->output == NULL)
    return;
  report_text(report, "output", self->output);
  report_say(report, "output      {output}; this loads it:\n");
  if (self->script != NULL) {
    report_text(report, "script", self->script);
    report_say(report, "            hbase shell -n {script}\n");
  }
  report_say(report, "            hbase completebulkload file://{output} {table}\n");
}

static void
tell_seconds(const CmdBulkReport *self, Report *report)
{
  g_autoptr(GString) line = g_string_new("seconds     |{total:.2}:");

  report_object(report, "seconds");
  report_real(report, "total", self->total_seconds);
  for (int i = 0; i < BULK_PHASES; i++) {
    const char *name = bulk_phase_name((BulkPhase)i);

    report_real(report, name, self->seconds[i]);
    if (self->seconds[i] > 0)
      g_string_append_printf(line, "|%s {%s:.2}", name, name);
  }
  g_string_append_c(line, '\n');
  report_say(report, line->str);
  report_end(report);
}

void
cmd_bulkreport_tell_end(const CmdBulkReport *self, Report *report)
{
  BulkBuildCounts built = bulk_job_build(self->job);

  if (self->survey == NULL) {
    report_count(report, "rows", built.rows);
    report_count(report, "duplicates", built.duplicates);
    report_say(report,
               "rows        {rows}; {duplicates} records more had the key of another one\n");
  }
  report_count(report, "cells", self->cells);
  report_count(report, "files", self->files);
  report_count(report, "bytes", self->bytes);
  report_say(report, "written     {cells} cells in {files} files, {bytes:size}\n");
  tell_loaded(self, report);
  if (self->completed_with != NULL) {
    report_text(report, "completed_with", self->completed_with);
    report_say(report, "loaded      by '{completed_with}'\n");
  }
  tell_output(self, report);
  if (self->committed != NULL) {
    report_text(report, "committed", self->committed);
    report_say(report, "committed   the ends of topic {committed}: 'sluice run' goes on there\n");
  }
  tell_seconds(self, report);
  report_end_all(report);
}
