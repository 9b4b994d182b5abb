/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/generate/ledger.h"

#include "report/report.h"

/* An object of counts, and "name: 15 (name 12, name 3)" of those that are not 0. */
typedef struct {
  const char *name;
  const char *const *names;
  const uint64_t *counts;
  size_t length;
} Counts;

static void
tell_counts(Report *report, const Counts *self)
{
  g_autoptr(GString) line = g_string_new(NULL);
  uint64_t all = 0;

  report_object(report, self->name);
  for (size_t i = 0; i < self->length; i++) {
    report_count(report, self->names[i], self->counts[i]);
    if (self->counts[i] > 0)
      g_string_append_printf(line, "%s%s {%s}", all == 0 ? " (" : ", ", self->names[i],
                             self->names[i]);
    all += self->counts[i];
  }
  g_string_append(line, all == 0 ? "\n" : ")\n");

  g_autofree char *title = g_strdup_printf("  %s: %" G_GUINT64_FORMAT, self->name, all);

  report_say(report, title);
  report_say(report, line->str);
  report_end(report);
}

static void
tell_chaos(Report *report, const CmdLedger *self, const CmdLedgerLine *line)
{
  const GenerateCounts *counts = &line->counts;
  const char *names[SHOP_RECORD_FIELDS];
  Counts nulls = {"nulls", names, counts->nulls, line->entity->fields_length};
  Counts damaged = {"undecodable", self->damages, counts->damaged,
                    g_strv_length((char **)self->damages)};

  for (size_t i = 0; i < nulls.length; i++)
    names[i] = line->entity->fields[i].name;
  report_object(report, "chaos");
  tell_counts(report, &nulls);
  report_count(report, "duplicates", counts->duplicates);
  report_count(report, "out_of_order", counts->out_of_order);
  report_count(report, "late", counts->late);
  report_say(report,
             "  duplicates: {duplicates}\n  out of order: {out_of_order}\n  late: {late}\n");
  tell_counts(report, &damaged);
  report_end(report);
}

static void
tell_line(Report *report, const CmdLedger *self, const CmdLedgerLine *line)
{
  const ShopEntity *entity = line->entity;

  report_object(report, NULL);
  report_text(report, "name", entity->name);
  report_claim(report, "whole", line->is_whole);
  report_count(report, "records", line->counts.records);
  report_count(report, "messages", line->counts.messages);
  report_say(report, "{name}: {records} records, {messages} ");
  if (self->folder == NULL) {
    g_autofree char *topic = g_strconcat(self->prefix, entity->topic, NULL);

    report_text(report, "topic", topic);
    report_say(report, "messages in topic {topic}");
  } else {
    g_autofree char *name = g_strconcat(entity->file, self->ending, NULL);
    g_autofree char *path = g_build_filename(self->folder, name, NULL);

    report_text(report, "file", path);
    report_say(report, "rows in {file}");
  }
  report_say(report, line->is_whole ? "\n" : " (stopped before the end)\n");
  if (self->has_chaos)
    tell_chaos(report, self, line);
  report_end(report);
}

void
cmd_ledger_tell(const CmdLedger *self, bool is_json)
{
  g_autoptr(Report) report = report_new(is_json);

  report_count(report, "seed", self->seed);
  report_real(report, "scale", self->scale);
  report_real(report, "seconds", self->seconds);
  report_list(report, "entities");
  for (size_t i = 0; i < self->length; i++)
    tell_line(report, self, &self->lines[i]);
  report_end_all(report);
}
