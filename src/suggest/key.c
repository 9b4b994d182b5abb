/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/key.h"

#include <stdlib.h>
#include <string.h>

enum {
  LONGEST_VALUE = 100, /* bytes on the average: longer ones are texts, not names */
  CANDIDATES = 8,      /* that are tried together */
};

typedef struct {
  const GPtrArray *fields;
  size_t rows;
  bool *is_again; /* owned; the record is another one to the last field */
  uint64_t *keys; /* owned */
} Table;

static void
table_clear(Table *self)
{
  g_free(self->is_again);
  g_free(self->keys);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

static uint64_t
mark_of(const SuggestField *field, size_t row)
{
  return g_array_index(field->marks, uint64_t, row);
}

static uint64_t
digest_row(const SuggestField *const *parts, size_t length, size_t row)
{
  uint64_t digest = 1;

  for (size_t i = 0; i < length; i++) {
    uint64_t mark = mark_of(parts[i], row);

    digest = suggest_digest(digest, slice(&mark, sizeof mark));
  }
  return digest;
}

static void
find_twins(Table *self)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);

  self->is_again = g_new0(bool, self->rows + 1);
  self->keys = g_new0(uint64_t, self->rows + 1);
  for (size_t row = 0; row < self->rows; row++) {
    self->keys[row] =
        digest_row((const SuggestField *const *)self->fields->pdata, self->fields->len, row);
    self->is_again[row] = !g_hash_table_add(seen, &self->keys[row]);
  }
}

static SuggestKey
judge(const Table *self, const SuggestField *const *parts, size_t length)
{
  SuggestKey key = {.length = length};
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

  memcpy(key.parts, parts, length * sizeof *parts);
  for (size_t row = 0; row < self->rows; row++) {
    uint64_t *digest;
    gpointer first;
    bool is_missing = false;

    for (size_t i = 0; i < length; i++)
      is_missing |= mark_of(parts[i], row) == 0;
    key.missing += is_missing;
    if (self->is_again[row] || is_missing)
      continue;
    key.records++;
    digest = g_new(uint64_t, 1);
    *digest = digest_row(parts, length, row);
    first = g_hash_table_lookup(seen, digest);
    if (first == NULL) {
      key.distinct++;
      g_hash_table_insert(seen, digest, GSIZE_TO_POINTER(row + 1));
      continue;
    }
    g_free(digest);
    if (key.other == 0) {
      key.one = GPOINTER_TO_SIZE(first) - 1;
      key.other = row;
    }
  }
  return key;
}

static bool
has_word(const char *path, const char *const *words)
{
  const char *dot = strrchr(path, '.');
  g_autofree char *name = g_ascii_strdown(dot == NULL ? path : dot + 1, -1);

  for (; *words != NULL; words++)
    if (**words == '='   ? strcmp(name, *words + 1) == 0
        : **words == '$' ? g_str_has_suffix(name, *words + 1)
                         : strstr(name, *words) != NULL)
      return true;
  return false;
}

unsigned
key_name_score(const char *path)
{
  static const char *const certain[] = {"=id", "=key", "=uuid", "=guid", "=_id", NULL};
  static const char *const likely[] = {"$_id", "$_key", "uuid", "guid",  "$_no", "$number",
                                       "$_nr", "$code", "$sku", "$isbn", NULL};
  static const char *const perhaps[] = {"$id", "=index", "=name", "email", "=nr", "=no", NULL};

  /* A nested record's id is seldom that of the whole. */
  if (has_word(path, certain))
    return strchr(path, '.') == NULL ? 3 : 1;
  return has_word(path, likely) ? 2 : has_word(path, perhaps) ? 1 : 0;
}

bool
key_is_time_name(const char *path)
{
  static const char *const words[] = {"time",  "date",    "$_at",    "$_ts",     "=ts",
                                      "stamp", "created", "updated", "modified", "epoch",
                                      "=at",   "datum",   NULL};

  return has_word(path, words);
}

int
key_time_form(const SuggestField *field)
{
  bool is_number = suggest_field_class(field) == SUGGEST_LONG;

  if (field->is_instant)
    return TIMES_ISO8601;
  if (field->times == NULL || field->timeless > 0 || field->forms == 0)
    return -1;
  if (is_number && !key_is_time_name(field->path))
    return -1;
  return __builtin_ctzll(field->forms);
}

static bool
is_eligible(const SuggestField *field, size_t rows)
{
  SuggestClass class = suggest_field_class(field);
  uint64_t nulls = 0;

  for (size_t i = 0; i < SUGGEST_NULLS; i++)
    nulls += field->nulls[i];
  return nulls == 0 && !field->is_composite && !field->is_real &&
         suggest_field_missing(field) == 0 && field->present == rows && class != SUGGEST_DOUBLE &&
         class != SUGGEST_BOOLEAN && field->bytes / MAX(field->present, 1) <= LONGEST_VALUE;
}

/* The better one comes first: by name, then by how many values it has, then by place. */
typedef struct {
  const SuggestField *field;
  SuggestKey alone;
  unsigned score;
  size_t place;
} Candidate;

static int
compare(const void *a, const void *b)
{
  const Candidate *one = a, *other = b;

  if (one->score != other->score)
    return one->score > other->score ? -1 : 1;
  if (one->alone.distinct != other->alone.distinct)
    return one->alone.distinct > other->alone.distinct ? -1 : 1;
  return one->place < other->place ? -1 : 1;
}

static GArray *
list_candidates(const Table *table)
{
  GArray *list = g_array_new(FALSE, FALSE, sizeof(Candidate));

  for (guint i = 0; i < table->fields->len; i++) {
    const SuggestField *field = table->fields->pdata[i];
    bool is_time = key_time_form(field) >= 0;
    Candidate candidate = {.field = field, .place = i};

    if (!is_eligible(field, table->rows))
      continue;
    candidate.alone = judge(table, &field, 1);
    /* A time is a good second part, and no name of anything. */
    candidate.score = is_time ? 1 : 2 * key_name_score(field->path) + (i == 0);
    if (candidate.alone.distinct > 1 || table->rows < 2)
      g_array_append_val(list, candidate);
  }
  g_array_sort(list, compare);
  return list;
}

/* Fewer values first, so that rows that belong together stand together; times behind what they are
 * the times of. */
static int
compare_parts(const void *a, const void *b)
{
  const Candidate *const *one = a, *const *other = b;
  bool is_time = key_time_form((*one)->field) >= 0;

  if (is_time != (key_time_form((*other)->field) >= 0))
    return is_time ? 1 : -1;
  return (*one)->alone.distinct < (*other)->alone.distinct   ? -1
         : (*one)->alone.distinct > (*other)->alone.distinct ? 1
                                                             : 0;
}

static SuggestKey
judge_together(const Table *table, const Candidate *const *chosen, size_t length)
{
  const Candidate *ordered[KEY_PARTS];
  const SuggestField *parts[KEY_PARTS];

  memcpy(ordered, chosen, length * sizeof *chosen);
  qsort(ordered, length, sizeof *ordered, compare_parts);
  for (size_t i = 0; i < length; i++)
    parts[i] = ordered[i]->field;
  return judge(table, parts, length);
}

static bool
is_whole(const SuggestKey *key)
{
  return key->length > 0 && key->distinct == key->records;
}

static void
prefer(SuggestKey *best, SuggestKey key)
{
  if (key.distinct > best->distinct)
    *best = key;
}

/* Pairs, then threes, of the best candidates. */
static SuggestKey
propose_several(const Table *table, const GArray *list)
{
  guint length = MIN(list->len, CANDIDATES);
  SuggestKey best = {0};
  const Candidate *chosen[KEY_PARTS];

  for (guint i = 0; i < length; i++)
    prefer(&best, g_array_index(list, Candidate, i).alone);
  for (guint i = 0; i < length; i++)
    for (guint j = i + 1; j < length && !is_whole(&best); j++) {
      chosen[0] = &g_array_index(list, Candidate, i);
      chosen[1] = &g_array_index(list, Candidate, j);
      prefer(&best, judge_together(table, chosen, 2));
    }
  for (guint i = 0; i < length; i++)
    for (guint j = i + 1; j < length; j++)
      for (guint k = j + 1; k < length && !is_whole(&best); k++) {
        chosen[0] = &g_array_index(list, Candidate, i);
        chosen[1] = &g_array_index(list, Candidate, j);
        chosen[2] = &g_array_index(list, Candidate, k);
        prefer(&best, judge_together(table, chosen, 3));
      }
  return best;
}

/* No part but the last may hold it. */
static char
choose_separator(const SuggestKey *key)
{
  unsigned taken = 0;

  for (size_t i = 0; i + 1 < key->length; i++)
    taken |= key->parts[i]->separators;
  for (size_t i = 0; i < SUGGEST_SEPARATORS; i++)
    if (!(taken & 1U << i))
      return suggest_separators[i];
  return '\x01';
}

/* Where every field is missing somewhere: the one that is there most. */
static SuggestKey
propose_least_bad(const Table *table)
{
  const SuggestField *best = NULL;

  for (guint i = 0; i < table->fields->len; i++) {
    const SuggestField *field = table->fields->pdata[i];

    if (!field->is_composite && field->present > 0 &&
        (best == NULL || suggest_field_missing(field) < suggest_field_missing(best)))
      best = field;
  }
  return best == NULL ? (SuggestKey){0} : judge(table, &best, 1);
}

SuggestKey
key_propose(const GPtrArray *fields, size_t rows)
{
  g_auto(Table) table = {.fields = fields, .rows = rows};
  g_autoptr(GArray) list = NULL;
  SuggestKey key = {0};

  find_twins(&table);
  list = list_candidates(&table);
  for (guint i = 0; i < list->len && key.length == 0; i++) {
    const Candidate *one = &g_array_index(list, Candidate, i);

    if (is_whole(&one->alone) && key_time_form(one->field) < 0)
      key = one->alone;
  }
  if (key.length == 0)
    key = propose_several(&table, list);
  if (key.length == 0)
    key = propose_least_bad(&table);
  key.separator = choose_separator(&key);
  return key;
}

SuggestKey
key_judge(const GPtrArray *fields, size_t rows, const SuggestField *const *parts, size_t length)
{
  g_auto(Table) table = {.fields = fields, .rows = rows};
  SuggestKey key;

  find_twins(&table);
  key = judge(&table, parts, length);
  key.separator = choose_separator(&key);
  return key;
}
