/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

#include "check/sample.h"
#include "hbase/shell.h"
#include "json/put.h"
#include "kafka/topics.h"

enum { SHOWN_REASONS = 5, SHOWN_COLUMNS = 8 };

/* One topic's sample. */
typedef struct {
  CheckFindings *findings; /* borrowed */
  Report *figures;         /* borrowed: the list of samples */
  const Mapping *mapping;
  const char *topic;
  CheckInsight *insight; /* borrowed */
  CheckReport report;
  uint64_t offsets; /* of the topic */
  double errors_limit;
} Sample;

static double
percent(uint64_t part, uint64_t all)
{
  return 100 * (double)part / (double)MAX(all, 1);
}

static void
tell_size(const Sample *self, uint64_t wanted)
{
  const CheckReport *report = &self->report;

  if (report->records == 0)
    check_findings_skip(self->findings, "sample", "%s: it has no record", self->topic);
  else if (self->offsets <= wanted)
    check_findings_fine(self->findings, "sample",
                        "%s: all %" G_GUINT64_FORMAT " records that it has", self->topic,
                        report->records);
  else
    check_findings_fine(self->findings, "sample",
                        "%s: %" G_GUINT64_FORMAT " records of %" G_GUINT64_FORMAT
                        " offsets, oldest to newest",
                        self->topic, report->records, self->offsets);
}

static void
tell_bad(const Sample *self)
{
  const CheckReport *report = &self->report;

  if (report->bad == 0)
    check_findings_fine(self->findings, "bad records", "%s: none", self->topic);
  else if ((double)report->bad > self->errors_limit * (double)report->records)
    check_findings_bad_data(
        self->findings, "bad records",
        "%s: %" G_GUINT64_FORMAT " (%.2f %%), and ingest.errors.limit allows %.2f %%", self->topic,
        report->bad, percent(report->bad, report->records), 100 * self->errors_limit);
  else
    check_findings_note(self->findings, "bad records", "%s: %" G_GUINT64_FORMAT " (%.2f %%)",
                        self->topic, report->bad, percent(report->bad, report->records));
  for (guint i = 0; i < MIN(report->reasons->len, SHOWN_REASONS); i++) {
    const CheckReason *reason = report->reasons->pdata[i];

    check_findings_note(self->findings, "bad records",
                        "%s: %" G_GUINT64_FORMAT " like [%d]@%" G_GINT64_FORMAT ": %s", self->topic,
                        reason->records, reason->place.partition, reason->place.offset,
                        reason->reason);
  }
  if (report->reasons->len > SHOWN_REASONS)
    check_findings_note(self->findings, "bad records", "%s: %u more reasons (--json has them)",
                        self->topic, report->reasons->len - SHOWN_REASONS);
}

static void
tell_keys(const Sample *self)
{
  const CheckReport *report = &self->report;
  const CheckShared *shared = &report->shared;

  if (report->sharing == 0) {
    check_findings_fine(self->findings, "row keys",
                        "%s: %" G_GUINT64_FORMAT " rows; no two records that differ share one",
                        self->topic, report->rows);
    return;
  }

  g_autofree char *key = slice_quote(shared->key);

  check_findings_note(
      self->findings, "row keys",
      "%s: %" G_GUINT64_FORMAT
      " records (%.2f %%) share a row key with one that differs, as [%d]@%" G_GINT64_FORMAT
      " and [%d]@%" G_GINT64_FORMAT " share '%s': the newest timestamp wins",
      self->topic, report->sharing, percent(report->sharing, report->puts), shared->first.partition,
      shared->first.offset, shared->second.partition, shared->second.offset, key);
  if (report->tied > 0)
    check_findings_note(self->findings, "row keys",
                        "%s: %" G_GUINT64_FORMAT " of them have the same timestamp too: these are "
                        "overwritten. If each is to be kept, add a part to the key that tells them "
                        "apart",
                        self->topic, report->tied);
}

static void
tell_hidden(const Sample *self)
{
  const CheckReport *report = &self->report;
  const CheckShared *hiding = &report->hiding;

  if (report->tombstones == 0)
    return;
  if (report->hidden == 0) {
    check_findings_fine(self->findings, "deletions",
                        "%s: %" G_GUINT64_FORMAT " tombstones; "
                        "none hides a record that comes after it",
                        self->topic, report->tombstones);
    return;
  }

  g_autofree char *key = slice_quote(hiding->key);

  check_findings_note(self->findings, "deletions",
                      "%s: %" G_GUINT64_FORMAT " records come after a tombstone of their row and "
                      "are no newer, as [%d]@%" G_GINT64_FORMAT " after [%d]@%" G_GINT64_FORMAT
                      " of '%s': they will not be seen. \"tombstone_time\" in the mapping says up "
                      "to when a tombstone deletes",
                      self->topic, report->hidden, hiding->second.partition, hiding->second.offset,
                      hiding->first.partition, hiding->first.offset, key);
}

static void
tell_order(const Sample *self)
{
  static const char *const words[] = {[CHECK_SPREAD] = "",
                                      [CHECK_TOGETHER] = "are close together",
                                      [CHECK_RISING] = "rise with time",
                                      [CHECK_FALLING] = "fall with time"};
  const CheckReport *report = &self->report;

  if (!report->is_order_known)
    check_findings_skip(self->findings, "key order", "%s: too few rows to judge by", self->topic);
  else if (report->order == CHECK_SPREAD)
    check_findings_fine(self->findings, "key order",
                        "%s: records of one time are spread over the keys (%.0f %% in the busiest "
                        "eighth)",
                        self->topic, 100 * report->busiest);
  else
    check_findings_note(self->findings, "key order",
                        "%s: keys %s: %.0f %% of the records of one time go to one eighth of the "
                        "keys, and one region takes them all, whatever the splits. Put a salt or a "
                        "hash in front of the key",
                        self->topic, words[report->order], 100 * report->busiest);
}

static void
tell_rows(const Sample *self)
{
  const CheckSpread *cells = &self->report.cells;
  const CheckSpread *bytes = &self->report.bytes;

  check_findings_fine(
      self->findings, "row size",
      "%s: %.1f cells a record (95 %% have up to %" G_GUINT64_FORMAT ", the most %" G_GUINT64_FORMAT
      "), %.0f bytes in HBase before compression (up to %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
      ")",
      self->topic, cells->mean, cells->p95, cells->most, bytes->mean, bytes->p95, bytes->most);
}

static void
tell_times(const Sample *self)
{
  const CheckReport *report = &self->report;

  if (mapping_uses_record_time(self->mapping))
    return;
  if (report->too_late > 0)
    check_findings_note(self->findings, "times",
                        "%s: %" G_GUINT64_FORMAT
                        " records (%.2f %%) have a time behind the year 2200: if it "
                        "is written in micro- or nanoseconds, the mapping's format is us or ns",
                        self->topic, report->too_late, percent(report->too_late, report->puts));
  if (report->too_early > 0)
    check_findings_note(self->findings, "times",
                        "%s: %" G_GUINT64_FORMAT
                        " records (%.2f %%) have a time before April 1970: if it is "
                        "written in seconds, the mapping's format is s",
                        self->topic, report->too_early, percent(report->too_early, report->puts));
}

/* HBase drops them, sooner or later, and shows none of them. */
static void
tell_expired(const Sample *self)
{
  size_t length;
  const Family *families = mapping_families(self->mapping, &length);

  for (size_t i = 0; i < length; i++) {
    int64_t live_ms = (int64_t)MIN(families[i].time_to_live_s, (uint64_t)G_MAXINT32) * 1000;
    uint64_t older =
        live_ms == 0 ? 0 : check_insight_older(self->insight, g_get_real_time() / 1000 - live_ms);
    g_autofree char *name = slice_quote(families[i].name);

    if (older > 0)
      check_findings_note(
          self->findings, "expired",
          "%s: %" G_GUINT64_FORMAT " records (%.2f %%) are older than the ttl of family %s, "
          "%" G_GINT64_FORMAT " seconds: their cells in it will not be seen",
          self->topic, older, percent(older, self->report.puts), name, live_ms / 1000);
  }
}

static uint64_t
missing_of(const CheckReport *report, size_t column)
{
  return report->puts - (column < report->filled_length ? report->filled[column] : 0);
}

static char *
column_name(const Column *column)
{
  g_autofree char *family = slice_quote(column->family);
  g_autofree char *qualifier = slice_quote(column->qualifier);

  return g_strdup_printf("%s:%s", family, qualifier);
}

typedef struct {
  const Column *column;
  uint64_t missing;
} Gap;

static int
compare_gaps(gconstpointer a, gconstpointer b)
{
  const Gap *x = a;
  const Gap *y = b;

  return (x->missing < y->missing) - (x->missing > y->missing);
}

/* The columns that have no value in some records, most of them first. */
static GArray *
find_gaps(const Sample *self)
{
  GArray *gaps = g_array_new(FALSE, FALSE, sizeof(Gap));
  size_t length;
  const Column *columns = mapping_columns(self->mapping, &length);

  for (size_t i = 0; i < length; i++) {
    Gap gap = {&columns[i], missing_of(&self->report, columns[i].index)};

    if (gap.missing > 0)
      g_array_append_val(gaps, gap);
  }
  g_array_sort(gaps, compare_gaps);
  return gaps;
}

static void
tell_missing(const Sample *self)
{
  g_autoptr(GArray) gaps = find_gaps(self);
  g_autoptr(GString) text = g_string_new(NULL);

  for (guint i = 0; i < MIN(gaps->len, SHOWN_COLUMNS); i++) {
    const Gap *gap = &g_array_index(gaps, Gap, i);
    g_autofree char *name = column_name(gap->column);

    g_string_append_printf(text, "%s%s %.2f %%", i == 0 ? "" : ", ", name,
                           percent(gap->missing, self->report.puts));
  }
  if (gaps->len > SHOWN_COLUMNS)
    g_string_append_printf(text, " and %u more (--json has them)", gaps->len - SHOWN_COLUMNS);
  check_findings_fine(self->findings, "missing", "%s: %s", self->topic,
                      gaps->len == 0 ? "every column has a value in every record" : text->str);
}

static void
add_missing(const Sample *self)
{
  g_autoptr(GArray) gaps = find_gaps(self);

  report_object(self->figures, "missing");
  for (guint i = 0; i < gaps->len; i++) {
    const Gap *gap = &g_array_index(gaps, Gap, i);
    g_autofree char *name = column_name(gap->column);

    report_count(self->figures, name, gap->missing);
  }
  report_end(self->figures);
}

/* As the mapping takes it. */
static void
tell_splits(const Sample *self, const GArray *splits)
{
  g_auto(Bytes) list = {0};

  for (guint i = 0; i < splits->len; i++) {
    g_autofree char *text = shell_escape(bytes_slice(&g_array_index(splits, Bytes, i)));

    bytes_append(&list, ", ", i == 0 ? 0 : 2);
    json_put_string(&list, slice_text(text));
  }
  if (splits->len > 0)
    check_findings_fine(self->findings, "split points", "%s: \"splits\": [%.*s]", self->topic,
                        (int)list.len, (const char *)list.data);
}

static void
add_place(Report *figures, CheckPlace place)
{
  report_number(figures, "partition", place.partition);
  report_number(figures, "offset", place.offset);
}

static void
add_spread(Report *figures, const char *name, const CheckSpread *spread)
{
  report_object(figures, name);
  report_real(figures, "mean", spread->mean);
  report_count(figures, "p95", spread->p95);
  report_count(figures, "most", spread->most);
  report_end(figures);
}

static void
add_reasons(Report *figures, const GPtrArray *reasons)
{
  report_list(figures, "bad_reasons");
  for (guint i = 0; i < reasons->len; i++) {
    const CheckReason *reason = reasons->pdata[i];

    report_object(figures, NULL);
    report_text(figures, "reason", reason->reason);
    report_count(figures, "records", reason->records);
    add_place(figures, reason->place);
    report_end(figures);
  }
  report_end(figures);
}

static void
add_shared(Report *figures, const CheckShared *shared)
{
  const CheckPlace places[] = {shared->first, shared->second};
  g_autofree char *key = slice_quote(shared->key);

  report_object(figures, "shared");
  report_text(figures, "row", key);
  report_list(figures, "records");
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
    report_object(figures, NULL);
    add_place(figures, places[i]);
    report_end(figures);
  }
  report_end(figures);
  report_end(figures);
}

static void
add_order(Report *figures, const CheckReport *report)
{
  static const char *const words[] = {[CHECK_SPREAD] = "spread",
                                      [CHECK_TOGETHER] = "together",
                                      [CHECK_RISING] = "rising",
                                      [CHECK_FALLING] = "falling"};

  if (!report->is_order_known)
    return;
  report_text(figures, "order", words[report->order]);
  report_real(figures, "busiest_eighth", report->busiest);
}

static void
add_figures(const Sample *self, const GArray *splits)
{
  const CheckReport *report = &self->report;
  Report *figures = self->figures;

  report_object(figures, NULL);
  report_text(figures, "topic", self->topic);
  report_text(figures, "table", mapping_table(self->mapping));
  report_count(figures, "offsets", self->offsets);
  report_count(figures, "records", report->records);
  report_count(figures, "puts", report->puts);
  report_count(figures, "tombstones", report->tombstones);
  report_count(figures, "skipped", report->skipped);
  report_count(figures, "bad", report->bad);
  add_reasons(figures, report->reasons);
  report_count(figures, "rows", report->rows);
  report_count(figures, "repeated", report->repeated);
  report_count(figures, "sharing", report->sharing);
  report_count(figures, "tied", report->tied);
  report_count(figures, "hidden", report->hidden);
  if (report->sharing > 0)
    add_shared(figures, &report->shared);
  add_missing(self);
  add_order(figures, report);
  add_spread(figures, "cells", &report->cells);
  add_spread(figures, "bytes", &report->bytes);
  report_list(figures, "splits");
  for (guint i = 0; i < splits->len; i++) {
    g_autofree char *text = shell_escape(bytes_slice(&g_array_index(splits, Bytes, i)));

    report_text(figures, NULL, text);
  }
  report_end(figures);
  report_end(figures);
}

static void
look_at_topic(const Check *self, const CheckSampleOptions *options)
{
  g_autoptr(CheckInsight) insight = check_insight_new();
  g_autoptr(GArray) splits = NULL;
  g_autoptr(GError) error = NULL;
  Sample sample = {
      .findings = self->findings,
      .figures = check_findings_samples(self->findings),
      .mapping = options->mapping,
      .topic = mapping_topic(options->mapping),
      .errors_limit = self->config->ingest.errors_limit,
      .insight = insight,
  };

  if (!check_sample(options, insight, &sample.offsets, &error)) {
    check_findings_error(self->findings, "sample", sample.topic, error);
    return;
  }
  check_insight_report(insight, &sample.report);
  splits = check_insight_splits(insight, self->regions);
  tell_size(&sample, self->sample);
  if (sample.report.records > 0)
    tell_bad(&sample);
  if (sample.report.puts > 0) {
    tell_keys(&sample);
    tell_hidden(&sample);
    tell_order(&sample);
    tell_rows(&sample);
    tell_times(&sample);
    tell_missing(&sample);
    tell_expired(&sample);
    tell_splits(&sample, splits);
  }
  add_figures(&sample, splits);
}

static bool
exists(const GPtrArray *topics, const char *name)
{
  for (guint i = 0; i < topics->len; i++)
    if (strcmp(((const KafkaTopic *)topics->pdata[i])->name, name) == 0)
      return true;
  return false;
}

static void
look_at_topics(const Check *self, const GPtrArray *topics)
{
  const SchemaSource schemas =
      self->registry == NULL ? (SchemaSource){0} : http_registry_source(self->registry);

  for (size_t i = 0; i < mapping_set_length(self->mappings); i++) {
    const CheckSampleOptions options = {
        .mapping = mapping_set_get(self->mappings, i),
        .schemas = self->registry == NULL ? NULL : &schemas,
        .properties = self->properties,
        .records = self->sample,
        .timeout_ms = self->wait_ms,
        .frame_max_bytes = self->config->gateway.frame_max_bytes,
    };
    const char *name = mapping_topic(options.mapping);

    if (self->sample_topic != NULL && strcmp(self->sample_topic, name) != 0)
      continue;
    if (exists(topics, name))
      look_at_topic(self, &options);
    else
      check_findings_skip(self->findings, "sample", "%s: it does not exist", name);
  }
}

void
check_topics(const Check *self)
{
  g_autoptr(KafkaTopics) kafka = kafka_topics_new(self->properties, self->wait_ms, NULL);
  g_autoptr(GPtrArray) topics = kafka == NULL ? NULL : kafka_topics_list(kafka, NULL);

  check_findings_samples(self->findings);
  if (topics == NULL) /* which was told as a fault already */
    check_findings_skip(self->findings, "sample", "not taken, for want of a broker");
  else
    look_at_topics(self, topics);
}
