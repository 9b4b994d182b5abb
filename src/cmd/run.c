/* SPDX-License-Identifier: Apache-2.0 */
#include <glib-unix.h>
#include <signal.h>
#include <string.h>

#include "base/heap.h"
#include "base/notify.h"
#include "cmd/options.h"
#include "base/event.h"
#include "cmd/peers.h"
#include "cmd/reload.h"
#include "cmd/revision.h"
#include "cmd/summary.h"
#include "console/console.h"
#include "mapping/set.h"
#include "metrics/pages.h"
#include "stream/sinks.h"
#include "stream/stream.h"

static const char about[] =
    "Takes records off Kafka and writes them through the HBase Thrift gateway, a table for each\n"
    "topic that has a mapping. An offset is committed only when HBase has acknowledged every\n"
    "record before it, or its dead letter is acknowledged by <topic>.dlq. While the gateway or\n"
    "HBase is away it waits; nothing is lost and nothing grows.\n"
    "\n"
    "SIGTERM and SIGINT write and commit what is under way, within ingest.shutdown.timeout; a\n"
    "second one ends at once, and what was not committed is read again next time. SIGHUP reads\n"
    "the configuration and the mappings again: secrets, the log's level, new mappings and new\n"
    "columns count at once, what else has changed at the next start. With --until-end it ends the\n"
    "run.\n"
    "\n"
    "Exit code 0: done, or asked to stop and everything committed; 1: too many records were bad\n"
    "(ingest.errors.limit), a mapping says errors = stop, or with --until-end every record was\n"
    "bad; 3: with --until-end, nothing moved for --timeout; 4: stopped by a signal before the work "
    "was whole.";

typedef struct {
  const CommandCall *call;
  CmdOptions options;
  char *topic; /* owned */
  gboolean until_end;
  gboolean json;
  Config *config;            /* owned */
  MappingSet *mappings;      /* owned: of the start */
  GPtrArray *later;          /* owned, of owned MappingSet: that were read later */
  const Mapping **list;      /* owned array: those that run */
  FramePlan **plans;         /* owned, each owned */
  size_t length;             /* of both */
  KafkaProperty *properties; /* owned array */
  KafkaProperty *letters;    /* owned array */
  HttpRegistry *registry;    /* owned; NULL: none is set */
  SchemaSource schemas;      /* the registry's */
  StreamSinks *sinks;        /* owned */
  MetricsPages *pages;       /* owned */
  Console *console;          /* owned; NULL: http.console is off */
  Notify *notify;            /* owned */
  Stream *stream;            /* owned */
  GPtrArray *next;           /* owned, of const Mapping: to change over to; NULL: none are */
  bool is_stopping;          /* a signal came */
  int64_t began_us;
  uint64_t shown; /* consumed when progress was last shown */
  double shown_at;
  double told_at;   /* to the pages */
  bool is_idle;     /* nothing had come since the time before */
  GPtrArray *past;  /* owned, of owned Config: what was read later; others borrow from it */
  GPtrArray *lists; /* owned, of lists that others have borrowed: as past */
} Run;

static void
free_plans(FramePlan **plans, size_t length)
{
  for (size_t i = 0; plans != NULL && i < length; i++)
    frame_plan_free(plans[i]);
  g_free(plans);
}

static void
run_clear(Run *self)
{
  if (self->console != NULL)
    console_stop(self->console);
  metrics_pages_free(self->pages);
  console_free(self->console);
  notify_free(self->notify);
  g_free(self->list);
  if (self->stream != NULL && stream_is_stuck(self->stream))
    return; /* the process ends now, and its threads with it */
  stream_free(self->stream);
  stream_sinks_free(self->sinks);
  free_plans(self->plans, self->length);
  g_clear_pointer(&self->next, g_ptr_array_unref);
  g_ptr_array_unref(self->lists);
  g_ptr_array_unref(self->past);
  http_registry_free(self->registry);
  mapping_set_free(self->mappings);
  g_ptr_array_unref(self->later);
  config_free(self->config);
  cmd_options_clear(&self->options);
  g_free(self->topic);
}

static bool
choose_mappings(Run *self, GError **error)
{
  g_autoptr(GPtrArray) chosen = NULL;

  self->mappings = mapping_set_load(self->config, error);
  if (self->mappings == NULL)
    return false;
  if (mapping_set_length(self->mappings) == 0) {
    g_set_error_literal(error, FAULT, FAULT_SETUP,
                        "there is no mapping: set ingest.mappings to the folder they are in");
    return false;
  }
  chosen = mapping_set_find(self->mappings, NULL, self->topic, error);
  if (chosen == NULL)
    return false;
  self->length = chosen->len;
  self->list = (const Mapping **)g_ptr_array_free(g_steal_pointer(&chosen), FALSE);
  return true;
}

static bool
open_registry(Run *self, GError **error)
{
  if (!cmd_registry_is_needed(self->mappings))
    return true;
  self->registry = cmd_registry_new(self->config, error);
  return self->registry != NULL;
}

/* For the mappings that run. */
static void
make_plans(Run *self)
{
  self->plans = g_new0(FramePlan *, self->length + 1);
  for (size_t i = 0; i < self->length; i++) {
    size_t columns_length;
    const Column *columns = mapping_columns(self->list[i], &columns_length);

    self->plans[i] = frame_plan_new(stream_sinks_protocol(self->sinks),
                                    mapping_table(self->list[i]), columns, columns_length);
    frame_plan_set_durability(self->plans[i], mapping_durability(self->list[i]));
  }
}

static bool
open_gateway(Run *self, GError **error)
{
  const StreamSinksOptions options = {
      .gateway = cmd_gateway_options(self->config),
      .connections = self->config->gateway.connections,
      .mappings = self->list,
      .mappings_length = self->length,
  };
  int64_t timeout_ms = self->until_end ? self->options.timeout_ms : INT64_MAX;

  self->sinks = stream_sinks_new(&options, error);
  if (self->sinks == NULL || !stream_sinks_open(self->sinks, timeout_ms, error))
    return false;

  make_plans(self);
  return true;
}

static CmdSummary
summary_of(const Run *self)
{
  return (CmdSummary){
      .counters = stream_counters(self->stream),
      .mappings = self->list,
      .mappings_length = self->length,
      .seconds = (double)(g_get_monotonic_time() - self->began_us) / 1e6,
  };
}

static void
tell_standings(const Run *self)
{
  g_autoptr(GArray) standings = g_array_new(FALSE, FALSE, sizeof(KafkaStanding));

  if (self->config->http.listen == NULL)
    return; /* the broker is not asked for what nobody reads */
  stream_standings(self->stream, standings);
  metrics_pages_stand(self->pages, standings);
}

/* Once more when records have stopped coming, and then not before they come again. */
static void
tell_progress(Run *self, const CmdSummary *summary)
{
  uint64_t consumed = metrics_counters_consumed(summary->counters, METRICS_ALL_TOPICS);
  bool is_idle = consumed == self->shown;
  g_autofree char *text = NULL;

  if (is_idle && self->is_idle)
    return;
  text = cmd_summary_progress(summary, self->shown, self->shown_at);
  if (!log_progress(self->call->log, text))
    return;
  self->is_idle = is_idle;
  self->shown = consumed;
  self->shown_at = summary->seconds;
}

static void
show_progress(void *data)
{
  Run *self = data;
  CmdSummary summary = summary_of(self);
  const char *reason = NULL;
  const char *kafka = NULL;

  if (stream_is_ready(self->stream, &reason, &kafka))
    reason = NULL;
  metrics_pages_tell(self->pages, reason);
  metrics_pages_kafka(self->pages, kafka);
  notify_alive(self->notify, reason == NULL ? "records flow" : reason, g_get_monotonic_time());
  if (summary.seconds - self->told_at < 1)
    return;
  self->told_at = summary.seconds;
  tell_standings(self);
  tell_progress(self, &summary);
}

/* What the stream was given of the configuration before is borrowed to the end. */
static void
reload(Run *self)
{
  g_autoptr(Config) now = cmd_reload(&self->options, self->call, self->config);
  g_autofree KafkaProperty *properties = now == NULL ? NULL : cmd_properties_list(now);
  g_autofree KafkaProperty *letters = now == NULL ? NULL : cmd_properties_letters(now);

  if (now != NULL)
    metrics_pages_set_token(self->pages, now->http.token);
  if (now != NULL && self->registry != NULL) {
    const HttpClientOptions login = cmd_registry_options(now);

    http_registry_login(self->registry, &login);
  }
  if (now == NULL || (cmd_properties_are_alike(properties, self->properties) &&
                      cmd_properties_are_alike(letters, self->letters)))
    return;
  stream_login(self->stream, properties, letters);
  self->properties = properties;
  self->letters = letters;
  g_ptr_array_add(self->lists, g_steal_pointer(&properties));
  g_ptr_array_add(self->lists, g_steal_pointer(&letters));
  g_ptr_array_add(self->past, g_steal_pointer(&now));
}

/* The stream that runs brings to an end what is under way, and change_over() goes on. */
static void
reload_mappings(Run *self)
{
  const CmdRunning running = {self->config, self->topic, self->list, self->length,
                              self->registry != NULL};
  MappingSet *set = NULL;

  if (!cmd_reload_mappings(&running, &set, &self->next))
    return;
  g_ptr_array_add(self->later, set);
  g_message("changing over mappings=%u", self->next->len);
  stream_stop(self->stream);
}

static gboolean
on_hangup(gpointer data)
{
  Run *self = data;

  g_message("reading configuration and mappings again");
  reload(self);
  if (self->next != NULL)
    g_warning("the mappings are being changed over: when that is done, send SIGHUP again");
  else if (!self->is_stopping)
    reload_mappings(self);
  return G_SOURCE_CONTINUE;
}

/* The secrets may have been changed, at the broker and in their files. */
static void
on_refused(void *data)
{
  reload(data);
}

/* The same, from the thread that asks the registry. */
static void
on_registry_refused(void *data)
{
  g_idle_add_once(on_refused, data);
}

/* `numbers`: see metrics_counters_continue(), of the stream that is there; NULL: none is. */
static void
open_stream(Run *self, const int *numbers)
{
  const Stream *before = self->stream;
  StreamOptions options = {
      .properties = self->properties,
      .letters = self->letters,
      .group = config_kafka(self->config, "group.id"),
      .mappings = self->list,
      .plans = (const FramePlan *const *)self->plans,
      .mappings_length = self->length,
      .tick = show_progress,
      .tick_self = self,
      .refused = on_refused,
      .settings =
          {
              .batch_rows = self->config->ingest.batch_rows,
              .batch_bytes = self->config->ingest.batch_bytes,
              .linger_ms = self->config->ingest.linger_ms,
              .memory_bytes = self->config->ingest.memory_bytes,
              .errors_limit = self->config->ingest.errors_limit,
              .errors_window = self->config->ingest.errors_window,
              .shutdown_timeout_ms = self->config->ingest.shutdown_timeout_ms,
              .is_until_end = self->until_end,
              .timeout_ms = self->options.timeout_ms,
              .needs_topics = self->topic != NULL || self->config->ingest.mappings[0] != NULL,
          },
  };

  metrics_pages_registry(self->pages, self->registry);
  if (self->registry != NULL) {
    http_registry_on_refused(self->registry, on_registry_refused, self);
    self->schemas = http_registry_source(self->registry);
    options.schemas = &self->schemas;
  }
  options.gateway = stream_sinks_peer(self->sinks);
  options.sinks = stream_sinks_list(self->sinks, &options.sinks_length);
  self->stream = stream_new(&options);
  if (self->console != NULL)
    console_watch(self->console, self->list, self->length);
  if (numbers != NULL)
    metrics_counters_continue(stream_counters(self->stream), stream_counters(before), numbers);
  metrics_pages_gateways(self->pages, stream_sinks_tallies(self->sinks));
  metrics_pages_watch(self->pages, stream_counters(self->stream), self->list, self->length);
}

static gboolean
on_signal(gpointer data)
{
  Run *self = data;
  bool is_draining = self->next != NULL && !self->is_stopping; /* which is not to be cut short */

  notify_stopping(self->notify);
  if (!self->is_stopping)
    g_message("stopping: writing and committing what is under way");
  self->is_stopping = true;
  if (!is_draining)
    stream_stop(self->stream);
  return G_SOURCE_CONTINUE;
}

/* The stream has ended. True: another one is there, for the mappings that were read again, and
 * everything else goes on. */
static bool
change_over(Run *self)
{
  Stream *before = self->stream;
  const Mapping **list = self->list;
  FramePlan **plans = self->plans;
  size_t length = self->length;
  g_autofree int *numbers = NULL;

  if (self->next == NULL || self->is_stopping || stream_is_stuck(before))
    return false;
  numbers = cmd_reload_number(list, length, self->next);
  metrics_pages_watch(self->pages, NULL, NULL, 0);
  self->length = self->next->len;
  self->list = g_memdup2(self->next->pdata, self->length * sizeof *self->list);
  g_clear_pointer(&self->next, g_ptr_array_unref);
  stream_sinks_renew(self->sinks, self->list, self->length);
  make_plans(self);
  open_stream(self, numbers);
  stream_free(before);
  free_plans(plans, length);
  g_ptr_array_add(self->lists, list); /* the console may be looking at it */
  return true;
}

/* As nohup has it. */
static bool
is_ignored(int number)
{
  struct sigaction action;

  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static ExitCode
run_stream(Run *self, GError **error)
{
  guint signals[] = {
      g_unix_signal_add(SIGTERM, on_signal, self),
      g_unix_signal_add(SIGINT, on_signal, self),
      self->until_end && is_ignored(SIGHUP)
          ? 0
          : g_unix_signal_add(SIGHUP, self->until_end ? on_signal : on_hangup, self),
  };
  StreamOutcome outcome;
  CmdSummary summary;

  self->began_us = g_get_monotonic_time();
  do
    outcome = stream_run(self->stream, error);
  while (outcome != STREAM_FAILED && change_over(self));
  for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
    if (signals[i] != 0)
      g_source_remove(signals[i]);
  log_progress(self->call->log, "");
  summary = summary_of(self);
  cmd_summary_print(&summary, self->json);
  if (self->until_end && outcome == STREAM_DONE && cmd_summary_all_bad(&summary) > 0)
    g_set_error(error, FAULT, FAULT_RECORD,
                "all %" G_GUINT64_FORMAT " records were rejected: do mapping and schema fit the "
                "topic? 'sluice check --sample 100' looks",
                cmd_summary_all_bad(&summary));
  return exit_code_unless(error, outcome == STREAM_DONE ? EXIT_DONE : EXIT_STOPPED);
}

static void
tell_start(const Run *self)
{
  g_autofree char *joined = g_strjoinv(",", self->config->gateway.endpoints);
  g_autofree char *gateways = event_value(joined);
  g_autofree char *brokers = event_value(config_kafka(self->config, "bootstrap.servers"));
  g_autofree char *group = event_value(config_kafka(self->config, "group.id"));
  g_autofree char *path = event_value(self->config->path == NULL ? "built-in" : self->config->path);

  g_message("starting version=" SLUICE_VERSION
            " config=%s group=%s brokers=%s gateways=%s mappings=%zu",
            path, group, brokers, gateways, self->length);
}

static bool
open_pages(Run *self, GError **error)
{
  self->pages = metrics_pages_new(self->config, SLUICE_REVISION);
  if (self->config->http.console)
    self->console = console_new(&(ConsoleOptions){.pages = self->pages,
                                                  .gateway = cmd_gateway_options(self->config),
                                                  .may_browse = self->config->http.browse});
  return metrics_pages_listen(self->pages, self->config,
                              self->console == NULL ? NULL : console_site(self->console), error);
}

static ExitCode
run(Run *self, const GOptionEntry *entries, GError **error)
{
  if (!cmd_options_parse(&self->options, self->call, entries, about, error))
    return exit_code_unless(error, EXIT_DONE);
  self->config = cmd_options_config(&self->options, self->call, error);
  if (self->config == NULL)
    return EXIT_FAILED;
  self->properties = cmd_properties_list(self->config);
  self->letters = cmd_properties_letters(self->config);
  g_ptr_array_add(self->lists, self->properties);
  g_ptr_array_add(self->lists, self->letters);
  if (!open_pages(self, error) || !choose_mappings(self, error) || !open_registry(self, error) ||
      !kafka_producer_check(self->letters, error) || !open_gateway(self, error))
    return EXIT_FAILED;
  self->notify =
      notify_new(g_getenv("NOTIFY_SOCKET"), g_getenv("WATCHDOG_USEC"), g_getenv("WATCHDOG_PID"));
  open_stream(self, NULL);
  tell_start(self);
  heap_trim();
  return run_stream(self, error);
}

ExitCode
cmd_run(const CommandCall *call, GError **error)
{
  Run self = {.call = call,
              .is_idle = true,
              .past = g_ptr_array_new_with_free_func((GDestroyNotify)config_free),
              .lists = g_ptr_array_new_with_free_func(g_free),
              .later = g_ptr_array_new_with_free_func((GDestroyNotify)mapping_set_free)};
  const GOptionEntry entries[] = {
      {"topic", 0, 0, G_OPTION_ARG_FILENAME, &self.topic, "only this topic", "TOPIC"},
      {"until-end", 0, 0, G_OPTION_ARG_NONE, &self.until_end,
       "stop at the ends of the log as they are at the start, with everything committed", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self.json, "print the summary as one JSON object", NULL},
      {NULL},
  };
  ExitCode code;

  heap_bound();
  code = run(&self, entries, error);
  run_clear(&self);
  return code;
}
