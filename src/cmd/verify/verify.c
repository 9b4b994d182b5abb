/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"
#include "cmd/csv.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "cmd/verify/differences.h"
#include "mapping/instant.h"
#include "mapping/set.h"

enum { SHOWN = 20 };

static const char about[] =
    "Reads a table and the source that it was filled from, sorts the source as the table is\n"
    "sorted, and compares the two cell by cell and timestamp by timestamp. For each cell the\n"
    "record with the newest timestamp counts, among equal timestamps the later one, and a\n"
    "tombstone hides what is not newer than itself. Records that cannot be decoded or mapped are\n"
    "counted, and not expected in the table. The topic is read to its ends as they are at the\n"
    "start, without a group, and nothing is committed; the table should not be written\n"
    "meanwhile.\n"
    "\n"
    "Exit code 0: the table is as the source says; 1: there are differences; 3: Kafka or the\n"
    "gateway could not be reached; 4: stopped before the end.";

/* One call of verify. Texts and lists are owned. */
typedef struct {
  const CommandCall *call;
  CmdOptions options;
  char *table;
  char *topic;
  char **csv;
  char **avro;
  char **more_files;
  char *since;
  char *sample;
  char *show;
  char *timestamp;
  CmdCsv csv_options;
  gboolean ignores_extra;
  gboolean is_json;
  /* What they mean: */
  CsvReading reading;
  CsvTotals totals;
  GPtrArray *files; /* borrowed texts, NULL-ended */
  int64_t since_ms;
  int64_t timestamp_ms;
  int64_t sample_rows;
  int64_t show_most;
  bool ignores_times;

  Config *config;
  MappingSet *mappings;
  const Mapping *mapping; /* borrowed from mappings */
  HttpRegistry *registry; /* NULL: none is set */
  SchemaSource schemas;
  GatewayOptions gateway;
  VerifyWatch watch;
  Stop *stop;
  VerifyPhase phase; /* that progress was last told of */
  int64_t phase_us;  /* when it began */
} Verify;

static void
verify_clear(Verify *self)
{
  g_clear_pointer(&self->registry, http_registry_free);
  g_clear_pointer(&self->mappings, mapping_set_free);
  g_clear_pointer(&self->config, config_free);
  g_clear_pointer(&self->stop, stop_free);
  g_clear_pointer(&self->files, g_ptr_array_unref);
  cmd_options_clear(&self->options);
  g_strfreev(self->csv);
  g_strfreev(self->avro);
  g_strfreev(self->more_files);
  cmd_csv_clear(&self->csv_options);
  csv_totals_clear(&self->totals);
  g_free(self->table);
  g_free(self->topic);
  g_free(self->since);
  g_free(self->sample);
  g_free(self->show);
  g_free(self->timestamp);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Verify, verify_clear)

static bool
parse(Verify *self, GError **error)
{
  const GOptionEntry entries[] = {
      {"table", 0, 0, G_OPTION_ARG_FILENAME, &self->table, "the table, which has a mapping",
       "TABLE"},
      {"topic", 0, 0, G_OPTION_ARG_FILENAME, &self->topic, "compare it with this topic", "TOPIC"},
      {"csv", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->csv,
       "compare it with these files, read one after the other; - is standard input", "FILE..."},
      {"avro", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->avro,
       "the same of Avro object container files, whatever schema wrote them", "FILE..."},
      {"ignore-extra", 0, 0, G_OPTION_ARG_NONE, &self->ignores_extra,
       "rows and cells that the source does not have are no difference: for a topic whose oldest "
       "records have expired",
       NULL},
      {"since", 0, 0, G_OPTION_ARG_FILENAME, &self->since,
       "compare only what has this timestamp or a later one: 2024-02-29T16:05:00Z, or "
       "milliseconds since 1970",
       "TIME"},
      {"sample", 0, 0, G_OPTION_ARG_FILENAME, &self->sample,
       "compare one row in N, chosen by its key: the same ones each time", "N"},
      {"show", 0, 0, G_OPTION_ARG_FILENAME, &self->show,
       "show the first N differences (default 20)", "N"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "print one JSON object", NULL},
      {"timestamp", 0, 0, G_OPTION_ARG_FILENAME, &self->timestamp,
       "with files: the timestamp that bulkload was given, where the mapping's time is the "
       "record's; without it timestamps are not compared then",
       "MS"},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->more_files, "", "FILE"},
      {0},
  };

  g_autofree GOptionEntry *all = cmd_csv_join(&self->csv_options, entries);

  return cmd_options_parse(&self->options, self->call, all, about, error);
}

static bool
understand_since(Verify *self, GError **error)
{
  if (self->since == NULL ||
      (instant_parse(slice_text(self->since), &self->since_ms) && self->since_ms >= 0))
    return true;
  if (cmd_options_number(&(CmdNumber){"since", self->since, 0, 0}, &self->since_ms, NULL))
    return true;

  g_autofree char *quoted = slice_quote(slice_text(self->since));

  g_set_error(error, FAULT, FAULT_SETUP,
              "--since: '%s' is no time: write 2024-02-29T16:05:00Z, or milliseconds since 1970",
              quoted);
  return false;
}

static void
take_files(GPtrArray *files, char **paths)
{
  for (; paths != NULL && *paths != NULL; paths++)
    g_ptr_array_add(files, *paths);
}

static bool
understand_files(Verify *self, GError **error)
{
  if (self->csv == NULL && cmd_csv_is_given(&self->csv_options))
    return cmd_options_refuse(
        self->call, error, "--delimiter, --null and what else says how CSV is read are for --csv");
  if (self->topic != NULL && self->timestamp != NULL)
    return cmd_options_refuse(self->call, error, "--timestamp is for --csv and --avro");
  if (self->topic != NULL && self->more_files != NULL)
    return cmd_options_refuse(self->call, error,
                              "files are given with --csv FILE... or --avro FILE...");
  self->files = g_ptr_array_new();
  take_files(self->files, self->csv);
  take_files(self->files, self->avro);
  take_files(self->files, self->more_files);
  g_ptr_array_add(self->files, NULL);
  return true;
}

static bool
understand(Verify *self, GError **error)
{
  self->sample_rows = 1;
  self->show_most = SHOWN;
  if (self->table == NULL)
    return cmd_options_refuse(self->call, error, "say which table: --table TABLE");
  if ((self->csv != NULL) + (self->avro != NULL) + (self->topic != NULL) != 1)
    return cmd_options_refuse(
        self->call, error,
        "say what to compare it with, one of --topic TOPIC, --csv FILE... and "
        "--avro FILE...");
  return understand_files(self, error) &&
         cmd_csv_understand(&self->csv_options, &self->reading, error) &&
         understand_since(self, error) &&
         cmd_options_number(&(CmdNumber){"sample", self->sample, 1, 0}, &self->sample_rows,
                            error) &&
         cmd_options_number(&(CmdNumber){"show", self->show, 0, 0}, &self->show_most, error) &&
         cmd_options_number(&(CmdNumber){"timestamp", self->timestamp, 0, 0}, &self->timestamp_ms,
                            error);
}

static bool
open_registry(Verify *self, GError **error)
{
  bool is_needed = mapping_needs_registry(self->mapping);

  if (self->topic == NULL || (self->config->registry.urls[0] == NULL && !is_needed))
    return true;
  self->registry = cmd_registry_new(self->config, error);
  if (self->registry == NULL)
    return false;
  self->schemas = http_registry_source(self->registry);
  return true;
}

static bool
prepare(Verify *self, GError **error)
{
  self->config = cmd_options_config(&self->options, self->call, error);
  if (self->config == NULL)
    return false;
  self->mappings = mapping_set_load(self->config, error);
  if (self->mappings == NULL)
    return false;
  self->mapping = mapping_set_pick(self->mappings, self->table, self->topic, error);
  if (self->mapping == NULL || !open_registry(self, error))
    return false;
  self->ignores_times =
      self->topic == NULL && self->timestamp == NULL && mapping_uses_record_time(self->mapping);
  if (self->ignores_times && self->since != NULL)
    return cmd_options_refuse(
        self->call, error,
        "--since needs timestamps, and this mapping takes the record's, of which "
        "files have none: say --timestamp MS as well");
  self->gateway = cmd_gateway_options(self->config);
  self->gateway.cancellable = stop_cancellable(self->stop);
  return true;
}

static bool
go_on(void *data, VerifyPhase phase, uint64_t done, uint64_t total)
{
  Verify *self = data;
  int64_t now_us = g_get_monotonic_time();
  const char *unit = phase == VERIFY_READING && self->topic == NULL ? "bytes" : "records";
  g_autofree char *text = NULL;

  if (phase != self->phase || self->phase_us == 0)
    self->phase_us = now_us;
  self->phase = phase;

  double seconds = MAX((double)(now_us - self->phase_us) / 1e6, 1e-3);

  text = g_strdup_printf("%s %s=%" G_GUINT64_FORMAT " total=%" G_GUINT64_FORMAT " per_second=%.0f",
                         phase == VERIFY_READING ? "reading the source" : "comparing", unit, done,
                         total, (double)done / seconds);
  log_progress(self->call->log, text);
  return !stop_is_asked(self->stop);
}

static bool
read_source(Verify *self, VerifyIntake *intake, GError **error)
{
  const VerifyCsv csv = {
      .reading = &self->reading,
      .timestamp_ms = self->timestamp_ms,
      .totals = &self->totals,
  };

  if (self->avro != NULL)
    return verify_intake_read_avro(intake, (const char *const *)self->files->pdata,
                                   self->timestamp_ms, error);
  if (self->topic == NULL)
    return verify_intake_read_csv(intake, (const char *const *)self->files->pdata, &csv, error);

  g_autofree KafkaProperty *properties = cmd_properties_list(self->config);

  return verify_intake_read_topic(intake, properties, self->topic, error);
}

static VerifyIntake *
new_intake(const Verify *self)
{
  return verify_intake_new(&(VerifyIntakeOptions){
      .mapping = self->mapping,
      .schemas = self->registry == NULL ? NULL : &self->schemas,
      .memory_bytes = self->config->bulkload.memory_bytes,
      .temp_folder =
          self->config->bulkload.temp == NULL ? g_get_tmp_dir() : self->config->bulkload.temp,
      .since_ms = self->since_ms,
      .sample = (uint64_t)self->sample_rows,
      .timeout_ms = self->options.timeout_ms,
      .frame_max_bytes = self->gateway.frame_max_bytes,
      .watch = &self->watch,
  });
}

/* The mapping's families, with whatever columns are in them. */
static Scanner *
new_scanner(const Verify *self, GError **error)
{
  size_t length;
  const Family *families = mapping_families(self->mapping, &length);
  g_autofree Column *columns = g_new0(Column, length);

  for (size_t i = 0; i < length; i++)
    columns[i].family = families[i].name;
  return scanner_new(&self->gateway,
                     &(ScanOptions){.table = self->table,
                                    .columns = columns,
                                    .columns_length = length,
                                    .from_ms = self->since_ms},
                     error);
}

static bool
next_row(void *scanner, ScanRow *out_row, bool *out_is_end, GError **error)
{
  return scanner_next(scanner, out_row, out_is_end, error);
}

static CmdDifferences *
new_differences(const Verify *self)
{
  return cmd_differences_new(&(CmdDifferencesOptions){
      .table = self->table,
      .topic = self->topic,
      .files = (const char *const *)self->files->pdata,
      .unit = self->avro == NULL ? "line" : "record",
      .is_json = self->is_json,
      .ignores_extra = self->ignores_extra,
      .ignores_times = self->ignores_times,
      .show = (uint64_t)self->show_most,
  });
}

static ExitCode
verify(Verify *self, GError **error)
{
  int64_t began_us = g_get_monotonic_time();
  g_autoptr(VerifyIntake) intake = new_intake(self);
  g_autoptr(CmdDifferences) differences = new_differences(self);
  g_autoptr(Scanner) scanner = new_scanner(self, error);
  VerifyResult result;
  g_autoptr(SortMerge) records = NULL;

  if (scanner == NULL ||
      !cmd_table_await(&self->gateway, self->mapping, self->options.timeout_ms, error) ||
      !read_source(self, intake, error) || (records = verify_intake_finish(intake, error)) == NULL)
    return exit_code_unless(error, EXIT_STOPPED);

  const VerifyCounts counts = verify_intake_counts(intake);
  const VerifyCompareOptions options = {
      .mapping = self->mapping,
      .order = self->topic == NULL ? VERIFY_ALL_PARTS : VERIFY_WITHIN_PARTS,
      .ignores_times = self->ignores_times,
      .sample = (uint64_t)self->sample_rows,
      .records = counts.puts + counts.tombstones + counts.too_large,
      .timeout_ms = self->options.timeout_ms,
      .watch = &self->watch,
      .self = differences,
      .differs = cmd_differences_add,
  };

  if (!verify_compare(&options, records, &(VerifyRows){scanner, next_row}, &result, error))
    return exit_code_unless(error, EXIT_STOPPED);
  log_progress(self->call->log, "");
  cmd_differences_print(differences,
                        &(CmdDifferencesSummary){
                            .counts = counts,
                            .examples = verify_intake_examples(intake),
                            .warnings = &self->totals.warnings,
                            .result = &result,
                            .seconds = (double)(g_get_monotonic_time() - began_us) / 1e6,
                        });
  if (counts.records == 0 && self->topic == NULL)
    g_set_error_literal(error, FAULT, FAULT_RECORD,
                        "nothing was compared: the files hold no record");
  return exit_code_unless(error,
                          cmd_differences_total(differences, &result) == 0 ? EXIT_DONE : EXIT_DATA);
}

ExitCode
cmd_verify(const CommandCall *call, GError **error)
{
  g_auto(Verify) self = {.call = call};
  g_autoptr(GError) reason = NULL;
  ExitCode code;

  if (!parse(&self, error) || !understand(&self, error))
    return exit_code_unless(error, EXIT_DONE);
  self.stop = stop_new();
  self.reading.csv.stop = stop_cancellable(self.stop);
  self.watch = (VerifyWatch){&self, go_on, stop_cancellable(self.stop)};
  if (!prepare(&self, error))
    return EXIT_FAILED;
  code = verify(&self, &reason);
  if (reason != NULL && stop_is_asked(self.stop))
    return EXIT_STOPPED;
  if (reason != NULL)
    g_propagate_error(error, g_steal_pointer(&reason));
  return code;
}
