/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/history.h"

#include "base/event.h"

#include <string.h>

enum {
  WHOLE = 0,      /* of the series; those of topics follow */
  MINUTE = 12,    /* steps */
  UNKNOWN_MS = -1 /* of a step in which no record was acknowledged */
};

/* Of one step. */
typedef struct {
  uint32_t written;
  uint32_t skipped;
  uint32_t dead_lettered;
  uint32_t retries;
  int64_t lag; /* as all below: at the step's end; -1: not known */
  int64_t held_bytes;
  int32_t lag_seconds; /* -1: not known */
  int32_t p50_ms;
  int32_t p99_ms;
} Sample;

/* What was counted before the step. */
typedef struct {
  uint64_t written;
  uint64_t skipped;
  uint64_t dead_lettered;
  uint64_t retries;
  uint64_t delays[HISTOGRAM_BOUNDS + 1];
} Counted;

typedef struct {
  Sample samples[HISTORY_SAMPLES]; /* a ring, as `at` */
  Counted before;
} Series;

typedef struct {
  int64_t ms;      /* Unix time, of its end */
  int64_t span_ms; /* that it took */
} Step;

/* Where a partition stood at the last steps, the newest last. */
typedef struct {
  int64_t acknowledged[MINUTE + 1];
  int64_t end[MINUTE + 1];
  int64_t at_us[MINUTE + 1];
  size_t length;
  uint64_t seen; /* the step in which it was ours */
} Past;

struct MetricsHistory {
  Step steps[HISTORY_SAMPLES];
  uint64_t taken;                  /* samples, from the beginning */
  int64_t noted_us;                /* when the last was taken; 0: never */
  GPtrArray *series;               /* owned, of owned Series: the whole, topic by topic */
  const MetricsCounters *counters; /* whose topics these are; only to be told from others */
  GHashTable *pasts;               /* owned: owned int64_t of topic and partition -> owned Past */
};

MetricsHistory *
metrics_history_new(void)
{
  MetricsHistory *self = g_new0(MetricsHistory, 1);

  self->series = g_ptr_array_new_with_free_func(g_free);
  self->pasts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
  return self;
}

void
metrics_history_free(MetricsHistory *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->series);
  g_hash_table_unref(self->pasts);
  g_free(self);
}

static gint64
key_of(const KafkaStanding *standing)
{
  return (gint64)((uint64_t)standing->topic_index << 32 | (uint32_t)standing->id);
}

static Past *
past_of(MetricsHistory *self, const KafkaStanding *standing)
{
  gint64 key = key_of(standing);
  Past *past = g_hash_table_lookup(self->pasts, &key);

  if (past == NULL && g_hash_table_size(self->pasts) < HISTORY_PARTITIONS) {
    past = g_new0(Past, 1);
    g_hash_table_insert(self->pasts, g_memdup2(&key, sizeof key), past);
  }
  return past;
}

static gboolean
has_left(gpointer key, gpointer value, gpointer data)
{
  (void)key;
  return ((const Past *)value)->seen != ((const MetricsHistory *)data)->taken;
}

static void
note_partitions(MetricsHistory *self, const MetricsService *service, int64_t now_us)
{
  for (guint i = 0; i < service->standings->len; i++) {
    const KafkaStanding *standing = &g_array_index(service->standings, KafkaStanding, i);
    Past *past = past_of(self, standing);

    if (past == NULL)
      continue;
    past->seen = self->taken;
    if (standing->acknowledged < 0 || standing->end < 0)
      continue;
    if (past->length == MINUTE + 1) {
      memmove(past->acknowledged, past->acknowledged + 1, MINUTE * sizeof *past->acknowledged);
      memmove(past->end, past->end + 1, MINUTE * sizeof *past->end);
      memmove(past->at_us, past->at_us + 1, MINUTE * sizeof *past->at_us);
      past->length--;
    }
    past->acknowledged[past->length] = standing->acknowledged;
    past->end[past->length] = standing->end;
    past->at_us[past->length++] = now_us;
  }
  g_hash_table_foreach_remove(self->pasts, has_left, self);
}

MetricsSpeed
metrics_history_speed(const MetricsHistory *self, const KafkaStanding *standing)
{
  gint64 key = key_of(standing);
  const Past *past = self == NULL ? NULL : g_hash_table_lookup(self->pasts, &key);
  int64_t lag = metrics_service_lag(standing);
  MetricsSpeed speed = {-1, lag == 0 ? 0 : -1};
  size_t last;
  double seconds;
  double nearer; /* records a second by which the lag shrinks */

  if (past == NULL || past->length < 2)
    return speed;
  last = past->length - 1;
  seconds = (double)(past->at_us[last] - past->at_us[0]) / G_USEC_PER_SEC;
  speed.rate = MAX((double)(past->acknowledged[last] - past->acknowledged[0]) / seconds, 0);
  nearer = speed.rate - (double)(past->end[last] - past->end[0]) / seconds;
  if (lag > 0 && nearer > 0)
    speed.caught_up_s = (int64_t)MIN((double)lag / nearer, (double)G_MAXINT32);
  return speed;
}

/* The value below which a share of the counted lies, as far as bounds tell. */
static int32_t
quantile(const uint64_t *counts, const HistogramScale *scale, double share)
{
  uint64_t all = 0;
  double wanted;

  for (size_t i = 0; i <= scale->length; i++)
    all += counts[i];
  if (all == 0)
    return UNKNOWN_MS;
  wanted = share * (double)all;
  for (size_t i = 0; i < scale->length; i++) {
    double low = i == 0 ? 0 : (double)scale->bounds[i - 1];

    if (wanted <= (double)counts[i])
      return (int32_t)(low + ((double)scale->bounds[i] - low) * wanted / (double)counts[i]);
    wanted -= (double)counts[i];
  }
  return (int32_t)scale->bounds[scale->length - 1];
}

static uint32_t
grown(uint64_t *before, uint64_t now)
{
  uint64_t more = now - *before;

  *before = now;
  return (uint32_t)MIN(more, UINT32_MAX);
}

/* What the topic's histogram has more than before; added to `counts`. */
static void
add_delays(Series *series, const Histogram *delays, uint64_t *counts)
{
  for (size_t i = 0; i <= delays->scale->length; i++) {
    uint64_t now = atomic_load(&delays->counts[i]);

    counts[i] += now - series->before.delays[i];
    series->before.delays[i] = now;
  }
}

static void
add_standings(const MetricsService *service, int topic, Sample *sample)
{
  sample->lag = sample->lag_seconds = -1;
  sample->held_bytes = -1;
  for (guint i = 0; i < service->standings->len; i++) {
    const KafkaStanding *standing = &g_array_index(service->standings, KafkaStanding, i);
    int64_t lag = metrics_service_lag(standing);

    if (topic != METRICS_ALL_TOPICS && standing->topic_index != (size_t)topic)
      continue;
    if (lag >= 0)
      sample->lag = MAX(sample->lag, 0) + lag;
    sample->lag_seconds =
        (int32_t)CLAMP(metrics_service_lag_seconds(standing), sample->lag_seconds, G_MAXINT32);
  }
}

static Sample *
sample_counts(Series *series, const MetricsService *service, int topic, size_t at)
{
  Sample *sample = &series->samples[at];
  const MetricsCounters *counters = service->counters;
  uint64_t retries = 0;

  for (Counter counter = COUNTER_RETRY_GATEWAY; counter < COUNTERS; counter++)
    retries += metrics_counters_sum(counters, topic, counter);
  *sample = (Sample){
      .written =
          grown(&series->before.written, metrics_counters_sum(counters, topic, COUNTER_WRITTEN)),
      .skipped =
          grown(&series->before.skipped, metrics_counters_sum(counters, topic, COUNTER_SKIPPED)),
      .dead_lettered = grown(&series->before.dead_lettered,
                             metrics_counters_sum(counters, topic, COUNTER_DEAD_LETTERED)),
      .retries = grown(&series->before.retries, retries),
  };
  add_standings(service, topic, sample);
  return sample;
}

static void
set_quantiles(Sample *sample, const uint64_t *counts, const HistogramScale *scale)
{
  sample->p50_ms = quantile(counts, scale, 0.5);
  sample->p99_ms = quantile(counts, scale, 0.99);
}

/* Of what it had before it was there nothing is known. */
static Series *
series_new(void)
{
  Series *series = g_new0(Series, 1);

  for (size_t i = 0; i < HISTORY_SAMPLES; i++)
    series->samples[i] = (Sample){
        .lag = -1, .held_bytes = -1, .lag_seconds = -1, .p50_ms = UNKNOWN_MS, .p99_ms = UNKNOWN_MS};
  return series;
}

static void
take(MetricsHistory *self, const MetricsService *service, size_t at)
{
  size_t topics = MIN(service->mappings_length, HISTORY_TOPICS);
  uint64_t all[HISTOGRAM_BOUNDS + 1] = {0};
  const HistogramScale *scale = NULL;
  Sample *whole;

  while (self->series->len < topics + 1)
    g_ptr_array_add(self->series, series_new());
  whole = sample_counts(self->series->pdata[WHOLE], service, METRICS_ALL_TOPICS, at);
  whole->held_bytes = (int64_t)metrics_counters_held_bytes(service->counters);
  for (size_t i = 0; i < topics; i++) {
    Series *series = self->series->pdata[i + 1];
    const Histogram *delays = &metrics_counters_topic(service->counters, i)->delay_ms;
    uint64_t counts[HISTOGRAM_BOUNDS + 1] = {0};

    add_delays(series, delays, counts);
    scale = delays->scale;
    set_quantiles(sample_counts(series, service, (int)i, at), counts, scale);
    for (size_t k = 0; k <= scale->length; k++)
      all[k] += counts[k];
  }
  if (scale != NULL)
    set_quantiles(whole, all, scale);
}

/* Other counters number their topics anew, and may go on from what was counted before: that is no
 * growth. */
static void
begin_anew(MetricsHistory *self, const MetricsService *service, size_t at)
{
  if (self->counters != NULL && self->counters != service->counters) {
    g_ptr_array_set_size(self->series, WHOLE + 1);
    g_hash_table_remove_all(self->pasts);
    take(self, service, at);
  }
  self->counters = service->counters;
}

void
metrics_history_note(MetricsHistory *self, const MetricsService *service, int64_t now_us)
{
  size_t at = self->taken % HISTORY_SAMPLES;
  int64_t span_ms = (now_us - self->noted_us) / 1000;

  if (service->counters == NULL || (self->noted_us != 0 && span_ms < HISTORY_STEP_MS))
    return;
  if (self->noted_us == 0)
    span_ms = HISTORY_STEP_MS;
  self->noted_us = now_us;
  self->steps[at] = (Step){g_get_real_time() / 1000, span_ms};
  begin_anew(self, service, at);
  take(self, service, at);
  self->taken++;
  note_partitions(self, service, now_us);
}

typedef struct {
  const char *name;
  size_t offset;
  enum { RATE, SIZE, LONG_SIZE } kind; /* RATE: of uint32_t, a second; the others: -1: unknown */
} Line;

static const Line lines[] = {
    {"written", offsetof(Sample, written), RATE},
    {"skipped", offsetof(Sample, skipped), RATE},
    {"dead_lettered", offsetof(Sample, dead_lettered), RATE},
    {"retries", offsetof(Sample, retries), RATE},
    {"lag", offsetof(Sample, lag), LONG_SIZE},
    {"lag_seconds", offsetof(Sample, lag_seconds), SIZE},
    {"held_bytes", offsetof(Sample, held_bytes), LONG_SIZE},
    {"p50_ms", offsetof(Sample, p50_ms), SIZE},
    {"p99_ms", offsetof(Sample, p99_ms), SIZE},
};

static void
append_value(GString *json, const Sample *sample, const Step *step, const Line *line)
{
  const char *member = (const char *)sample + line->offset;
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  int64_t size;

  if (line->kind == RATE) {
    double rate = *(const uint32_t *)(const void *)member * 1000.0 / (double)step->span_ms;

    g_string_append(json, g_ascii_formatd(text, sizeof text, "%.1f", rate));
    return;
  }
  size = line->kind == SIZE ? *(const int32_t *)(const void *)member
                            : *(const int64_t *)(const void *)member;
  if (size < 0)
    g_string_append(json, "null");
  else
    g_string_append_printf(json, "%" G_GINT64_FORMAT, size);
}

static void
append_series(const MetricsHistory *self, const Series *series, uint64_t first, GString *json)
{
  g_string_append_c(json, '{');
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_string_append_printf(json, "%s\"%s\":[", i == 0 ? "" : ",", lines[i].name);
    for (uint64_t at = first; at < self->taken; at++) {
      if (at > first)
        g_string_append_c(json, ',');
      append_value(json, &series->samples[at % HISTORY_SAMPLES], &self->steps[at % HISTORY_SAMPLES],
                   &lines[i]);
    }
    g_string_append_c(json, ']');
  }
  g_string_append_c(json, '}');
}

void
metrics_history_append(const MetricsHistory *self, const MetricsService *service, int64_t since_ms,
                       const char *topic, GString *json)
{
  uint64_t first = self->taken > HISTORY_SAMPLES ? self->taken - HISTORY_SAMPLES : 0;

  while (first < self->taken && self->steps[first % HISTORY_SAMPLES].ms <= since_ms)
    first++;
  g_string_append_printf(json, "{\"step_ms\":%d,\"at_ms\":[", HISTORY_STEP_MS);
  for (uint64_t at = first; at < self->taken; at++)
    g_string_append_printf(json, "%s%" G_GINT64_FORMAT, at > first ? "," : "",
                           self->steps[at % HISTORY_SAMPLES].ms);
  g_string_append(json, "]");
  if (self->series->len > 0) {
    g_string_append(json, ",\"all\":");
    append_series(self, self->series->pdata[WHOLE], first, json);
  }
  g_string_append(json, ",\"topics\":[");
  for (size_t i = 0, shown = 0; topic != NULL && i + 1 < self->series->len; i++) {
    if (i >= service->mappings_length || strcmp(mapping_topic(service->mappings[i]), topic) != 0)
      continue;
    g_string_append(json, shown++ > 0 ? ",{\"topic\":" : "{\"topic\":");
    event_append_text(json, topic);
    g_string_append(json, ",\"table\":");
    event_append_text(json, mapping_table(service->mappings[i]));
    g_string_append(json, ",\"series\":");
    append_series(self, self->series->pdata[i + 1], first, json);
    g_string_append_c(json, '}');
  }
  g_string_append(json, "]}");
}
