/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/suggest.h"

#include "json/json.h"
#include "json/path.h"
#include "json/write.h"

#include <string.h>

/* An object of more different members than this, of which a document has but a few, is a map: its
 * members are data, and it is one column. */
enum { MANY_MEMBERS = 32, DEEPEST = 8, MOST_CELLS = 4 << 20 };

/* What is known of the objects at one path. */
typedef struct {
  GHashTable *members; /* owned set of owned names */
  uint64_t objects;
  uint64_t total; /* members of all */
} Shape;

static void
shape_free(void *shape)
{
  Shape *self = shape;

  g_hash_table_unref(self->members);
  g_free(self);
}

typedef struct {
  Suggest *suggest;
  GHashTable *shapes; /* owned: path -> owned Shape */
  bool is_counting;   /* the first time over, for the shapes alone */
} Walk;

static Shape *
shape_at(Walk *self, const char *path)
{
  Shape *shape = g_hash_table_lookup(self->shapes, path);

  if (shape == NULL) {
    shape = g_new0(Shape, 1);
    shape->members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_insert(self->shapes, g_strdup(path), shape);
  }
  return shape;
}

static bool
is_map(const Shape *shape)
{
  guint length = g_hash_table_size(shape->members);

  return length > MANY_MEMBERS && shape->total / MAX(shape->objects, 1) < length / 2;
}

static void
add_leaf(Walk *self, const char *path, JsonNode *node)
{
  SuggestField *field = suggest_field(self->suggest, path);
  bool is_text = json_node_get_value_type(node) == G_TYPE_STRING;
  g_autofree char *text = is_text ? json_node_dup_string(node) : json_write(node);

  field->is_composite |= JSON_NODE_HOLDS_ARRAY(node) || JSON_NODE_HOLDS_OBJECT(node);
  suggest_field_add(field, self->suggest->rows, slice_text(text), '.');
}

static void
walk(Walk *self, const char *path, JsonNode *node, unsigned depth)
{
  Shape *shape = shape_at(self, path);
  JsonObjectIter members;
  const char *name = NULL;
  JsonNode *value = NULL;

  json_object_iter_init_ordered(&members, json_node_get_object(node));
  shape->objects += self->is_counting;
  while (json_object_iter_next_ordered(&members, &name, &value)) {
    g_autofree char *word = json_path_quote(name);
    g_autofree char *below = *path == '\0' ? g_strdup(word) : g_strconcat(path, ".", word, NULL);
    bool is_object = JSON_NODE_HOLDS_OBJECT(value) && depth < DEEPEST &&
                     json_object_get_size(json_node_get_object(value)) > 0;

    if (self->is_counting) {
      g_hash_table_add(shape->members, g_strdup(name));
      shape->total++;
    }
    if (is_object && (self->is_counting || !is_map(shape_at(self, below))))
      walk(self, below, value, depth + 1);
    else if (!self->is_counting && !JSON_NODE_HOLDS_NULL(value))
      add_leaf(self, below, value);
  }
}

/* False: it is none that run would read. */
static bool
walk_document(Walk *self, Slice document)
{
  Suggest *suggest = self->suggest;
  g_autoptr(GError) reason = NULL;
  g_autoptr(JsonNode) node =
      json_parse("record", (const char *)document.data, document.len, &reason);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT(node)) {
    walk(self, "", node, 0);
    return true;
  }
  if (!self->is_counting && suggest->bad++ == 0)
    fault_list_add(&suggest->notes, "bad records: the first: %s",
                   reason != NULL ? reason->message : "no JSON object");
  return false;
}

void
suggest_json(Suggest *self, const Slice *documents, guint length)
{
  Walk walking = {
      .suggest = self,
      .shapes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, shape_free),
      .is_counting = true,
  };

  for (guint i = 0; i < length; i++)
    walk_document(&walking, documents[i]);
  walking.is_counting = false;
  for (guint i = 0; i < length && self->rows * self->fields->len < MOST_CELLS; i++) {
    if (!walk_document(&walking, documents[i]))
      continue;
    g_array_append_val(self->places, i);
    self->rows++;
  }
  self->is_cut |= self->rows + self->bad < length;
  g_hash_table_unref(walking.shapes);
}
