/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify/differences.h"

#include "cmd/paragraph.h"
#include "json/build.h"

#include <stdio.h>

#define U64 G_GUINT64_FORMAT
#define I64 G_GINT64_FORMAT

enum { KIND_COLUMNS = 20 };

struct CmdDifferences {
  CmdDifferencesOptions options;
  uint64_t shown;
  GString *text;     /* owned */
  JsonBuilder *json; /* owned: within the array of differences */
};

CmdDifferences *
cmd_differences_new(const CmdDifferencesOptions *options)
{
  CmdDifferences *self = g_new0(CmdDifferences, 1);

  self->options = *options;
  self->text = g_string_new(NULL);
  self->json = json_builder_new();
  json_builder_begin_object(self->json);
  json_build_list(self->json, "differences");
  return self;
}

void
cmd_differences_free(CmdDifferences *self)
{
  if (self == NULL)
    return;
  g_string_free(self->text, TRUE);
  g_object_unref(self->json);
  g_free(self);
}

static bool
is_extra(VerifyKind kind)
{
  return kind == VERIFY_EXTRA_CELL || kind == VERIFY_EXTRA_ROW;
}

/* "1700000000017 (2023-11-14T22:13:20.017Z)"; the number alone beyond the year 9999. */
static char *
time_text(int64_t ms)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(ms / 1000);
  g_autofree char *day = time == NULL ? NULL : g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");

  if (day == NULL)
    return g_strdup_printf("%" I64, ms);
  return g_strdup_printf("%" I64 " (%s.%03dZ)", ms, day, (int)(ms % 1000));
}

static char *
place_text(const CmdDifferences *self, VerifyPlace place)
{
  if (self->options.topic != NULL)
    return g_strdup_printf("%s[%d]@%" I64, self->options.topic, place.part, place.at);
  return g_strdup_printf("%s %s %" I64, self->options.files[place.part], self->options.unit,
                         place.at);
}

/* A value and its time, where that is known. */
static void
append_value(const CmdDifferences *self, const char *side, Slice value, int64_t timestamp)
{
  g_autofree char *quoted = slice_quote(value);
  g_autofree char *time = time_text(timestamp);
  bool is_timed = !self->options.ignores_times || strcmp(side, "table") == 0;

  g_string_append_printf(self->text, "    %-7s '%s'%s%s", side, quoted, is_timed ? " at " : "",
                         is_timed ? time : "");
}

static void
append_winner(const CmdDifferences *self, const VerifyDifference *difference)
{
  g_autofree char *place = place_text(self, difference->wanted->place);

  if (difference->records == 1)
    g_string_append_printf(self->text, "\n            from %s\n", place);
  else
    g_string_append_printf(self->text,
                           "\n            %s should have won, of %" U64 " records of this row\n",
                           place, difference->records);
}

static void
append_wanted(const CmdDifferences *self, const VerifyDifference *difference)
{
  if (difference->kind == VERIFY_MISSING_ROW)
    g_string_append_printf(self->text, "    source  %zu cell%s", difference->cells,
                           difference->cells == 1 ? "" : "s");
  else
    append_value(self, "source", bytes_slice(&difference->wanted->value), difference->wanted_at);
  append_winner(self, difference);
}

static void
append_found(const CmdDifferences *self, const VerifyDifference *difference)
{
  if (difference->kind == VERIFY_EXTRA_ROW)
    g_string_append_printf(self->text, "    table   %zu cell%s", difference->cells,
                           difference->cells == 1 ? "" : "s");
  else
    append_value(self, "table", difference->found, difference->found_at);
  g_string_append_c(self->text, '\n');
}

static void
append_deletion(const CmdDifferences *self, const VerifyDifference *difference)
{
  g_autofree char *place = place_text(self, difference->deleted_by);
  g_autofree char *time = time_text(difference->deleted_at);

  g_string_append_printf(self->text, "    source  %s deleted it at %s\n", place, time);
}

static void
add_text(const CmdDifferences *self, const VerifyDifference *difference)
{
  g_autofree char *row = slice_quote(difference->row);

  g_string_append_printf(self->text, "%-*s row '%s'", KIND_COLUMNS,
                         verify_kind_names[difference->kind], row);
  if (difference->family.len > 0) {
    g_autofree char *family = slice_quote(difference->family);
    g_autofree char *qualifier = slice_quote(difference->qualifier);

    g_string_append_printf(self->text, " column %s:%s", family, qualifier);
  }
  g_string_append_c(self->text, '\n');
  if (difference->wanted != NULL)
    append_wanted(self, difference);
  if (difference->deleted_at >= 0)
    append_deletion(self, difference);
  if (difference->kind > VERIFY_MISSING_CELL)
    append_found(self, difference);
}

static void
add_bytes(JsonBuilder *json, const char *name, Slice bytes)
{
  g_autofree char *quoted = slice_quote(bytes);

  json_build_text(json, name, quoted);
}

/* A count by its name in the text, with underscores. */
static void
add_count(JsonBuilder *json, const char *name, uint64_t count)
{
  g_autofree char *word = g_strdelimit(g_strdup(name), " ", '_');

  json_build_number(json, word, (int64_t)count);
}

static void
add_place(const CmdDifferences *self, VerifyPlace place)
{
  if (self->options.topic != NULL) {
    json_build_text(self->json, "topic", self->options.topic);
    json_build_number(self->json, "partition", place.part);
    json_build_number(self->json, "offset", place.at);
    return;
  }

  g_autofree char *file = g_utf8_make_valid(self->options.files[place.part], -1);

  json_build_text(self->json, "file", file);
  json_build_number(self->json, self->options.unit, place.at);
}

static void
add_wanted_json(const CmdDifferences *self, const VerifyDifference *difference)
{
  json_build_object(self->json, "source");
  if (difference->kind == VERIFY_MISSING_ROW)
    json_build_number(self->json, "cells", (int64_t)difference->cells);
  else
    add_bytes(self->json, "value", bytes_slice(&difference->wanted->value));
  if (!self->options.ignores_times)
    json_build_number(self->json, "timestamp", difference->wanted_at);
  add_place(self, difference->wanted->place);
  json_builder_end_object(self->json);
}

static void
add_found_json(const CmdDifferences *self, const VerifyDifference *difference)
{
  json_build_object(self->json, "table");
  if (difference->kind == VERIFY_EXTRA_ROW) {
    json_build_number(self->json, "cells", (int64_t)difference->cells);
  } else {
    add_bytes(self->json, "value", difference->found);
    json_build_number(self->json, "timestamp", difference->found_at);
  }
  json_builder_end_object(self->json);
}

static void
add_json(const CmdDifferences *self, const VerifyDifference *difference)
{
  json_builder_begin_object(self->json);
  json_build_text(self->json, "kind", verify_kind_names[difference->kind]);
  add_bytes(self->json, "row", difference->row);
  if (difference->family.len > 0) {
    add_bytes(self->json, "family", difference->family);
    add_bytes(self->json, "qualifier", difference->qualifier);
  }
  json_build_number(self->json, "records", (int64_t)difference->records);
  if (difference->wanted != NULL)
    add_wanted_json(self, difference);
  if (difference->kind > VERIFY_MISSING_CELL)
    add_found_json(self, difference);
  if (difference->deleted_at >= 0) {
    json_build_object(self->json, "deleted_by");
    json_build_number(self->json, "timestamp", difference->deleted_at);
    add_place(self, difference->deleted_by);
    json_builder_end_object(self->json);
  }
  json_builder_end_object(self->json);
}

void
cmd_differences_add(void *data, const VerifyDifference *difference)
{
  CmdDifferences *self = data;

  if (self->shown >= self->options.show ||
      (self->options.ignores_extra && is_extra(difference->kind)))
    return;
  self->shown++;
  (self->options.is_json ? add_json : add_text)(self, difference);
}

uint64_t
cmd_differences_total(const CmdDifferences *self, const VerifyResult *result)
{
  uint64_t total = 0;

  for (unsigned kind = 0; kind < VERIFY_KINDS; kind++)
    if (!self->options.ignores_extra || !is_extra(kind))
      total += result->differences[kind];
  return total;
}

typedef struct {
  const char *name;
  uint64_t number;
} Line;

enum { RECORD_LINES = 7, ROW_LINES = 6 };

static void
list_records(const VerifyCounts *counts, Line lines[static RECORD_LINES])
{
  const Line all[RECORD_LINES] = {
      {"read", counts->records},          {"puts", counts->puts},
      {"tombstones", counts->tombstones}, {"skipped", counts->skipped},
      {"left out", counts->left_out},     {"bad", counts->bad},
      {"too large", counts->too_large},
  };

  memcpy(lines, all, sizeof all);
}

static void
list_rows(const VerifyResult *result, Line lines[static ROW_LINES])
{
  const Line all[ROW_LINES] = {
      {"rows expected", result->rows_expected}, {"rows found", result->rows_found},
      {"rows equal", result->rows_equal},       {"cells equal", result->cells_equal},
      {"cells expired", result->expired},       {"rows expired", result->rows_expired},
  };

  memcpy(lines, all, sizeof all);
}

static void
print_json(CmdDifferences *self, const CmdDifferencesSummary *summary)
{
  Line records[RECORD_LINES];
  Line rows[ROW_LINES];

  list_records(&summary->counts, records);
  list_rows(summary->result, rows);
  json_builder_end_array(self->json);
  json_build_sentences(self->json, "warnings", summary->warnings);
  json_build_text(self->json, "table", self->options.table);
  json_build_claim(self->json, "equal", cmd_differences_total(self, summary->result) == 0);
  json_build_real(self->json, "seconds", summary->seconds);
  json_build_object(self->json, "records");
  for (size_t i = 0; i < RECORD_LINES; i++)
    add_count(self->json, records[i].name, records[i].number);
  json_builder_end_object(self->json);
  for (size_t i = 0; i < ROW_LINES; i++)
    add_count(self->json, rows[i].name, rows[i].number);
  json_build_object(self->json, "counts");
  for (size_t i = 0; i < VERIFY_KINDS; i++)
    add_count(self->json, verify_kind_names[i], summary->result->differences[i]);
  json_builder_end_object(self->json);
  json_builder_end_object(self->json);
  json_build_print(self->json, false);
}

static void
print_lines(const char *title, const Line *lines, size_t length)
{
  CmdParagraph text = {.indent = (size_t)printf("%-9s", title)};

  for (size_t i = 0; i < length; i++)
    cmd_paragraph_add(&text, "%" U64 " %s%s", lines[i].number, lines[i].name,
                      i + 1 < length ? "," : "");
  putchar('\n');
}

static void
print_differences(const CmdDifferences *self, const VerifyResult *result)
{
  uint64_t total = cmd_differences_total(self, result);

  if (total > self->shown)
    printf("... and %" U64 " more; --show N shows more of them\n", total - self->shown);
  for (unsigned kind = 0; kind < VERIFY_KINDS; kind++)
    if (result->differences[kind] > 0)
      printf("%-*s %" U64 "%s\n", KIND_COLUMNS, verify_kind_names[kind], result->differences[kind],
             self->options.ignores_extra && is_extra(kind) ? " (ignored)" : "");
}

static void
print_text(const CmdDifferences *self, const CmdDifferencesSummary *summary)
{
  uint64_t total = cmd_differences_total(self, summary->result);
  Line records[RECORD_LINES];
  Line rows[ROW_LINES];

  list_records(&summary->counts, records);
  list_rows(summary->result, rows);
  fputs(self->text->str, stdout);
  print_differences(self, summary->result);
  for (size_t i = 0; i < fault_list_length(summary->examples); i++)
    printf("bad record %s\n", fault_list_get(summary->examples, i));
  for (size_t i = 0; i < fault_list_length(summary->warnings); i++)
    printf("warning %s\n", fault_list_get(summary->warnings, i));
  print_lines("records", records, RECORD_LINES);
  print_lines("table", rows, ROW_LINES);
  if (self->options.ignores_times)
    puts("timestamps were not compared: the mapping takes the record's, and files have none "
         "(--timestamp MS says it)");
  if (total == 0)
    printf("table %s is as its source says (%.1f s)\n", self->options.table, summary->seconds);
  else
    printf("table %s: %" U64 " difference%s (%.1f s)\n", self->options.table, total,
           total == 1 ? "" : "s", summary->seconds);
}

void
cmd_differences_print(CmdDifferences *self, const CmdDifferencesSummary *summary)
{
  if (self->options.is_json)
    print_json(self, summary);
  else
    print_text(self, summary);
}
