/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/report.h"

#include "report/report.h"

/* Dead letters of more kinds than that are counted together: their headers may say anything. */
enum { MOST_GROUPS = 1000 };

typedef struct {
  char *stage; /* owned, as the rest */
  char *exception_class;
  char *table;
  uint64_t matched;
  uint64_t failed;
} Group;

struct ReplayReport {
  char *topic; /* owned */
  bool is_dry_run;
  Report *report;    /* owned: within its list of letters until the end */
  GPtrArray *groups; /* owned, of owned Group, in the order met */
  uint64_t matched;
  uint64_t failed;
};

static void
group_free(gpointer data)
{
  Group *group = data;

  g_free(group->stage);
  g_free(group->exception_class);
  g_free(group->table);
  g_free(group);
}

ReplayReport *
replay_report_new(const char *topic, bool is_json, bool is_dry_run)
{
  ReplayReport *self = g_new0(ReplayReport, 1);

  self->topic = g_strdup(topic);
  self->is_dry_run = is_dry_run;
  self->report = report_new(is_json);
  report_list(self->report, "letters");
  self->groups = g_ptr_array_new_with_free_func(group_free);
  return self;
}

void
replay_report_free(ReplayReport *self)
{
  if (self == NULL)
    return;
  g_free(self->topic);
  report_free(self->report);
  g_ptr_array_unref(self->groups);
  g_free(self);
}

/* NULL where a header says nothing. */
static char *
header_text(Slice text)
{
  return text.len == 0 ? NULL : g_utf8_make_valid((const char *)text.data, (gssize)text.len);
}

/* Our word for a stage, where it is one of ours. */
static char *
stage_word(Slice connect_stage)
{
  for (StreamStage stage = STREAM_KEY; stage < STREAM_STAGES; stage++) {
    const StreamStageInfo *info = stream_stage_info(stage);

    if (slice_equal(connect_stage, slice_text(info->connect_stage)))
      return g_strdup(info->word);
  }
  return header_text(connect_stage);
}

static bool
is_group(const Group *group, const Group *wanted)
{
  return g_strcmp0(group->stage, wanted->stage) == 0 &&
         g_strcmp0(group->table, wanted->table) == 0 &&
         g_strcmp0(group->exception_class, wanted->exception_class) == 0;
}

static Group *
group_new(const ReplayEntry *entry)
{
  const StreamDeadLetter none = {0};
  const StreamDeadLetter *letter = entry->letter == NULL ? &none : entry->letter;
  Group *group = g_new0(Group, 1);

  group->stage = stage_word(letter->stage);
  group->exception_class = header_text(letter->exception_class);
  group->table = g_strdup(entry->table);
  return group;
}

static Group *
find_group(ReplayReport *self, const ReplayEntry *entry)
{
  Group *wanted = group_new(entry);

  for (guint i = 0; i < self->groups->len; i++) {
    Group *group = self->groups->pdata[i];

    if (i == MOST_GROUPS || is_group(group, wanted)) {
      group_free(wanted);
      return group;
    }
  }
  if (self->groups->len == MOST_GROUPS) {
    g_free(wanted->stage);
    wanted->stage = g_strdup("others");
  }
  g_ptr_array_add(self->groups, wanted);
  return wanted;
}

void
replay_report_count(ReplayReport *self, const ReplayEntry *entry)
{
  self->matched++;
  find_group(self, entry)->matched++;
}

uint64_t
replay_report_matched(const ReplayReport *self)
{
  return self->matched;
}

uint64_t
replay_report_failed(const ReplayReport *self)
{
  return self->failed;
}

static void
add_header(Report *report, const char *name, Slice text)
{
  g_autofree char *valid = header_text(text);

  report_text(report, name, valid);
}

static void
tell_letter(Report *report, const StreamDeadLetter *letter)
{
  g_autofree char *stage = stage_word(letter->stage);

  report_object(report, "source");
  add_header(report, "topic", letter->topic);
  report_number(report, "partition", letter->partition);
  report_number(report, "offset", letter->offset);
  report_say(report, "  from {topic:line}[{partition}]@{offset}  table {table}");
  report_end(report);
  report_text(report, "stage", stage);
  add_header(report, "class", letter->exception_class);
  add_header(report, "reason", letter->reason);
  add_header(report, "row_key", letter->row_key);
  report_say(report, "  {stage:line}  {class:line}\n    then: {reason:line}");
}

static void
tell_now(Report *report, const ReplayEntry *entry)
{
  report_object(report, "now");
  report_claim(report, "fails", entry->reason != NULL);
  report_text(report, "stage", entry->stage);
  report_text(report, "reason", entry->reason);
  if (entry->reason == NULL)
    report_say(report, "\n    now:  a row can be made of it\n");
  else
    report_say(report,
               entry->stage == NULL ? "\n    now:  {reason}\n" : "\n    now:  {stage}: {reason}\n");
  report_end(report);
}

/* One after the other, so that no number of them needs memory. */
void
replay_report_list(ReplayReport *self, const ReplayEntry *entry)
{
  Report *report = self->report;
  g_autofree char *where =
      g_strdup_printf("%s[{partition}]@{offset}  {timestamp:date}", self->topic);

  if (entry->reason != NULL) {
    self->failed++;
    find_group(self, entry)->failed++;
  }
  report_object(report, NULL);
  report_number(report, "partition", entry->partition);
  report_number(report, "offset", entry->offset);
  report_number(report, "timestamp", entry->timestamp_ms);
  report_text(report, "table", entry->table);
  report_say(report, where);
  if (entry->letter != NULL)
    tell_letter(report, entry->letter);
  tell_now(report, entry);
  report_end(report);
  report_flush(report);
}

static void
tell_groups(const ReplayReport *self, Report *report)
{
  report_say(report, self->is_dry_run
                         ? "stage            class                        table                    "
                           "     letters   would pass   would fail\n"
                         : "stage            class                        table                    "
                           "     letters       passed       failed\n");
  report_list(report, "groups");
  for (guint i = 0; i < self->groups->len; i++) {
    const Group *group = self->groups->pdata[i];

    report_object(report, NULL);
    report_text(report, "stage", group->stage);
    report_text(report, "class", group->exception_class);
    report_text(report, "table", group->table);
    report_count(report, "matched", group->matched);
    report_count(report, "passed", group->matched - group->failed);
    report_count(report, "failed", group->failed);
    report_say(report, "{stage:-16line} {class:-28line} {table:-24} {matched:12} {passed:12} "
                       "{failed:12}\n");
    report_end(report);
  }
  report_end(report);
}

void
replay_report_finish(ReplayReport *self, const ReplayEnd *end)
{
  Report *report = self->report;
  uint64_t passed = self->matched - self->failed;

  report_end(report);
  report_real(report, "seconds", end->seconds);
  report_object(report, "summary");
  report_text(report, "topic", self->topic);
  report_claim(report, "dry_run", self->is_dry_run);
  report_count(report, "read", end->read);
  report_count(report, "matched", self->matched);
  report_count(report, "passed", passed);
  report_count(report, "written", end->written);
  report_count(report, "skipped", passed - MIN(passed, end->written));
  report_count(report, "failed", self->failed);
  report_text(report, "left", end->left);
  tell_groups(self, report);
  report_say(report, "all                                                                    "
                     "{matched:12} {passed:12} {failed:12}\n");
  report_say(report, self->is_dry_run
                         ? "{read} records read, nothing written ({seconds:.1} s)\n"
                         : "{read} records read, {written} written, {skipped} skipped as the "
                           "mapping says ({seconds:.1} s)\n");
  report_end_all(report);
}
