/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/status.h"

#include "json/build.h"
#include "kafka/property.h"

#include <math.h>

static double
seconds_since(int64_t then_us)
{
  return (double)(g_get_monotonic_time() - then_us) / G_USEC_PER_SEC;
}

/* For how long it has been so; left out where it never was. */
static void
put_age(JsonBuilder *json, const char *name, int64_t then_us)
{
  if (then_us > 0)
    json_build_real(json, name, seconds_since(then_us));
}

/* What is not known is left out. */
static void
put_known(JsonBuilder *json, const char *name, int64_t value)
{
  if (value >= 0)
    json_build_number(json, name, value);
}

static void
put_partition(const MetricsStatus *self, JsonBuilder *json, const KafkaStanding *standing)
{
  MetricsSpeed speed = metrics_history_speed(self->history, standing);

  json_builder_begin_object(json);
  json_build_number(json, "partition", standing->id);
  put_known(json, "acknowledged", standing->acknowledged);
  put_known(json, "committed", standing->committed);
  put_known(json, "end", standing->end);
  put_known(json, "lag", metrics_service_lag(standing));
  put_known(json, "lag_seconds", metrics_service_lag_seconds(standing));
  if (speed.rate >= 0)
    json_build_real(json, "rate", round(speed.rate * 10) / 10);
  put_known(json, "caught_up_seconds", speed.caught_up_s);
  json_builder_end_object(json);
}

/* The topic's partitions, and what they come to. */
static void
put_partitions(const MetricsStatus *status, JsonBuilder *json, size_t topic)
{
  const MetricsService *self = &status->service;
  int64_t lag = 0;
  int64_t lag_seconds = -1;

  json_build_list(json, "partitions");
  for (guint i = 0; i < self->standings->len; i++) {
    const KafkaStanding *standing = &g_array_index(self->standings, KafkaStanding, i);

    if (strcmp(mapping_topic(self->mappings[standing->topic_index]),
               mapping_topic(self->mappings[topic])) != 0)
      continue;
    put_partition(status, json, standing);
    lag += MAX(metrics_service_lag(standing), 0);
    lag_seconds = MAX(lag_seconds, metrics_service_lag_seconds(standing));
  }
  json_builder_end_array(json);
  json_build_number(json, "lag", lag);
  put_known(json, "lag_seconds", lag_seconds);
}

static void
put_topic(const MetricsStatus *status, JsonBuilder *json, size_t topic)
{
  const MetricsService *self = &status->service;
  static const struct {
    const char *name;
    Counter counter;
  } counts[] = {
      {"read", COUNTER_READ},
      {"written", COUNTER_WRITTEN},
      {"skipped", COUNTER_SKIPPED},
      {"dead_lettered", COUNTER_DEAD_LETTERED},
      {"bad_decode", COUNTER_BAD_DECODE},
      {"bad_map", COUNTER_BAD_MAP},
      {"bad_put", COUNTER_BAD_PUT},
  };

  json_builder_begin_object(json);
  json_build_text(json, "topic", mapping_topic(self->mappings[topic]));
  json_build_text(json, "table", mapping_table(self->mappings[topic]));
  for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
    json_build_count(json, counts[i].name,
                     metrics_counters_sum(self->counters, (int)topic, counts[i].counter));
  put_partitions(status, json, topic);
  json_builder_end_object(json);
}

static void
put_gateways(const MetricsService *self, JsonBuilder *json)
{
  json_build_list(json, "gateways");
  for (const GatewayTally *tally = self->gateways; tally != NULL && tally->endpoint != NULL;
       tally++) {
    uint64_t answers = 0;

    for (size_t i = 0; i <= tally->answers_us.scale->length; i++)
      answers += atomic_load(&tally->answers_us.counts[i]);
    json_builder_begin_object(json);
    json_build_text(json, "gateway", tally->endpoint);
    json_build_claim(json, "up", atomic_load(&tally->is_up));
    json_build_count(json, "connections", atomic_load(&tally->open));
    json_build_count(json, "connects", atomic_load(&tally->connects));
    json_build_count(json, "failures", atomic_load(&tally->failures));
    json_build_count(json, "answers", answers);
    put_age(json, "answered_seconds", atomic_load(&tally->answered_us));
    json_build_real(json, "answer_seconds", (double)atomic_load(&tally->answers_us.sum) / 1e6);
    json_builder_end_object(json);
  }
  json_builder_end_array(json);
}

static void
put_kafka(const MetricsStatus *self, JsonBuilder *json)
{
  json_build_object(json, "kafka");
  json_build_text(json, "brokers", self->brokers == NULL ? "" : self->brokers);
  json_build_claim(json, "up", self->kafka_reason == NULL);
  if (self->kafka_reason != NULL)
    json_build_text(json, "reason", self->kafka_reason);
  json_builder_end_object(json);
}

static void
put_registry(HttpRegistry *registry, JsonBuilder *json)
{
  HttpRegistryState state = http_registry_state(registry);

  json_build_object(json, "registry");
  json_build_list(json, "urls");
  for (size_t i = 0; state.urls[i] != NULL; i++)
    json_builder_add_string_value(json, state.urls[i]);
  json_builder_end_array(json);
  json_build_claim(json, "up", state.is_up);
  put_age(json, "answered_seconds", state.answered_us);
  json_builder_end_object(json);
}

static void
put_retries(const MetricsService *self, JsonBuilder *json)
{
  json_build_object(json, "retries");
  for (Counter counter = COUNTER_RETRY_GATEWAY; counter < COUNTERS; counter++)
    json_build_count(json, metrics_counter_infos[counter].name,
                     metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, counter));
  json_builder_end_object(json);
}

static void
put_memory(const MetricsService *self, JsonBuilder *json)
{
  json_build_object(json, "memory");
  if (self->counters != NULL)
    json_build_count(json, "used_bytes", metrics_counters_held_bytes(self->counters));
  json_build_count(json, "limit_bytes", self->memory_bytes);
  json_builder_end_object(json);
}

char *
metrics_status_json(const MetricsStatus *self)
{
  const MetricsService *service = &self->service;
  g_autoptr(JsonBuilder) json = json_builder_new();
  g_autoptr(JsonNode) root = NULL;

  json_builder_begin_object(json);
  json_build_text(json, "version", SLUICE_VERSION);
  json_build_text(json, "revision", service->revision);
  json_build_text(json, "librdkafka", kafka_library_version());
  json_build_text(json, "group", self->group == NULL ? "" : self->group);
  json_build_text(json, "instance", self->instance);
  json_build_real(json, "uptime_seconds", seconds_since(self->started_us));
  json_build_claim(json, "ready", self->reason == NULL);
  if (self->reason != NULL)
    json_build_text(json, "reason", self->reason);
  json_build_real(json, "since_seconds", seconds_since(self->since_us));
  json_build_list(json, "topics");
  for (size_t i = 0; service->counters != NULL && i < service->mappings_length; i++)
    put_topic(self, json, i);
  json_builder_end_array(json);
  put_kafka(self, json);
  put_gateways(service, json);
  if (service->registry != NULL)
    put_registry(service->registry, json);
  if (service->counters != NULL)
    put_retries(service, json);
  put_memory(service, json);
  json_builder_end_object(json);
  root = json_builder_get_root(json);
  return json_to_string(root, TRUE);
}
