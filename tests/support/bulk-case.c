/* SPDX-License-Identifier: Apache-2.0 */
#include "support/bulk-case.h"

#include "hfile/check/check.h"

#include <glib/gstdio.h>

static const char schema[] =
    "{'type':'record','name':'R','fields':[{'name':'id','type':'string'},"
    "{'name':'at','type':'long'},{'name':'z','type':'string'},{'name':'b','type':'string'},"
    "{'name':'n','type':'double'},{'name':'t','type':'string'}]}";

static const char mapping[] =
    "{'table':'case','topic':'case','record':{'format':'avro','schema':'value.avsc'},"
    "'key':{'parts':['id']},'timestamp':{'field':'at','format':'ms'},'tombstone':'row',"
    "'families':{'one':{'columns':['z',{'field':'b','null':'delete'},'n'],'versions':2},"
    "'two':{'columns':['t']}}}";

BulkCase
bulk_case_make(void)
{
  BulkCase self = {
      .mapping = mapping_case_load(schema, NULL, mapping),
      .folder = g_dir_make_tmp("bulk-XXXXXX", NULL),
      .inputs = g_ptr_array_new_with_free_func((GDestroyNotify)csv_file_free),
  };

  for (size_t i = 0; i < fault_list_length(&self.mapping.faults); i++)
    g_test_message("%s", fault_list_get(&self.mapping.faults, i));
  g_assert_nonnull(self.mapping.mapping);
  self.plan = bulk_plan_new(self.mapping.mapping);
  return self;
}

static void
remove_below(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);

    remove_below(below);
    g_remove(below);
  }
}

void
bulk_case_clear(BulkCase *self)
{
  g_ptr_array_unref(self->inputs);
  bulk_plan_free(self->plan);
  csv_findings_clear(&self->findings);
  mapping_case_clear(&self->mapping);
  remove_below(self->folder);
  g_rmdir(self->folder);
  g_free(self->folder);
}

bool
bulk_case_add(BulkCase *self, const char *text)
{
  g_autofree char *path = g_strdup_printf("%s/%u.csv", self->folder, self->inputs->len);
  CsvFile *input;

  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  input = csv_file_new(path, self->mapping.mapping, &self->reading, &self->findings);
  if (input != NULL)
    g_ptr_array_add(self->inputs, input);
  return input != NULL;
}

static size_t
count_files(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;
  size_t files = 0;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);

    files += g_file_test(below, G_FILE_TEST_IS_DIR) ? count_files(below) : 1;
  }
  return files;
}

size_t
bulk_case_files(const BulkCase *self)
{
  return count_files(self->folder) - self->inputs->len;
}

/* One run, and what it needs. */
typedef struct {
  BulkCase *bulk;
  BulkCaseOptions options;
  BulkWatch watch;
  BulkRegions *regions;
  BulkIntake *intake;
  BulkRejects *rejects;
  GArray *files;
  BulkBuildCounts counts;
  GString *dump;
  size_t region; /* of the file that is dumped */
} Run;

static void
run_clear(Run *self)
{
  bulk_regions_free(self->regions);
  bulk_intake_free(self->intake);
  bulk_rejects_free(self->rejects);
  g_array_unref(self->files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static BulkRegions *
make_regions(const char *const *splits)
{
  g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(Slice));

  for (; splits != NULL && *splits != NULL; splits++) {
    Slice start = slice_text(*splits);

    g_array_append_val(starts, start);
  }
  return bulk_regions_new((const Slice *)(const void *)starts->data, starts->len);
}

static bool
take_in(Run *self, GError **error)
{
  const BulkIntakeOptions options = {
      .mapper = {.mapping = self->bulk->mapping.mapping,
                 .plan = self->bulk->plan,
                 .regions = self->regions,
                 .reading = &self->bulk->reading},
      .jobs = MAX(self->options.jobs, 1),
      .memory_bytes = self->options.memory_bytes > 0 ? self->options.memory_bytes : 1 << 24,
      .temp_folder = self->bulk->folder,
      .watch = &self->watch,
  };

  self->intake = bulk_intake_new(&options);
  self->rejects = bulk_rejects_new(self->options.rejects_path, self->options.rejects_most,
                                   &self->bulk->reading.csv.form);
  for (guint i = 0; i < self->bulk->inputs->len; i++)
    bulk_rejects_know(self->rejects, csv_file_columns(self->bulk->inputs->pdata[i]));
  return bulk_intake_run(self->intake, self->bulk->inputs, self->rejects, error) &&
         bulk_rejects_finish(self->rejects, error);
}

static bool
build(Run *self, GError **error)
{
  const HfileOptions hfile[] = {
      {.family = slice_text("one"), .bloom = BLOOM_ROW},
      {.family = slice_text("two"), .block_bytes = 100, .codec = self->options.codec}};
  const uint64_t family_bytes[] = {bulk_intake_family(self->intake, 0),
                                   bulk_intake_family(self->intake, 1)};
  const BulkBuildOptions options = {
      .store = {.plan = self->bulk->plan,
                .regions = self->regions,
                .folder = self->bulk->folder,
                .file_most_bytes =
                    self->options.file_most_bytes > 0 ? self->options.file_most_bytes : 1 << 30,
                .hfile = hfile},
      .family_bytes = family_bytes,
      .jobs = MAX(self->options.jobs, 1),
      .rows_total = bulk_intake_counts(self->intake).amount.rows,
      .watch = &self->watch,
  };
  g_autoptr(SortMerge) merge = bulk_intake_merge(self->intake);

  return bulk_build(&options, merge, self->files, &self->counts, error);
}

static void
dump_cell(void *data, const HfileCell *cell)
{
  Run *self = data;
  g_autofree char *value = slice_quote(cell->value);

  g_string_append_printf(self->dump, "%.*s %zu %.*s %.*s %" G_GINT64_FORMAT " %s %s\n",
                         (int)cell->key.family.len, (const char *)cell->key.family.data,
                         self->region, (int)cell->key.row.len, (const char *)cell->key.row.data,
                         (int)cell->key.qualifier.len, (const char *)cell->key.qualifier.data,
                         cell->key.timestamp, hfile_key_type_name(cell->key.type), value);
}

static void
dump_file(Run *self, const BulkFile *file)
{
  HfileCheck check = {
      .family = self->bulk->plan->family[file->family].name, .visit = dump_cell, .self = self};
  g_auto(HfileReport) report;
  GError *error = NULL;

  self->region = file->region;
  hfile_report_init(&report);
  hfile_check(file->path, &check, &report, &error);
  g_assert_no_error(error);
  if (report.faults_total > 0)
    g_test_message("%s", fault_list_get(&report.faults, 0));
  g_assert_cmpuint(report.faults_total, ==, 0);
  g_assert_cmpuint(report.statistics.cells, ==, file->cells);
  g_assert_cmpuint(report.bytes, ==, file->bytes);
  g_unlink(file->path);
}

char *
bulk_case_run(BulkCase *self, const BulkCaseOptions *options)
{
  g_auto(Run) run = {.bulk = self,
                     .options = *options,
                     .watch = options->watch != NULL ? *options->watch : (BulkWatch){0},
                     .regions = make_regions(options->splits),
                     .files = bulk_files_new(),
                     .dump = g_string_new(NULL)};
  g_autoptr(GError) error = NULL;

  if (!take_in(&run, &error) || !build(&run, &error)) {
    g_string_printf(run.dump, "failed: %s", error->message);
    return g_string_free(run.dump, FALSE);
  }
  self->files_built = run.files->len;
  for (guint i = 0; i < run.files->len; i++)
    dump_file(&run, &g_array_index(run.files, BulkFile, i));
  g_string_append_printf(run.dump, "rows %d duplicates %d rejects %d\n", (int)run.counts.rows,
                         (int)run.counts.duplicates, (int)bulk_rejects_count(run.rejects));
  return g_string_free(run.dump, FALSE);
}
