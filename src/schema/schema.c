/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/schema.h"

#include <avro.h>

#include "json/json.h"
#include "schema/fallback.h"
#include "schema/tree.h"

enum { TEXT_CHUNK = 1024 };

static const char *const kind_names[] = {
    [SCHEMA_NULL] = "null",   [SCHEMA_BOOLEAN] = "boolean", [SCHEMA_INT] = "int",
    [SCHEMA_LONG] = "long",   [SCHEMA_FLOAT] = "float",     [SCHEMA_DOUBLE] = "double",
    [SCHEMA_BYTES] = "bytes", [SCHEMA_STRING] = "string",   [SCHEMA_ARRAY] = "array",
    [SCHEMA_MAP] = "map",     [SCHEMA_UNION] = "union",     [SCHEMA_RECORD] = "record",
    [SCHEMA_ENUM] = "enum",   [SCHEMA_FIXED] = "fixed",
};

const char *
schema_kind_name(SchemaKind kind)
{
  return kind_names[kind];
}

static Schema *
schema_tree_new(void)
{
  Schema *self = g_new0(Schema, 1);

  g_atomic_ref_count_init(&self->references);
  self->bytes = sizeof *self + TEXT_CHUNK;
  self->texts = g_string_chunk_new(TEXT_CHUNK);
  self->memory = g_ptr_array_new_with_free_func(g_free);
  return self;
}

void *
schema_tree_zeroed(Schema *self, size_t bytes)
{
  void *block = g_malloc0(bytes);

  self->bytes += bytes;
  g_ptr_array_add(self->memory, block);
  return block;
}

Schema *
schema_ref(Schema *self)
{
  g_atomic_ref_count_inc(&self->references);
  return self;
}

void
schema_unref(Schema *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->references))
    return;
  g_string_chunk_free(self->texts);
  g_ptr_array_unref(self->memory);
  schema_unref(self->inner);
  g_free(self);
}

/* avro-c is shown the canonical form: of the rest it would refuse defaults that hold U+0000, which
 * are legal, and look at nothing else. */
static bool
avro_agrees(const Schema *self, const char *name, GError **error)
{
  static GMutex lock; /* avro-c has one error message for all threads */
  g_autofree char *text = schema_canonical(self);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
  avro_schema_t judged = NULL;

  if (avro_schema_from_json_length(text, strlen(text), &judged) != 0) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: not an Avro schema: %s", name, avro_strerror());
    return false;
  }
  avro_schema_decref(judged);
  return true;
}

Schema *
schema_parse_all(const SchemaText *texts, size_t length, SchemaNames names, GError **error)
{
  g_autoptr(Schema) self = schema_tree_new();

  if (!schema_build(self, texts, length, names, error))
    return NULL;
  return g_steal_pointer(&self);
}

Schema *
schema_parse(const char *name, const char *text, size_t len, GError **error)
{
  g_autoptr(Schema) self =
      schema_parse_all(&(SchemaText){name, text, len}, 1, SCHEMA_RIGHT_NAMES, error);

  return self != NULL && avro_agrees(self, name, error) ? g_steal_pointer(&self) : NULL;
}

Schema *
schema_parse_writer(const char *name, const char *text, size_t len, GError **error)
{
  return schema_parse_all(&(SchemaText){name, text, len}, 1, SCHEMA_ANY_NAME, error);
}

Schema *
schema_load(const char *path, GError **error)
{
  size_t len = 0;
  g_autofree char *text = json_read(path, &len, error);

  return text == NULL ? NULL : schema_parse(path, text, len, error);
}

Schema *
schema_as_record(Schema *self)
{
  static const char *const no_names[] = {NULL};
  SchemaField *field;
  SchemaNode *root;
  Schema *made;

  if (self->root->kind == SCHEMA_RECORD)
    return schema_ref(self);
  made = schema_tree_new();
  made->inner = schema_ref(self);
  made->bytes += self->bytes;
  field = schema_tree_make(made, SchemaField, 1);
  *field = (SchemaField){.name = "key", .aliases = no_names, .type = self->root};
  root = schema_tree_make(made, SchemaNode, 1);
  *root = (SchemaNode){.kind = SCHEMA_RECORD,
                       .name = "key",
                       .aliases = no_names,
                       .is_empty = self->root->is_empty,
                       .length = 1,
                       .fields = field};
  made->root = root;
  return made;
}

bool
schema_was_no_record(const Schema *self)
{
  return self->inner != NULL;
}

size_t
schema_size(const Schema *self)
{
  return self->bytes;
}

const SchemaNode *
schema_root(const Schema *self)
{
  return self->root;
}

const SchemaField *
schema_node_field(const SchemaNode *record, const char *name)
{
  for (size_t i = 0; i < record->length; i++) {
    if (strcmp(record->fields[i].name, name) == 0)
      return &record->fields[i];
  }
  return NULL;
}

const SchemaNode *
schema_node_unwrap(const SchemaNode *node)
{
  if (node->kind != SCHEMA_UNION || node->length != 2)
    return node;
  for (size_t i = 0; i < 2; i++) {
    if (node->branches[i]->kind == SCHEMA_NULL)
      return node->branches[1 - i];
  }
  return node;
}

/* The field in the record, or in the first of a union's records that has one of that name. */
static const SchemaField *
field_in(const SchemaNode *node, const char *name)
{
  if (node->kind == SCHEMA_RECORD)
    return schema_node_field(node, name);
  for (size_t i = 0; node->kind == SCHEMA_UNION && i < node->length; i++) {
    const SchemaNode *branch = node->branches[i];
    const SchemaField *field =
        branch->kind == SCHEMA_RECORD ? schema_node_field(branch, name) : NULL;

    if (field != NULL)
      return field;
  }
  return NULL;
}

static void
add_field_names(GPtrArray *names, const SchemaNode *node)
{
  if (node->kind == SCHEMA_RECORD) {
    for (size_t i = 0; i < node->length; i++)
      g_ptr_array_add(names, (char *)node->fields[i].name);
  }
  for (size_t i = 0; node->kind == SCHEMA_UNION && i < node->length; i++) {
    if (node->branches[i]->kind == SCHEMA_RECORD)
      add_field_names(names, node->branches[i]);
  }
}

static void
refuse_path(const SchemaNode *node, const char *path, const char *word, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  const SchemaNode *inner = schema_node_unwrap(node);

  add_field_names(names, node);
  if (names->len == 0) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "field %s: %s is looked for in a value of type %s, which has no fields", path, word,
                schema_kind_name(inner->kind));
    return;
  }
  g_ptr_array_add(names, NULL);

  const char *nearest = fault_nearest(word, (const char *const *)names->pdata);
  g_autofree char *known = g_strjoinv(", ", (char **)names->pdata);

  if (nearest != NULL)
    g_set_error(error, FAULT, FAULT_SETUP, "field %s: the schema has no %s; did you mean %s?", path,
                word, nearest);
  else
    g_set_error(error, FAULT, FAULT_SETUP, "field %s: the schema has no %s; it has %s", path, word,
                known);
}

/* A default that is no value of its type would make bad records of all that an older schema wrote,
 * months later. */
static bool
default_is_right(const SchemaField *field, GError **error)
{
  g_auto(Bytes) datum = {0};

  return field->fallback == NULL || fallback_encode(field, &datum, error);
}

const SchemaNode *
schema_find(const Schema *self, const char *path, GError **error)
{
  g_auto(GStrv) words = g_strsplit(path, ".", -1);
  const SchemaNode *node = self->root;

  if (words[0] == NULL) {
    refuse_path(node, path, path, error);
    return NULL;
  }
  for (size_t i = 0; words[i] != NULL; i++) {
    const SchemaField *field = field_in(node, words[i]);

    if (field == NULL) {
      refuse_path(node, path, words[i], error);
      return NULL;
    }
    if (!default_is_right(field, error)) {
      g_prefix_error(error, "field %s: ", path);
      return NULL;
    }
    node = field->type;
  }
  return schema_node_unwrap(node);
}
