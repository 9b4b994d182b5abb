/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/summary.h"

#include "report/report.h"

enum { TERMINAL_COLUMNS = 80 };

static const char *const columns[] = {"consumed", "written", "skipped", "dead_lettered"};

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

/* How a row of the table is said: its columns as wide as they need; where the names leave no place
 * for the numbers in a line, they have one of their own. */
typedef struct {
  int topic, table;
  GString *head, *row; /* owned: the numbers' */
  bool is_split;
} Form;

static void
form_clear(Form *self)
{
  g_string_free(self->head, TRUE);
  g_string_free(self->row, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Form, form_clear)

static Form
find_form(const CmdSummary *self)
{
  Form form = {(int)strlen("topic"), (int)strlen("table"), g_string_new(NULL), g_string_new(NULL),
               false};
  g_autofree char *most = g_strdup_printf(
      "%" G_GUINT64_FORMAT, metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS));

  for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
    int width = (int)MAX(strlen(most), strlen(columns[i]));

    g_string_append_printf(form.head, " %*s", width, columns[i]);
    g_string_append_printf(form.row, " {%s:%d}", columns[i], width);
  }
  g_string_append_c(form.head, '\n');
  g_string_append_c(form.row, '\n');
  for (size_t i = 0; i < self->mappings_length; i++) {
    form.topic = MAX(form.topic, (int)strlen(mapping_topic(self->mappings[i])));
    form.table = MAX(form.table, (int)strlen(mapping_table(self->mappings[i])));
  }
  form.is_split = form.topic + 1 + form.table + (int)form.head->len - 1 > TERMINAL_COLUMNS;
  return form;
}

static void
say_row(Report *report, const Form *form, const char *topic, const char *table, const GString *row)
{
  g_autofree char *names =
      form->is_split ? g_strdup_printf("%s%s%s\n", topic, *table != '\0' ? " " : "", table)
                     : g_strdup_printf("%-*s %-*s", form->topic, topic, form->table, table);

  report_say(report, names);
  report_say(report, row->str);
}

static void
tell_counts(const CmdSummary *self, Report *report, int index)
{
  const MetricsCounters *counters = self->counters;

  report_count(report, "consumed", metrics_counters_consumed(counters, index));
  report_count(report, "written", metrics_counters_sum(counters, index, COUNTER_WRITTEN));
  report_count(report, "skipped", metrics_counters_sum(counters, index, COUNTER_SKIPPED));
  report_count(report, "dead_lettered",
               metrics_counters_sum(counters, index, COUNTER_DEAD_LETTERED));
}

void
cmd_summary_print(const CmdSummary *self, bool is_json)
{
  g_autoptr(Report) report = report_new(is_json);
  g_auto(Form) form = find_form(self);
  uint64_t consumed = metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS);

  say_row(report, &form, "topic", "table", form.head);
  report_list(report, "topics");
  for (size_t i = 0; i < self->mappings_length; i++) {
    report_object(report, NULL);
    report_text(report, "topic", mapping_topic(self->mappings[i]));
    report_text(report, "table", mapping_table(self->mappings[i]));
    tell_counts(self, report, (int)i);
    say_row(report, &form, mapping_topic(self->mappings[i]), mapping_table(self->mappings[i]),
            form.row);
    report_end(report);
  }
  report_end(report);
  tell_counts(self, report, METRICS_ALL_TOPICS);
  say_row(report, &form, "all", "", form.row);
  report_real(report, "seconds", self->seconds);
  report_real(report, "records_per_second", rate(consumed, self->seconds));
  report_say(report, "{seconds:.1} seconds, {records_per_second:.0} records a second\n");
  report_end_all(report);
}
