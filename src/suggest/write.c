/* SPDX-License-Identifier: Apache-2.0 */
#include "text/names.h"
#include "suggest/suggest.h"

#include "json/path.h"
#include "json/put.h"

#include <string.h>

enum { MOST_FAMILIES = 3 /* of nested records: HBase is at its best with few */ };

/* Appends the text in quotes. */
static void
put(GString *out, const char *text)
{
  g_auto(Bytes) quoted = {0};

  json_put_string(&quoted, slice_text(text));
  g_string_append_len(out, (const char *)quoted.data, (gssize)quoted.len);
}

/* The names that a path goes by. */
static char **
split_path(const Suggest *self, const char *path)
{
  g_autoptr(GArray) steps = NULL;
  g_autoptr(GPtrArray) names = NULL;

  if (self->format != MAPPING_JSON)
    return g_strsplit(path, ".", -1);
  steps = json_path_parse(path, NULL);
  names = g_ptr_array_new();
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    g_ptr_array_add(names, g_strdup(g_array_index(steps, JsonStep, i).name));
  if (names->len == 0)
    g_ptr_array_add(names, g_strdup(path));
  g_ptr_array_add(names, NULL);
  return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

/* The family of nested fields: their record's name. The rest goes to "data". */
typedef struct {
  char *name;         /* owned */
  GPtrArray *columns; /* owned, of owned texts */
} Group;

static void
group_free(void *group)
{
  Group *self = group;

  g_free(self->name);
  g_ptr_array_unref(self->columns);
  g_free(self);
}

static Group *
find_group(GPtrArray *groups, const char *name)
{
  Group *group;

  for (guint i = 0; i < groups->len; i++)
    if (strcmp(((Group *)groups->pdata[i])->name, name) == 0)
      return groups->pdata[i];
  group = g_new0(Group, 1);
  group->name = g_strdup(name);
  group->columns = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(groups, group);
  return group;
}

/* Nested records with at least two fields, if they are few: a set of their names. */
static GHashTable *
find_families(const Suggest *self)
{
  GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter each;
  gpointer name, count;

  for (guint i = 0; i < self->fields->len; i++) {
    g_auto(GStrv) names = split_path(self, ((SuggestField *)self->fields->pdata[i])->path);

    if (names[1] != NULL)
      g_hash_table_insert(
          counts, g_strdup(names[0]),
          GSIZE_TO_POINTER(GPOINTER_TO_SIZE(g_hash_table_lookup(counts, names[0])) + 1));
  }
  g_hash_table_iter_init(&each, counts);
  while (g_hash_table_iter_next(&each, &name, &count)) {
    g_autofree char *family = names_table(name);

    if (GPOINTER_TO_SIZE(count) < 2 || strcmp(name, "data") == 0 || strcmp(family, name) != 0)
      g_hash_table_iter_remove(&each);
  }
  if (g_hash_table_size(counts) > MOST_FAMILIES)
    g_hash_table_remove_all(counts);
  return counts;
}

static void
add_column(const Suggest *self, GPtrArray *groups, GHashTable *families, const SuggestField *field)
{
  g_auto(GStrv) names = split_path(self, field->path);
  bool is_nested = names[1] != NULL && g_hash_table_contains(families, names[0]);
  Group *group = find_group(groups, is_nested ? names[0] : "data");
  g_autofree char *qualifier = g_strjoinv(".", names + is_nested);
  g_autoptr(GString) column = g_string_new(NULL);

  if (strcmp(qualifier, field->path) == 0) {
    put(column, field->path);
  } else {
    g_string_append(column, "{ \"field\": ");
    put(column, field->path);
    g_string_append(column, ", \"qualifier\": ");
    put(column, qualifier);
    g_string_append(column, " }");
  }
  g_ptr_array_add(group->columns, g_string_free(g_steal_pointer(&column), FALSE));
}

static void
put_families(const Suggest *self, GString *out)
{
  g_autoptr(GHashTable) families = find_families(self);
  g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(group_free);

  for (guint i = 0; i < self->fields->len; i++)
    add_column(self, groups, families, self->fields->pdata[i]);
  g_string_append(out, "  \"families\": {");
  for (guint i = 0; i < groups->len; i++) {
    Group *group = groups->pdata[i];

    g_string_append(out, i == 0 ? "\n    " : ",\n    ");
    put(out, group->name);
    g_string_append(out, ": {\n      \"columns\": [");
    for (guint j = 0; j < group->columns->len; j++)
      g_string_append_printf(out, "%s\n        %s", j == 0 ? "" : ",",
                             (const char *)group->columns->pdata[j]);
    g_string_append(out, "\n      ]\n    }");
  }
  g_string_append(out, "\n  }");
}

static void
put_record(const Suggest *self, const char *const *files, GString *out)
{
  static const char *const framings[] = {NULL, "confluent", "single-object"};
  bool is_json = self->format == MAPPING_JSON;
  const char *framing =
      is_json && self->framing == MAPPING_SINGLE_OBJECT ? NULL : framings[self->framing];

  g_string_append_printf(out, "  \"record\": { \"format\": \"%s\"", is_json ? "json" : "avro");
  if (files != NULL && *files != NULL) {
    bool is_list = files[1] != NULL;

    g_string_append(out, is_list ? ", \"schema\": [" : ", \"schema\": ");
    for (const char *const *file = files; *file != NULL; file++) {
      g_string_append(out, file == files ? "" : ", ");
      put(out, *file);
    }
    g_string_append(out, is_list ? "]" : "");
  }
  if (framing != NULL)
    g_string_append_printf(out, ", \"framing\": \"%s\"", framing);
  g_string_append(out, " },\n");
}

static void
put_key(const SuggestKey *key, GString *out)
{
  const char separator[] = {key->separator, '\0'};

  g_string_append(out, "  \"key\": { ");
  if (key->length > 1 && key->separator != '#') {
    g_string_append(out, "\"separator\": ");
    put(out, separator);
    g_string_append(out, ", ");
  }
  g_string_append(out, "\"parts\": [");
  for (size_t i = 0; i < key->length; i++) {
    g_string_append(out, i == 0 ? "" : ", ");
    put(out, key->parts[i]->path);
  }
  g_string_append(out, "] },\n");
}

/* What CSV files call the fields. */
static void
put_csv(const Suggest *self, GString *out)
{
  bool has_any = false;

  for (guint i = 0; i < self->fields->len; i++) {
    const SuggestField *field = self->fields->pdata[i];

    if (field->column == NULL)
      continue;
    g_string_append(out, has_any ? ",\n      " : ",\n  \"csv\": {\n    \"columns\": {\n      ");
    put(out, field->path);
    g_string_append(out, ": ");
    put(out, field->column);
    has_any = true;
  }
  if (has_any)
    g_string_append(out, "\n    }\n  }");
}

/* Texts that stand for no value, beside those that mean it anyway. */
static void
put_nulls(const Suggest *self, GString *out)
{
  bool has_any = false;

  for (size_t null = 0; null < SUGGEST_NULLS; null++)
    for (guint i = 0; i < self->fields->len; i++)
      if (suggest_field_has_null(self->fields->pdata[i], null)) {
        if (!has_any)
          g_string_append(out, "  \"nulls\": [\"\", \"nan\"");
        g_string_append(out, ", ");
        put(out, suggest_nulls[null]);
        has_any = true;
        break;
      }
  if (has_any)
    g_string_append(out, "],\n");
}

char *
suggest_mapping(const Suggest *self, const SuggestChoice *choice, const char *name,
                const char *const *files)
{
  GString *out = g_string_new("{\n  \"table\": ");
  bool is_time_known = choice->time != NULL && choice->time->is_instant;

  put(out, name);
  g_string_append(out, ",\n  \"topic\": ");
  put(out, self->topic != NULL ? self->topic : name);
  g_string_append(out, ",\n");
  put_record(self, files, out);
  put_key(&choice->key, out);
  if (choice->time != NULL) {
    g_string_append(out, "  \"timestamp\": { \"field\": ");
    put(out, choice->time->path);
    if (!is_time_known)
      g_string_append_printf(out, ", \"format\": \"%s\"", times_name((size_t)choice->time_form));
    g_string_append(out, " },\n");
  }
  g_string_append_printf(out, "  \"tombstone\": \"%s\",\n", choice->is_kafka_key ? "row" : "skip");
  if (self->schemas == NULL && self->format == MAPPING_AVRO)
    put_nulls(self, out);
  put_families(self, out);
  put_csv(self, out);
  g_string_append(out, "\n}\n");
  return g_string_free(out, FALSE);
}

char *
suggest_schema_text(const Suggest *self, const char *name)
{
  static const char *const types[] = {"string", "long", "double", "boolean"};
  GString *out = g_string_new("{\n  \"type\": \"record\",\n  \"name\": ");
  g_autofree char *record = names_record(name);

  put(out, record);
  g_string_append(out, ",\n  \"fields\": [");
  for (guint i = 0; i < self->fields->len; i++) {
    const SuggestField *field = self->fields->pdata[i];
    const char *type = types[suggest_field_class(field)];

    g_string_append(out, i == 0 ? "\n    { \"name\": " : ",\n    { \"name\": ");
    put(out, field->path);
    if (suggest_field_missing(field) > 0)
      g_string_append_printf(out, ", \"type\": [\"null\", \"%s\"], \"default\": null }", type);
    else
      g_string_append_printf(out, ", \"type\": \"%s\" }", type);
  }
  g_string_append(out, "\n  ]\n}\n");
  return g_string_free(out, FALSE);
}
