/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/builder.h"

#include "json/write.h"

static const SchemaNode *build_type(Builder *self, JsonNode *json, const char *space,
                                    GError **error);

/* Shared by all schemas; the same of a writer's and ours makes one match. */
static const SchemaNode primitives[] = {
    {.kind = SCHEMA_NULL, .aliases = builder_no_names, .is_empty = true},
    {.kind = SCHEMA_BOOLEAN, .aliases = builder_no_names},
    {.kind = SCHEMA_INT, .aliases = builder_no_names},
    {.kind = SCHEMA_LONG, .aliases = builder_no_names},
    {.kind = SCHEMA_FLOAT, .aliases = builder_no_names},
    {.kind = SCHEMA_DOUBLE, .aliases = builder_no_names},
    {.kind = SCHEMA_BYTES, .aliases = builder_no_names},
    {.kind = SCHEMA_STRING, .aliases = builder_no_names},
};

static SchemaNode *
make_node(Builder *self, SchemaKind kind)
{
  SchemaNode *node = schema_tree_make(self->schema, SchemaNode, 1);

  node->kind = kind;
  node->aliases = builder_no_names;
  return node;
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
    builder_refuse(self, error, "unknown type '%s'; did you mean %s?", quoted, nearest);
  else
    builder_refuse(self, error, "unknown type '%s': a name is defined before it is used", quoted);
  return NULL;
}

static const SchemaNode *
build_reference(Builder *self, const char *name, const char *space, GError **error)
{
  int primitive = builder_primitive(name);

  if (primitive >= 0)
    return &primitives[primitive];

  const SchemaNode *node = g_hash_table_lookup(self->named, builder_full_name(self, name, space));

  if (node == NULL) /* a type without a namespace, used inside one */
    node = g_hash_table_lookup(self->named, name);
  if (node == NULL)
    return unknown_type(self, name, error);

  size_t began = GPOINTER_TO_SIZE(g_hash_table_lookup(self->unfinished, node));

  if (began == self->barriers + 1) {
    builder_refuse(
        self, error,
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
    return builder_refuse(self, error, "a union directly in a union");
  for (size_t j = 0; j < i; j++) {
    bool is_same = branches[i]->name == NULL ? branches[j]->kind == branches[i]->kind
                                             : branches[j] == branches[i];

    if (is_same)
      return builder_refuse(self, error, "%s is in this union twice",
                            branches[i]->name == NULL ? schema_kind_name(branches[i]->kind)
                                                      : branches[i]->name);
  }
  return true;
}

/* The union of these branches, which is made once. */
static const SchemaNode *
union_of(Builder *self, const SchemaNode *const *branches, size_t length)
{
  g_autoptr(GString) key = g_string_new(NULL);

  for (size_t i = 0; i < length; i++)
    g_string_append_printf(key, "%p,", (const void *)branches[i]);

  SchemaNode *node = g_hash_table_lookup(self->unions, key->str);

  if (node != NULL)
    return node;

  const SchemaNode **kept = schema_tree_make(self->schema, const SchemaNode *, length);

  memcpy(kept, branches, length * sizeof(const SchemaNode *));
  node = make_node(self, SCHEMA_UNION);
  node->branches = kept;
  node->length = length;
  g_hash_table_insert(self->unions, g_strdup(key->str), node);
  return node;
}

static const SchemaNode *
build_union(Builder *self, JsonArray *json, const char *space, GError **error)
{
  size_t length = json_array_get_length(json);
  g_autofree const SchemaNode **branches = g_new0(const SchemaNode *, length + 1);
  size_t here = self->where->len;

  if (length == 0) {
    builder_refuse(self, error, "a union without a branch");
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
  return union_of(self, branches, length);
}

/* The type under a key: "items", "values", a field's "type". */
static const SchemaNode *
build_member(Builder *self, JsonObject *json, const char *key, const char *space, GError **error)
{
  JsonNode *member = builder_attribute(json, key);
  size_t here = self->where->len;

  if (member == NULL) {
    builder_refuse(self, error, "needs \"%s\"", key);
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

/* As text: json-glib's tree takes fifty times as much, and defaults are seldom asked for. */
static const char *
read_default(Builder *self, JsonNode *json)
{
  if (json == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_NULL(json))
    return "null";

  g_autofree char *text = json_write(json);

  return builder_keep(self, text);
}

static bool
build_field(Builder *self, SchemaField *field, JsonNode *json, const char *space, GError **error)
{
  if (!JSON_NODE_HOLDS_OBJECT(json))
    return builder_refuse(self, error, "a field must be an object with \"name\" and \"type\"");

  JsonObject *object = json_node_get_object(json);

  const char *name = builder_text(self, object, "name", error);

  if (name == NULL)
    return false;
  if (!builder_is_name(self, name))
    return builder_refuse(self, error,
                          "'%s' is not a name: letters, digits and _, not a digit first", name);
  field->name = builder_keep(self, name);
  field->aliases = builder_read_aliases(self, object, NULL, error);
  if (field->aliases == NULL)
    return false;
  field->fallback = read_default(self, builder_attribute(object, "default"));
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
      return builder_refuse(self, error, "the record has two fields %s", fields[i].name);
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
  JsonNode *fields = builder_attribute(json, "fields");

  if (!builder_read_names(self, node, json, space, error))
    return NULL;
  if (fields == NULL || !JSON_NODE_HOLDS_ARRAY(fields)) {
    builder_refuse(self, error, "record %s needs a list \"fields\"", node->name);
    return NULL;
  }
  g_hash_table_insert(self->unfinished, node, GSIZE_TO_POINTER(self->barriers + 1));
  if (!build_fields(self, node, json_node_get_array(fields), builder_space_of(self, node->name),
                    error))
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
    const char *symbol = builder_text_of(json_array_get_element(json, (guint)i));

    if (symbol == NULL || !builder_is_name(self, symbol))
      return builder_refuse(self, error, "\"symbols\"[%zu] is not a name", i);
    symbols[i] = builder_keep(self, symbol);
    if (!g_hash_table_add(seen, (gpointer)symbols[i]))
      return builder_refuse(self, error, "the enum has symbol %s twice", symbols[i]);
  }
  node->symbols = symbols;
  node->length = length;
  return true;
}

static const SchemaNode *
build_enum(Builder *self, JsonObject *json, const char *space, GError **error)
{
  SchemaNode *node = make_node(self, SCHEMA_ENUM);
  JsonNode *symbols = builder_attribute(json, "symbols");
  JsonNode *fallback = builder_attribute(json, "default");

  if (!builder_read_names(self, node, json, space, error))
    return NULL;
  if (symbols == NULL || !JSON_NODE_HOLDS_ARRAY(symbols)) {
    builder_refuse(self, error, "enum %s needs a list \"symbols\"", node->name);
    return NULL;
  }
  if (!read_symbols(self, node, json_node_get_array(symbols), error))
    return NULL;
  if (fallback == NULL)
    return node;

  const char *symbol = builder_text_of(fallback);

  for (size_t i = 0; symbol != NULL && i < node->length; i++) {
    if (strcmp(symbol, node->symbols[i]) == 0)
      node->default_symbol = node->symbols[i];
  }
  if (node->default_symbol != NULL)
    return node;
  builder_refuse(self, error, "the default of enum %s is not one of its symbols", node->name);
  return NULL;
}

static const SchemaNode *
build_fixed(Builder *self, JsonObject *json, const char *space, GError **error)
{
  SchemaNode *node = make_node(self, SCHEMA_FIXED);
  JsonNode *size = builder_attribute(json, "size");

  if (!builder_read_names(self, node, json, space, error))
    return NULL;
  if (size == NULL || json_node_get_value_type(size) != G_TYPE_INT64 ||
      json_node_get_int(size) < 0 || json_node_get_int(size) > INT32_MAX) {
    builder_refuse(self, error, "fixed %s needs a \"size\" in bytes", node->name);
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
  const char *type = builder_text(self, json, "type", error);

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
  if (builder_primitive(type) < 0)
    return build_reference(self, type, space, error);

  SchemaNode read = primitives[builder_primitive(type)];

  schema_read_logical(&read, json);
  if (read.logical == LOGICAL_NONE)
    return &primitives[read.kind];

  SchemaNode *node = make_node(self, read.kind);

  *node = read;
  return node;
}

static const SchemaNode *
build_type(Builder *self, JsonNode *json, const char *space, GError **error)
{
  if (builder_text_of(json) != NULL)
    return build_reference(self, builder_text_of(json), space, error);
  if (JSON_NODE_HOLDS_ARRAY(json))
    return build_union(self, json_node_get_array(json), space, error);
  if (JSON_NODE_HOLDS_OBJECT(json))
    return build_object(self, json_node_get_object(json), space, error);
  builder_refuse(self, error, "a type is a name, a list (union) or an object");
  return NULL;
}

bool
schema_build(Schema *self, const SchemaText *texts, size_t length, SchemaNames names,
             GError **error)
{
  g_autoptr(GString) where = g_string_new("$");
  g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GHashTable) unfinished = g_hash_table_new(NULL, NULL);
  g_autoptr(GHashTable) unions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  Builder builder = {self, NULL, where, named, unfinished, unions, 0, names == SCHEMA_ANY_NAME};

  for (size_t i = 0; i < length; i++) {
    g_autoptr(JsonNode) json = schema_text_parse(&texts[i], error);

    if (json == NULL)
      return false;
    builder.name = texts[i].name;
    g_string_assign(where, "$");
    self->root = build_type(&builder, json, "", error);
    if (self->root == NULL)
      return false;
  }
  return true;
}
