/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/place.h"

Place
place_root(const char *file, FaultList *faults)
{
  return (Place){.file = file, .faults = faults};
}

Place
place_key(const Place *self, const char *key)
{
  return (Place){.file = self->file, .faults = self->faults, .parent = self, .key = key};
}

Place
place_index(const Place *self, size_t index)
{
  return (Place){.file = self->file, .faults = self->faults, .parent = self, .index = index};
}

static void
append_path(const Place *self, GString *path)
{
  if (self->parent == NULL) {
    g_string_append_c(path, '$');
    return;
  }
  append_path(self->parent, path);
  if (self->key != NULL)
    g_string_append_printf(path, ".%s", self->key);
  else
    g_string_append_printf(path, "[%zu]", self->index);
}

void
place_fault(const Place *self, const char *format, ...)
{
  g_autoptr(GString) path = g_string_new(NULL);
  g_autofree char *sentence = NULL;
  va_list args;

  va_start(args, format);
  sentence = g_strdup_vprintf(format, args);
  va_end(args);
  append_path(self, path);
  fault_list_add(self->faults, "%s: %s: %s", self->file, path->str, sentence);
}

void
place_fault_word(const Place *self, const char *kind, const char *word, const char *const *known)
{
  const char *nearest = fault_nearest(word, known);
  g_autofree char *all = g_strjoinv(", ", (char **)known);

  if (nearest != NULL)
    place_fault(self, "unknown %s '%s'; did you mean '%s'?", kind, word, nearest);
  else
    place_fault(self, "unknown %s '%s'; use one of: %s", kind, word, all);
}

static const char *
type_name(JsonNode *node)
{
  switch (json_node_get_node_type(node)) {
  case JSON_NODE_OBJECT:
    return "an object";
  case JSON_NODE_ARRAY:
    return "an array";
  case JSON_NODE_NULL:
    return "null";
  case JSON_NODE_VALUE:
    break;
  }
  if (json_node_get_value_type(node) == G_TYPE_STRING)
    return "a text";
  return json_node_get_value_type(node) == G_TYPE_BOOLEAN ? "true or false" : "a number";
}

void
place_fault_type(const Place *self, const char *wanted, JsonNode *node)
{
  place_fault(self, "%s is needed here, not %s", wanted, type_name(node));
}

JsonObject *
place_read_object(const Place *self, JsonNode *node, const char *const *known)
{
  g_autoptr(GList) members = NULL;

  if (!JSON_NODE_HOLDS_OBJECT(node)) {
    place_fault_type(self, "an object", node);
    return NULL;
  }
  members = json_object_get_members(json_node_get_object(node));
  for (GList *member = members; known != NULL && member != NULL; member = member->next)
    if (!g_strv_contains(known, member->data))
      place_fault_word(self, "key", member->data, known);
  return json_node_get_object(node);
}

JsonArray *
place_read_array(const Place *self, JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY(node))
    return json_node_get_array(node);
  place_fault_type(self, "an array", node);
  return NULL;
}

static bool
holds(JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

const char *
place_read_text(const Place *self, JsonNode *node)
{
  if (holds(node, G_TYPE_STRING))
    return json_node_get_string(node);
  place_fault_type(self, "a text", node);
  return NULL;
}

static JsonNode *
member_of(JsonObject *object, const char *key)
{
  return json_object_has_member(object, key) ? json_object_get_member(object, key) : NULL;
}

bool
place_get_text(const Place *self, JsonObject *object, const char *key, const char **out_text)
{
  JsonNode *node = member_of(object, key);
  Place place = place_key(self, key);
  const char *text;

  if (node == NULL)
    return true;
  text = place_read_text(&place, node);
  if (text == NULL)
    return false;
  *out_text = text;
  return true;
}

bool
place_get_count(const Place *self, JsonObject *object, const char *key, int64_t most,
                int64_t *out_count)
{
  JsonNode *node = member_of(object, key);
  Place place = place_key(self, key);

  if (node == NULL)
    return true;
  if (!holds(node, G_TYPE_INT64)) {
    place_fault_type(&place, "a whole number", node);
    return false;
  }
  if (json_node_get_int(node) < 1 || json_node_get_int(node) > most) {
    place_fault(&place, "%" G_GINT64_FORMAT " is not within 1 to %" G_GINT64_FORMAT,
                json_node_get_int(node), most);
    return false;
  }
  *out_count = json_node_get_int(node);
  return true;
}

bool
place_get_flag(const Place *self, JsonObject *object, const char *key, bool *out_flag)
{
  JsonNode *node = member_of(object, key);
  Place place = place_key(self, key);

  if (node == NULL)
    return true;
  if (!holds(node, G_TYPE_BOOLEAN)) {
    place_fault_type(&place, "true or false", node);
    return false;
  }
  *out_flag = json_node_get_boolean(node);
  return true;
}

bool
place_get_word(const Place *self, JsonObject *object, const char *key, const char *const *words,
               unsigned *out_index)
{
  Place place = place_key(self, key);
  const char *word = NULL;

  if (!place_get_text(self, object, key, &word))
    return false;
  if (word == NULL)
    return true;
  for (unsigned i = 0; words[i] != NULL; i++) {
    if (strcmp(words[i], word) == 0) {
      *out_index = i;
      return true;
    }
  }
  place_fault_word(&place, "word", word, words);
  return false;
}

JsonNode *
place_need(const Place *self, JsonObject *object, const char *key)
{
  JsonNode *node = member_of(object, key);

  if (node == NULL)
    place_fault(self, "the key '%s' is missing; add it", key);
  return node;
}

const char *
place_need_text(const Place *self, JsonObject *object, const char *key)
{
  JsonNode *node = place_need(self, object, key);
  Place place = place_key(self, key);
  const char *text = node == NULL ? NULL : place_read_text(&place, node);

  if (text != NULL && *text == '\0') {
    place_fault(&place, "the text is empty");
    return NULL;
  }
  return text;
}
