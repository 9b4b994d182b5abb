/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/service.h"

#include "kafka/property.h"

#include <string.h>

/* What is told of each partition. */
typedef enum {
  STAND_LAG,
  STAND_LAG_SECONDS,
  STAND_ACKNOWLEDGED,
  STAND_COMMITTED,
  STAND_END,
  STANDS
} Stand;

static const struct {
  const char *name;
  const char *help;
} stands[STANDS] = {
    [STAND_LAG] = {"sluice_consumer_lag",
                   "Offsets between what HBase has acknowledged and the end of the partition"},
    [STAND_LAG_SECONDS] = {"sluice_consumer_lag_seconds",
                           "Age of the oldest record that HBase has not acknowledged, 0: none"},
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
export_by_topic(const MetricsService *self, MetricsExporter *exporter, Counter counter)
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
export_counter(const MetricsService *self, MetricsExporter *exporter, Counter counter)
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

int64_t
metrics_service_lag(const KafkaStanding *standing)
{
  if (standing->end < 0 || standing->acknowledged < 0)
    return -1;
  return MAX(standing->end - standing->acknowledged, 0);
}

int64_t
metrics_service_lag_seconds(const KafkaStanding *standing)
{
  int64_t lag = metrics_service_lag(standing);

  if (lag <= 0)
    return lag;
  if (standing->waiting_ms < 0)
    return -1; /* what waits is not read yet */
  return MAX(g_get_real_time() / 1000 - standing->waiting_ms, 0) / 1000;
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
    return metrics_service_lag(standing);
  case STAND_LAG_SECONDS:
    return metrics_service_lag_seconds(standing);
  case STANDS:
    break;
  }
  return -1;
}

static void
export_stand(const MetricsService *self, MetricsExporter *exporter, Stand stand)
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

/* A bucket's bounds are told in the base unit: `unit` of the counted ones make one. */
static void
export_histogram(MetricsExporter *exporter, const MetricsLabel *labels, const Histogram *histogram,
                 double unit)
{
  double bounds[HISTOGRAM_BOUNDS];
  uint64_t counts[HISTOGRAM_BOUNDS + 1];
  size_t length = histogram->scale->length;

  for (size_t i = 0; i < length; i++)
    bounds[i] = (double)histogram->scale->bounds[i] / unit;
  for (size_t i = 0; i <= length; i++)
    counts[i] = atomic_load(&histogram->counts[i]);
  metrics_exporter_histogram(
      exporter, labels,
      &(MetricsBuckets){bounds, counts, length, (double)atomic_load(&histogram->sum) / unit});
}

static void
export_topics(const MetricsService *self, MetricsExporter *exporter)
{
  metrics_exporter_family(exporter, "sluice_record_delay_seconds", METRICS_HISTOGRAM,
                          "From a record's time to its acknowledgement by HBase");
  for (size_t i = 0; i < self->mappings_length; i++) {
    const MetricsLabel labels[] = {{"topic", mapping_topic(self->mappings[i])},
                                   {"table", mapping_table(self->mappings[i])},
                                   {NULL, NULL}};

    export_histogram(exporter, labels, &metrics_counters_topic(self->counters, i)->delay_ms, 1000);
  }
  metrics_exporter_family(exporter, "sluice_last_acknowledged_timestamp_seconds", METRICS_GAUGE,
                          "When HBase last acknowledged a record, Unix time");
  for (size_t i = 0; i < self->mappings_length; i++) {
    const MetricsLabel labels[] = {{"topic", mapping_topic(self->mappings[i])},
                                   {"table", mapping_table(self->mappings[i])},
                                   {NULL, NULL}};
    int64_t at_s = atomic_load(&metrics_counters_topic(self->counters, i)->acknowledged_s);

    if (at_s > 0)
      metrics_exporter_count(exporter, labels, (uint64_t)at_s);
  }
}

static void
export_retries(const MetricsService *self, MetricsExporter *exporter)
{
  metrics_exporter_family(exporter, "sluice_retries_total", METRICS_COUNTER,
                          "Tries that failed for one that is waited for, by cause");
  for (Counter counter = COUNTER_RETRY_GATEWAY; counter < COUNTERS; counter++) {
    const MetricsLabel labels[] = {{"cause", metrics_counter_infos[counter].name}, {NULL, NULL}};

    metrics_exporter_count(exporter, labels,
                           metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, counter));
  }
  metrics_exporter_family(exporter, "sluice_dead_letter_failures_total", METRICS_COUNTER,
                          "Tries in which Kafka did not take dead letters");
  export_by_topic(self, exporter, COUNTER_RETRY_LETTERS);
}

static void
export_shared(const MetricsService *self, MetricsExporter *exporter)
{
  const MetricsShared *shared = metrics_counters_shared(self->counters);

  metrics_exporter_family(exporter, "sluice_batch_rows", METRICS_HISTOGRAM,
                          "Rows of a call that HBase has acknowledged");
  export_histogram(exporter, NULL, &shared->batch_rows, 1);
  metrics_exporter_family(exporter, "sluice_batch_bytes", METRICS_HISTOGRAM,
                          "Bytes of a call that HBase has acknowledged");
  export_histogram(exporter, NULL, &shared->batch_bytes, 1);
  metrics_exporter_family(exporter, "sluice_rebalances_total", METRICS_COUNTER,
                          "How often the group gave this instance partitions or took them");
  metrics_exporter_count(exporter, NULL, atomic_load(&shared->rebalances));
  metrics_exporter_family(exporter, "sluice_commit_failures_total", METRICS_COUNTER,
                          "Commits of offsets that the broker did not take");
  metrics_exporter_count(exporter, NULL, atomic_load(&shared->commit_failures));
  metrics_exporter_family(exporter, "sluice_partitions_assigned", METRICS_GAUGE,
                          "Partitions that this instance holds");
  metrics_exporter_count(exporter, NULL, atomic_load(&shared->partitions));
  metrics_exporter_family(exporter, "sluice_memory_used_bytes", METRICS_GAUGE,
                          "What batches and bad records hold of ingest.memory");
  metrics_exporter_count(exporter, NULL, metrics_counters_held_bytes(self->counters));
}

typedef struct {
  const char *name;
  MetricsKind kind;
  const char *help;
  uint64_t (*value)(const GatewayTally *tally);
} GatewayFamily;

static uint64_t
tally_up(const GatewayTally *tally)
{
  return atomic_load(&tally->is_up);
}

static uint64_t
tally_open(const GatewayTally *tally)
{
  return atomic_load(&tally->open);
}

static uint64_t
tally_connects(const GatewayTally *tally)
{
  return atomic_load(&tally->connects);
}

static uint64_t
tally_failures(const GatewayTally *tally)
{
  return atomic_load(&tally->failures);
}

static const GatewayFamily gateway_families[] = {
    {"sluice_gateway_up", METRICS_GAUGE, "1 when the gateway's last answer was one, else 0",
     tally_up},
    {"sluice_gateway_connections", METRICS_GAUGE, "Connections to the gateway now", tally_open},
    {"sluice_gateway_connects_total", METRICS_COUNTER, "Connections made to the gateway",
     tally_connects},
    {"sluice_gateway_failures_total", METRICS_COUNTER,
     "Connections to the gateway that broke or could not be made", tally_failures},
};

static void
export_gateways(const MetricsService *self, MetricsExporter *exporter)
{
  for (size_t i = 0; i < G_N_ELEMENTS(gateway_families); i++) {
    const GatewayFamily *family = &gateway_families[i];

    metrics_exporter_family(exporter, family->name, family->kind, family->help);
    for (const GatewayTally *tally = self->gateways; tally->endpoint != NULL; tally++)
      metrics_exporter_count(exporter,
                             (const MetricsLabel[]){{"gateway", tally->endpoint}, {NULL, NULL}},
                             family->value(tally));
  }
  metrics_exporter_family(exporter, "sluice_put_seconds", METRICS_HISTOGRAM,
                          "From a call's last byte to the gateway's answer");
  for (const GatewayTally *tally = self->gateways; tally->endpoint != NULL; tally++)
    export_histogram(exporter, (const MetricsLabel[]){{"gateway", tally->endpoint}, {NULL, NULL}},
                     &tally->answers_us, 1e6);
}

static void
export_schemas(const MetricsService *self, MetricsExporter *exporter)
{
  WritersCounts counts = {0};

  if (self->registry != NULL)
    counts = http_registry_counts(self->registry);
  metrics_exporter_family(exporter, "sluice_schema_cache_entries", METRICS_GAUGE,
                          "Schemas of the registry that records are read by, as they are kept");
  if (self->registry != NULL)
    metrics_exporter_count(exporter, NULL, counts.entries);
  metrics_exporter_family(exporter, "sluice_schema_cache_misses_total", METRICS_COUNTER,
                          "How often a schema was wanted that was not kept");
  if (self->registry != NULL)
    metrics_exporter_count(exporter, NULL, counts.misses);
}

void
metrics_service_export(const MetricsService *self, MetricsExporter *exporter)
{
  const MetricsLabel build[] = {{"version", SLUICE_VERSION},
                                {"revision", self->revision},
                                {"librdkafka", kafka_library_version()},
                                {"libraries", SLUICE_LIBRARIES},
                                {NULL, NULL}};

  metrics_exporter_family(exporter, "sluice_build_info", METRICS_GAUGE, "The version that runs");
  metrics_exporter_count(exporter, build, 1);
  metrics_exporter_family(exporter, "sluice_ready", METRICS_GAUGE, "1 while records flow, else 0");
  metrics_exporter_count(exporter, NULL, self->is_ready);
  metrics_exporter_family(exporter, "sluice_memory_limit_bytes", METRICS_GAUGE,
                          "ingest.memory as it is set");
  metrics_exporter_count(exporter, NULL, self->memory_bytes);
  if (self->counters != NULL) {
    for (Counter counter = 0; counter < COUNTER_RETRY_GATEWAY; counter++)
      export_counter(self, exporter, counter);
    export_topics(self, exporter);
    export_retries(self, exporter);
    export_shared(self, exporter);
  }
  for (Stand stand = 0; self->mappings != NULL && stand < STANDS; stand++)
    export_stand(self, exporter, stand);
  if (self->gateways != NULL)
    export_gateways(self, exporter);
  export_schemas(self, exporter);
}
