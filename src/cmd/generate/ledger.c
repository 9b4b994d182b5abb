/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/generate/ledger.h"

#include "json/build.h"

#include <stdio.h>

static uint64_t
sum(const uint64_t *counts, size_t length)
{
  uint64_t all = 0;

  for (size_t i = 0; i < length; i++)
    all += counts[i];
  return all;
}

/* "name 12, name 3" of those that are not 0. */
static void
append_list(GString *text, const char *const *names, const uint64_t *counts, size_t length)
{
  const char *before = " (";

  for (size_t i = 0; i < length; i++) {
    if (counts[i] == 0)
      continue;
    g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT, before, names[i], counts[i]);
    before = ", ";
  }
  if (*before == ',')
    g_string_append_c(text, ')');
}

static void
append_chaos(GString *text, const CmdLedger *self, const CmdLedgerLine *line)
{
  const GenerateCounts *counts = &line->counts;
  const size_t fields = line->entity->fields_length;
  const char *names[SHOP_RECORD_FIELDS];
  size_t kinds = 0;

  for (size_t i = 0; i < fields; i++)
    names[i] = line->entity->fields[i].name;
  while (self->damages[kinds] != NULL)
    kinds++;
  g_string_append_printf(text, "  nulls: %" G_GUINT64_FORMAT, sum(counts->nulls, fields));
  append_list(text, names, counts->nulls, fields);
  g_string_append_printf(text,
                         "\n  duplicates: %" G_GUINT64_FORMAT "\n  out of order: %" G_GUINT64_FORMAT
                         "\n  late: %" G_GUINT64_FORMAT "\n  undecodable: %" G_GUINT64_FORMAT,
                         counts->duplicates, counts->out_of_order, counts->late,
                         sum(counts->damaged, kinds));
  append_list(text, self->damages, counts->damaged, kinds);
  g_string_append_c(text, '\n');
}

static char *
file_path(const CmdLedger *self, const ShopEntity *entity)
{
  g_autofree char *name = g_strconcat(entity->file, self->ending, NULL);

  return g_build_filename(self->folder, name, NULL);
}

static void
append_place(GString *text, const CmdLedger *self, const CmdLedgerLine *line)
{
  if (self->folder == NULL) {
    g_string_append_printf(text, "messages in topic %s%s", self->prefix, line->entity->topic);
    return;
  }

  g_autofree char *path = file_path(self, line->entity);

  g_string_append_printf(text, "rows in %s", path);
}

void
cmd_ledger_print(const CmdLedger *self)
{
  g_autoptr(GString) text = g_string_new(NULL);

  for (size_t i = 0; i < self->length; i++) {
    const CmdLedgerLine *line = &self->lines[i];

    g_string_append_printf(text, "%s: %" G_GUINT64_FORMAT " records, %" G_GUINT64_FORMAT " ",
                           line->entity->name, line->counts.records, line->counts.messages);
    append_place(text, self, line);
    g_string_append(text, line->is_whole ? "\n" : " (stopped before the end)\n");
    if (self->has_chaos)
      append_chaos(text, self, line);
  }
  fputs(text->str, stdout);
}

static void
add_chaos(JsonBuilder *json, const CmdLedger *self, const CmdLedgerLine *line)
{
  const GenerateCounts *counts = &line->counts;

  json_build_object(json, "chaos");
  json_build_object(json, "nulls");
  for (size_t i = 0; i < line->entity->fields_length; i++)
    json_build_count(json, line->entity->fields[i].name, counts->nulls[i]);
  json_builder_end_object(json);
  json_build_count(json, "duplicates", counts->duplicates);
  json_build_count(json, "out_of_order", counts->out_of_order);
  json_build_count(json, "late", counts->late);
  json_build_object(json, "undecodable");
  for (size_t i = 0; self->damages[i] != NULL; i++)
    json_build_count(json, self->damages[i], counts->damaged[i]);
  json_builder_end_object(json);
  json_builder_end_object(json);
}

/* A path that is not UTF-8 cannot be told in JSON as it is. */
static void
add_place(JsonBuilder *json, const CmdLedger *self, const CmdLedgerLine *line)
{
  if (self->folder == NULL) {
    g_autofree char *topic = g_strconcat(self->prefix, line->entity->topic, NULL);

    json_build_text(json, "topic", topic);
    return;
  }

  g_autofree char *path = file_path(self, line->entity);
  g_autofree char *valid = g_utf8_make_valid(path, -1);

  json_build_text(json, "file", valid);
}

static void
add_line(JsonBuilder *json, const CmdLedger *self, const CmdLedgerLine *line)
{
  json_builder_begin_object(json);
  json_build_text(json, "name", line->entity->name);
  add_place(json, self, line);
  json_build_claim(json, "whole", line->is_whole);
  json_build_count(json, "records", line->counts.records);
  json_build_count(json, "messages", line->counts.messages);
  if (self->has_chaos)
    add_chaos(json, self, line);
  json_builder_end_object(json);
}

void
cmd_ledger_print_json(const CmdLedger *self)
{
  g_autoptr(JsonBuilder) json = json_builder_new();

  json_builder_begin_object(json);
  json_build_count(json, "seed", self->seed);
  json_build_real(json, "scale", self->scale);
  json_build_real(json, "seconds", self->seconds);
  json_build_list(json, "entities");
  for (size_t i = 0; i < self->length; i++)
    add_line(json, self, &self->lines[i]);
  json_builder_end_array(json);
  json_builder_end_object(json);
  json_build_print(json, false);
}
