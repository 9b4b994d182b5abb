/* SPDX-License-Identifier: Apache-2.0 */
#include "json/place.h"

enum { FEW = 8 /* names that are looked through one by one */ };

JsonPlace *
json_place_new(char *path)
{
  JsonPlace *self = g_new0(JsonPlace, 1);

  self->path = path;
  self->slot = JSON_PLACE_NONE;
  self->names = g_array_new(FALSE, TRUE, sizeof(JsonEdge));
  self->items = g_array_new(FALSE, TRUE, sizeof(JsonEdge));
  return self;
}

static void
edges_free(GArray *edges)
{
  for (guint i = 0; i < edges->len; i++) {
    JsonEdge *edge = &g_array_index(edges, JsonEdge, i);

    g_free((gpointer)edge->name.data);
    g_free((gpointer)edge->text.data);
    json_place_free(edge->node);
  }
  g_array_unref(edges);
}

void
json_place_free(JsonPlace *self)
{
  edges_free(self->names);
  edges_free(self->items);
  g_free(self->path);
  g_free(self->table);
  g_free(self);
}

static Slice
copy_text(const char *text)
{
  return text == NULL ? SLICE_EMPTY : slice_text(g_strdup(text));
}

static bool
is_edge_for(const JsonEdge *edge, const JsonStep *step)
{
  return edge->kind == step->kind && edge->index == step->index &&
         (step->name == NULL || slice_equal(edge->name, slice_text(step->name))) &&
         (step->text == NULL || slice_equal(edge->text, slice_text(step->text)));
}

static char *
path_below(const JsonPlace *node, const JsonStep *step)
{
  g_autofree char *word = step->name == NULL ? NULL : json_path_quote(step->name);

  if (step->kind == JSON_STEP_INDEX)
    return g_strdup_printf("%s[%zu]", node->path, step->index);
  if (step->kind == JSON_STEP_SELECT)
    return g_strdup_printf("%s[%s=%s]", node->path, word, step->text);
  return g_strconcat(node->path, *node->path == '\0' ? "" : ".", word, NULL);
}

static bool
is_plain(const char *name)
{
  for (; *name != '\0'; name++)
    if (*name == '"' || *name == '\\' || (uint8_t)*name < 0x20)
      return false;
  return true;
}

JsonPlace *
json_place_below(JsonPlace *node, const JsonStep *step)
{
  GArray *edges = step->kind == JSON_STEP_MEMBER ? node->names : node->items;

  for (guint i = 0; i < edges->len; i++)
    if (is_edge_for(&g_array_index(edges, JsonEdge, i), step))
      return g_array_index(edges, JsonEdge, i).node;

  JsonEdge edge = {
      .kind = step->kind,
      .name = copy_text(step->name),
      .text = copy_text(step->text),
      .index = step->index,
      .node = json_place_new(path_below(node, step)),
      .then = edges->len + 1,
      .is_plain = step->name != NULL && is_plain(step->name),
  };

  g_array_append_val(edges, edge);
  return edge.node;
}

static inline size_t
hash_name(Slice name)
{
  size_t hash = name.len;

  for (size_t i = 0; i < name.len; i++)
    hash = hash * 31 + name.data[i];
  return hash ^ hash >> 15;
}

void
json_place_index(JsonPlace *node)
{
  guint length = node->names->len;

  for (guint i = 0; i < length; i++)
    json_place_index(g_array_index(node->names, JsonEdge, i).node);
  for (guint i = 0; i < node->items->len; i++)
    json_place_index(g_array_index(node->items, JsonEdge, i).node);
  if (length <= FEW)
    return;
  node->mask = ((size_t)1 << g_bit_storage(2 * (gulong)length)) - 1;
  node->table = g_new0(uint16_t, node->mask + 1);
  for (guint i = 0; i < length; i++) {
    size_t at = hash_name(g_array_index(node->names, JsonEdge, i).name) & node->mask;

    while (node->table[at] != 0)
      at = (at + 1) & node->mask;
    node->table[at] = (uint16_t)(i + 1);
  }
}

static inline bool
is_name(const JsonEdge *edge, Slice name)
{
  return edge->name.len == name.len && memcmp(edge->name.data, name.data, name.len) == 0;
}

JsonEdge *
json_place_find(const JsonPlace *node, Slice name)
{
  JsonEdge *edges = (JsonEdge *)node->names->data;

  for (guint i = 0; node->table == NULL && i < node->names->len; i++)
    if (is_name(&edges[i], name))
      return &edges[i];
  if (node->table == NULL)
    return NULL;
  for (size_t at = hash_name(name) & node->mask; node->table[at] != 0; at = (at + 1) & node->mask)
    if (is_name(&edges[node->table[at] - 1], name))
      return &edges[node->table[at] - 1];
  return NULL;
}
