/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/pages.h"

#include "http/server.h"
#include "metrics/exporter.h"
#include "metrics/process.h"

#include <string.h>

struct MetricsPages {
  HttpServer *server;              /* owned; NULL: off */
  GMutex mutex;                    /* over the rest */
  char *reason;                    /* owned; NULL: ready */
  const MetricsCounters *counters; /* borrowed, as the rest; NULL: none */
  const Mapping *const *mappings;
  size_t mappings_length;
  GArray *standings; /* owned, of KafkaStanding */
};

/* What is told of each partition. */
typedef enum { STAND_LAG, STAND_ACKNOWLEDGED, STAND_COMMITTED, STAND_END, STANDS } Stand;

static const struct {
  const char *name;
  const char *help;
} stands[STANDS] = {
    [STAND_LAG] = {"sluice_consumer_lag",
                   "Offsets between what HBase has acknowledged and the end of the partition"},
    [STAND_ACKNOWLEDGED] = {"sluice_acknowledged_offset",
                            "The next offset: everything before it is acknowledged"},
    [STAND_COMMITTED] = {"sluice_committed_offset", "The offset that the group has committed"},
    [STAND_END] = {"sluice_log_end_offset", "The end of the partition as of the last fetch"},
};

/* Those that a topic's line counts; the others belong to the writers' calls. */
static bool
is_by_topic(Counter counter)
{
  return counter <= COUNTER_TOMBSTONES;
}

static void
export_by_topic(const MetricsPages *self, MetricsExporter *exporter, Counter counter)
{
  for (size_t i = 0; i < self->mappings_length; i++) {
    const MetricsLabel labels[] = {{"topic", mapping_topic(self->mappings[i])},
                                   {"table", mapping_table(self->mappings[i])},
                                   {NULL, NULL}};

    metrics_exporter_count(exporter, labels, metrics_counters_sum(self->counters, (int)i, counter));
  }
}

/* Times are counted in microseconds and told in seconds, as Prometheus has them. */
static void
export_counter(const MetricsPages *self, MetricsExporter *exporter, Counter counter)
{
  const CounterInfo *info = &metrics_counter_infos[counter];
  const char *microseconds = strstr(info->name, "_microseconds");
  size_t len = microseconds == NULL ? strlen(info->name) : (size_t)(microseconds - info->name);
  g_autofree char *name = g_strdup_printf("sluice_%.*s%s_total", (int)len, info->name,
                                          microseconds == NULL ? "" : "_seconds");

  metrics_exporter_family(exporter, name, METRICS_COUNTER, info->help);
  if (is_by_topic(counter)) {
    export_by_topic(self, exporter, counter);
    return;
  }

  uint64_t sum = metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, counter);

  if (microseconds == NULL)
    metrics_exporter_count(exporter, NULL, sum);
  else
    metrics_exporter_number(exporter, NULL, (double)sum / 1e6);
}

/* -1: not known yet. */
static int64_t
stand_of(const KafkaStanding *standing, Stand stand)
{
  switch (stand) {
  case STAND_ACKNOWLEDGED:
    return standing->acknowledged;
  case STAND_COMMITTED:
    return standing->committed;
  case STAND_END:
    return standing->end;
  case STAND_LAG:
  case STANDS:
    break;
  }
  if (standing->end < 0 || standing->acknowledged < 0)
    return -1;
  return MAX(standing->end - standing->acknowledged, 0);
}

static void
export_stand(const MetricsPages *self, MetricsExporter *exporter, Stand stand)
{
  metrics_exporter_family(exporter, stands[stand].name, METRICS_GAUGE, stands[stand].help);
  for (guint i = 0; i < self->standings->len; i++) {
    const KafkaStanding *standing = &g_array_index(self->standings, KafkaStanding, i);
    const Mapping *mapping = self->mappings[standing->topic_index];
    int64_t value = stand_of(standing, stand);
    char id[16];
    const MetricsLabel labels[] = {{"topic", mapping_topic(mapping)},
                                   {"table", mapping_table(mapping)},
                                   {"partition", id},
                                   {NULL, NULL}};

    g_snprintf(id, sizeof id, "%d", standing->id);
    if (value >= 0)
      metrics_exporter_count(exporter, labels, (uint64_t)value);
  }
}

char *
metrics_pages_metrics(MetricsPages *self)
{
  g_autoptr(MetricsExporter) exporter = metrics_exporter_new();
  const MetricsLabel version[] = {{"version", SLUICE_VERSION}, {NULL, NULL}};

  metrics_exporter_family(exporter, "sluice_build_info", METRICS_GAUGE, "The version that runs");
  metrics_exporter_count(exporter, version, 1);
  g_mutex_lock(&self->mutex);
  metrics_exporter_family(exporter, "sluice_ready", METRICS_GAUGE, "1 while records flow, else 0");
  metrics_exporter_count(exporter, NULL, self->reason == NULL);
  for (Counter counter = 0; self->counters != NULL && counter < COUNTERS; counter++)
    export_counter(self, exporter, counter);
  for (Stand stand = 0; self->mappings != NULL && stand < STANDS; stand++)
    export_stand(self, exporter, stand);
  g_mutex_unlock(&self->mutex);
  metrics_process_export(exporter);
  return metrics_exporter_finish(exporter);
}

static void
append_cell(GString *page, const char *tag, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text(text, -1);

  g_string_append_printf(page, "<%s>%s</%s>", tag, escaped, tag);
}

static void
append_row(const MetricsPages *self, GString *page, size_t i)
{
  const Counter shown[] = {COUNTER_READ, COUNTER_WRITTEN, COUNTER_SKIPPED, COUNTER_DEAD_LETTERED};

  g_string_append(page, "<tr>");
  append_cell(page, "th", mapping_topic(self->mappings[i]));
  append_cell(page, "th", mapping_table(self->mappings[i]));
  for (size_t column = 0; column < G_N_ELEMENTS(shown); column++)
    g_string_append_printf(page, "<td>%" G_GUINT64_FORMAT "</td>",
                           metrics_counters_sum(self->counters, (int)i, shown[column]));
  g_string_append(page, "</tr>\n");
}

char *
metrics_pages_console(MetricsPages *self)
{
  g_autoptr(GString) page = g_string_new(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"refresh\" content=\"5\"><title>sluice</title>\n"
      "<style>body{font-family:sans-serif;margin:2em}td{text-align:right}"
      "th{text-align:left}td,th{padding:.2em 1em}</style></head>\n<body><h1>sluice</h1>\n");

  g_mutex_lock(&self->mutex);
  append_cell(page, "p", self->reason == NULL ? "Records flow." : self->reason);
  g_string_append(page, "\n<table><tr><th>topic</th><th>table</th><th>read</th><th>written</th>"
                        "<th>skipped</th><th>dead-lettered</th></tr>\n");
  for (size_t i = 0; self->counters != NULL && i < self->mappings_length; i++)
    append_row(self, page, i);
  g_mutex_unlock(&self->mutex);
  g_string_append(page, "</table>\n<p><a href=\"/metrics\">metrics</a> <a href=\"/readyz\">ready"
                        "</a> " SLUICE_VERSION "</p></body></html>\n");
  return g_string_free(g_steal_pointer(&page), FALSE);
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

static char *
page_metrics(void *self)
{
  return metrics_pages_metrics(self);
}

static char *
page_console(void *self)
{
  return metrics_pages_console(self);
}

MetricsPages *
metrics_pages_new(const Config *config, GError **error)
{
  g_autoptr(MetricsPages) self = g_new0(MetricsPages, 1);
  const HttpPages what = {self, page_is_ready, page_metrics,
                          config->http.console ? page_console : NULL};

  g_mutex_init(&self->mutex);
  self->reason = g_strdup("starting");
  self->standings = g_array_new(FALSE, FALSE, sizeof(KafkaStanding));
  if (config->http.listen == NULL)
    return g_steal_pointer(&self);
  self->server = http_server_new(config->http.listen, &what, error);
  if (self->server == NULL)
    return NULL;
  g_message("listening url=%s", http_server_url(self->server));
  return g_steal_pointer(&self);
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
  g_mutex_unlock(&self->mutex);
}

void
metrics_pages_stand(MetricsPages *self, const GArray *standings)
{
  g_mutex_lock(&self->mutex);
  g_array_set_size(self->standings, 0);
  g_array_append_vals(self->standings, standings->data, standings->len);
  g_mutex_unlock(&self->mutex);
}

void
metrics_pages_tell(MetricsPages *self, const char *reason)
{
  g_mutex_lock(&self->mutex);
  if (g_strcmp0(self->reason, reason) != 0) {
    g_free(self->reason);
    self->reason = g_strdup(reason);
  }
  g_mutex_unlock(&self->mutex);
}
