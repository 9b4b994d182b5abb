/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/suggest.h"

#include <string.h>

enum { DEEPEST = 16, MOST_FIELDS = 40000 };

typedef struct {
  Suggest *suggest;
  const SchemaNode *open[DEEPEST]; /* records on the way here: one within itself has no end */
  size_t depth;
  size_t nullable; /* of these, so many may be null */
} Walk;

static bool
is_open(const Walk *self, const SchemaNode *node)
{
  for (size_t i = 0; i < self->depth; i++)
    if (self->open[i] == node)
      return true;
  return false;
}

/* As the schema has it. */
static char *
name_type(const SchemaNode *node)
{
  const SchemaNode *plain = schema_node_unwrap(node);
  const char *name = schema_logical_name(plain->logical);

  return g_strconcat(name != NULL ? name : schema_kind_name(plain->kind),
                     plain != node ? " or null" : NULL, NULL);
}

static void
add_leaf(Walk *self, const char *path, const SchemaNode *node)
{
  SuggestField *field = suggest_field(self->suggest, path);
  const SchemaNode *plain = schema_node_unwrap(node);

  field->type = name_type(node);
  field->is_composite = plain->kind == SCHEMA_ARRAY || plain->kind == SCHEMA_MAP ||
                        plain->kind == SCHEMA_UNION || plain->kind == SCHEMA_RECORD;
  field->is_nullable = self->nullable > 0 || plain != node || plain->kind == SCHEMA_UNION ||
                       plain->kind == SCHEMA_NULL;
  field->is_real =
      plain->kind == SCHEMA_FLOAT || plain->kind == SCHEMA_DOUBLE || plain->kind == SCHEMA_BOOLEAN;
  field->is_instant =
      plain->logical >= LOGICAL_TIMESTAMP_MILLIS && plain->logical <= LOGICAL_LOCAL_TIMESTAMP_NANOS;
}

static void
walk(Walk *self, const char *prefix, const SchemaNode *record)
{
  self->open[self->depth++] = record;
  for (size_t i = 0; i < record->length && self->suggest->fields->len < MOST_FIELDS; i++) {
    const SchemaField *field = &record->fields[i];
    const SchemaNode *plain = schema_node_unwrap(field->type);
    g_autofree char *path =
        *prefix == '\0' ? g_strdup(field->name) : g_strconcat(prefix, ".", field->name, NULL);

    if (plain->kind == SCHEMA_RECORD && plain->length > 0 && self->depth < DEEPEST &&
        !is_open(self, plain)) {
      self->nullable += plain != field->type;
      walk(self, path, plain);
      self->nullable -= plain != field->type;
    } else if (plain->kind != SCHEMA_NULL) {
      add_leaf(self, path, field->type);
    }
  }
  self->depth--;
}

Schema *
suggest_schema(Suggest *self, GError **error)
{
  g_autofree SchemaText *texts = g_new0(SchemaText, self->schemas->len);
  g_autoptr(Schema) schema = NULL;
  Walk walking = {.suggest = self};

  for (guint i = 0; i < self->schemas->len; i++)
    texts[i] = (SchemaText){self->schema_names != NULL ? self->schema_names[i] : "the schema",
                            self->schemas->pdata[i], strlen(self->schemas->pdata[i])};
  schema = schema_parse_all(texts, self->schemas->len, SCHEMA_RIGHT_NAMES, error);
  if (schema == NULL)
    return NULL;
  if (schema_root(schema)->kind != SCHEMA_RECORD) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "the schema is of type %s; a record is needed, for its fields",
                schema_kind_name(schema_root(schema)->kind));
    return NULL;
  }
  walk(&walking, "", schema_root(schema));
  if (self->fields->len > 0)
    return g_steal_pointer(&schema);
  g_set_error(error, FAULT, FAULT_SETUP, "the schema has no field that a column could hold");
  return NULL;
}
