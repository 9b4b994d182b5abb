/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/change/change.h"

#include "json/json.h"
#include "mapping/change/schemas.h"
#include "mapping/plan.h"

#include <string.h>

/* Of a mapping that a service does not read. */
static const char *const idle_keys[] = {"$schema", "csv", "regions", "splits", NULL};

static bool
is_same_text(const char *a, const char *b)
{
  return g_strcmp0(a, b) == 0;
}

/* A family's "columns" may grow, and what else it says is for whoever creates the table. */
static bool
has_column(JsonArray *columns, JsonNode *wanted)
{
  for (guint i = 0; i < json_array_get_length(columns); i++)
    if (json_node_equal(json_array_get_element(columns, i), wanted))
      return true;
  return false;
}

static char *
compare_columns(const char *family, JsonObject *before, JsonObject *now, bool *out_is_grown)
{
  JsonArray *old = json_object_get_array_member(before, "columns");
  JsonArray *new = json_object_get_array_member(now, "columns");

  for (guint i = 0; i < json_array_get_length(old); i++)
    if (!has_column(new, json_array_get_element(old, i)))
      return g_strdup_printf("column %u of the family %s is another one, or gone", i + 1, family);
  if (json_array_get_length(new) > json_array_get_length(old))
    *out_is_grown = true;
  return NULL;
}

static char *
compare_families(JsonObject *before, JsonObject *now, bool *out_is_grown)
{
  JsonObjectIter each;
  const char *family;
  JsonNode *node;

  json_object_iter_init(&each, before);
  while (json_object_iter_next(&each, &family, &node)) {
    char *reason;

    if (!json_object_has_member(now, family))
      return g_strdup_printf("the family %s is gone", family);
    reason = compare_columns(family, json_node_get_object(node),
                             json_object_get_object_member(now, family), out_is_grown);
    if (reason != NULL)
      return reason;
  }
  if (json_object_get_size(now) > json_object_get_size(before))
    *out_is_grown = true;
  return NULL;
}

/* NULL: each key of `a` but "families" and the idle ones is the same in `b`. */
static char *
compare_keys(JsonObject *a, JsonObject *b)
{
  JsonObjectIter each;
  const char *key;
  JsonNode *node;

  json_object_iter_init(&each, a);
  while (json_object_iter_next(&each, &key, &node)) {
    JsonNode *other = json_object_get_member(b, key);

    if (strcmp(key, "families") != 0 && !g_strv_contains(idle_keys, key) &&
        (other == NULL || !json_node_equal(node, other)))
      return g_strdup_printf("$.%s is another one", key);
  }
  return NULL;
}

static JsonNode *
document_of(const Mapping *mapping)
{
  return json_parse(mapping->path, mapping->document, strlen(mapping->document), NULL);
}

MappingDifference
mapping_compare(const Mapping *before, const Mapping *now, char **out_reason)
{
  g_autoptr(JsonNode) old_node = document_of(before);
  g_autoptr(JsonNode) new_node = document_of(now);
  JsonObject *old = json_node_get_object(old_node);
  JsonObject *new = json_node_get_object(new_node);
  bool is_grown = false;
  char *reason = compare_keys(old, new);

  if (reason == NULL)
    reason = compare_keys(new, old);
  if (reason == NULL)
    reason = compare_families(json_object_get_object_member(old, "families"),
                              json_object_get_object_member(new, "families"), &is_grown);
  if (reason == NULL)
    reason = mapping_change_schemas(before, now);
  *out_reason = reason;
  if (reason != NULL)
    return MAPPING_OTHER;
  return is_grown ? MAPPING_GROWN : MAPPING_SAME;
}

/* The mapping that has taken the place of `before`: its file, or what it reads and writes. */
static const Mapping *
find_successor(const Mapping *before, const Mapping *const *now, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (is_same_text(before->path, now[i]->path))
      return now[i];
  for (size_t i = 0; i < length; i++)
    if (is_same_text(before->topic, now[i]->topic) && is_same_text(before->table, now[i]->table))
      return now[i];
  return NULL;
}

static void
tell(MappingChange *self, const Mapping *mapping, const char *reason)
{
  fault_list_add(&self->told, "%s: %s: it stays as it was until the next start", mapping->path,
                 reason);
}

/* What goes on in the place of a mapping that runs. */
static const Mapping *
choose(MappingChange *self, const Mapping *before, const Mapping *successor)
{
  g_autofree char *reason = NULL;

  if (successor == NULL) {
    tell(self, before, "the mapping is gone");
    return before;
  }
  switch (mapping_compare(before, successor, &reason)) {
  case MAPPING_SAME:
    return before; /* whatever was made of it stays good */
  case MAPPING_GROWN:
    self->is_other = true;
    return successor;
  case MAPPING_OTHER:
    tell(self, before, reason);
    break;
  }
  return before;
}

/* A new mapping may not meddle with one that goes on though its file says otherwise. */
static bool
is_free(const Mapping *added, const GPtrArray *held)
{
  for (guint i = 0; i < held->len; i++) {
    const Mapping *other = held->pdata[i];

    if (is_same_text(other->table, added->table) || is_same_text(other->topic, added->topic))
      return false;
  }
  return true;
}

static int
compare_tables(const void *a, const void *b)
{
  return strcmp(mapping_table(*(Mapping *const *)a), mapping_table(*(Mapping *const *)b));
}

void
mapping_change_init(MappingChange *self, const Mapping *const *running, size_t running_length,
                    const Mapping *const *now, size_t now_length)
{
  g_autoptr(GPtrArray) met = g_ptr_array_new();  /* of `now`: successors */
  g_autoptr(GPtrArray) held = g_ptr_array_new(); /* of `running`: those that were told of */

  *self = (MappingChange){.list = g_ptr_array_new()};
  for (size_t i = 0; i < running_length; i++) {
    const Mapping *successor = find_successor(running[i], now, now_length);
    size_t told = fault_list_length(&self->told);

    g_ptr_array_add(self->list, (gpointer)choose(self, running[i], successor));
    g_ptr_array_add(met, (gpointer)successor);
    if (fault_list_length(&self->told) > told)
      g_ptr_array_add(held, (gpointer)running[i]);
  }
  for (size_t i = 0; i < now_length; i++) {
    if (g_ptr_array_find(met, now[i], NULL))
      continue;
    if (is_free(now[i], held)) {
      g_ptr_array_add(self->list, (gpointer)now[i]);
      self->is_other = true;
    } else {
      fault_list_add(&self->told,
                     "%s: its topic or table is that of a mapping that stays as it was: it begins "
                     "with the next start",
                     now[i]->path);
    }
  }
  g_ptr_array_sort(self->list, compare_tables);
}

void
mapping_change_clear(MappingChange *self)
{
  if (self->list != NULL)
    g_ptr_array_unref(self->list);
  fault_list_clear(&self->told);
}
