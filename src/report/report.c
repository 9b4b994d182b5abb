/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "json/put.h"
#include "report/line.h"

#include <stdio.h>

/* An object or list that is open. */
typedef struct {
  char end;         /* '}' or ']' */
  bool has_members; /* JSON: the next one stands behind a comma */
  guint fields;     /* of those around it */
} Level;

struct Report {
  bool is_json;
  Bytes out;      /* what is to be written */
  GArray *levels; /* owned, of Level, the innermost last */
  GArray *fields; /* owned, of ReportField: what report_say() can show */
};

static void
open_level(Report *self, char begin)
{
  const Level level = {begin == '{' ? '}' : ']', false, self->fields->len};

  if (self->is_json)
    bytes_append_u8(&self->out, (uint8_t)begin);
  g_array_append_val(self->levels, level);
}

static Report *
new_report(bool is_json, char begin)
{
  Report *self = g_new0(Report, 1);

  self->is_json = is_json;
  self->levels = g_array_new(FALSE, FALSE, sizeof(Level));
  self->fields = g_array_new(FALSE, FALSE, sizeof(ReportField));
  g_array_set_clear_func(self->fields, (GDestroyNotify)report_field_clear);
  open_level(self, begin);
  return self;
}

Report *
report_new(bool is_json)
{
  return new_report(is_json, '{');
}

Report *
report_new_list(const Report *self)
{
  return new_report(self->is_json, '[');
}

void
report_free(Report *self)
{
  if (self == NULL)
    return;
  bytes_clear(&self->out);
  g_array_unref(self->levels);
  g_array_unref(self->fields);
  g_free(self);
}

bool
report_is_json(const Report *self)
{
  return self->is_json;
}

/* JSON: the comma and the name before a value. */
static void
begin_value(Report *self, const char *name)
{
  Level *level = &g_array_index(self->levels, Level, self->levels->len - 1);

  if (level->has_members)
    bytes_append_u8(&self->out, ',');
  level->has_members = true;
  if (name == NULL)
    return;

  g_autofree char *valid = g_utf8_make_valid(name, -1);

  json_put_string(&self->out, slice_text(valid));
  bytes_append_u8(&self->out, ':');
}

/* `text` is swallowed: JSON as it is written, or what the text form shows. */
static void
add(Report *self, const char *name, char *text, ReportField field)
{
  if (self->is_json) {
    begin_value(self, name);
    bytes_append_slice(&self->out, slice_text(text));
    g_free(text);
    return;
  }
  field.name = g_strdup(name);
  field.text = text;
  g_array_append_val(self->fields, field);
}

void
report_text(Report *self, const char *name, const char *text)
{
  if (text == NULL || !self->is_json) {
    /* a path that is not UTF-8 is shown as it is */
    add(self, name, g_strdup(text != NULL ? text : self->is_json ? "null" : "-"), (ReportField){0});
    return;
  }

  g_autofree char *valid = g_utf8_make_valid(text, -1);

  begin_value(self, name);
  json_put_string(&self->out, slice_text(valid));
}

void
report_number(Report *self, const char *name, int64_t number)
{
  add(self, name, g_strdup_printf("%" G_GINT64_FORMAT, number),
      (ReportField){.real = (double)number, .whole = number});
}

void
report_count(Report *self, const char *name, uint64_t count)
{
  add(self, name, g_strdup_printf("%" G_GUINT64_FORMAT, count),
      (ReportField){.real = (double)count, .whole = (int64_t)MIN(count, (uint64_t)G_MAXINT64)});
}

void
report_real(Report *self, const char *name, double number)
{
  g_auto(Bytes) text = {0};

  json_put_double(&text, number);
  add(self, name, slice_to_text(bytes_slice(&text)), (ReportField){.real = number});
}

void
report_claim(Report *self, const char *name, bool is_so)
{
  add(self, name, g_strdup(is_so ? "true" : "false"), (ReportField){.whole = is_so});
}

static void
open_member(Report *self, const char *name, char begin)
{
  if (self->is_json)
    begin_value(self, name);
  open_level(self, begin);
  if (!self->is_json && name != NULL)
    add(self, "@", g_strdup(name), (ReportField){0});
}

void
report_object(Report *self, const char *name)
{
  open_member(self, name, '{');
}

void
report_list(Report *self, const char *name)
{
  open_member(self, name, '[');
}

void
report_end(Report *self)
{
  Level level = g_array_index(self->levels, Level, self->levels->len - 1);

  g_array_set_size(self->levels, self->levels->len - 1);
  g_array_set_size(self->fields, level.fields);
  if (self->is_json)
    bytes_append_u8(&self->out, (uint8_t)level.end);
}

void
report_sentences(Report *self, const char *name, const FaultList *list, const char *line)
{
  report_list(self, name);
  for (size_t i = 0; i < fault_list_length(list); i++) {
    report_text(self, NULL, fault_list_get(list, i));
    if (line != NULL)
      report_say(self, line);
  }
  report_end(self);
}

void
report_say(Report *self, const char *line)
{
  if (!self->is_json)
    report_line_append(&self->out, line, (const ReportField *)self->fields->data,
                       self->fields->len);
}

void
report_take_list(Report *self, const char *name, Report *list)
{
  if (self->is_json)
    begin_value(self, name);
  while (list->levels->len > 0)
    report_end(list);
  bytes_append_slice(&self->out, bytes_slice(&list->out));
  report_free(list);
}

void
report_flush(Report *self)
{
  fwrite(self->out.data, 1, self->out.len, stdout);
  fflush(stdout);
  bytes_reset(&self->out);
}

char *
report_take(Report *self)
{
  char *text;

  while (self->levels->len > 0)
    report_end(self);
  if (self->is_json)
    bytes_append_u8(&self->out, '\n');
  text = slice_to_text(bytes_slice(&self->out));
  bytes_reset(&self->out);
  open_level(self, '{');
  return text;
}

void
report_end_all(Report *self)
{
  g_autofree char *text = report_take(self);

  fputs(text, stdout);
  fflush(stdout);
}
