/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"
#include "cmd/peers.h"
#include "replay/replay.h"
#include "stream/sinks.h"

static const char about[] =
    "Takes records back out of a dead-letter topic, through the mapping of the topic that they\n"
    "came from, with the timestamps that they had: what is newer in the table stays. What fails\n"
    "again is told, with the reason of then and of now, and is not dead-lettered again: replay\n"
    "never writes to Kafka. The topic stays as it is, so a replay may be done any number of "
    "times.\n"
    "It is read from its beginning (or the place of --group) to its ends as they are at the "
    "start.\n"
    "\n"
    "All filters given must hold. A signal stops it after what is under way, and says where to go\n"
    "on (--offsets). With --group, places are kept in Kafka as that group's offsets, and the next\n"
    "call with the same group and filters goes on there; they never move past a letter that\n"
    "failed.\n"
    "\n"
    "Exit code 0: everything that the filters take is written; 1: some of it fails again; 2: "
    "there\n"
    "is no such topic, or a table is not as it should be; 3: Kafka or the gateway could not be\n"
    "reached; 4: stopped before the end.";

typedef struct {
  const CommandCall *call;
  CmdOptions options;
  ReplayFilter filter;
  char **arguments; /* owned, as the texts that follow */
  char *count;
  char *group;
  gboolean is_dry_run;
  gboolean takes_moved;
  gboolean is_json;
  const char *topic; /* borrowed from arguments */
  int64_t most;      /* dead letters */

  Config *config;
  MappingSet *mappings;
  KafkaProperty *properties;
  HttpRegistry *registry; /* NULL: none is needed */
  SchemaSource schemas;
  StreamSinks *sinks; /* NULL: --dry-run */
  Catalog *catalog;   /* NULL: no --dry-run */
  ReplayPosition *position;
  ReplayReport *report;
  Replay *replay;
  Stop *stop;

  int64_t began_us;
} Call;

static void
replay_clear(Call *self)
{
  replay_free(self->replay);
  replay_position_free(self->position);
  replay_report_free(self->report);
  stream_sinks_free(self->sinks);
  catalog_free(self->catalog);
  http_registry_free(self->registry);
  g_free(self->properties);
  mapping_set_free(self->mappings);
  config_free(self->config);
  stop_free(self->stop);
  cmd_options_clear(&self->options);
  replay_filter_clear(&self->filter);
  g_strfreev(self->arguments);
  g_free(self->count);
  g_free(self->group);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, replay_clear)

static bool
parse(Call *self, GError **error)
{
  ReplayFilter *filter = &self->filter;
  const GOptionEntry entries[] = {
      {"dry-run", 0, 0, G_OPTION_ARG_NONE, &self->is_dry_run,
       "list what the filters take, and whether a row can be made of it and its table takes it "
       "now; write nothing",
       NULL},
      {"moved", 0, 0, G_OPTION_ARG_NONE, &self->takes_moved,
       "records whose table is no longer their topic's go into the one that is; without it they "
       "fail",
       NULL},
      {"stage", 0, 0, G_OPTION_ARG_FILENAME, &filter->stage,
       "only what failed there: key, decode, map or put", "STAGE"},
      {"class", 0, 0, G_OPTION_ARG_FILENAME, &filter->exception_class,
       "only this class of error, e.g. sluice.MappingError", "CLASS"},
      {"reason", 0, 0, G_OPTION_ARG_FILENAME, &filter->reason,
       "only where the reason holds this text", "TEXT"},
      {"table", 0, 0, G_OPTION_ARG_FILENAME, &filter->table, "only records for this table",
       "TABLE"},
      {"source-topic", 0, 0, G_OPTION_ARG_FILENAME, &filter->source_topic,
       "only records that came from this topic", "TOPIC"},
      {"source-partition", 0, 0, G_OPTION_ARG_FILENAME, &filter->source_partition,
       "and from this partition of it", "N"},
      {"since", 0, 0, G_OPTION_ARG_FILENAME, &filter->since,
       "only records of this time or later: 2024-02-29T16:05:00Z, or milliseconds since 1970",
       "TIME"},
      {"until", 0, 0, G_OPTION_ARG_FILENAME, &filter->until, "only records from before this time",
       "TIME"},
      {"offsets", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &filter->offsets,
       "only these of the dead-letter topic: PARTITION:FROM-TO, both included; either may be left "
       "out; several with a comma between",
       "PIECES"},
      {"count", 0, 0, G_OPTION_ARG_FILENAME, &self->count, "the first N that the filters take",
       "N"},
      {"group", 0, 0, G_OPTION_ARG_FILENAME, &self->group,
       "keep the place in the topic as the offsets of this consumer group", "NAME"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->is_json, "print one JSON object", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->arguments, "", "TOPIC"},
      {0},
  };

  return cmd_options_parse(&self->options, self->call, entries, about, error);
}

static bool
understand(Call *self, GError **error)
{
  if (self->arguments == NULL || g_strv_length(self->arguments) != 1)
    return cmd_options_refuse(self->call, error,
                              "say which dead-letter topic: sluice replay TOPIC");
  self->topic = self->arguments[0];
  self->most = G_MAXINT64;
  if (!cmd_options_number(&(CmdNumber){"count", self->count, 1, 0}, &self->most, error))
    return false;
  if (self->group != NULL && self->filter.offsets != NULL)
    return cmd_options_refuse(self->call, error,
                              "--group goes on where it was, so --offsets cannot be given as well");
  return replay_filter_understand(&self->filter, error);
}

static bool
open_gateway(Call *self, GError **error)
{
  StreamSinksOptions options = {
      .gateway = cmd_gateway_options(self->config),
      .connections = self->config->gateway.connections,
      .mappings = mapping_set_list(self->mappings),
      .mappings_length = mapping_set_length(self->mappings),
      .takes_any_key = true, /* no row was made of a dead letter under the key before */
  };

  options.gateway.cancellable = stop_cancellable(self->stop);
  if (self->is_dry_run) {
    self->catalog = catalog_new(&options.gateway, error);
    return self->catalog != NULL;
  }
  self->sinks = stream_sinks_new(&options, error);
  return self->sinks != NULL && stream_sinks_open(self->sinks, self->options.timeout_ms, error);
}

static bool
open_registry(Call *self, GError **error)
{
  if (!cmd_registry_is_needed(self->mappings))
    return true;
  self->registry = cmd_registry_new(self->config, error);
  if (self->registry == NULL)
    return false;
  self->schemas = http_registry_source(self->registry);
  return true;
}

static bool
open_position(Call *self, GError **error)
{
  self->position = replay_position_new(
      &(ReplayPositionOptions){
          .properties = self->properties,
          .topic = self->topic,
          .group = self->group,
          .filter = &self->filter,
          .is_dry_run = self->is_dry_run,
          .timeout_ms = (int)MIN(self->options.timeout_ms, G_MAXINT),
      },
      error);
  return self->position != NULL;
}

static bool
open_replay(Call *self, GError **error)
{
  size_t sinks = 0;

  self->replay = replay_new(
      &(ReplayOptions){
          .config = self->config,
          .mappings = self->mappings,
          .schemas = self->registry == NULL ? NULL : &self->schemas,
          .sink = self->is_dry_run ? NULL : stream_sinks_list(self->sinks, &sinks),
          .catalog = self->catalog,
          .takes_moved = self->takes_moved,
          .protocol = self->is_dry_run ? WIRE_BINARY : stream_sinks_protocol(self->sinks),
          .filter = &self->filter,
          .position = self->position,
          .report = self->report,
          .stop = self->stop,
          .log = self->call->log,
          .most = (uint64_t)self->most,
          .timeout_ms = self->options.timeout_ms,
      },
      error);
  return self->replay != NULL;
}

static bool
prepare(Call *self, GError **error)
{
  self->config = cmd_options_config(&self->options, self->call, error);
  if (self->config == NULL)
    return false;
  self->mappings = mapping_set_load(self->config, error);
  if (self->mappings == NULL)
    return false;
  self->properties = cmd_properties_letters(self->config);
  self->report = replay_report_new(self->topic, self->is_json, self->is_dry_run);
  if (!open_registry(self, error) || !open_position(self, error) || !open_gateway(self, error))
    return false;
  return open_replay(self, error);
}

static void
tell_where_to_go_on(const Call *self, const char *left)
{
  if (left == NULL)
    return;
  if (self->group != NULL && !self->is_dry_run)
    g_message("not at the end: the same call goes on where this one stopped");
  else
    g_message("not at the end: go on with the same filters and --offsets %s", left);
}

static ExitCode
replay(Call *self, GError **error)
{
  g_autoptr(GError) problem = NULL;
  bool is_whole = replay_run(self->replay, &problem);
  g_autofree char *left = replay_position_left(self->position);

  log_progress(self->call->log, "");
  replay_report_finish(self->report,
                       &(ReplayEnd){
                           .read = kafka_reader_passed(replay_position_reader(self->position)),
                           .written = replay_written(self->replay),
                           .left = left,
                           .seconds = (double)(g_get_monotonic_time() - self->began_us) / 1e6,
                       });
  tell_where_to_go_on(self, left);
  if (problem != NULL) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return EXIT_FAILED;
  }
  if (!is_whole || (stop_is_asked(self->stop) && left != NULL))
    return EXIT_STOPPED;
  return replay_report_failed(self->report) == 0 ? EXIT_DONE : EXIT_DATA;
}

ExitCode
cmd_replay(const CommandCall *call, GError **error)
{
  g_auto(Call) self = {.call = call, .began_us = g_get_monotonic_time()};

  if (!parse(&self, error) || !understand(&self, error))
    return exit_code_unless(error, EXIT_DONE);
  self.stop = stop_new();
  if (!prepare(&self, error))
    return exit_code_unless(error, EXIT_STOPPED);
  return replay(&self, error);
}
