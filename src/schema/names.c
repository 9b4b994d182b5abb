/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/builder.h"

G_GNUC_PRINTF(3, 4)
bool
builder_refuse(const Builder *self, GError **error, const char *format, ...)
{
  va_list args;

  va_start(args, format);

  g_autofree char *what = g_strdup_vprintf(format, args);

  va_end(args);
  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s", self->name, self->where->str, what);
  return false;
}

const char *
builder_keep(Builder *self, const char *text)
{
  return g_string_chunk_insert(self->schema->texts, text);
}

const char *const builder_no_names[] = {NULL};

bool
builder_is_name(const Builder *self, const char *text)
{
  if (self->takes_any_name)
    return true;
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
is_full_name(const Builder *self, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, ".", -1);
  bool is_right = self->takes_any_name || words[0] != NULL;

  for (size_t i = 0; words[i] != NULL; i++)
    is_right = is_right && builder_is_name(self, words[i]);
  return is_right;
}

int
builder_primitive(const char *name)
{
  for (int kind = SCHEMA_NULL; kind <= SCHEMA_STRING; kind++) {
    if (strcmp(name, schema_kind_name((SchemaKind)kind)) == 0)
      return kind;
  }
  return -1;
}

JsonNode *
builder_attribute(JsonObject *json, const char *key)
{
  return json_object_has_member(json, key) ? json_object_get_member(json, key) : NULL;
}

const char *
builder_text_of(JsonNode *json)
{
  return json != NULL && json_node_get_value_type(json) == G_TYPE_STRING
             ? json_node_get_string(json)
             : NULL;
}

const char *
builder_text(Builder *self, JsonObject *json, const char *key, GError **error)
{
  const char *text = builder_text_of(builder_attribute(json, key));

  if (text == NULL)
    builder_refuse(self, error, "needs a text \"%s\"", key);
  return text;
}

const char *
builder_full_name(Builder *self, const char *name, const char *space)
{
  g_autofree char *full = strchr(name, '.') != NULL || *space == '\0'
                              ? g_strdup(name)
                              : g_strconcat(space, ".", name, NULL);

  return builder_keep(self, full);
}

const char *
builder_space_of(Builder *self, const char *full)
{
  const char *dot = strrchr(full, '.');
  g_autofree char *space = dot == NULL ? NULL : g_strndup(full, (size_t)(dot - full));

  return dot == NULL ? "" : builder_keep(self, space);
}

const char *const *
builder_read_aliases(Builder *self, JsonObject *json, const char *space, GError **error)
{
  JsonNode *list = builder_attribute(json, "aliases");

  if (list != NULL && !JSON_NODE_HOLDS_ARRAY(list)) {
    builder_refuse(self, error, "\"aliases\" must be a list of names");
    return NULL;
  }

  size_t length = list == NULL ? 0 : json_array_get_length(json_node_get_array(list));

  if (length == 0)
    return builder_no_names;

  const char **aliases = schema_tree_make(self->schema, const char *, length);

  for (size_t i = 0; i < length; i++) {
    const char *alias =
        builder_text_of(json_array_get_element(json_node_get_array(list), (guint)i));

    if (alias == NULL ||
        !(space == NULL ? builder_is_name(self, alias) : is_full_name(self, alias))) {
      builder_refuse(self, error, "\"aliases\"[%zu] is not a name", i);
      return NULL;
    }
    aliases[i] = space == NULL ? builder_keep(self, alias) : builder_full_name(self, alias, space);
  }
  return aliases;
}

bool
builder_read_names(Builder *self, SchemaNode *node, JsonObject *json, const char *space,
                   GError **error)
{
  const char *name = builder_text(self, json, "name", error);
  JsonNode *space_json = builder_attribute(json, "namespace");

  if (name == NULL)
    return false;
  if (space_json != NULL && !JSON_NODE_HOLDS_NULL(space_json)) {
    space = builder_text_of(space_json);
    if (space == NULL || (*space != '\0' && !is_full_name(self, space)))
      return builder_refuse(self, error, "\"namespace\" must be names with dots between them");
  }
  if (!is_full_name(self, name))
    return builder_refuse(self, error,
                          "'%s' is not a name: letters, digits and _, not a digit first", name);
  if (builder_primitive(strrchr(name, '.') == NULL ? name : strrchr(name, '.') + 1) >= 0)
    return builder_refuse(self, error, "'%s' is a primitive type and cannot be defined", name);

  node->name = builder_full_name(self, name, space);
  if (g_hash_table_contains(self->named, node->name))
    return builder_refuse(self, error, "'%s' is defined twice", node->name);
  g_hash_table_insert(self->named, (gpointer)node->name, node);
  node->aliases = builder_read_aliases(self, json, builder_space_of(self, node->name), error);
  return node->aliases != NULL;
}
