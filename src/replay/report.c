/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/report.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#define U64 G_GUINT64_FORMAT
#define I64 G_GINT64_FORMAT

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
  bool is_json;
  bool is_dry_run;
  GPtrArray *groups; /* owned, of owned Group, in the order met */
  uint64_t matched;
  uint64_t failed;
  uint64_t listed;
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
  self->is_json = is_json;
  self->is_dry_run = is_dry_run;
  self->groups = g_ptr_array_new_with_free_func(group_free);
  return self;
}

void
replay_report_free(ReplayReport *self)
{
  if (self == NULL)
    return;
  g_free(self->topic);
  g_ptr_array_unref(self->groups);
  g_free(self);
}

/* What a header says, fit for a line. */
static char *
shown(Slice text)
{
  g_autofree char *valid = NULL;

  if (text.len == 0)
    return g_strdup("-");
  valid = g_utf8_make_valid((const char *)text.data, (gssize)text.len);
  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c))
      *c = ' ';
  return g_steal_pointer(&valid);
}

/* Our word for a stage, where it is one of ours. */
static char *
stage_word(Slice connect_stage)
{
  for (StreamStage stage = STREAM_DECODE; stage <= STREAM_PUT; stage++) {
    const StreamStageInfo *info = stream_stage_info(stage);

    if (slice_equal(connect_stage, slice_text(info->connect_stage)))
      return g_strdup(info->word);
  }
  return shown(connect_stage);
}

static bool
is_group(const Group *group, const Group *wanted)
{
  return strcmp(group->stage, wanted->stage) == 0 && strcmp(group->table, wanted->table) == 0 &&
         strcmp(group->exception_class, wanted->exception_class) == 0;
}

static Group *
group_new(const ReplayEntry *entry)
{
  const StreamDeadLetter none = {0};
  const StreamDeadLetter *letter = entry->letter == NULL ? &none : entry->letter;
  Group *group = g_new0(Group, 1);

  group->stage = stage_word(letter->stage);
  group->exception_class = shown(letter->exception_class);
  group->table = g_strdup(entry->table == NULL ? "-" : entry->table);
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

/* "2023-11-14T22:13:20.017Z"; the number alone where there is no such year. */
static char *
time_text(int64_t ms)
{
  g_autoptr(GDateTime) time = ms < 0 ? NULL : g_date_time_new_from_unix_utc(ms / 1000);
  g_autofree char *day = time == NULL ? NULL : g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");

  if (day == NULL)
    return g_strdup_printf("%" I64, ms);
  return g_strdup_printf("%s.%03dZ", day, (int)(ms % 1000));
}

static void
list_text(const ReplayReport *self, const ReplayEntry *entry)
{
  g_autofree char *time = time_text(entry->timestamp_ms);

  printf("%s[%d]@%" I64 "  %s", self->topic, entry->partition, entry->offset, time);
  if (entry->letter != NULL) {
    g_autofree char *topic = shown(entry->letter->topic);
    g_autofree char *stage = stage_word(entry->letter->stage);
    g_autofree char *exception_class = shown(entry->letter->exception_class);
    g_autofree char *reason = shown(entry->letter->reason);

    printf("  from %s[%d]@%" I64 "  table %s  %s  %s\n    then: %s", topic,
           entry->letter->partition, entry->letter->offset,
           entry->table == NULL ? "-" : entry->table, stage, exception_class, reason);
  }
  if (entry->reason == NULL)
    puts("\n    now:  a row can be made of it");
  else
    printf("\n    now:  %s%s%s\n", entry->stage == NULL ? "" : entry->stage,
           entry->stage == NULL ? "" : ": ", entry->reason);
}

static void
add_text(JsonBuilder *json, const char *name, Slice text)
{
  g_autofree char *valid =
      text.len == 0 ? NULL : g_utf8_make_valid((const char *)text.data, (gssize)text.len);

  json_builder_set_member_name(json, name);
  if (valid == NULL)
    json_builder_add_null_value(json);
  else
    json_builder_add_string_value(json, valid);
}

static void
add_number(JsonBuilder *json, const char *name, int64_t number)
{
  json_builder_set_member_name(json, name);
  json_builder_add_int_value(json, number);
}

static Slice
text_or_none(const char *text)
{
  return text == NULL ? SLICE_EMPTY : slice_text(text);
}

static void
add_letter(JsonBuilder *json, const StreamDeadLetter *letter)
{
  json_builder_set_member_name(json, "source");
  json_builder_begin_object(json);
  add_text(json, "topic", letter->topic);
  add_number(json, "partition", letter->partition);
  add_number(json, "offset", letter->offset);
  json_builder_end_object(json);
  add_text(json, "stage", letter->stage);
  add_text(json, "class", letter->exception_class);
  add_text(json, "reason", letter->reason);
  add_text(json, "row_key", letter->row_key);
}

static char *
json_text(JsonBuilder *json)
{
  g_autoptr(JsonGenerator) generator = json_generator_new();
  g_autoptr(JsonNode) root = json_builder_get_root(json);

  json_generator_set_root(generator, root);
  return json_generator_to_data(generator, NULL);
}

/* One after the other, so that no number of them needs memory. */
static void
list_json(const ReplayReport *self, const ReplayEntry *entry)
{
  g_autoptr(JsonBuilder) json = json_builder_new();
  g_autofree char *text = NULL;

  json_builder_begin_object(json);
  add_number(json, "partition", entry->partition);
  add_number(json, "offset", entry->offset);
  add_number(json, "timestamp", entry->timestamp_ms);
  add_text(json, "table", text_or_none(entry->table));
  if (entry->letter != NULL)
    add_letter(json, entry->letter);
  json_builder_set_member_name(json, "now");
  json_builder_begin_object(json);
  json_builder_set_member_name(json, "fails");
  json_builder_add_boolean_value(json, entry->reason != NULL);
  add_text(json, "stage", text_or_none(entry->stage));
  add_text(json, "reason", text_or_none(entry->reason));
  json_builder_end_object(json);
  json_builder_end_object(json);
  text = json_text(json);
  printf("%s\n  %s", self->listed == 0 ? "{\"letters\": [" : ",", text);
}

void
replay_report_list(ReplayReport *self, const ReplayEntry *entry)
{
  if (entry->reason != NULL) {
    self->failed++;
    find_group(self, entry)->failed++;
  }
  if (self->is_json)
    list_json(self, entry);
  else
    list_text(self, entry);
  self->listed++;
}

static void
add_group(JsonBuilder *json, const Group *group)
{
  json_builder_begin_object(json);
  add_text(json, "stage", slice_text(group->stage));
  add_text(json, "class", slice_text(group->exception_class));
  add_text(json, "table", slice_text(group->table));
  add_number(json, "matched", (int64_t)group->matched);
  add_number(json, "failed", (int64_t)group->failed);
  json_builder_end_object(json);
}

static void
finish_json(const ReplayReport *self, const ReplayEnd *end)
{
  uint64_t done = self->matched - self->failed;
  g_autoptr(JsonBuilder) json = json_builder_new();
  g_autofree char *text = NULL;

  json_builder_begin_object(json);
  add_text(json, "topic", slice_text(self->topic));
  json_builder_set_member_name(json, "dry_run");
  json_builder_add_boolean_value(json, self->is_dry_run);
  add_number(json, "read", (int64_t)end->read);
  add_number(json, "matched", (int64_t)self->matched);
  add_number(json, "written", (int64_t)end->written);
  add_number(json, "skipped", (int64_t)(done - MIN(done, end->written)));
  add_number(json, "failed", (int64_t)self->failed);
  add_text(json, "left", text_or_none(end->left));
  json_builder_set_member_name(json, "groups");
  json_builder_begin_array(json);
  for (guint i = 0; i < self->groups->len; i++)
    add_group(json, self->groups->pdata[i]);
  json_builder_end_array(json);
  json_builder_end_object(json);
  text = json_text(json);
  printf("%s\n], \"summary\": %s}\n", self->listed == 0 ? "{\"letters\": [" : "", text);
}

static void
finish_text(const ReplayReport *self, const ReplayEnd *end)
{
  const char *const form = "%-16s %-28s %-24s %12" U64 " %12" U64 " %12" U64 "\n";
  uint64_t done = self->matched - self->failed;

  printf("%-16s %-28s %-24s %12s %12s %12s\n", "stage", "class", "table", "letters",
         self->is_dry_run ? "would pass" : "passed", self->is_dry_run ? "would fail" : "failed");
  for (guint i = 0; i < self->groups->len; i++) {
    const Group *group = self->groups->pdata[i];

    printf(form, group->stage, group->exception_class, group->table, group->matched,
           group->matched - group->failed, group->failed);
  }
  printf(form, "all", "", "", self->matched, done, self->failed);
  if (self->is_dry_run)
    printf("%" U64 " records read, nothing written (%.1f s)\n", end->read, end->seconds);
  else
    printf("%" U64 " records read, %" U64 " written, %" U64
           " skipped as the mapping says (%.1f s)\n",
           end->read, end->written, done - MIN(done, end->written), end->seconds);
}

void
replay_report_finish(ReplayReport *self, const ReplayEnd *end)
{
  if (self->is_json)
    finish_json(self, end);
  else
    finish_text(self, end);
}
