/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"
#include "cmd/sheet.h"
#include "hfile/pointer.h"

static const char about[] =
    "Reads each FILE from its first byte to its last and tells every mistake that HBase would "
    "take\n"
    "in silence and then answer wrong: cells out of order or of another family, index entries,\n"
    "Bloom filters, links between blocks, checksums, time ranges and counts that do not fit.\n"
    "\n"
    "FILE may be a folder as HBase loads it (DIR/FAMILY/FILE) or one family's folder: then every\n"
    "file in it is checked, and its cells must be of the family that the folder is named after.\n"
    "\n"
    "Exit code 0: every file is sound; 1: some have faults; 2: some could not be read.";

typedef struct {
  const CommandCall *call;
  char **paths; /* owned */
  char *family; /* owned */
  gboolean cells;
  gboolean statistics;
  gboolean json;
  Report *report; /* owned */
  uint64_t files;
  ExitCode code;
} Job;

static void
job_clear(Job *self)
{
  g_strfreev(self->paths);
  g_free(self->family);
  g_clear_pointer(&self->report, report_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static void
show_cell(void *self, const HfileCell *cell)
{
  const Job *job = (const Job *)self;

  cmd_sheet_tell_cell(job->report, cell);
}

static void
check_file(Job *self, const char *path, const char *family)
{
  HfileCheck check = {
      .family = family == NULL ? SLICE_EMPTY : slice_text(family),
      .visit = self->cells ? show_cell : NULL,
      .self = self,
  };
  g_auto(HfileReport) report;
  g_autoptr(GError) error = NULL;
  g_autofree char *pointer = hfile_pointer_describe(path);

  hfile_report_init(&report);
  self->files++;
  if (pointer != NULL) {
    report_text(self->report, "path", path);
    report_claim(self->report, "sound", true);
    report_text(self->report, "pointer", pointer);
    report_say(self->report, "{path}: sound: {pointer}\n");
    report_end_all(self->report);
    return;
  }
  if (!hfile_check(path, &check, &report, &error)) {
    hfile_report_fault(&report, "%s", error->message);
    self->code = MAX(self->code, exit_code_for(error));
  } else if (report.faults_total > 0) {
    self->code = MAX(self->code, EXIT_DATA);
  }
  cmd_sheet_tell(self->report, path, &report, self->statistics);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What a folder holds, sorted. Load tools pass over what starts with '_', and so do we; a dot hides
 * a file everywhere. */
static GPtrArray *
list_folder(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
    if (name[0] != '_' && name[0] != '.')
      g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, compare_names);
  return names;
}

/* A file in a folder is of the family that the folder is named after. */
static void
check_path(Job *self, const char *path, const char *family)
{
  if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
    check_file(self, path, self->family != NULL ? self->family : family);
    return;
  }

  g_autoptr(GPtrArray) names = list_folder(path);
  g_autofree char *full = g_canonicalize_filename(path, NULL);
  g_autofree char *folder = g_path_get_basename(full);

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *below = g_build_filename(path, names->pdata[i], NULL);

    if (!g_file_test(below, G_FILE_TEST_IS_SYMLINK))
      check_path(self, below, folder);
  }
}

static bool
parse(Job *self, GError **error)
{
  g_auto(CmdOptions) options = {0};
  const GOptionEntry entries[] = {
      {"cells", 0, 0, G_OPTION_ARG_NONE, &self->cells,
       "print every cell: row, family:qualifier, timestamp, type, value", NULL},
      {"stats", 0, 0, G_OPTION_ARG_NONE, &self->statistics,
       "print what was counted: blocks, index, filters, file info", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->json,
       "print one JSON object a line, for each file (and each cell)", NULL},
      {"family", 0, 0, G_OPTION_ARG_FILENAME, &self->family, "every cell must be of this family",
       "NAME"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->paths, "", "FILE"},
      {0},
  };

  return cmd_options_parse(&options, self->call, entries, about, error);
}

ExitCode
cmd_hfile(const CommandCall *call, GError **error)
{
  g_auto(Job) job = {.call = call};

  if (!parse(&job, error))
    return exit_code_unless(error, EXIT_DONE);
  if (job.paths == NULL) {
    cmd_options_refuse(call, error, "name at least one FILE");
    return EXIT_FAILED;
  }
  job.report = report_new(job.json);
  for (char **path = job.paths; *path != NULL; path++) {
    uint64_t before = job.files;

    check_path(&job, *path, NULL);
    if (job.files == before) {
      g_set_error(error, FAULT, FAULT_SETUP, "%s: the folder holds no file to check", *path);
      return EXIT_FAILED;
    }
  }
  return job.code;
}
