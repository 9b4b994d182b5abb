/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/summary.h"

#include "cmd/paragraph.h"
#include "json/build.h"

#include <stdio.h>
#include <string.h>

/* The columns of both forms. */
static const struct {
  const char *name;
  Counter counter;
} columns[] = {
    {"written", COUNTER_WRITTEN},
    {"skipped", COUNTER_SKIPPED},
    {"dead_lettered", COUNTER_DEAD_LETTERED},
};

static double
rate(uint64_t records, double seconds)
{
  return seconds > 0 ? (double)records / seconds : 0;
}

char *
cmd_summary_progress(const CmdSummary *self, uint64_t consumed_before, double seconds_before)
{
  uint64_t consumed = metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS);

  return g_strdup_printf(
      "running consumed=%" G_GUINT64_FORMAT " written=%" G_GUINT64_FORMAT
      " skipped=%" G_GUINT64_FORMAT " dead_lettered=%" G_GUINT64_FORMAT " per_second=%.0f",
      consumed, metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, COUNTER_WRITTEN),
      metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, COUNTER_SKIPPED),
      metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, COUNTER_DEAD_LETTERED),
      rate(consumed - consumed_before, self->seconds - seconds_before));
}

uint64_t
cmd_summary_all_bad(const CmdSummary *self)
{
  const Counter kinds[] = {COUNTER_BAD_DECODE, COUNTER_BAD_MAP, COUNTER_BAD_PUT};
  uint64_t consumed = metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS);
  uint64_t bad = 0;

  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
    bad += metrics_counters_sum(self->counters, METRICS_ALL_TOPICS, kinds[i]);
  return bad >= consumed ? consumed : 0;
}

/* Columns as wide as they need; where the names leave no place for the numbers in a line, they have
 * one of their own. */
typedef struct {
  int topic, table, numbers[1 + G_N_ELEMENTS(columns)];
  bool is_split;
} Widths;

static Widths
find_widths(const CmdSummary *self)
{
  uint64_t consumed = metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS);
  g_autofree char *most = g_strdup_printf("%" G_GUINT64_FORMAT, consumed);
  Widths widths = {(int)strlen("topic"),
                   (int)strlen("table"),
                   {(int)MAX(strlen(most), strlen("consumed"))},
                   false};
  int all = 1 + widths.numbers[0];

  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
    widths.numbers[1 + i] = (int)MAX(strlen(most), strlen(columns[i].name));
    all += 1 + widths.numbers[1 + i];
  }
  for (size_t i = 0; i < self->mappings_length; i++) {
    widths.topic = MAX(widths.topic, (int)strlen(mapping_topic(self->mappings[i])));
    widths.table = MAX(widths.table, (int)strlen(mapping_table(self->mappings[i])));
  }
  widths.is_split = widths.topic + 1 + widths.table + all > CMD_PARAGRAPH_WIDTH;
  return widths;
}

static void
print_names(const Widths *widths, const char *topic, const char *table)
{
  if (widths->is_split)
    printf("%s%s%s\n", topic, *table != '\0' ? " " : "", table);
  else
    printf("%-*s %-*s", widths->topic, topic, widths->table, table);
}

static void
print_row(const CmdSummary *self, const Widths *widths, const char *topic, int index)
{
  bool is_all = index == METRICS_ALL_TOPICS;

  print_names(widths, topic, is_all ? "" : mapping_table(self->mappings[index]));
  printf(" %*" G_GUINT64_FORMAT, widths->numbers[0],
         metrics_counters_consumed(self->counters, index));
  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
    printf(" %*" G_GUINT64_FORMAT, widths->numbers[1 + i],
           metrics_counters_sum(self->counters, index, columns[i].counter));
  printf("\n");
}

static void
print_table(const CmdSummary *self)
{
  uint64_t consumed = metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS);
  Widths widths = find_widths(self);

  print_names(&widths, "topic", "table");
  printf(" %*s", widths.numbers[0], "consumed");
  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
    printf(" %*s", widths.numbers[1 + i], columns[i].name);
  printf("\n");
  for (size_t i = 0; i < self->mappings_length; i++)
    print_row(self, &widths, mapping_topic(self->mappings[i]), (int)i);
  print_row(self, &widths, "all", METRICS_ALL_TOPICS);
  printf("%.1f seconds, %.0f records a second\n", self->seconds, rate(consumed, self->seconds));
}

static void
add_counts(const CmdSummary *self, JsonBuilder *json, int index)
{
  json_build_count(json, "consumed", metrics_counters_consumed(self->counters, index));
  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
    json_build_count(json, columns[i].name,
                     metrics_counters_sum(self->counters, index, columns[i].counter));
  }
}

static void
add_topic(const CmdSummary *self, JsonBuilder *json, size_t index)
{
  json_builder_begin_object(json);
  json_build_text(json, "topic", mapping_topic(self->mappings[index]));
  json_build_text(json, "table", mapping_table(self->mappings[index]));
  add_counts(self, json, (int)index);
  json_builder_end_object(json);
}

static void
print_json(const CmdSummary *self)
{
  uint64_t consumed = metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS);
  g_autoptr(JsonBuilder) json = json_builder_new();

  json_builder_begin_object(json);
  json_build_list(json, "topics");
  for (size_t i = 0; i < self->mappings_length; i++)
    add_topic(self, json, i);
  json_builder_end_array(json);
  add_counts(self, json, METRICS_ALL_TOPICS);
  json_build_real(json, "seconds", self->seconds);
  json_build_real(json, "records_per_second", rate(consumed, self->seconds));
  json_builder_end_object(json);
  json_build_print(json, false);
}

void
cmd_summary_print(const CmdSummary *self, bool is_json)
{
  if (is_json)
    print_json(self);
  else
    print_table(self);
}
