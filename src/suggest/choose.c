/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/suggest.h"

#include <string.h>

static bool
has_same_values(const SuggestField *field, const SuggestField *key)
{
  return field->present == key->present && field->marks->len == key->marks->len &&
         memcmp(field->marks->data, key->marks->data, field->marks->len * sizeof(uint64_t)) == 0;
}

/* The field that producers key their records by. */
static const SuggestField *
find_kafka_key(const Suggest *self)
{
  if (self->key == NULL || self->key->present < self->rows)
    return NULL;
  for (guint i = 0; i < self->fields->len; i++)
    if (has_same_values(self->fields->pdata[i], self->key))
      return self->fields->pdata[i];
  return NULL;
}

/* Without records: by names and types alone. */
static const SuggestField *
find_by_name(const GPtrArray *fields)
{
  const SuggestField *best = NULL;
  int best_score = -1;

  for (guint i = 0; i < fields->len; i++) {
    const SuggestField *field = fields->pdata[i];
    int score = field->is_composite ? -1
                                    : 4 * !field->is_nullable + 8 * !field->is_real +
                                          (int)key_name_score(field->path);

    if (score > best_score) {
      best = field;
      best_score = score;
    }
  }
  return best == NULL ? fields->pdata[0] : best;
}

static bool
is_time_of_all(const Suggest *self, const SuggestField *field)
{
  int form = key_time_form(field);

  if (form < 0 || field->is_nullable)
    return false;
  if (self->rows == 0)
    return field->is_instant;
  /* Where a day may be a month, nobody but you knows. */
  if (!field->is_instant && (field->forms & (field->forms - 1)) != 0)
    return false;
  return !field->is_far && field->present == self->rows && suggest_field_missing(field) == 0 &&
         (field->is_instant || field->has_clock);
}

/* When a thing happened, rather than until when something holds. */
static int
time_score(const char *path)
{
  static const char *const good[] = {"created", "event",  "timestamp", "occurred", "measured",
                                     "logged",  "placed", "updated",   NULL};
  static const char *const bad[] = {"due",  "expir", "valid", "birth", "until",
                                    "ship", "limit", "end",   NULL};
  g_autofree char *name = g_ascii_strdown(path, -1);
  int score = 1;

  for (size_t i = 0; good[i] != NULL; i++)
    score = strstr(name, good[i]) != NULL ? 2 : score;
  for (size_t i = 0; bad[i] != NULL; i++)
    score = strstr(name, bad[i]) != NULL ? 0 : score;
  return score;
}

static void
choose_time(const Suggest *self, SuggestChoice *choice)
{
  int best = 0;

  for (guint i = 0; i < self->fields->len; i++) {
    const SuggestField *field = self->fields->pdata[i];

    if (!is_time_of_all(self, field) || time_score(field->path) <= best)
      continue;
    best = time_score(field->path);
    choice->time = field;
    choice->time_form = key_time_form(field);
  }
}

SuggestChoice
suggest_choose(const Suggest *self)
{
  SuggestChoice choice = {0};
  const SuggestField *one = find_kafka_key(self);

  choice.is_kafka_key = one != NULL;
  if (one == NULL && self->rows == 0)
    one = find_by_name(self->fields);
  choice.key = one == NULL ? key_propose(self->fields, self->rows)
                           : key_judge(self->fields, self->rows, &one, 1);
  choose_time(self, &choice);
  return choice;
}
