/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/job.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { MICROSECONDS = 1000, MILLISECONDS = 1000 };

static const char task[] = "sluice";

struct BulkJob {
  BulkJobOptions options;
  GPtrArray *inputs;      /* owned, of CsvFile */
  BulkPlan *plan;         /* owned */
  BulkRegions *regions;   /* owned */
  HfileOptions *hfile;    /* owned: by family */
  uint64_t *family_bytes; /* owned */
  BulkRejects *rejects;   /* owned */
  BulkIntake *intake;     /* owned */
  GArray *parts;          /* owned, of BulkPart; NULL: the regions are those rows were counted by */
  uint64_t parts_bytes;   /* of all of them */
  BulkBuildCounts build;
  GArray *files; /* owned, of BulkFile */
};

/* True, and a fault, if the file of the rejects would replace the input. */
static bool
is_rejects_file(const BulkJob *self, const char *path, CsvFindings *findings)
{
  struct stat input;
  struct stat rejects;

  if (self->options.rejects_path == NULL || stat(path, &input) != 0 ||
      stat(self->options.rejects_path, &rejects) != 0 || input.st_dev != rejects.st_dev ||
      input.st_ino != rejects.st_ino)
    return false;
  fault_list_add(&findings->faults,
                 "%s: is to be read, and the rejects would replace it; name another file", path);
  return true;
}

static bool
is_read_already(const BulkJob *self, const char *const *path, CsvFindings *findings)
{
  if (strcmp(*path, "-") != 0)
    return false;
  for (const char *const *at = self->options.paths; at < path; at++)
    if (strcmp(*at, "-") == 0) {
      fault_list_add(&findings->faults, "-: standard input can be read once; name it once");
      return true;
    }
  return false;
}

static void
open_inputs(BulkJob *self, CsvFindings *findings)
{
  if (self->options.feed != NULL)
    return;
  for (const char *const *path = self->options.paths; *path != NULL; path++) {
    CsvFile *input;

    if (is_rejects_file(self, *path, findings) || is_read_already(self, path, findings) ||
        (input = csv_file_new(*path, self->options.mapping, &self->options.reading, findings)) ==
            NULL)
      continue;
    g_ptr_array_add(self->inputs, input);
    bulk_rejects_know(self->rejects, csv_file_columns(input));
  }
  if (self->inputs->len == 0 && fault_list_length(&findings->faults) == 0)
    fault_list_add(&findings->faults, "%s: is empty; its first line has to name the columns",
                   *self->options.paths);
}

/* So that a place where they cannot be written is told before work starts. */
static void
begin_rejects(BulkJob *self, CsvFindings *findings)
{
  GError *error = NULL;

  if (fault_list_length(&findings->faults) == 0 && !bulk_rejects_begin(self->rejects, &error))
    fault_list_take_error(&findings->faults, error);
}

static void
set_hfile(BulkJob *self, size_t i, const Family *family)
{
  HfileOptions *hfile = &self->hfile[i];
  int64_t now_ms = g_get_real_time() / MICROSECONDS;

  *hfile = (HfileOptions){
      .family = self->plan->family[i].name,
      .bloom = family->bloom,
      .bloom_prefix_bytes = family->bloom_prefix_bytes,
      .create_time_ms = now_ms,
      .bulkload_time_ms = now_ms,
      .bulkload_task = task,
  };
  if (self->options.codec != NULL)
    hfile->codec = *self->options.codec;
  else if (!hfile_codec_find(family->compression, &hfile->codec) ||
           !hfile_codec_is_stock(hfile->codec))
    hfile->codec = HFILE_CODEC_NONE;
  if (family->encoding != NULL)
    hfile_encoding_find(slice_text(family->encoding), &hfile->encoding);
  self->plan->versions[i] = family->versions;
  self->plan->keeps_deleted[i] = family_keeps_deleted(family);
  self->plan->dead_before[i] = 0;
  if (family->time_to_live_s > 0 && family->time_to_live_s < (uint64_t)now_ms / MILLISECONDS)
    self->plan->dead_before[i] = now_ms - (int64_t)family->time_to_live_s * MILLISECONDS;
}

BulkJob *
bulk_job_new(const BulkJobOptions *options, CsvFindings *findings)
{
  BulkJob *self = g_new0(BulkJob, 1);

  self->options = *options;
  self->inputs = g_ptr_array_new_with_free_func((GDestroyNotify)csv_file_free);
  self->plan = bulk_plan_new(options->mapping);
  self->regions = bulk_regions_new(NULL, 0);
  self->hfile = g_new0(HfileOptions, self->plan->families);
  self->family_bytes = g_new0(uint64_t, self->plan->families);
  for (size_t i = 0; i < self->plan->families; i++)
    set_hfile(self, i, &self->plan->family[i]);
  self->rejects =
      bulk_rejects_new(options->rejects_path, options->rejects_most, &options->reading.csv.form);
  self->files = bulk_files_new();
  open_inputs(self, findings);
  begin_rejects(self, findings);
  if (fault_list_length(&findings->faults) == 0)
    return self;
  bulk_job_free(self);
  return NULL;
}

void
bulk_job_free(BulkJob *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->inputs);
  bulk_intake_free(self->intake);
  bulk_rejects_free(self->rejects);
  bulk_regions_free(self->regions);
  bulk_plan_free(self->plan);
  g_free(self->hfile);
  g_free(self->family_bytes);
  g_array_unref(self->files);
  if (self->parts != NULL)
    g_array_unref(self->parts);
  g_free(self);
}

static const Family *
find_family(const BulkTable *table, Slice name)
{
  for (size_t i = 0; i < table->families_length; i++)
    if (slice_equal(table->families[i].name, name))
      return &table->families[i];
  return NULL;
}

/* Where the order of writing decides between a deletion and a put, cells of one file, which are all
 * written at once, cannot say what 'run' would have. */
static bool
is_by_time(const BulkJob *self, const Family *family, GError **error)
{
  if (!family->has_new_versions ||
      !(self->options.has_tombstones || mapping_may_delete(self->options.mapping)))
    return true;

  g_autofree char *name = slice_quote(family->name);

  g_set_error(error, FAULT, FAULT_SETUP,
              "family '%s' of table %s has NEW_VERSION_BEHAVIOR, with which deletions go by the "
              "order of writing: HFiles cannot say it; load with 'sluice run', or without "
              "'null: delete' and tombstones",
              name, mapping_table(self->options.mapping));
  return false;
}

/* A tombstone deletes the row in every family of the table, also in those that the mapping does not
 * know. */
static void
add_families(BulkJob *self, const BulkTable *table)
{
  BulkPlan *plan = self->plan;

  for (size_t i = 0; i < table->families_length; i++) {
    bool is_known = false;

    for (size_t j = 0; j < plan->families; j++)
      is_known = is_known || slice_equal(plan->family[j].name, table->families[i].name);
    if (!is_known)
      bulk_plan_add_family(plan, &table->families[i]);
  }
  self->hfile = g_renew(HfileOptions, self->hfile, plan->families);
  self->family_bytes = g_renew(uint64_t, self->family_bytes, plan->families);
}

bool
bulk_job_set_table(BulkJob *self, const BulkTable *table, GError **error)
{
  if (self->options.has_tombstones && table->families != NULL)
    add_families(self, table);
  for (size_t i = 0; table->families != NULL && i < self->plan->families; i++) {
    const Family *family = find_family(table, self->plan->family[i].name);

    if (family == NULL) {
      g_autofree char *name = slice_quote(self->plan->family[i].name);

      g_set_error(error, FAULT, FAULT_SETUP,
                  "table %s has no family '%s', which the mapping stores to; add it, or mend the "
                  "mapping",
                  mapping_table(self->options.mapping), name);
      return false;
    }
    if (!is_by_time(self, family, error))
      return false;
    set_hfile(self, i, family);
  }
  bulk_regions_free(self->regions);
  self->regions = bulk_regions_new(table->starts, table->starts_length);
  return true;
}

static bool
has_space(const char *folder, uint64_t bytes, const char *what, GError **error)
{
  struct statvfs status;

  if (statvfs(folder, &status) != 0) {
    int code = errno;

    g_set_error(error, FAULT, FAULT_SETUP, "%s: %s needs a folder there: %s", folder, what,
                g_strerror(code));
    return false;
  }

  uint64_t free_bytes = (uint64_t)status.f_bavail * status.f_frsize;

  if (free_bytes >= bytes)
    return true;

  g_autofree char *needed = g_format_size_full(bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *found = g_format_size_full(free_bytes, G_FORMAT_SIZE_IEC_UNITS);

  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s needs about %s and %s are free", folder, what,
              needed, found);
  return false;
}

/* What does not fit into memory is sorted on disk, and packs there to half or less. */
static bool
has_space_to_sort(const BulkJob *self, GError **error)
{
  uint64_t bytes = 0;

  for (guint i = 0; i < self->inputs->len; i++)
    bytes += csv_file_size(self->inputs->pdata[i]);
  return bytes < self->options.memory_bytes ||
         has_space(self->options.temp_folder, bytes / 2, "sorting", error);
}

bool
bulk_job_read(BulkJob *self, GError **error)
{
  const BulkIntakeOptions options = {
      .mapper = {.mapping = self->options.mapping,
                 .plan = self->plan,
                 .regions = self->regions,
                 .reading = &self->options.reading,
                 .timestamp_ms = self->options.timestamp_ms},
      .jobs = self->options.feed == NULL ? self->options.jobs : 1,
      .memory_bytes = self->options.memory_bytes,
      .temp_folder = self->options.temp_folder,
      .watch = self->options.watch,
  };
  bool is_read;

  if (!has_space_to_sort(self, error))
    return false;
  self->intake = bulk_intake_new(&options);
  if (self->options.feed != NULL)
    return bulk_intake_run_feed(self->intake, self->options.feed, error);
  is_read = bulk_intake_run(self->intake, self->inputs, self->rejects, error);
  /* What was set aside is of use above all when it was too much. */
  return bulk_rejects_finish(self->rejects, is_read ? error : NULL) && is_read;
}

bool
bulk_job_survey(BulkJob *self, BulkSurvey *out_survey, GError **error)
{
  g_autoptr(SortMerge) merge = bulk_intake_merge(self->intake);

  return bulk_survey_walk(out_survey, merge, self->options.watch, error);
}

bool
bulk_job_split(BulkJob *self, const BulkSurvey *survey, size_t regions, GError **error)
{
  g_autoptr(SortMerge) merge = bulk_intake_merge(self->intake);
  g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(BulkPart));
  BulkRegions *split = bulk_survey_split(survey, merge, regions, parts, error);

  if (split == NULL)
    return false;
  bulk_regions_free(self->regions);
  self->regions = split;
  self->parts = g_steal_pointer(&parts);
  self->parts_bytes = survey->bytes;
  return true;
}

/* Packed bytes are fewer, nobody knows how many; at least a tenth is asked for. */
static bool
has_space_to_write(const BulkJob *self, const char *folder, GError **error)
{
  enum { PACKED_PART = 10, OVERHEAD_PART = 50 };
  uint64_t bytes = 0;

  for (size_t i = 0; i < self->plan->families; i++) {
    uint64_t family = bulk_intake_family(self->intake, i);

    bytes += self->hfile[i].codec == HFILE_CODEC_NONE ? family + family / OVERHEAD_PART
                                                      : family / PACKED_PART;
  }
  return has_space(folder, bytes, "writing the HFiles", error);
}

bool
bulk_job_write(BulkJob *self, const char *folder, GError **error)
{
  const BulkBuildOptions options = {
      .store = {.plan = self->plan,
                .regions = self->regions,
                .folder = folder,
                .file_most_bytes = self->options.file_most_bytes,
                .hfile = self->hfile},
      .family_bytes = self->family_bytes,
      .jobs = self->options.jobs,
      .rows_total = bulk_intake_counts(self->intake).amount.rows,
      .watch = self->options.watch,
  };
  g_autoptr(SortMerge) merge = bulk_intake_merge(self->intake);

  for (size_t i = 0; i < self->plan->families; i++)
    self->family_bytes[i] = bulk_intake_family(self->intake, i);
  return has_space_to_write(self, folder, error) &&
         bulk_build(&options, merge, self->files, &self->build, error);
}

const BulkPlan *
bulk_job_plan(const BulkJob *self)
{
  return self->plan;
}

const BulkRegions *
bulk_job_regions(const BulkJob *self)
{
  return self->regions;
}

const FaultList *
bulk_job_warnings(const BulkJob *self)
{
  return bulk_intake_warnings(self->intake);
}

BulkIntakeCounts
bulk_job_intake(const BulkJob *self)
{
  return self->intake == NULL ? (BulkIntakeCounts){0} : bulk_intake_counts(self->intake);
}

/* A part has as much of the HFiles as of the packed rows, about. */
BulkAmount
bulk_job_region(const BulkJob *self, size_t region)
{
  const BulkPart *part;
  double share;

  if (self->parts == NULL)
    return bulk_intake_region(self->intake, region);
  part = &g_array_index(self->parts, BulkPart, region);
  share = self->parts_bytes == 0 ? 0 : (double)part->bytes / (double)self->parts_bytes;
  return (BulkAmount){.rows = part->records,
                      .cell_bytes =
                          (uint64_t)((double)bulk_job_intake(self).amount.cell_bytes * share)};
}

const BulkRejects *
bulk_job_rejects(const BulkJob *self)
{
  return self->rejects;
}

BulkBuildCounts
bulk_job_build(const BulkJob *self)
{
  return self->build;
}

GArray *
bulk_job_files(BulkJob *self)
{
  return self->files;
}

const HfileOptions *
bulk_job_hfile(const BulkJob *self)
{
  return self->hfile;
}
