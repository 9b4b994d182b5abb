/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"
#include "bulk/load/folder.h"
#include "bulk/load/staging.h"
#include "bulk/load/target.h"
#include "bulk/load/tool.h"
#include "cmd/bulk/args.h"
#include "cmd/bulk/feed.h"
#include "cmd/bulk/metrics.h"
#include "cmd/bulk/progress.h"
#include "cmd/bulk/report.h"
#include "cmd/bulk/rest.h"
#include "cmd/peers.h"
#include "mapping/set.h"

enum { CALL_TIMEOUT_MS = 180000, METRICS_MODE = 0644 };

/* HBase's tool passes over what begins so. */
static const char script_name[] = "_create.rb";

/* One bulk load, from its options to what is live. */
typedef struct {
  const CommandCall *call;
  CmdBulkArgs args;
  Config *config;         /* owned */
  MappingSet *mappings;   /* owned */
  const Mapping *mapping; /* borrowed */
  Stop *stop;             /* owned */
  BulkWatch watch;
  CsvFindings findings;
  CmdBulkFeed feed;
  BulkJob *job;       /* owned */
  BulkTarget *target; /* owned; NULL: no gateway was needed, or none answered */
  BulkFolder folder;  /* where files are written */
  char *script;       /* owned: that creates the table; NULL: none is needed */
  BulkStaging *place; /* owned: where region servers find them; NULL: nowhere, none is loaded */
  BulkSurvey survey;
  BulkLoadCounts loaded;
  CmdBulkReport report;
  Report *told; /* owned */
  int64_t began_us;
  int64_t phase_us; /* when the phase began */
} Bulkload;

static void
bulkload_clear(Bulkload *self)
{
  bulk_job_free(self->job);
  cmd_bulkfeed_clear(&self->feed);
  bulk_staging_free(self->place);
  bulk_folder_clear(&self->folder);
  g_free(self->script);
  bulk_target_free(self->target);
  csv_findings_clear(&self->findings);
  bulk_survey_clear(&self->survey);
  mapping_set_free(self->mappings);
  config_free(self->config);
  cmd_bulkargs_clear(&self->args);
  report_free(self->told);
  stop_free(self->stop);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bulkload, bulkload_clear)

static double
seconds_since(int64_t then_us)
{
  return (double)(g_get_monotonic_time() - then_us) / G_USEC_PER_SEC;
}

static void
begin_phase(Bulkload *self)
{
  self->phase_us = g_get_monotonic_time();
}

static void
end_phase(Bulkload *self, BulkPhase phase)
{
  self->report.seconds[phase] += seconds_since(self->phase_us);
  self->report.total_seconds = seconds_since(self->began_us);
}

static void
show_progress(void *data, BulkPhase phase, uint64_t done, uint64_t total, uint64_t rows)
{
  const Bulkload *self = data;
  const CmdBulkProgress progress = {phase, done, total, rows, seconds_since(self->phase_us)};
  g_autofree char *text = cmd_bulkprogress_describe(&progress);

  log_progress(self->call->log, text);
}

static bool
read_configuration(Bulkload *self, GError **error)
{
  g_auto(FaultList) faults = {0};

  self->config = cmd_options_config(&self->args.options, self->call, error);
  if (self->config == NULL)
    return false;
  self->mappings = mapping_set_read(self->config, &faults);
  self->mapping = mapping_set_choose(
      self->mappings, &(MappingChoice){self->args.table, self->args.topic}, &faults, error);
  return self->mapping != NULL;
}

static unsigned
jobs_wanted(const Bulkload *self)
{
  unsigned jobs = self->args.jobs > 0 ? self->args.jobs : self->config->bulkload.jobs;

  return jobs > 0 ? jobs : g_get_num_processors();
}

static bool
loads(const Bulkload *self)
{
  return !self->args.is_dry_run && self->args.output == NULL;
}

/* Everything that can be wrong with the files and the mapping is told before work starts. */
static bool
open_job(Bulkload *self, GError **error)
{
  const CmdBulkArgs *args = &self->args;
  BulkJobOptions options = {
      .mapping = self->mapping,
      .paths = (const char *const *)args->files,
      .has_tombstones = args->topic != NULL && mapping_tombstone(self->mapping) != TOMBSTONE_SKIP,
      .reading = args->reading,
      .timestamp_ms = args->timestamp_ms,
      .memory_bytes = (size_t)MAX(args->memory_bytes > 0 ? args->memory_bytes
                                                         : self->config->bulkload.memory_bytes,
                                  (uint64_t)BULK_LEAST_MEMORY_BYTES),
      .jobs = jobs_wanted(self),
      .temp_folder =
          self->config->bulkload.temp != NULL ? self->config->bulkload.temp : g_get_tmp_dir(),
      .rejects_path = args->rejects,
      .rejects_most = args->rejects_most,
      .file_most_bytes =
          args->file_most_bytes > 0 ? args->file_most_bytes : self->config->bulkload.file_max_bytes,
      .codec = args->has_codec ? &args->codec : NULL,
      .watch = &self->watch,
  };

  if (!cmd_bulkfeed_open(&self->feed,
                         &(CmdBulkFeedOptions){.config = self->config,
                                               .args = args,
                                               .mapping = self->mapping,
                                               .is_trial = !loads(self),
                                               .watch = &self->watch},
                         error))
    return false;
  options.feed = cmd_bulkfeed_get(&self->feed);
  self->job = bulk_job_new(&options, &self->findings);
  self->report.mapping = self->mapping;
  self->report.job = self->job;
  self->report.feed = cmd_bulkfeed_get(&self->feed);
  self->report.timestamp_ms = args->topic == NULL ? args->timestamp_ms : 0;
  for (size_t i = 0; i < fault_list_length(&self->findings.notes); i++)
    g_warning("%s", fault_list_get(&self->findings.notes, i));
  if (self->job == NULL)
    g_propagate_error(error, fault_list_to_error(&self->findings.faults));
  return self->job != NULL;
}

static bool
choose_place(Bulkload *self, GError **error)
{
  if (!loads(self))
    return true;
  self->place = bulk_staging_new(&(BulkStagingOptions){.config = self->config,
                                                       .staging = self->args.staging,
                                                       .user = self->args.user,
                                                       .patience_ms = self->args.options.timeout_ms,
                                                       .watch = &self->watch},
                                 error);
  return self->place != NULL &&
         bulk_folder_expect_writable(bulk_staging_folder(self->place), error);
}

/* Whether files can go where region servers find them is known before they are made. */
static bool
open_place(Bulkload *self, GError **error)
{
  if (loads(self) && bulk_staging_url(self->place) == NULL)
    bulk_folder_warn_if_closed(bulk_staging_folder(self->place));
  return !loads(self) || bulk_staging_open(self->place, error);
}

/* Without a load the files can be cut by the mapping's own regions; HBase's tool cuts them anew if
 * the table has others. */
static bool
look_at_table(Bulkload *self, GError **error)
{
  g_autoptr(GError) problem = NULL;
  const GatewayOptions gateway = cmd_gateway_options(self->config);
  int64_t patience_ms = loads(self) ? self->args.options.timeout_ms : 0;

  if (self->args.regions > 0 && !loads(self))
    return true;
  self->target = bulk_target_new(&gateway, self->mapping, patience_ms, &self->watch, error);
  if (self->target == NULL)
    return false;
  if (self->args.regions > 0)
    return bulk_target_expect_none(self->target, error);
  if (bulk_target_describe(self->target, self->job, &problem))
    return !loads(self) || bulk_target_expect_enabled(self->target, error);
  if (loads(self)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
  }
  g_warning("regions are the mapping's, not the table's: %s", problem->message);
  return bulk_target_guess(self->mapping, self->job, error);
}

static bool
read_files(Bulkload *self, GError **error)
{
  bool is_read;

  begin_phase(self);
  is_read = bulk_job_read(self->job, error);
  end_phase(self, BULK_READING);
  return is_read;
}

static bool
survey_rows(Bulkload *self, GError **error)
{
  bool is_done = true;

  /* What lies on disk is not unpacked once more for a look that nobody asked for. */
  if (!self->args.is_dry_run && self->args.regions == 0 &&
      bulk_job_intake(self->job).spilled_bytes > 0)
    return true;
  begin_phase(self);
  is_done = bulk_job_survey(self->job, &self->survey, error) &&
            (self->args.regions == 0 ||
             bulk_job_split(self->job, &self->survey, (size_t)self->args.regions, error));
  self->report.survey = &self->survey;
  end_phase(self, BULK_SORTING);
  return is_done;
}

static bool
make_folder(Bulkload *self, GError **error)
{
  return self->args.output != NULL
             ? bulk_folder_make_output(&self->folder, self->args.output, error)
             : bulk_folder_make(&self->folder, bulk_staging_folder(self->place), error);
}

static void
count_files(Bulkload *self)
{
  const GArray *files = bulk_job_files(self->job);

  self->report.files = files->len;
  for (guint i = 0; i < files->len; i++) {
    const BulkFile *file = &g_array_index(files, BulkFile, i);

    self->report.bytes += file->bytes;
    self->report.cells += file->cells;
  }
}

/* The files' folder gets its name, and with it what creates the table that they are cut for. */
static bool
name_output(Bulkload *self, GError **error)
{
  g_autofree char *script = g_build_filename(self->folder.path, script_name, NULL);

  if (self->args.regions > 0 && !bulk_target_write_script(self->mapping, self->job, script, error))
    return false;
  if (!bulk_folder_name(&self->folder, self->args.output, error))
    return false;
  self->report.output = self->folder.path;
  if (self->args.regions > 0)
    self->report.script = self->script = g_build_filename(self->folder.path, script_name, NULL);
  return true;
}

static bool
write_files(Bulkload *self, GError **error)
{
  bool is_written;

  begin_phase(self);
  is_written = make_folder(self, error) && bulk_job_write(self->job, self->folder.path, error);
  end_phase(self, BULK_WRITING);
  count_files(self);
  return is_written && (self->args.output == NULL || name_output(self, error));
}

/* What a load that ends half-way leaves. Files are of use only to somebody who did not stop it. */
static char *
describe_rest(Bulkload *self)
{
  const GArray *files = bulk_job_files(self->job);
  g_autofree char *again = cmd_bulkrest_describe_changes(&self->args, self->mapping);
  CmdBulkRest rest = {
      .loaded = &self->loaded,
      .files = files,
      .files_all = self->report.files,
      .table = self->args.table,
      .again = again,
  };

  if (files->len > 0 && !stop_is_asked(self->stop) && bulk_staging_url(self->place) == NULL)
    rest.folder = bulk_folder_keep(&self->folder);
  return self->args.complete_with != NULL ? cmd_bulkrest_describe_tool(&rest)
                                          : cmd_bulkrest_describe(&rest);
}

static bool
load_files(Bulkload *self, GError **error)
{
  const RegionserverRpcOptions rpc = {
      .socket = {.connect_timeout_ms = (uint32_t)self->config->gateway.connect_timeout_ms,
                 .cancellable = self->watch.cancellable},
      .timeout_ms = CALL_TIMEOUT_MS,
      .user = bulk_staging_user(self->place),
  };
  const BulkPlace place = bulk_staging_get(self->place);
  const BulkLoadOptions options = {
      .servers = {bulk_target_servers, self->target},
      .table = self->args.table,
      .rpc = &rpc,
      .place = &place,
      .plan = bulk_job_plan(self->job),
      .hfile = bulk_job_hfile(self->job),
      .timeout_ms = self->args.options.timeout_ms,
      .at_once = jobs_wanted(self),
      .watch = &self->watch,
  };
  bool is_loaded;

  is_loaded = bulk_load(&options, bulk_job_files(self->job), &self->loaded, error);
  self->report.loaded = &self->loaded;
  return is_loaded;
}

/* For a tool that loads them: puts the files where it finds them first. */
static bool
call_tool(Bulkload *self, GError **error)
{
  const char *url = bulk_staging_url(self->place);
  bool are_placed;

  begin_phase(self);
  are_placed =
      bulk_staging_put_all(self->place, bulk_job_files(self->job), bulk_job_plan(self->job), error);
  end_phase(self, BULK_PLACING);
  begin_phase(self);
  return are_placed &&
         bulk_tool_call(self->args.complete_with, url != NULL ? url : self->folder.path,
                        self->args.table, self->watch.cancellable, error);
}

static void
tell_end(Bulkload *self)
{
  log_progress(self->call->log, "");
  cmd_bulkreport_tell_end(&self->report, self->told);
}

static bool
make_live(Bulkload *self, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autofree char *rest = NULL;
  bool is_live;

  bulk_folder_share(&self->folder);
  begin_phase(self);
  is_live =
      self->args.complete_with != NULL ? call_tool(self, &problem) : load_files(self, &problem);
  end_phase(self, BULK_LOADING);
  if (is_live) {
    self->report.completed_with = self->args.complete_with;
    return true;
  }
  if (self->args.is_json)
    tell_end(self);
  rest = describe_rest(self);
  g_set_error(error, problem->domain, problem->code, "%s%s", problem->message, rest);
  return false;
}

static bool
create_table(Bulkload *self, GError **error)
{
  if (self->args.regions == 0 || !loads(self))
    return true;
  if (!bulk_target_create(self->target, self->job, error))
    return false;
  g_message("created table=%s regions=%zu", self->args.table,
            bulk_regions_length(bulk_job_regions(self->job)));
  return true;
}

/* Everything that was read is live. */
static bool
finish_feed(Bulkload *self, GError **error)
{
  if (loads(self) && !cmd_bulkfeed_finish(&self->feed, error))
    return false;
  self->report.committed = loads(self) ? self->args.topic : NULL;
  return true;
}

/* An export that failed half-way, or line ends of another kind, must not look like a load. A topic
 * may have nothing new. */
static bool
end_without_rows(Bulkload *self, GError **error)
{
  const BulkFeed *feed = cmd_bulkfeed_get(&self->feed);

  if (self->args.topic != NULL && feed->counts(feed->self).bad == 0)
    return finish_feed(self, error);
  return finish_feed(self, error) && cmd_bulkrest_expect_rows(self->job, error);
}

static bool
work(Bulkload *self, GError **error)
{
  bool has_rows;

  if ((self->args.output != NULL && !bulk_folder_expect_free(self->args.output, error)) ||
      !read_configuration(self, error) || !choose_place(self, error) || !open_job(self, error) ||
      !look_at_table(self, error) || !open_place(self, error) || !read_files(self, error) ||
      !survey_rows(self, error))
    return false;
  log_progress(self->call->log, "");
  cmd_bulkreport_tell_insight(&self->report, self->told);
  if (!self->args.is_json) /* that is whole or not there */
    report_flush(self->told);
  has_rows = bulk_job_intake(self->job).amount.rows > 0;
  if ((self->args.is_dry_run || !has_rows) && self->args.is_json)
    tell_end(self);
  if (!has_rows)
    return end_without_rows(self, error);
  if (self->args.is_dry_run)
    return cmd_bulkrest_expect_loadable(&self->args, self->job, error);
  if (!create_table(self, error) || !write_files(self, error) ||
      (loads(self) && !make_live(self, error)) || !finish_feed(self, error))
    return false;
  tell_end(self);
  return true;
}

/* A stop is told here. */
static ExitCode
end(Bulkload *self, bool is_done, GError **error)
{
  if (is_done)
    return EXIT_DONE;
  if (!stop_is_asked(self->stop))
    return EXIT_FAILED;

  g_autofree char *text = g_strdup_printf("sluice bulkload: %s", (*error)->message);

  log_error(self->call->log, text);
  g_clear_error(error);
  return EXIT_STOPPED;
}

ExitCode
cmd_bulkload(const CommandCall *call, GError **error)
{
  g_auto(Bulkload) self = {.call = call, .began_us = g_get_monotonic_time()};
  WholeFile *metrics = NULL;
  ExitCode code;

  bulk_survey_init(&self.survey);
  if (!cmd_bulkargs_parse(&self.args, call, error))
    return exit_code_unless(error, EXIT_DONE);
  if (self.args.metrics != NULL) {
    metrics = whole_file_new(self.args.metrics, "", METRICS_MODE, error);
    if (metrics == NULL)
      return EXIT_FAILED;
  }
  self.told = report_new(self.args.is_json);
  self.stop = stop_new();
  self.args.reading.csv.stop = stop_cancellable(self.stop);
  self.watch = (BulkWatch){
      .self = &self, .progress = show_progress, .cancellable = stop_cancellable(self.stop)};
  code = end(&self, work(&self, error), error);
  self.report.total_seconds = seconds_since(self.began_us);
  if (metrics != NULL)
    cmd_bulkmetrics_write(&(CmdBulkMetrics){self.args.table, &self.report,
                                            code == EXIT_FAILED ? exit_code_for(*error) : code},
                          metrics);
  return code;
}
