/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"
#include "cmd/csv.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "try/cases.h"
#include "try/try.h"

enum { LIMIT = 10 };

static const char about[] =
    "Maps records as run and bulkload do, and shows what would be written: row keys, cells,\n"
    "timestamps, deletions, and why a record is refused (by decoding or by mapping). No table is\n"
    "needed, nothing is written, no group is joined and nothing is committed.\n"
    "\n"
    "A value is shown as text where it is printable UTF-8, with \\x5C for the backslash; every\n"
    "other one as the hbase shell shows it (\\x00), typed ones also decoded.\n"
    "\n"
    "Exit code 0: all have rows, or are as the cases say; 1: some were refused, or cases\n"
    "differ; 3: Kafka or the registry could not be reached.";

/* One call of try. Texts are owned. */
typedef struct {
  const CommandCall *call;
  CmdOptions options;
  char *mapping_path;
  char *topic;
  char *offset;
  char *csv;
  char *json;
  char *avro;
  char *cases;
  char *limit;
  char *timestamp;
  char *format;
  CmdCsv csv_options;
  /* What they mean: */
  CsvReading reading;
  CsvTotals totals;
  uint64_t limit_records;
  int64_t timestamp_ms;
  int32_t partition; /* -1: all */
  int64_t first;
  bool is_json;

  Config *config;
  Mapping *mapping;
  HttpRegistry *registry; /* NULL: none is needed */
  SchemaSource schemas;
  Stop *stop;
  Report *report;
  uint64_t refused;
} Try;

static void
try_clear(Try *self)
{
  g_clear_pointer(&self->registry, http_registry_free);
  g_clear_pointer(&self->mapping, mapping_free);
  g_clear_pointer(&self->config, config_free);
  g_clear_pointer(&self->stop, stop_free);
  g_clear_pointer(&self->report, report_free);
  cmd_options_clear(&self->options);
  cmd_csv_clear(&self->csv_options);
  csv_totals_clear(&self->totals);
  g_free(self->mapping_path);
  g_free(self->topic);
  g_free(self->offset);
  g_free(self->csv);
  g_free(self->json);
  g_free(self->avro);
  g_free(self->cases);
  g_free(self->limit);
  g_free(self->timestamp);
  g_free(self->format);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Try, try_clear)

static bool
parse(Try *self, GError **error)
{
  const GOptionEntry entries[] = {
      {"mapping", 0, 0, G_OPTION_ARG_FILENAME, &self->mapping_path,
       "the mapping; its schema lies where it says", "FILE"},
      {"topic", 0, 0, G_OPTION_ARG_FILENAME, &self->topic, "show this topic's records", "TOPIC"},
      {"offset", 0, 0, G_OPTION_ARG_FILENAME, &self->offset,
       "with --topic: from offset N of partition P on (default: every partition's beginning)",
       "P:N"},
      {"csv", 0, 0, G_OPTION_ARG_FILENAME, &self->csv,
       "show a CSV file's records; - is standard input", "FILE"},
      {"json", 0, 0, G_OPTION_ARG_FILENAME, &self->json,
       "show records given as JSON, one a line, in JSON or in Avro's place; - is standard input",
       "FILE"},
      {"avro", 0, 0, G_OPTION_ARG_FILENAME, &self->avro,
       "show an Avro object container file's records", "FILE"},
      {"cases", 0, 0, G_OPTION_ARG_FILENAME, &self->cases,
       "run the cases in this folder, each a record and the row that is expected, and show what "
       "differs",
       "DIR"},
      {"limit", 0, 0, G_OPTION_ARG_FILENAME, &self->limit, "show N records (default 10)", "N"},
      {"timestamp", 0, 0, G_OPTION_ARG_FILENAME, &self->timestamp,
       "with files: the records' time, for a mapping whose time is the record's (default now)",
       "MS"},
      {"format", 0, 0, G_OPTION_ARG_FILENAME, &self->format,
       "text, or json: an object a record, one a line", "FORM"},
      {0},
  };
  g_autofree GOptionEntry *all = cmd_csv_join(&self->csv_options, entries);

  return cmd_options_parse(&self->options, self->call, all, about, error);
}

static bool
understand_offset(Try *self, GError **error)
{
  self->partition = -1;
  if (self->offset == NULL)
    return true;

  g_auto(GStrv) parts = g_strsplit(self->offset, ":", 2);
  int64_t partition = 0;

  if (self->topic == NULL)
    return cmd_options_refuse(self->call, error, "--offset is for --topic");
  if (g_strv_length(parts) != 2 ||
      !cmd_options_number(&(CmdNumber){"offset", parts[0], 0, G_MAXINT32}, &partition, NULL) ||
      !cmd_options_number(&(CmdNumber){"offset", parts[1], 0, 0}, &self->first, NULL))
    return cmd_options_refuse(self->call, error,
                              "--offset is a partition and an offset in it, as 0:1234");
  self->partition = (int32_t)partition;
  return true;
}

static bool
understand_numbers(Try *self, GError **error)
{
  int64_t limit = LIMIT;

  self->timestamp_ms = g_get_real_time() / 1000;
  if (!cmd_options_number(&(CmdNumber){"limit", self->limit, 1, 0}, &limit, error) ||
      !cmd_options_number(&(CmdNumber){"timestamp", self->timestamp, 0, 0}, &self->timestamp_ms,
                          error))
    return false;
  if (self->timestamp != NULL && (self->topic != NULL || self->cases != NULL))
    return cmd_options_refuse(
        self->call, error,
        "--timestamp is for --csv, --json and --avro: other records have theirs");
  self->limit_records = (uint64_t)limit;
  return understand_offset(self, error);
}

static bool
understand(Try *self, GError **error)
{
  if (self->mapping_path == NULL)
    return cmd_options_refuse(self->call, error, "say which mapping: --mapping FILE");
  if ((self->topic != NULL) + (self->csv != NULL) + (self->json != NULL) + (self->avro != NULL) +
          (self->cases != NULL) !=
      1)
    return cmd_options_refuse(self->call, error,
                              "say which records, one of --topic TOPIC, --csv FILE, --json FILE, "
                              "--avro FILE and --cases DIR");
  if (self->csv == NULL && self->cases == NULL && cmd_csv_is_given(&self->csv_options))
    return cmd_options_refuse(
        self->call, error, "--delimiter, --null and what else says how CSV is read are for --csv");
  self->is_json = g_strcmp0(self->format, "json") == 0;
  if (self->format != NULL && !self->is_json && strcmp(self->format, "text") != 0)
    return cmd_options_refuse(self->call, error, "--format is text or json");
  return cmd_csv_understand(&self->csv_options, &self->reading, error) &&
         understand_numbers(self, error);
}

static bool
prepare(Try *self, GError **error)
{
  g_auto(FaultList) faults = {0};

  self->config = cmd_options_config(&self->options, self->call, error);
  if (self->config == NULL)
    return false;
  self->mapping = mapping_load(self->mapping_path, &faults);
  if (self->mapping == NULL) {
    g_propagate_error(error, fault_list_to_error(&faults));
    return false;
  }
  if (self->topic == NULL || !mapping_needs_registry(self->mapping))
    return true;
  self->registry = cmd_registry_new(self->config, error);
  if (self->registry == NULL)
    return false;
  self->schemas = http_registry_source(self->registry);
  return true;
}

static void
show(void *data, const TryOutcome *outcome)
{
  Try *self = data;

  self->refused += outcome->kind == TRY_REFUSED;
  try_outcome_tell(outcome, self->report);
  report_end_all(self->report);
}

static bool
show_records(Try *self, GError **error)
{
  const TryOptions options = {
      .mapping = self->mapping,
      .limit = self->limit_records,
      .timestamp_ms = self->timestamp_ms,
      .frame_max_bytes = self->config->gateway.frame_max_bytes,
      .self = self,
      .take = show,
  };

  if (self->csv != NULL)
    return try_csv(&options, self->csv, &self->reading, &self->totals, error);
  if (self->json != NULL)
    return try_json(&options, self->json, error);
  if (self->avro != NULL)
    return try_avro(&options, self->avro, error);

  g_autofree KafkaProperty *properties = cmd_properties_list(self->config);
  const TryTopic topic = {
      .schemas = self->registry == NULL ? NULL : &self->schemas,
      .properties = properties,
      .topic = self->topic,
      .partition = self->partition,
      .offset = self->first,
      .timeout_ms = self->options.timeout_ms,
      .stop = stop_cancellable(self->stop),
  };

  return try_topic(&options, &topic, error);
}

static ExitCode
run_cases(Try *self, GError **error)
{
  g_autoptr(GString) report = g_string_new(NULL);
  TryCases cases = {.mapping = self->mapping, .reading = &self->reading, .report = report};

  if (!try_cases(&cases, self->cases, error))
    return EXIT_FAILED;
  report_count(self->report, "cases", cases.cases);
  report_count(self->report, "different", cases.different);
  report_text(self->report, "report", report->str);
  report_say(self->report, "{report}{cases} cases, {different} differ\n");
  report_end_all(self->report);
  return cases.different == 0 ? EXIT_DONE : EXIT_DATA;
}

ExitCode
cmd_try(const CommandCall *call, GError **error)
{
  g_auto(Try) self = {.call = call};
  g_autoptr(GError) reason = NULL;

  if (!parse(&self, error) || !understand(&self, error))
    return exit_code_unless(error, EXIT_DONE);
  self.stop = stop_new();
  self.reading.csv.stop = stop_cancellable(self.stop);
  self.report = report_new(self.is_json);
  if (!prepare(&self, error))
    return EXIT_FAILED;
  if (self.cases != NULL)
    return run_cases(&self, error);
  if (show_records(&self, &reason)) {
    for (size_t i = 0; i < fault_list_length(&self.totals.warnings); i++)
      g_warning("%s", fault_list_get(&self.totals.warnings, i));
    return self.refused == 0 ? EXIT_DONE : EXIT_DATA;
  }
  if (stop_is_asked(self.stop))
    return EXIT_STOPPED;
  g_propagate_error(error, g_steal_pointer(&reason));
  return EXIT_FAILED;
}
