/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/print.h"

#include "json/json.h"
#include "json/write.h"
#include "mapping/plan.h"
#include "mapping/words.h"

/* Every client that opens the table is sent its attributes. */
enum { PRINT_BYTES = 16 << 10 };

char *
mapping_print_name(const Mapping *self)
{
  return g_strconcat("sluice.mapping.", self->topic, NULL);
}

static void
set_text(JsonBuilder *json, const char *name, const char *text)
{
  json_builder_set_member_name(json, name);
  json_builder_add_string_value(json, text);
}

static void
set_bytes(JsonBuilder *json, const char *name, Slice bytes)
{
  g_autoptr(GString) text = g_string_new(NULL);

  for (size_t i = 0; i < bytes.len; i++) {
    if (g_ascii_isprint(bytes.data[i]) && bytes.data[i] != '\\')
      g_string_append_c(text, (char)bytes.data[i]);
    else
      g_string_append_printf(text, "\\x%02x", bytes.data[i]);
  }
  set_text(json, name, text->str);
}

static void
set_number(JsonBuilder *json, const char *name, int64_t number)
{
  json_builder_set_member_name(json, name);
  json_builder_add_int_value(json, number);
}

static void
set_source(JsonBuilder *json, const Mapping *self, const KeyPart *part)
{
  static const char *const metadata[] = {
      [KEY_KEY_FIELD] = "key", [KEY_TOPIC] = "topic",   [KEY_PARTITION] = "partition",
      [KEY_OFFSET] = "offset", [KEY_KAFKA_KEY] = "key", [KEY_HASH] = NULL};

  if (metadata[part->source] != NULL)
    set_text(json, "metadata", metadata[part->source]);
  if (part->source == KEY_FIELD)
    set_text(json, "field", self->fields.paths->pdata[part->field]);
  else if (part->source == KEY_KEY_FIELD)
    set_text(json, "field", self->key_fields.paths->pdata[part->field]);
  else if (part->source == KEY_LITERAL)
    set_bytes(json, "literal", part->literal);
  else if (part->source == KEY_SALT || part->source == KEY_HASH)
    set_number(json, part->source == KEY_SALT ? "salt" : "hash", part->count);
}

static void
add_part(JsonBuilder *json, const Mapping *self, const KeyPart *part)
{
  json_builder_begin_object(json);
  set_source(json, self, part);
  if (part->width > 0)
    set_number(json, "width", (int64_t)part->width);
  if (part->form != KEY_AS_TEXT)
    set_text(json, "as", mapping_as_words[part->form - KEY_AS_INT]);
  if (part->is_time)
    set_text(json, "format", part->time_form->text);
  if (part->is_reverse)
    set_text(json, "reverse", "true");
  if (part->of_length > 0) {
    json_builder_set_member_name(json, "of");
    json_builder_begin_array(json);
    for (size_t i = 0; i < part->of_length; i++) /* parts of `of` have none themselves */
      add_part(json, self, &part->of[i]);
    json_builder_end_array(json);
  }
  json_builder_end_object(json);
}

static JsonNode *
key_node(const Mapping *self)
{
  g_autoptr(JsonBuilder) json = json_builder_new();

  json_builder_begin_object(json);
  set_bytes(json, "separator", self->key.separator);
  json_builder_set_member_name(json, "parts");
  json_builder_begin_array(json);
  for (size_t i = 0; i < self->key.parts_length; i++)
    add_part(json, self, &self->key.parts[i]);
  json_builder_end_array(json);
  json_builder_end_object(json);
  return json_builder_get_root(json);
}

static JsonNode *
timestamp_node(const Mapping *self)
{
  g_autoptr(JsonBuilder) json = json_builder_new();

  json_builder_begin_object(json);
  if (!self->uses_record_time) {
    set_text(json, "field", self->fields.paths->pdata[self->time_field]);
    set_text(json, "format", self->time_form->text);
  }
  json_builder_end_object(json);
  return json_builder_get_root(json);
}

/* "price as double", "at as long of iso8601" */
static char *
column_text(const Mapping *self, const ColumnPlan *plan)
{
  const char *path = self->fields.paths->pdata[plan->field];

  if (plan->is_time)
    return g_strdup_printf("%s as %s of %s", path, mapping_type_words[plan->type],
                           plan->time_form->text);
  return g_strdup_printf("%s as %s", path, mapping_type_words[plan->type]);
}

static JsonObject *
columns_object(const Mapping *self)
{
  JsonObject *object = json_object_new();

  for (guint i = 0; i < self->columns->len; i++) {
    const Column *column = &g_array_index(self->columns, Column, i);
    g_autofree char *family = slice_to_text(column->family);
    g_autofree char *qualifier = slice_quote(column->qualifier);
    g_autofree char *name = g_strconcat(family, ":", qualifier, NULL);
    g_autofree char *text = column_text(self, &g_array_index(self->plans, ColumnPlan, i));

    json_object_set_string_member(object, name, text);
  }
  return object;
}

static JsonNode *
print_node(const Mapping *self, bool with_columns)
{
  JsonObject *object = json_object_new();
  JsonNode *node = json_node_new(JSON_NODE_OBJECT);

  json_object_set_int_member(object, "version", 1);
  json_object_set_member(object, "key", key_node(self));
  json_object_set_member(object, "timestamp", timestamp_node(self));
  if (with_columns)
    json_object_set_object_member(object, "columns", columns_object(self));
  json_node_take_object(node, object);
  return node;
}

char *
mapping_print(const Mapping *self)
{
  g_autoptr(JsonNode) whole = print_node(self, true);
  g_autofree char *text = json_write(whole);
  g_autoptr(JsonNode) short_one = NULL;

  if (strlen(text) <= PRINT_BYTES)
    return g_steal_pointer(&text);
  short_one = print_node(self, false);
  return json_write(short_one);
}

static char *
member_text(JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member(object, name);

  return node == NULL ? g_strdup("nothing") : json_write(node);
}

static void
compare_member(JsonObject *kept, JsonObject *own, const char *name, const char *what,
               FaultList *differences)
{
  g_autofree char *before = member_text(kept, name);
  g_autofree char *now = member_text(own, name);

  if (strcmp(before, now) != 0)
    fault_list_add(differences, "%s are made of %s, and the mapping says %s", what, before, now);
}

static void
compare_columns(JsonObject *kept, JsonObject *own, FaultList *differences)
{
  g_autoptr(GList) names = json_object_get_members(own);

  for (GList *name = names; name != NULL; name = name->next) {
    g_autofree char *what = g_strconcat("the cells of ", (char *)name->data, NULL);

    if (json_object_has_member(kept, name->data))
      compare_member(kept, own, name->data, what, differences);
  }
}

static JsonObject *
object_of(JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member(object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static bool
is_of_this_version(JsonNode *node)
{
  JsonNode *version = node == NULL || !JSON_NODE_HOLDS_OBJECT(node)
                          ? NULL
                          : json_object_get_member(json_node_get_object(node), "version");

  return version != NULL && JSON_NODE_HOLDS_VALUE(version) && json_node_get_int(version) == 1;
}

void
mapping_print_compare(const Mapping *self, Slice kept, PrintDifferences *differences)
{
  g_autoptr(JsonNode) node = json_parse("print", (const char *)kept.data, kept.len, NULL);
  g_autoptr(JsonNode) own_node = print_node(self, true);
  JsonObject *own = json_node_get_object(own_node);
  JsonObject *columns;

  if (!is_of_this_version(node))
    return;
  compare_member(json_node_get_object(node), own, "key", "row keys", &differences->rows);
  compare_member(json_node_get_object(node), own, "timestamp", "timestamps", &differences->cells);
  columns = object_of(json_node_get_object(node), "columns");
  if (columns != NULL)
    compare_columns(columns, object_of(own, "columns"), &differences->cells);
}

void
print_differences_clear(PrintDifferences *self)
{
  fault_list_clear(&self->rows);
  fault_list_clear(&self->cells);
}
