/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"
#include "cmd/csv.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "json/json.h"
#include "report/report.h"
#include "suggest/files.h"
#include "text/names.h"
#include "suggest/suggest.h"
#include "try/try.h"

enum { MOST_RECORDS = 100000, MOST_MESSAGES = 10000 };

static const char about[] =
    "Reads a sample of records, and writes a mapping that fits them, with an Avro schema where\n"
    "there is none: names, types, families, a row key that tells the records apart (or what does\n"
    "not), the time of the cells, the texts that mean missing. How CSV files are written is found\n"
    "out, unless an option says it. Both files are to be read and changed by you; no file is\n"
    "written over, and no table is made.\n"
    "\n"
    "Then the records that were looked at are mapped by it, as try does, and the commands that\n"
    "come next are told.\n"
    "\n"
    "Exit code 0: all records have rows; 1: some were refused, or there was none; 2: wrong use,\n"
    "or a file exists; 3: Kafka or the registry could not be reached.";

/* One call of suggest. Texts and lists are owned. */
typedef struct {
  const CommandCall *call;
  CmdOptions options;
  char **csv;
  char **more_files;
  char *topic;
  char *subject;
  char **schemas;
  char *name;
  char *output;
  char *limit;
  CmdCsv csv_options;
  gboolean is_json;
  /* What they mean: */
  CsvReading reading;
  CsvTotals totals;
  GPtrArray *files; /* of borrowed texts, NULL-ended: CSV */
  uint64_t most;
  GString *settings; /* -X and --config, as a shell takes them */

  Config *config;
  HttpRegistry *registry; /* NULL: none is set */
  SchemaSource schemas_source;
  Suggest *suggest;
  SuggestFiles *written;
  Mapping *mapping;
  char *mapping_path;
  Report *report;
  Stop *stop;
  uint64_t mapped;
  uint64_t refused;
  char *refusal; /* the first, and where */
} Call;

static void
call_clear(Call *self)
{
  g_clear_pointer(&self->registry, http_registry_free);
  g_clear_pointer(&self->mapping, mapping_free);
  g_clear_pointer(&self->config, config_free);
  g_clear_pointer(&self->suggest, suggest_free);
  g_clear_pointer(&self->written, files_free);
  g_clear_pointer(&self->report, report_free);
  g_clear_pointer(&self->stop, stop_free);
  g_clear_pointer(&self->files, g_ptr_array_unref);
  if (self->settings != NULL)
    g_string_free(self->settings, TRUE);
  cmd_options_clear(&self->options);
  cmd_csv_clear(&self->csv_options);
  csv_totals_clear(&self->totals);
  g_strfreev(self->csv);
  g_strfreev(self->more_files);
  g_strfreev(self->schemas);
  g_free(self->topic);
  g_free(self->subject);
  g_free(self->name);
  g_free(self->output);
  g_free(self->limit);
  g_free(self->mapping_path);
  g_free(self->refusal);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, call_clear)

static bool
parse(Call *self, GError **error)
{
  const GOptionEntry entries[] = {
      {"csv", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->csv,
       "look at these CSV files, which become one table", "FILE..."},
      {"topic", 0, 0, G_OPTION_ARG_FILENAME, &self->topic,
       "look at this topic's records: JSON, or Avro whose schema a registry has or is given",
       "TOPIC"},
      {"subject", 0, 0, G_OPTION_ARG_FILENAME, &self->subject,
       "take the newest schema of this subject of the registry; with --topic: of its records",
       "SUBJECT"},
      {"schema", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->schemas,
       "take this Avro schema; may be repeated, each may use the types of those before it, and the "
       "last is the record; with --topic: of its records",
       "FILE"},
      {"name", 0, 0, G_OPTION_ARG_FILENAME, &self->name,
       "the table's and the files' name (default: made of the input's)", "NAME"},
      {"output", 0, 0, G_OPTION_ARG_FILENAME, &self->output,
       "the folder that the files are written to (default: the current one)", "DIR"},
      {"limit", 0, 0, G_OPTION_ARG_FILENAME, &self->limit,
       "look at N records (default 100000 of CSV files, 10000 of a topic)", "N"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "print one JSON object", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->more_files, "", "FILE"},
      {0},
  };
  g_autofree GOptionEntry *all = cmd_csv_join(&self->csv_options, entries);

  return cmd_options_parse(&self->options, self->call, all, about, error);
}

static bool
understand(Call *self, GError **error)
{
  int64_t most = self->csv != NULL ? MOST_RECORDS : MOST_MESSAGES;
  g_autofree char *fit = self->name == NULL ? NULL : names_table(self->name);

  if ((self->csv != NULL) + (self->topic != NULL) > 1 ||
      (self->csv != NULL && (self->subject != NULL || self->schemas != NULL)) ||
      (self->subject != NULL && self->schemas != NULL))
    return cmd_options_refuse(
        self->call, error,
        "say one of --csv FILE..., --topic TOPIC, --subject SUBJECT and --schema "
        "FILE; the last two also go with --topic");
  if (self->csv == NULL && self->topic == NULL && self->subject == NULL && self->schemas == NULL)
    return cmd_options_refuse(self->call, error,
                              "say what to look at, one of --csv FILE..., --topic TOPIC, --subject "
                              "SUBJECT and --schema FILE");
  if (self->csv == NULL && self->more_files != NULL)
    return cmd_options_refuse(self->call, error, "files are given with --csv FILE...");
  if (self->csv == NULL && cmd_csv_is_given(&self->csv_options))
    return cmd_options_refuse(
        self->call, error, "--delimiter, --null and what else says how CSV is read are for --csv");
  if (fit != NULL && strcmp(fit, self->name) != 0)
    return cmd_options_refuse(
        self->call, error,
        "--name has letters, digits, '_', '-' and '.', and begins with none of the "
        "last two");
  if (!cmd_options_number(&(CmdNumber){"limit", self->limit, 1, G_MAXINT32}, &most, error))
    return false;
  self->most = (uint64_t)most;
  self->files = g_ptr_array_new();
  for (char **file = self->csv; file != NULL && *file != NULL; file++)
    g_ptr_array_add(self->files, *file);
  for (char **file = self->more_files; file != NULL && *file != NULL; file++)
    g_ptr_array_add(self->files, *file);
  g_ptr_array_add(self->files, NULL);
  return cmd_csv_understand(&self->csv_options, &self->reading, error);
}

/* What was said of settings goes on in the commands that come next; secrets do not. */
static void
repeat_settings(Call *self)
{
  static const char *const secrets[] = {"password", "secret", "token", NULL};
  g_autofree char *config =
      self->options.config_path == NULL ? NULL : g_shell_quote(self->options.config_path);

  self->settings = g_string_new(NULL);
  if (config != NULL)
    g_string_append_printf(self->settings, " --config %s", config);
  for (char **each = self->options.overrides; each != NULL && *each != NULL; each++) {
    g_autofree char *quoted = g_shell_quote(*each);
    bool is_secret = g_str_has_prefix(*each, "ingest.mappings=");

    for (size_t i = 0; secrets[i] != NULL; i++)
      is_secret |= strstr(*each, secrets[i]) != NULL;
    if (!is_secret)
      g_string_append_printf(self->settings, " -X %s", quoted);
  }
}

static bool
prepare(Call *self, GError **error)
{
  self->config = cmd_options_config(&self->options, self->call, error);
  if (self->config == NULL)
    return false;
  if (self->config->registry.urls[0] == NULL && self->subject != NULL)
    return cmd_options_refuse(self->call, error,
                              "--subject is asked of the registry, whose registry.url is not set");
  if (self->config->registry.urls[0] != NULL && (self->topic != NULL || self->subject != NULL)) {
    self->registry = cmd_registry_new(self->config, error);
    if (self->registry == NULL)
      return false;
    self->schemas_source = http_registry_source(self->registry);
  }
  repeat_settings(self);
  self->suggest = suggest_new();
  self->report = report_new(self->is_json);
  self->written = files_new(self->output == NULL ? "." : self->output);
  return true;
}

static bool
read_schemas(Call *self, GError **error)
{
  if (self->subject != NULL) {
    self->suggest->schemas = http_registry_subject(self->registry, self->subject, error);
    return self->suggest->schemas != NULL;
  }
  self->suggest->schema_names = self->schemas;
  self->suggest->schemas = self->schemas == NULL ? NULL : g_ptr_array_new_with_free_func(g_free);
  for (char **path = self->schemas; path != NULL && *path != NULL; path++) {
    size_t len;
    char *text = json_read(*path, &len, error);

    if (text == NULL)
      return false;
    g_ptr_array_add(self->suggest->schemas, text);
  }
  return true;
}

static bool
look(Call *self, GError **error)
{
  if (self->csv != NULL)
    return suggest_csv(self->suggest, (char *const *)self->files->pdata, self->most, &self->reading,
                       error);
  if (!read_schemas(self, error))
    return false;
  if (self->topic == NULL) {
    g_autoptr(Schema) schema = suggest_schema(self->suggest, error);

    self->suggest->framing = self->subject != NULL ? MAPPING_CONFLUENT : MAPPING_DATUM;
    return schema != NULL;
  }

  g_autofree KafkaProperty *properties = cmd_properties_list(self->config);
  const SuggestTopic topic = {
      .properties = properties,
      .registry = self->registry,
      .topic = self->topic,
      .most = self->most,
      .timeout_ms = self->options.timeout_ms,
      .stop = stop_cancellable(self->stop),
  };

  return suggest_topic(self->suggest, &topic, error);
}

/* Several files are one folder's. */
static char *
find_name(const Call *self)
{
  const char *path = self->csv != NULL       ? self->files->pdata[0]
                     : self->schemas != NULL ? self->schemas[g_strv_length(self->schemas) - 1]
                                             : self->subject;
  g_autofree char *whole = self->topic != NULL     ? g_strdup(self->topic)
                           : self->subject != NULL ? g_strdup(path)
                                                   : g_canonicalize_filename(path, NULL);
  g_autofree char *folder = g_path_get_dirname(whole);
  g_autofree char *base = g_path_get_basename(self->files->len > 2 ? folder : whole);
  char *dot = strchr(base + 1, '.');

  if (self->name != NULL)
    return g_strdup(self->name);
  if (self->topic != NULL)
    return names_table(self->topic);
  if (self->subject != NULL && g_str_has_suffix(base, "-value"))
    base[strlen(base) - strlen("-value")] = '\0';
  else if (self->subject == NULL && dot != NULL)
    *dot = '\0';
  return names_table(base);
}

static bool
write_schemas(Call *self, const char *name, GError **error)
{
  Suggest *suggest = self->suggest;
  g_autofree char *file = g_strconcat(name, ".avsc", NULL);
  g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);

  if (suggest->format == MAPPING_JSON)
    return true;
  if (self->schemas != NULL)
    return files_use_schemas(self->written, self->schemas, suggest->schemas, error);
  if (suggest->schemas == NULL)
    g_ptr_array_add(made, suggest_schema_text(suggest, name));
  return files_add_schemas(self->written, suggest->schemas == NULL ? made : suggest->schemas, name,
                           error);
}

/* What was written is read again at once: a mapping with a fault stays nowhere. */
static bool
write_files(Call *self, const SuggestChoice *choice, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat(name, ".json", NULL);
  g_autofree char *text = NULL;
  g_auto(FaultList) faults = {0};

  if (!write_schemas(self, name, error))
    return false;
  text = suggest_mapping(self->suggest, choice, name, files_schemas(self->written));
  if (!files_add(self->written, file, text, error))
    return false;
  self->mapping_path = g_build_filename(self->written->folder, file, NULL);
  self->mapping = mapping_load(self->mapping_path, &faults);
  if (self->mapping != NULL)
    return true;
  g_propagate_error(error, fault_list_to_error(&faults));
  return false;
}

static void
count(void *data, const TryOutcome *outcome)
{
  Call *self = data;

  self->mapped++;
  if (outcome->kind == TRY_REFUSED && self->refused++ == 0)
    self->refusal = g_strdup_printf("%s: %s", outcome->from, outcome->reason);
}

/* The records go through the mapping as try has them. */
static bool
prove(Call *self, GError **error)
{
  const TryOptions options = {
      .mapping = self->mapping,
      .limit = self->most,
      .timestamp_ms = g_get_real_time() / 1000,
      .frame_max_bytes = self->config->gateway.frame_max_bytes,
      .self = self,
      .take = count,
  };

  for (guint i = 0; i + 1 < self->files->len; i++)
    if (!try_csv(&options, self->files->pdata[i], &self->reading, &self->totals, error))
      return false;
  if (self->topic == NULL)
    return true;

  g_autofree KafkaProperty *properties = cmd_properties_list(self->config);
  const TryTopic topic = {
      .schemas = self->registry == NULL ? NULL : &self->schemas_source,
      .properties = properties,
      .topic = self->topic,
      .partition = -1,
      .timeout_ms = self->options.timeout_ms,
      .stop = stop_cancellable(self->stop),
  };

  return try_topic(&options, &topic, error);
}

static void
say(void *data, const char *word, const char *sentence)
{
  Report *report = ((Call *)data)->report;

  report_object(report, NULL);
  report_text(report, "kind", word);
  report_text(report, "text", sentence);
  report_say(report, "{kind:-6} |{text}\n");
  report_end(report);
}

static void
say_proof(Call *self)
{
  g_autofree char *sentence = g_strdup_printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                                              " records have a row by this mapping",
                                              self->mapped - self->refused, self->mapped);
  g_autofree char *refusal =
      self->refusal == NULL ? NULL : g_strdup_printf("refused: %s", self->refusal);

  if (self->mapped > 0)
    say(self, "tried", sentence);
  if (refusal != NULL)
    say(self, "NOTE", refusal);
  for (size_t i = 0; i < fault_list_length(&self->totals.warnings); i++)
    say(self, "NOTE", fault_list_get(&self->totals.warnings, i));
}

static void say_command(Call *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
say_command(Call *self, const char *format, ...)
{
  va_list arguments;
  g_autofree char *line = NULL;

  va_start(arguments, format);
  line = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  report_text(self->report, NULL, line);
  report_say(self->report, "  {}\n");
}

static void
say_commands(Call *self, const char *name)
{
  g_autofree char *setting = g_strconcat("ingest.mappings=", self->written->folder, NULL);
  g_autofree char *mappings = g_shell_quote(setting);
  g_autofree char *mapping = g_shell_quote(self->mapping_path);
  g_autofree char *topic = self->topic == NULL ? NULL : g_shell_quote(self->topic);
  g_autofree char *with = g_strdup_printf("%s -X %s", self->settings->str, mappings);
  const char *form = self->suggest->options->str;
  g_autoptr(GString) files = g_string_new(NULL);

  for (guint i = 0; i + 1 < self->files->len; i++) {
    g_autofree char *file = g_shell_quote(self->files->pdata[i]);

    g_string_append_printf(files, " %s", file);
  }
  report_list(self->report, "commands");
  say_command(self, "sluice check --offline%s", with);
  if (self->csv != NULL) {
    g_autofree char *first = g_shell_quote(self->files->pdata[0]);

    say_command(self, "sluice try%s --mapping %s --csv %s%s", self->settings->str, mapping, first,
                form);
  } else if (self->topic != NULL) {
    say_command(self, "sluice try%s --mapping %s --topic %s", self->settings->str, mapping, topic);
  }
  say_command(self, "sluice init%s %s", with, name);
  if (self->csv != NULL) {
    say_command(self, "sluice bulkload%s --table %s%s%s", with, name, form, files->str);
    say_command(self, "sluice verify%s --table %s%s --csv%s", with, name, form, files->str);
  } else if (self->topic != NULL) {
    say_command(self, "sluice run%s --topic %s --until-end", with, topic);
    say_command(self, "sluice verify%s --table %s --topic %s", with, name, topic);
  }
  report_end(self->report);
}

static ExitCode
suggest_all(Call *self, GError **error)
{
  g_autofree char *name = NULL;
  SuggestChoice choice;

  if (!look(self, error))
    return EXIT_FAILED;
  name = find_name(self);
  choice = suggest_choose(self->suggest);
  if (choice.key.length == 0) {
    g_set_error(error, FAULT, FAULT_RECORD,
                "no field of the records has a value: nothing to key "
                "rows by");
    return EXIT_FAILED;
  }
  if (!write_files(self, &choice, name, error) || !prove(self, error))
    return EXIT_FAILED;
  report_list(self->report, "findings");
  suggest_report(self->suggest, &choice, say, self);
  say_proof(self);
  report_end(self->report);
  report_text(self->report, "table", name);
  report_text(self->report, "mapping", self->mapping_path);
  report_say(self->report, "wrote  |{mapping}\n");
  report_list(self->report, "schemas");
  for (const char *const *file = files_schemas(self->written); *file != NULL; file++) {
    report_text(self->report, NULL, *file);
    report_say(self->report, "schema |{}\n");
  }
  report_end(self->report);
  report_say(self->report, "next, once you have read the mapping:\n");
  say_commands(self, name);
  report_end_all(self->report);
  files_keep(self->written);
  return self->refused == 0 ? EXIT_DONE : EXIT_DATA;
}

ExitCode
cmd_suggest(const CommandCall *call, GError **error)
{
  g_auto(Call) self = {.call = call};
  g_autoptr(GError) reason = NULL;
  ExitCode code;

  if (!parse(&self, error) || !understand(&self, error))
    return exit_code_unless(error, EXIT_DONE);
  self.stop = stop_new();
  self.reading.csv.stop = stop_cancellable(self.stop);
  if (!prepare(&self, error))
    return EXIT_FAILED;
  code = suggest_all(&self, &reason);
  if (code == EXIT_FAILED && stop_is_asked(self.stop))
    return EXIT_STOPPED;
  if (reason != NULL)
    g_propagate_error(error, g_steal_pointer(&reason));
  return code;
}
