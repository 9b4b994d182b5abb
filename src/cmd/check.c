/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"
#include "cmd/live.h"
#include "cmd/options.h"
#include "cmd/peers.h"

#include <stdio.h>

enum { LONGEST_WAIT_MS = 10000, MOST_SAMPLED = 1000000, REGIONS = 8, MOST_REGIONS = 1000 };

static const char about[] =
    "Looks at the configuration, every mapping and its schema, the Kafka broker, the topics,\n"
    "the Thrift gateways and the HBase tables, and prints a line for each. Every fault is named\n"
    "at once, with where it is and what to do about it. Nothing is created or changed.\n"
    "Ends with 0 when there is no fault, 3 when only a broker or gateway does not answer, else\n"
    "with 2. It tells what is now and waits for nobody longer than 10 seconds. With --live: 0\n"
    "when the service is ready, 1 when it is not, 3 when it does not answer.\n"
    "\n"
    "--sample N also reads about N records of each topic, spread over its partitions and from its\n"
    "oldest to its newest, and says what they would make of the table: bad records by their\n"
    "reasons, records that share a row key, whether the keys' order will heat one region, cells\n"
    "and bytes a row, and split points to put into the mapping. No group is joined, nothing is\n"
    "committed. What it finds is a NOTE; if more of a topic's records are bad than\n"
    "ingest.errors.limit allows, it is a fault, and the exit code is 1 where it is the only kind.\n"
    "\n"
    "--print-config shows every setting in force, where it comes from, and secrets as ***.";

/* What was asked for. */
typedef struct {
  CmdOptions options;
  gboolean is_offline;
  gboolean is_live;
  gboolean is_json;
  gboolean is_printing;
  char *sample;
  char *topic;
  char *regions;
  /* What they mean: */
  int64_t sample_records;
  int64_t split_regions;
} Request;

static void
request_clear(Request *self)
{
  cmd_options_clear(&self->options);
  g_free(self->sample);
  g_free(self->topic);
  g_free(self->regions);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Request, request_clear)

static int
wait_ms(const Request *request)
{
  return (int)MIN(request->options.timeout_ms, LONGEST_WAIT_MS);
}

static bool
understand(Request *self, GError **error)
{
  self->split_regions = REGIONS;
  if (self->is_live && (self->is_offline || self->is_json || self->sample != NULL)) {
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "--live asks a service and nothing else: leave out --offline, --json and "
                        "--sample");
    return false;
  }
  if (self->is_printing && (self->is_live || self->is_offline || self->sample != NULL)) {
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "--print-config looks at the configuration alone: leave out --live, "
                        "--offline and --sample");
    return false;
  }
  if (self->is_offline && self->sample != NULL) {
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "--sample reads topics, --offline files alone: leave one out");
    return false;
  }
  if (self->sample == NULL && (self->regions != NULL || self->topic != NULL)) {
    g_set_error_literal(error, FAULT, FAULT_SETUP, "--topic and --regions are for --sample");
    return false;
  }
  return cmd_options_number(&(CmdNumber){"sample", self->sample, 1, MOST_SAMPLED},
                            &self->sample_records, error) &&
         cmd_options_number(&(CmdNumber){"regions", self->regions, 1, MOST_REGIONS},
                            &self->split_regions, error);
}

static bool
parse(Request *self, const CommandCall *call, GError **error)
{
  const GOptionEntry entries[] = {
      {"offline", 0, 0, G_OPTION_ARG_NONE, &self->is_offline,
       "look at files alone: configuration, mappings, schemas", NULL},
      {"live", 0, 0, G_OPTION_ARG_NONE, &self->is_live,
       "ask a running service, at [http] listen, whether it is ready: for a container's health",
       NULL},
      {"sample", 0, 0, G_OPTION_ARG_FILENAME, &self->sample,
       "read about N records of each topic too, and say what they would make of the table", "N"},
      {"topic", 0, 0, G_OPTION_ARG_FILENAME, &self->topic, "with --sample: of this topic alone",
       "TOPIC"},
      {"regions", 0, 0, G_OPTION_ARG_FILENAME, &self->regions,
       "with --sample: propose split points for so many regions (default 8)", "R"},
      {"print-config", 0, 0, G_OPTION_ARG_NONE, &self->is_printing,
       "show every setting in force and where it comes from, secrets masked", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "write one JSON object", NULL},
      {0},
  };

  return cmd_options_parse(&self->options, call, entries, about, error) && understand(self, error);
}

static ExitCode
ask_service(const Request *request, const CommandCall *call, GError **error)
{
  g_autoptr(Config) config = cmd_options_config(&request->options, call, error);
  g_autofree char *reasons = NULL;
  bool is_ready = false;

  if (config == NULL ||
      !cmd_live_ask(&(CmdLive){config->http.listen, config->http.token, wait_ms(request)},
                    &is_ready, &reasons, error))
    return EXIT_FAILED;
  printf("%s%s", is_ready ? "" : "not ready:\n", reasons);
  return is_ready ? EXIT_DONE : EXIT_DATA;
}

static void
tell_setting(void *report, const char *name, const char *value, const char *origin)
{
  report_object(report, name);
  report_text(report, "value", value);
  report_text(report, "origin", origin);
  report_say(report, "{@:-31} = {value:-28} ({origin})\n");
  report_end(report);
}

static ExitCode
print_configuration(const Request *request, const CommandCall *call, GError **error)
{
  g_autoptr(Config) config = cmd_options_config(&request->options, call, error);
  g_autoptr(Report) report = report_new(request->is_json);

  if (config == NULL)
    return EXIT_FAILED;
  config_show(config, tell_setting, report);
  report_end_all(report);
  return EXIT_DONE;
}

static Config *
look_at_configuration(const Request *request, const CommandCall *call, CheckFindings *findings)
{
  g_auto(FaultList) faults = {0};
  Config *config = cmd_options_read_config(&request->options, call, &faults);

  check_findings_list(findings, "configuration", &faults);
  if (fault_list_length(&faults) == 0)
    check_findings_fine(findings, "configuration", "%s",
                        config->path == NULL ? "built-in defaults" : config->path);
  return config;
}

static MappingSet *
look_at_mappings(const Config *config, CheckFindings *findings)
{
  g_auto(FaultList) faults = {0};
  MappingSet *mappings = mapping_set_read(config, &faults);

  for (size_t i = 0; i < mapping_set_length(mappings); i++) {
    const Mapping *mapping = mapping_set_get(mappings, i);

    check_findings_fine(findings, "mapping", "topic %s to table %s (%s)", mapping_topic(mapping),
                        mapping_table(mapping), mapping_path(mapping));
    if (mapping_mixes_times(mapping))
      check_findings_note(
          findings, "tombstones",
          "table %s: cells carry a field's time, tombstones the Kafka record's: a row "
          "that is deleted and inserted again stays deleted where the field's time "
          "is no later. \"tombstone_time\" in the mapping can say otherwise; "
          "check --sample counts such records",
          mapping_table(mapping));
    for (size_t j = 0; j < fault_list_length(mapping_notes(mapping)); j++)
      check_findings_note(findings, "mapping", "%s", fault_list_get(mapping_notes(mapping), j));
  }
  check_findings_list(findings, "mapping", &faults);
  return mappings;
}

/* The registry, if a mapping needs one and the settings name one. */
static HttpRegistry *
open_registry(const Config *config, const MappingSet *mappings, CheckFindings *findings)
{
  g_autoptr(GError) error = NULL;
  HttpRegistry *registry =
      cmd_registry_is_needed(mappings) ? cmd_registry_new(config, &error) : NULL;

  if (error != NULL)
    check_findings_error(findings, "registry", NULL, error);
  return registry;
}

static void
look_at_peers(const Request *request, const Config *config, const MappingSet *mappings,
              CheckFindings *findings)
{
  g_autofree KafkaProperty *properties = cmd_properties_list(config);
  g_autofree KafkaProperty *letters = cmd_properties_letters(config);
  g_autoptr(HttpRegistry) registry = NULL;
  Check check = {
      .findings = findings,
      .config = config,
      .gateway = cmd_gateway_options(config),
      .properties = properties,
      .letters = letters,
      .mappings = mappings,
      .wait_ms = wait_ms(request),
      .sample = (uint64_t)request->sample_records,
      .sample_topic = request->topic,
      .regions = (unsigned)request->split_regions,
  };

  check_kafka(&check);
  registry = open_registry(config, mappings, findings);
  check.registry = registry;
  check_registry(&check);
  check_hbase(&check);
  if (check.sample > 0)
    check_topics(&check);
}

static bool
has_topic(const MappingSet *mappings, const char *topic, GError **error)
{
  g_autoptr(GPtrArray) found = mapping_set_find(mappings, NULL, topic, error);

  return found != NULL;
}

ExitCode
cmd_check(const CommandCall *call, GError **error)
{
  g_auto(Request) request = {0};
  g_autoptr(CheckFindings) findings = NULL;
  g_autoptr(Config) config = NULL;
  g_autoptr(MappingSet) mappings = NULL;
  CheckTotals totals;

  if (!parse(&request, call, error))
    return exit_code_unless(error, EXIT_DONE);
  if (request.is_live)
    return ask_service(&request, call, error);
  if (request.is_printing)
    return print_configuration(&request, call, error);

  findings = check_findings_new(request.is_json);
  config = look_at_configuration(&request, call, findings);
  mappings = look_at_mappings(config, findings);
  if (request.topic != NULL && !has_topic(mappings, request.topic, error))
    return EXIT_FAILED;
  if (!request.is_offline)
    look_at_peers(&request, config, mappings, findings);
  totals = check_findings_finish(findings);
  if (totals.faults == 0)
    return EXIT_DONE;
  if (totals.faults == totals.silent_peers)
    return EXIT_PEER;
  return totals.faults == totals.bad_data ? EXIT_DATA : EXIT_USAGE;
}
