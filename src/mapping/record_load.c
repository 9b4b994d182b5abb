/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/plan.h"

#include "json/json.h"
#include "mapping/words.h"

static char *
path_beside(const Mapping *self, const char *name)
{
  g_autofree char *folder = g_path_get_dirname(self->path);

  return g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(folder, name, NULL);
}

/* Several files: each may use the types that those before it name, and the last is the record. */
static Schema *
load_schemas(const GPtrArray *paths, GError **error)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  g_autofree SchemaText *all = g_new0(SchemaText, paths->len);

  if (paths->len == 1)
    return schema_load(paths->pdata[0], error);
  for (guint i = 0; i < paths->len; i++) {
    char *text = json_read(paths->pdata[i], &all[i].len, error);

    if (text == NULL)
      return NULL;
    g_ptr_array_add(texts, text);
    all[i].name = paths->pdata[i];
    all[i].text = text;
  }
  return schema_parse_all(all, paths->len, SCHEMA_RIGHT_NAMES, error);
}

/* A file beside the mapping, or a list of them. */
static Schema *
read_schema(const Mapping *self, const Place *place, JsonNode *node, bool is_key)
{
  bool is_list = JSON_NODE_HOLDS_ARRAY(node);
  JsonArray *list = is_list ? json_node_get_array(node) : NULL;
  guint length = is_list ? json_array_get_length(list) : 1;
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GError) error = NULL;
  g_autoptr(Schema) schema = NULL;

  for (guint i = 0; i < length; i++) {
    Place element = place_index(place, i);
    const char *name = is_list ? place_read_text(&element, json_array_get_element(list, i))
                               : place_read_text(place, node);

    if (name == NULL)
      return NULL;
    g_ptr_array_add(paths, path_beside(self, name));
  }
  if (length == 0) {
    place_fault(place, "a schema's file is needed");
    return NULL;
  }
  schema = load_schemas(paths, &error);
  if (schema == NULL) {
    place_fault(place, "%s", error->message);
    return NULL;
  }
  if (is_key)
    return schema_as_record(schema);
  if (schema_root(schema)->kind != SCHEMA_RECORD) {
    place_fault(place, "%s holds a schema of type %s; a record is needed, for its fields",
                (const char *)paths->pdata[length - 1],
                schema_kind_name(schema_root(schema)->kind));
    return NULL;
  }
  return g_steal_pointer(&schema);
}

static void
read_schemas(Mapping *self, const Place *place, JsonObject *record)
{
  Place schema_place = place_key(place, "schema");
  Place key_place = place_key(place, "key_schema");
  JsonNode *schema = json_object_get_member(record, "schema");
  JsonNode *key_schema = json_object_get_member(record, "key_schema");

  if (schema == NULL && self->format == MAPPING_AVRO)
    place_need(place, record, "schema");
  if (schema != NULL)
    self->fields.schema = read_schema(self, &schema_place, schema, false);
  if (key_schema != NULL)
    self->key_fields.schema = read_schema(self, &key_place, key_schema, true);
}

static void
check_json(const Mapping *self, const Place *record, JsonObject *object)
{
  Place framing = place_key(record, "framing");
  Place key_schema = place_key(record, "key_schema");

  if (self->framing == MAPPING_SINGLE_OBJECT)
    place_fault(&framing, "'single-object' is Avro's; JSON comes as 'datum' or 'confluent'");
  if (json_object_has_member(object, "key_schema"))
    place_fault(&key_schema, "the Kafka key of a JSON record is read as JSON, without a schema");
}

void
mapping_read_record(Mapping *self, const Place *root, JsonObject *object)
{
  JsonNode *node = place_need(root, object, "record");
  Place place = place_key(root, "record");
  JsonObject *record = node == NULL ? NULL : place_read_object(&place, node, mapping_record_keys);
  unsigned format = 0, framing = MAPPING_DATUM;

  if (record == NULL)
    return;
  place_get_word(&place, record, "format", mapping_format_words, &format);
  place_get_word(&place, record, "framing", mapping_framing_words, &framing);
  self->format = format;
  self->framing = framing;
  self->fields.is_json = self->key_fields.is_json = format == MAPPING_JSON;
  if (format == MAPPING_JSON)
    check_json(self, &place, record);
  read_schemas(self, &place, record);
}
