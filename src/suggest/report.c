/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/suggest.h"

#include <string.h>

enum { MOST_FIELDS = 40 /* that are told one by one */, MOST_OTHERS = 5 };

typedef struct {
  const Suggest *suggest;
  SuggestSay *say;
  void *data;
} Report;

static void say(const Report *self, const char *word, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
say(const Report *self, const char *word, const char *format, ...)
{
  va_list arguments;
  g_autofree char *sentence = NULL;

  va_start(arguments, format);
  sentence = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  self->say(self->data, word, sentence);
}

static void
say_records(const Report *self)
{
  const Suggest *suggest = self->suggest;

  for (size_t i = 0; i < fault_list_length(&suggest->found); i++)
    self->say(self->data, "found", fault_list_get(&suggest->found, i));
  if (suggest->rows > 0)
    say(self, "found", "%zu record%s looked at%s, %u field%s", suggest->rows,
        suggest->rows == 1 ? "" : "s", suggest->is_cut ? "; there are more" : "",
        suggest->fields->len, suggest->fields->len == 1 ? "" : "s");
  else
    say(self, "found", "%u field%s; no record was looked at", suggest->fields->len,
        suggest->fields->len == 1 ? "" : "s");
  if (suggest->bad > 0)
    say(self, "NOTE", "%" G_GUINT64_FORMAT " bad record%s", suggest->bad,
        suggest->bad == 1 ? "" : "s");
  for (size_t i = 0; i < fault_list_length(&suggest->notes); i++)
    self->say(self->data, "NOTE", fault_list_get(&suggest->notes, i));
}

static void
say_field(const Report *self, const SuggestField *field)
{
  static const char *const types[] = {"string", "long", "double", "boolean"};
  static const char *const json_types[] = {"text", "number", "number", "boolean"};
  SuggestClass class = suggest_field_class(field);
  bool is_json = self->suggest->format == MAPPING_JSON;
  const char *type = field->type != NULL   ? field->type
                     : field->is_composite ? "as JSON"
                     : is_json             ? json_types[class]
                                           : types[class];
  uint64_t missing = suggest_field_missing(field);
  g_autoptr(GString) more = g_string_new(NULL);

  if (field->column != NULL)
    g_string_append_printf(more, ", column '%s'", field->column);
  if (missing > 0)
    g_string_append_printf(more, ", missing in %" G_GUINT64_FORMAT, missing);
  if (field->example != NULL)
    g_string_append_printf(more, ", as %s", field->example);
  say(self, "field", "%s: %s%s", field->path, type, more->str);
}

static void
say_null_texts(const Report *self, const SuggestField *field)
{
  for (size_t i = 0; i < SUGGEST_NULLS; i++) {
    if (field->nulls[i] == 0)
      continue;
    if (suggest_field_has_null(field, i))
      say(self, "NOTE",
          "field %s: '%s' means missing (%" G_GUINT64_FORMAT " times), in every field", field->path,
          suggest_nulls[i], field->nulls[i]);
    else
      say(self, "NOTE",
          "field %s: '%s' stands there %" G_GUINT64_FORMAT
          " times, and is stored as a text: if it means missing, add it to nulls",
          field->path, suggest_nulls[i], field->nulls[i]);
  }
}

static char *
origin_text(const Suggest *self, size_t row)
{
  const SuggestOrigin *origin = &g_array_index(self->origins, SuggestOrigin, row);

  if (self->topic != NULL)
    return g_strdup_printf("[%d]@%" G_GINT64_FORMAT, origin->part, origin->at);
  return origin->part == 0 ? g_strdup_printf("line %" G_GINT64_FORMAT, origin->at)
                           : g_strdup_printf("line %" G_GINT64_FORMAT " of file %d", origin->at,
                                             origin->part + 1);
}

static char *
key_text(const SuggestKey *key)
{
  GString *text = g_string_new(NULL);

  for (size_t i = 0; i < key->length; i++)
    g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", key->parts[i]->path);
  return g_string_free(text, FALSE);
}

static void
say_collisions(const Report *self, const SuggestChoice *choice, const char *text)
{
  const SuggestKey *key = &choice->key;
  g_autofree char *one = origin_text(self->suggest, key->one);
  g_autofree char *other = origin_text(self->suggest, key->other);

  say(self, "NOTE",
      "key %s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
      " records share their key with one that differs, as %s and %s: of these the newest stays%s",
      text, key->records - key->distinct, key->records, one, other,
      choice->is_kafka_key ? "; Kafka's key is the same, so they look like updates"
                           : ". No fields tell all of them apart");
}

/* Others that would do. */
static void
say_other_keys(const Report *self, const SuggestKey *key)
{
  const Suggest *suggest = self->suggest;
  g_autoptr(GString) others = g_string_new(NULL);
  unsigned length = 0;

  for (guint i = 0; i < suggest->fields->len && length < MOST_OTHERS; i++) {
    const SuggestField *field = suggest->fields->pdata[i];
    SuggestKey other;

    if (field == key->parts[0] || field->is_composite || field->is_real ||
        key_time_form(field) >= 0 || suggest_field_class(field) == SUGGEST_DOUBLE ||
        field->present < suggest->rows)
      continue;
    other = key_judge(suggest->fields, suggest->rows, &field, 1);
    if (other.distinct == other.records && other.missing == 0)
      g_string_append_printf(others, "%s%s", length++ == 0 ? "" : ", ", field->path);
  }
  if (length > 0)
    say(self, "key", "would do as well: %s", others->str);
}

static void
say_key(const Report *self, const SuggestChoice *choice)
{
  const SuggestKey *key = &choice->key;
  g_autofree char *text = key_text(key);
  size_t again;

  if (self->suggest->rows == 0) {
    say(self, "NOTE", "key %s: by its name alone; whether it tells records apart nobody has looked",
        text);
    return;
  }
  if (key->distinct < key->records)
    say_collisions(self, choice, text);
  else
    say(self, "key", "%s: tells all records apart%s", text,
        choice->is_kafka_key ? ", and is Kafka's key" : "");
  again = self->suggest->rows - key->missing - key->records;
  if (again > 0)
    say(self, "NOTE", "%zu record%s there more than once, the same to the last field", again,
        again == 1 ? " stands" : "s stand");
  if (key->missing > 0)
    say(self, "NOTE", "key %s: %zu record%s without it, and will be refused", text, key->missing,
        key->missing == 1 ? " is" : "s are");
  if (key->distinct == key->records)
    say_other_keys(self, key);
  if (key->parts[0]->is_rising && key->distinct > 2)
    say(self, "NOTE",
        "key %s: rises from record to record, so one region takes all that is new; where that is "
        "too much, put a salt in front (docs/mapping.md)",
        text);
}

static void
say_forms(const Report *self, const SuggestField *field)
{
  g_autoptr(GString) forms = g_string_new(NULL);

  for (size_t i = 0; i < times_length(); i++)
    if (field->times[i] > 0)
      g_string_append_printf(forms, "%s%s (%" G_GUINT64_FORMAT ")", forms->len == 0 ? "" : ", ",
                             times_name(i), field->times[i]);
  if (field->timeless > 0)
    g_string_append_printf(forms, ", no time (%" G_GUINT64_FORMAT ")", field->timeless);
  say(self, "NOTE", "field %s: no one form reads all its times: %s; it stays a text", field->path,
      forms->str);
}

static void
say_time(const Report *self, const SuggestField *field)
{
  int form = key_time_form(field);
  TimesForms others;

  if (form < 0) {
    if (field->times != NULL && suggest_field_class(field) == SUGGEST_TEXT &&
        field->timeless * 2 < field->present)
      say_forms(self, field);
    return;
  }
  others = field->is_instant ? 0 : field->forms & ~TIMES_OF(form);
  if (others != 0)
    say(self, "NOTE", "field %s: times as %s, or as %s: the sample does not tell which",
        field->path, times_name((size_t)form), times_name((size_t)__builtin_ctzll(others)));
  else
    say(self, "time", "field %s: %s%s%s", field->path,
        field->type != NULL && field->is_instant ? field->type : times_name((size_t)form),
        field->is_far ? ", some before 1970 or behind 2200" : "",
        form >= TIMES_PATTERNS ? ", stored as it is" : "");
}

void
suggest_report(const Suggest *suggest, const SuggestChoice *choice, SuggestSay *tell, void *data)
{
  const Report self = {suggest, tell, data};
  const GPtrArray *fields = suggest->fields;

  say_records(&self);
  for (guint i = 0; i < fields->len && i < MOST_FIELDS; i++)
    say_field(&self, fields->pdata[i]);
  if (fields->len > MOST_FIELDS)
    say(&self, "field", "and %u more", fields->len - MOST_FIELDS);
  for (guint i = 0; i < fields->len; i++)
    say_null_texts(&self, fields->pdata[i]);
  say_key(&self, choice);
  for (guint i = 0; i < fields->len; i++)
    say_time(&self, fields->pdata[i]);
  if (choice->time != NULL)
    say(&self, "time", "cells have the time of the field %s", choice->time->path);
  else
    say(&self, "time",
        "cells have the time of the record: a file's is --timestamp, by default now");
}
