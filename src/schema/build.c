/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/tree.h"

/* JSON to tree, in one walk. A name may be used once its definition has begun, as in every Avro
 * parser: so a type that is met unfinished is one that encloses the place where it is met. */

typedef struct {
  Schema *schema;
  const char *name;       /* of the text, for errors */
  GString *where;         /* JSON path of what is read */
  GHashTable *named;      /* full name -> node */
  GHashTable *unfinished; /* enclosing record -> how many barriers stood when it began, plus 1 */
  size_t barriers;        /* enclosing unions, arrays and maps: a datum can end at one */
} Builder;

static const SchemaNode *build_type(Builder *self, JsonNode *json, const char *space,
                                    GError **error);

/* Always false, so that a check can end with it. */
G_GNUC_PRINTF(3, 4)
static bool
refuse(const Builder *self, GError **error, const char *format, ...)
{
  va_list args;

  va_start(args, format);

  g_autofree char *what = g_strdup_vprintf(format, args);

  va_end(args);
  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s", self->name, self->where->str, what);
  return false;
}

static const char *
keep(Builder *self, char *text)
{
  return schema_tree_take(self->schema, text);
}

static SchemaNode *
make_node(Builder *self, SchemaKind kind)
{
  static const char *const none[] = {NULL};
  SchemaNode *node = schema_tree_make(self->schema, SchemaNode, 1);

  node->kind = kind;
  node->aliases = none;
  node->is_empty = kind == SCHEMA_NULL;
  return node;
}

static bool
is_name(const char *text)
{
  if (!g_ascii_isalpha(*text) && *text != '_')
    return false;
  for (; *text != '\0'; text++) {
    if (!g_ascii_isalnum(*text) && *text != '_')
      return false;
  }
  return true;
}

/* Names with dots between them. */
static bool
is_full_name(const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, ".", -1);
  bool is_right = words[0] != NULL;

  for (size_t i = 0; words[i] != NULL; i++)
    is_right = is_right && is_name(words[i]);
  return is_right;
}

static int
primitive_kind(const char *name)
{
  for (int kind = SCHEMA_NULL; kind <= SCHEMA_STRING; kind++) {
    if (strcmp(name, schema_kind_name((SchemaKind)kind)) == 0)
      return kind;
  }
  return -1;
}

/* NULL, untouched error: there is none. */
static JsonNode *
attribute(JsonObject *json, const char *key)
{
  return json_object_has_member(json, key) ? json_object_get_member(json, key) : NULL;
}

static const char *
text_of(JsonNode *json)
{
  return json != NULL && json_node_get_value_type(json) == G_TYPE_STRING
             ? json_node_get_string(json)
             : NULL;
}

static const char *
text_attribute(Builder *self, JsonObject *json, const char *key, GError **error)
{
  const char *text = text_of(attribute(json, key));

  if (text == NULL)
    refuse(self, error, "needs a text \"%s\"", key);
  return text;
}

static const char *
full_name(Builder *self, const char *name, const char *space)
{
  if (strchr(name, '.') != NULL || *space == '\0')
    return keep(self, g_strdup(name));
  return keep(self, g_strconcat(space, ".", name, NULL));
}

/* The namespace that holds inside a type: all of its full name but the last word. */
static const char *
space_of(Builder *self, const char *full)
{
  const char *dot = strrchr(full, '.');

  return dot == NULL ? "" : keep(self, g_strndup(full, (size_t)(dot - full)));
}

/* `space` is NULL for a field's aliases, which are plain names. */
static const char *const *
read_aliases(Builder *self, JsonObject *json, const char *space, GError **error)
{
  JsonNode *list = attribute(json, "aliases");

  if (list != NULL && !JSON_NODE_HOLDS_ARRAY(list)) {
    refuse(self, error, "\"aliases\" must be a list of names");
    return NULL;
  }

  size_t length = list == NULL ? 0 : json_array_get_length(json_node_get_array(list));
  const char **aliases = schema_tree_make(self->schema, const char *, length + 1);

  for (size_t i = 0; i < length; i++) {
    const char *alias = text_of(json_array_get_element(json_node_get_array(list), (guint)i));

    if (alias == NULL || !(space == NULL ? is_name(alias) : is_full_name(alias))) {
      refuse(self, error, "\"aliases\"[%zu] is not a name", i);
      return NULL;
    }
    aliases[i] = space == NULL ? alias : full_name(self, alias, space);
  }
  return aliases;
}

/* Gives the node its names and makes it known. */
static bool
read_names(Builder *self, SchemaNode *node, JsonObject *json, const char *space, GError **error)
{
  const char *name = text_attribute(self, json, "name", error);
  JsonNode *space_json = attribute(json, "namespace");

  if (name == NULL)
    return false;
  if (space_json != NULL && !JSON_NODE_HOLDS_NULL(space_json)) {
    space = text_of(space_json);
    if (space == NULL || (*space != '\0' && !is_full_name(space)))
      return refuse(self, error, "\"namespace\" must be names with dots between them");
  }
  if (!is_full_name(name))
    return refuse(self, error, "'%s' is not a name: letters, digits and _, not a digit first",
                  name);
  if (primitive_kind(strrchr(name, '.') == NULL ? name : strrchr(name, '.') + 1) >= 0)
    return refuse(self, error, "'%s' is a primitive type and cannot be defined", name);

  node->name = full_name(self, name, space);
  if (g_hash_table_contains(self->named, node->name))
    return refuse(self, error, "'%s' is defined twice", node->name);
  g_hash_table_insert(self->named, (gpointer)node->name, node);
  node->aliases = read_aliases(self, json, space_of(self, node->name), error);
  return node->aliases != NULL;
}

static const SchemaNode *
unknown_type(Builder *self, const char *name, GError **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new();
  GHashTableIter named;
  gpointer key;

  for (int kind = SCHEMA_NULL; kind <= SCHEMA_FIXED; kind++) {
    if (kind != SCHEMA_UNION)
      g_ptr_array_add(known, (char *)schema_kind_name((SchemaKind)kind));
  }
  g_hash_table_iter_init(&named, self->named);
  while (g_hash_table_iter_next(&named, &key, NULL))
    g_ptr_array_add(known, key);
  g_ptr_array_add(known, NULL);

  g_autofree char *quoted = slice_quote(slice_text(name));
  const char *nearest = fault_nearest(name, (const char *const *)known->pdata);

  if (nearest != NULL)
    refuse(self, error, "unknown type '%s'; did you mean %s?", quoted, nearest);
  else
    refuse(self, error, "unknown type '%s': a name is defined before it is used", quoted);
  return NULL;
}

static const SchemaNode *
build_reference(Builder *self, const char *name, const char *space, GError **error)
{
  int primitive = primitive_kind(name);

  if (primitive >= 0)
    return make_node(self, (SchemaKind)primitive);

  const SchemaNode *node = g_hash_table_lookup(self->named, full_name(self, name, space));

  if (node == NULL) /* a type without a namespace, used inside one */
    node = g_hash_table_lookup(self->named, name);
  if (node == NULL)
    return unknown_type(self, name, error);

  size_t began = GPOINTER_TO_SIZE(g_hash_table_lookup(self->unfinished, node));

  if (began == self->barriers + 1) {
    refuse(self, error,
           "record %s contains itself, and no datum of it could end; put a union, an array or a "
           "map between",
           node->name);
    return NULL;
  }
  return node;
}

static bool
branch_is_new(Builder *self, const SchemaNode *const *branches, size_t i, GError **error)
{
  if (branches[i]->kind == SCHEMA_UNION)
    return refuse(self, error, "a union directly in a union");
  for (size_t j = 0; j < i; j++) {
    bool is_same = branches[i]->name == NULL ? branches[j]->kind == branches[i]->kind
                                             : branches[j] == branches[i];

    if (is_same)
      return refuse(self, error, "%s is in this union twice",
                    branches[i]->name == NULL ? schema_kind_name(branches[i]->kind)
                                              : branches[i]->name);
  }
  return true;
}

static const SchemaNode *
build_union(Builder *self, JsonArray *json, const char *space, GError **error)
{
  SchemaNode *node = make_node(self, SCHEMA_UNION);
  size_t length = json_array_get_length(json);
  const SchemaNode **branches = schema_tree_make(self->schema, const SchemaNode *, length);
  size_t here = self->where->len;

  if (length == 0) {
    refuse(self, error, "a union without a branch");
    return NULL;
  }
  self->barriers++;
  for (size_t i = 0; i < length; i++) {
    g_string_append_printf(self->where, "[%zu]", i);
    branches[i] = build_type(self, json_array_get_element(json, (guint)i), space, error);
    if (branches[i] == NULL || !branch_is_new(self, branches, i, error))
      return NULL;
    g_string_truncate(self->where, here);
  }
  self->barriers--;
  node->branches = branches;
  node->length = length;
  return node;
}

/* The type under a key: "items", "values", a field's "type". */
static const SchemaNode *
build_member(Builder *self, JsonObject *json, const char *key, const char *space, GError **error)
{
  JsonNode *member = attribute(json, key);
  size_t here = self->where->len;

  if (member == NULL) {
    refuse(self, error, "needs \"%s\"", key);
    return NULL;
  }
  g_string_append_printf(self->where, ".%s", key);

  const SchemaNode *node = build_type(self, member, space, error);

  if (node != NULL)
    g_string_truncate(self->where, here);
  return node;
}

static const SchemaNode *
build_repeated(Builder *self, SchemaKind kind, JsonObject *json, const char *space, GError **error)
{
  SchemaNode *node = make_node(self, kind);

  self->barriers++;
  node->items = build_member(self, json, kind == SCHEMA_ARRAY ? "items" : "values", space, error);
  self->barriers--;
  return node->items == NULL ? NULL : node;
}

static bool
build_field(Builder *self, SchemaField *field, JsonNode *json, const char *space, GError **error)
{
  if (!JSON_NODE_HOLDS_OBJECT(json))
    return refuse(self, error, "a field must be an object with \"name\" and \"type\"");

  JsonObject *object = json_node_get_object(json);

  field->name = text_attribute(self, object, "name", error);
  if (field->name == NULL)
    return false;
  if (!is_name(field->name))
    return refuse(self, error, "'%s' is not a name: letters, digits and _, not a digit first",
                  field->name);
  field->aliases = read_aliases(self, object, NULL, error);
  if (field->aliases == NULL)
    return false;
  field->fallback = attribute(object, "default");
  field->type = build_member(self, object, "type", space, error);
  return field->type != NULL;
}

static bool
build_fields(Builder *self, SchemaNode *record, JsonArray *json, const char *space, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  size_t length = json_array_get_length(json);
  SchemaField *fields = schema_tree_make(self->schema, SchemaField, length);
  size_t here = self->where->len;

  record->is_empty = true;
  for (size_t i = 0; i < length; i++) {
    g_string_append_printf(self->where, ".fields[%zu]", i);
    if (!build_field(self, &fields[i], json_array_get_element(json, (guint)i), space, error))
      return false;
    if (!g_hash_table_add(seen, (gpointer)fields[i].name))
      return refuse(self, error, "the record has two fields %s", fields[i].name);
    g_string_truncate(self->where, here);
    record->is_empty = record->is_empty && fields[i].type->is_empty;
  }
  record->fields = fields;
  record->length = length;
  return true;
}

static const SchemaNode *
build_record(Builder *self, JsonObject *json, const char *space, GError **error)
{
  SchemaNode *node = make_node(self, SCHEMA_RECORD);
  JsonNode *fields = attribute(json, "fields");

  if (!read_names(self, node, json, space, error))
    return NULL;
  if (fields == NULL || !JSON_NODE_HOLDS_ARRAY(fields)) {
    refuse(self, error, "record %s needs a list \"fields\"", node->name);
    return NULL;
  }
  g_hash_table_insert(self->unfinished, node, GSIZE_TO_POINTER(self->barriers + 1));
  if (!build_fields(self, node, json_node_get_array(fields), space_of(self, node->name), error))
    return NULL;
  g_hash_table_remove(self->unfinished, node);
  return node;
}

static bool
read_symbols(Builder *self, SchemaNode *node, JsonArray *json, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  size_t length = json_array_get_length(json);
  const char **symbols = schema_tree_make(self->schema, const char *, length);

  for (size_t i = 0; i < length; i++) {
    symbols[i] = text_of(json_array_get_element(json, (guint)i));
    if (symbols[i] == NULL || !is_name(symbols[i]))
      return refuse(self, error, "\"symbols\"[%zu] is not a name", i);
    if (!g_hash_table_add(seen, (gpointer)symbols[i]))
      return refuse(self, error, "the enum has symbol %s twice", symbols[i]);
  }
  node->symbols = symbols;
  node->length = length;
  return true;
}

static const SchemaNode *
build_enum(Builder *self, JsonObject *json, const char *space, GError **error)
{
  SchemaNode *node = make_node(self, SCHEMA_ENUM);
  JsonNode *symbols = attribute(json, "symbols");
  JsonNode *fallback = attribute(json, "default");

  if (!read_names(self, node, json, space, error))
    return NULL;
  if (symbols == NULL || !JSON_NODE_HOLDS_ARRAY(symbols)) {
    refuse(self, error, "enum %s needs a list \"symbols\"", node->name);
    return NULL;
  }
  if (!read_symbols(self, node, json_node_get_array(symbols), error))
    return NULL;
  if (fallback == NULL)
    return node;

  const char *symbol = text_of(fallback);

  for (size_t i = 0; symbol != NULL && i < node->length; i++) {
    if (strcmp(symbol, node->symbols[i]) == 0)
      node->default_symbol = node->symbols[i];
  }
  if (node->default_symbol != NULL)
    return node;
  refuse(self, error, "the default of enum %s is not one of its symbols", node->name);
  return NULL;
}

static const SchemaNode *
build_fixed(Builder *self, JsonObject *json, const char *space, GError **error)
{
  SchemaNode *node = make_node(self, SCHEMA_FIXED);
  JsonNode *size = attribute(json, "size");

  if (!read_names(self, node, json, space, error))
    return NULL;
  if (size == NULL || json_node_get_value_type(size) != G_TYPE_INT64 ||
      json_node_get_int(size) < 0 || json_node_get_int(size) > INT32_MAX) {
    refuse(self, error, "fixed %s needs a \"size\" in bytes", node->name);
    return NULL;
  }
  node->length = (size_t)json_node_get_int(size);
  node->is_empty = node->length == 0;
  schema_read_logical(node, json);
  return node;
}

static const SchemaNode *
build_object(Builder *self, JsonObject *json, const char *space, GError **error)
{
  const char *type = text_attribute(self, json, "type", error);

  if (type == NULL)
    return NULL;
  if (strcmp(type, "record") == 0)
    return build_record(self, json, space, error);
  if (strcmp(type, "enum") == 0)
    return build_enum(self, json, space, error);
  if (strcmp(type, "fixed") == 0)
    return build_fixed(self, json, space, error);
  if (strcmp(type, "array") == 0)
    return build_repeated(self, SCHEMA_ARRAY, json, space, error);
  if (strcmp(type, "map") == 0)
    return build_repeated(self, SCHEMA_MAP, json, space, error);
  if (primitive_kind(type) < 0)
    return build_reference(self, type, space, error);

  SchemaNode *node = make_node(self, (SchemaKind)primitive_kind(type));

  schema_read_logical(node, json);
  return node;
}

static const SchemaNode *
build_type(Builder *self, JsonNode *json, const char *space, GError **error)
{
  if (text_of(json) != NULL)
    return build_reference(self, text_of(json), space, error);
  if (JSON_NODE_HOLDS_ARRAY(json))
    return build_union(self, json_node_get_array(json), space, error);
  if (JSON_NODE_HOLDS_OBJECT(json))
    return build_object(self, json_node_get_object(json), space, error);
  refuse(self, error, "a type is a name, a list (union) or an object");
  return NULL;
}

bool
schema_build(Schema *self, const char *name, GError **error)
{
  g_autoptr(GString) where = g_string_new("$");
  g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GHashTable) unfinished = g_hash_table_new(NULL, NULL);
  Builder builder = {self, name, where, named, unfinished, 0};

  self->root = build_type(&builder, self->json, "", error);
  return self->root != NULL;
}
