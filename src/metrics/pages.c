/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/pages.h"

#include "base/event.h"
#include "metrics/certificates.h"
#include "metrics/history.h"
#include "metrics/process.h"
#include "metrics/service.h"
#include "metrics/status.h"

#include <unistd.h>

/* The main thread tells each second. */
static const int64_t STANDSTILL_US = (int64_t)60 * 1000 * 1000;

struct MetricsPages {
  HttpServer *server;              /* owned; NULL: off */
  GMutex mutex;                    /* over the rest */
  char *reason;                    /* owned; NULL: ready */
  int64_t told_us;                 /* when it was told last; 0: never */
  const MetricsCounters *counters; /* borrowed, as the rest; NULL: none */
  const Mapping *const *mappings;
  size_t mappings_length;
  GArray *standings;            /* owned, of KafkaStanding */
  const GatewayTally *gateways; /* borrowed */
  HttpRegistry *registry;       /* borrowed */
  const char *revision;         /* borrowed */
  char *group;                  /* owned */
  int64_t started_us;
  int64_t since_us;                  /* when the reason was told first */
  uint64_t memory_bytes;             /* ingest.memory */
  MetricsCertificates *certificates; /* owned */
  char *instance;                    /* owned */
  char *brokers;                     /* owned; or NULL */
  char *kafka_reason;                /* owned; NULL: Kafka serves us */
  MetricsHistory *history;           /* owned; NULL: nobody looks at it */
};

/* Under the mutex. */
static MetricsService
service_of(const MetricsPages *self)
{
  return (MetricsService){.revision = self->revision,
                          .is_ready = self->reason == NULL,
                          .counters = self->counters,
                          .mappings = self->mappings,
                          .mappings_length = self->mappings_length,
                          .standings = self->standings,
                          .gateways = self->gateways,
                          .registry = self->registry,
                          .memory_bytes = self->memory_bytes};
}

char *
metrics_pages_metrics(MetricsPages *self, MetricsFormat format)
{
  g_autoptr(MetricsExporter) exporter = metrics_exporter_new(format);
  MetricsService service;

  g_mutex_lock(&self->mutex);
  service = service_of(self);
  metrics_service_export(&service, exporter);
  metrics_certificates_export(self->certificates, exporter);
  g_mutex_unlock(&self->mutex);
  metrics_process_export(exporter);
  return metrics_exporter_finish(exporter);
}

char *
metrics_pages_status(MetricsPages *self)
{
  char *text;

  g_mutex_lock(&self->mutex);
  text = metrics_status_json(&(MetricsStatus){.service = service_of(self),
                                              .reason = self->reason,
                                              .since_us = self->since_us,
                                              .started_us = self->started_us,
                                              .group = self->group,
                                              .instance = self->instance,
                                              .brokers = self->brokers,
                                              .kafka_reason = self->kafka_reason,
                                              .history = self->history});
  g_mutex_unlock(&self->mutex);
  return text;
}

char *
metrics_pages_flow(MetricsPages *self, int64_t since_ms, const char *topic)
{
  GString *json = g_string_new(NULL);
  MetricsService service;

  g_mutex_lock(&self->mutex);
  service = service_of(self);
  metrics_history_append(self->history, &service, since_ms, topic, json);
  g_mutex_unlock(&self->mutex);
  return g_string_free(json, FALSE);
}

/* What takes all of a topic's dead letters back. */
static void
append_letters(const MetricsPages *self, size_t i, GString *json)
{
  const char *topic = mapping_topic(self->mappings[i]);
  g_autofree char *letters = g_strconcat(topic, ".dlq", NULL);
  g_autofree char *quoted = g_shell_quote(letters);
  g_autofree char *replay = g_strconcat("sluice replay ", quoted, NULL);

  g_string_append(json, "{\"topic\":");
  event_append_text(json, topic);
  g_string_append(json, ",\"table\":");
  event_append_text(json, mapping_table(self->mappings[i]));
  g_string_append(json, ",\"dead_letters\":");
  event_append_text(json, letters);
  g_string_append_printf(json, ",\"count\":%" G_GUINT64_FORMAT ",\"replay\":",
                         metrics_counters_sum(self->counters, (int)i, COUNTER_DEAD_LETTERED));
  event_append_text(json, replay);
  g_string_append_c(json, '}');
}

char *
metrics_pages_errors(MetricsPages *self)
{
  GString *json = g_string_new("{\"dead_letters\":[");
  uint64_t lost = 0;

  g_mutex_lock(&self->mutex);
  for (size_t i = 0; self->counters != NULL && i < self->mappings_length; i++) {
    if (i > 0)
      g_string_append_c(json, ',');
    append_letters(self, i, json);
  }
  g_string_append(json, "],\"reasons\":");
  if (self->counters != NULL)
    metrics_reasons_append(metrics_counters_shared(self->counters)->reasons, json, &lost);
  else
    g_string_append(json, "[]");
  g_mutex_unlock(&self->mutex);
  g_string_append_printf(json, ",\"lost_reasons\":%" G_GUINT64_FORMAT "}", lost);
  return g_string_free(json, FALSE);
}

static bool
page_is_ready(void *data, GString *reasons)
{
  MetricsPages *self = data;
  bool is_ready;

  g_mutex_lock(&self->mutex);
  is_ready = self->reason == NULL;
  if (!is_ready)
    g_string_append_printf(reasons, "%s\n", self->reason);
  g_mutex_unlock(&self->mutex);
  return is_ready;
}

bool
metrics_pages_is_alive(MetricsPages *self, int64_t now_us)
{
  bool is_alive;

  g_mutex_lock(&self->mutex);
  is_alive = self->told_us == 0 || now_us - self->told_us < STANDSTILL_US;
  g_mutex_unlock(&self->mutex);
  return is_alive;
}

static bool
page_is_alive(void *self)
{
  return metrics_pages_is_alive(self, g_get_monotonic_time());
}

static char *
page_metrics(void *self, bool is_open)
{
  return metrics_pages_metrics(self, is_open ? METRICS_OPEN : METRICS_TEXT);
}

static char *
page_status(void *self)
{
  return metrics_pages_status(self);
}

MetricsPages *
metrics_pages_new(const Config *config, const char *revision)
{
  MetricsPages *self = g_new0(MetricsPages, 1);

  g_mutex_init(&self->mutex);
  self->reason = g_strdup("starting");
  self->standings = g_array_new(FALSE, FALSE, sizeof(KafkaStanding));
  self->memory_bytes = config->ingest.memory_bytes;
  self->revision = revision;
  self->group = g_strdup(config_kafka(config, "group.id"));
  self->started_us = g_get_monotonic_time();
  self->since_us = self->started_us;
  self->certificates = metrics_certificates_new(config);
  self->instance = g_strdup(config_kafka(config, "group.instance.id"));
  if (self->instance == NULL)
    self->instance = g_strdup_printf("%s/%d", g_get_host_name(), (int)getpid());
  self->brokers = g_strdup(config_kafka(config, "bootstrap.servers"));
  self->kafka_reason = g_strdup("starting");
  if (config->http.console)
    self->history = metrics_history_new();
  return self;
}

bool
metrics_pages_listen(MetricsPages *self, const Config *config, const HttpSite *site, GError **error)
{
  const HttpPages what = {self,         page_is_alive, page_is_ready,
                          page_metrics, page_status,   site == NULL ? (HttpSite){0} : *site};
  const HttpServerOptions options = {.listen = config->http.listen,
                                     .hosts = (const char *const *)config->http.hosts,
                                     .token = config->http.token};

  if (config->http.listen == NULL)
    return true;
  self->server = http_server_new(&options, &what, error);
  if (self->server == NULL)
    return false;
  g_message("listening url=%s", http_server_url(self->server));
  return true;
}

void
metrics_pages_set_token(MetricsPages *self, const char *token)
{
  if (self->server != NULL)
    http_server_set_token(self->server, token);
}

void
metrics_pages_free(MetricsPages *self)
{
  if (self == NULL)
    return;
  http_server_free(self->server);
  g_mutex_clear(&self->mutex);
  g_free(self->reason);
  g_array_unref(self->standings);
  metrics_certificates_free(self->certificates);
  metrics_history_free(self->history);
  g_free(self->instance);
  g_free(self->brokers);
  g_free(self->kafka_reason);
  g_free(self->group);
  g_free(self);
}

void
metrics_pages_watch(MetricsPages *self, const MetricsCounters *counters,
                    const Mapping *const *mappings, size_t mappings_length)
{
  g_mutex_lock(&self->mutex);
  self->counters = counters;
  self->mappings = mappings;
  self->mappings_length = mappings_length;
  g_array_set_size(self->standings, 0); /* they were numbered by the mappings before */
  g_mutex_unlock(&self->mutex);
}

void
metrics_pages_gateways(MetricsPages *self, const GatewayTally *tallies)
{
  g_mutex_lock(&self->mutex);
  self->gateways = tallies;
  g_mutex_unlock(&self->mutex);
}

void
metrics_pages_registry(MetricsPages *self, HttpRegistry *registry)
{
  g_mutex_lock(&self->mutex);
  self->registry = registry;
  g_mutex_unlock(&self->mutex);
}

void
metrics_pages_stand(MetricsPages *self, const GArray *standings)
{
  g_mutex_lock(&self->mutex);
  g_array_set_size(self->standings, 0);
  g_array_append_vals(self->standings, standings->data, standings->len);
  if (self->history != NULL) {
    MetricsService service = service_of(self);

    metrics_history_note(self->history, &service, g_get_monotonic_time());
  }
  g_mutex_unlock(&self->mutex);
}

void
metrics_pages_kafka(MetricsPages *self, const char *reason)
{
  g_mutex_lock(&self->mutex);
  if (g_strcmp0(self->kafka_reason, reason) != 0) {
    g_free(self->kafka_reason);
    self->kafka_reason = g_strdup(reason);
  }
  g_mutex_unlock(&self->mutex);
}

void
metrics_pages_tell(MetricsPages *self, const char *reason)
{
  g_mutex_lock(&self->mutex);
  self->told_us = g_get_monotonic_time();
  if (g_strcmp0(self->reason, reason) != 0) {
    g_free(self->reason);
    self->reason = g_strdup(reason);
    self->since_us = g_get_monotonic_time();
  }
  g_mutex_unlock(&self->mutex);
}
