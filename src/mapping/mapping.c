/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/mapping.h"

#include "json/json.h"
#include "json/path.h"
#include "json/write.h"
#include "mapping/plan.h"
#include "mapping/words.h"

enum {
  TOPIC_BYTES = 249, /* Kafka's limit, org.apache.kafka.common.internals.Topic */
  TABLE_BYTES =
      255, /* of a file's name: NAME_MAX, and dfs.namenode.fs-limits.max-component-length */
};

Slice
mapping_bytes(const char *text)
{
  char nul[6] = {0};
  size_t nul_len = (size_t)g_unichar_to_utf8(JSON_NUL, nul);
  Bytes bytes = {0};

  while (*text != '\0') {
    if (strncmp(text, nul, nul_len) == 0) {
      bytes_append_u8(&bytes, 0);
      text += nul_len;
    } else {
      bytes_append_u8(&bytes, (uint8_t)*text++);
    }
  }
  return bytes_slice(&bytes); /* the caller owns it now */
}

static FieldList
field_list_new(const char *label)
{
  return (FieldList){
      .label = label, .paths = g_ptr_array_new_with_free_func(g_free), .nodes = g_ptr_array_new()};
}

static void
field_list_clear(FieldList *self)
{
  schema_unref(self->schema);
  g_ptr_array_unref(self->paths);
  g_ptr_array_unref(self->nodes);
}

/* JSON values have their own type, whatever that is in a record. */
static const SchemaNode own_type = {.kind = SCHEMA_STRING, .aliases = (const char *const[]){NULL}};

/* Paths with brackets lead past what a schema can tell. */
static const SchemaNode *
find_in_json(const FieldList *list, const char *path, GError **error)
{
  g_autoptr(GArray) steps = json_path_parse(path, error);

  if (steps == NULL)
    return NULL;
  return list->schema == NULL || strpbrk(path, "[\\") != NULL
             ? &own_type
             : schema_find(list->schema, path, error);
}

bool
mapping_add_field(FieldList *list, const Place *place, const char *path, size_t *out_index)
{
  g_autoptr(GError) error = NULL;
  const SchemaNode *node;
  guint known;

  if (list->schema == NULL && !list->is_json)
    return false;
  if (g_ptr_array_find_with_equal_func(list->paths, path, g_str_equal, &known)) {
    *out_index = known;
    return true;
  }
  node = list->is_json ? find_in_json(list, path, &error) : schema_find(list->schema, path, &error);
  if (node == NULL) {
    place_fault(place, "%s%s", list->label, error->message);
    return false;
  }
  *out_index = list->paths->len;
  g_ptr_array_add(list->paths, g_strdup(path));
  g_ptr_array_add(list->nodes, (void *)node);
  return true;
}

const SchemaNode *
mapping_field_node(const FieldList *list, size_t index)
{
  return index < list->nodes->len ? list->nodes->pdata[index] : NULL;
}

static Mapping *
mapping_new(const char *path)
{
  Mapping *self = g_new0(Mapping, 1);

  self->path = g_strdup(path);
  self->fields = field_list_new("");
  self->key_fields = field_list_new("in the Kafka key: ");
  self->columns = g_array_new(FALSE, FALSE, sizeof(Column));
  self->plans = g_array_new(FALSE, FALSE, sizeof(ColumnPlan));
  self->families = g_array_new(FALSE, FALSE, sizeof(Family));
  self->splits = g_array_new(FALSE, FALSE, sizeof(Slice));
  self->csv_columns = g_ptr_array_new_with_free_func(g_free);
  self->forms = g_ptr_array_new_with_free_func((GDestroyNotify)instant_form_free);
  self->key.nulls = &self->nulls;
  self->tombstone_key.nulls = &self->nulls;
  return self;
}

void
mapping_free(Mapping *self)
{
  if (self == NULL)
    return;
  for (unsigned i = 0; i < self->columns->len; i++) {
    g_free((void *)g_array_index(self->columns, Column, i).qualifier.data);
    g_free((void *)g_array_index(self->plans, ColumnPlan, i).literal.data);
  }
  for (unsigned i = 0; i < self->families->len; i++)
    g_free((void *)g_array_index(self->families, Family, i).name.data);
  for (unsigned i = 0; i < self->splits->len; i++)
    g_free((void *)g_array_index(self->splits, Slice, i).data);
  g_array_unref(self->columns);
  g_array_unref(self->plans);
  g_array_unref(self->families);
  g_array_unref(self->splits);
  g_ptr_array_unref(self->forms);
  field_list_clear(&self->fields);
  field_list_clear(&self->key_fields);
  nulls_clear(&self->nulls);
  nulls_clear(&self->csv_nulls);
  g_ptr_array_unref(self->csv_columns);
  key_clear(&self->key);
  key_clear(&self->tombstone_key);
  fault_list_clear(&self->notes);
  g_free(self->path);
  g_free(self->document);
  g_free(self->table);
  g_free(self->topic);
  g_free(self);
}

static bool
is_word(const char *text, size_t len, const char *more)
{
  for (size_t i = 0; i < len; i++)
    if (!g_ascii_isalnum(text[i]) && strchr(more, text[i]) == NULL)
      return false;
  return len > 0;
}

/* TableName.isLegalFullyQualifiedTableName: letters, digits and _ . - behind an optional namespace
 * of letters, digits and _. Each becomes a folder's name, which no file system has longer: a master
 * that cannot make it tries for ever. */
static void
read_table(Mapping *self, const Place *root, JsonObject *object)
{
  const char *table = place_need_text(root, object, "table");
  const char *colon = table == NULL ? NULL : strchr(table, ':');
  const char *name = colon == NULL ? table : colon + 1;
  size_t space_len = colon == NULL ? 0 : (size_t)(colon - table);
  Place place = place_key(root, "table");

  if (table == NULL)
    return;
  self->table = g_strdup(table);
  if (!is_word(name, strlen(name), "_.-") || *name == '.' || *name == '-' ||
      (colon != NULL && !is_word(table, space_len, "_")))
    place_fault(&place,
                "'%s' cannot name a table; HBase takes letters, digits, '_', '.' and '-', the "
                "first of them none of the last two, behind an optional 'namespace:'",
                table);
  else if (strlen(name) > TABLE_BYTES || space_len > TABLE_BYTES)
    place_fault(&place,
                "a name of %zu bytes cannot name a table: HBase makes folders of namespace and "
                "name, which may have %d each",
                MAX(strlen(name), space_len), TABLE_BYTES);
  else if (strncmp(table, "hbase:", 6) == 0)
    place_fault(&place, "the namespace 'hbase' is HBase's own; give the table another");
  else if (strcmp(name, "zookeeper") == 0 || strncmp(table, "zookeeper:", 10) == 0)
    place_fault(&place, "HBase lets no table or namespace be named 'zookeeper'");
}

static void
read_topic(Mapping *self, const Place *root, JsonObject *object)
{
  const char *topic = place_need_text(root, object, "topic");
  Place place = place_key(root, "topic");

  if (topic == NULL)
    return;
  self->topic = g_strdup(topic);
  if (!is_word(topic, strlen(topic), "_.-") || strlen(topic) > TOPIC_BYTES ||
      strcmp(topic, ".") == 0 || strcmp(topic, "..") == 0)
    place_fault(&place,
                "'%s' cannot name a topic; Kafka takes up to %d letters, digits, '_', '.' and '-'",
                topic, TOPIC_BYTES);
}

static void
read_rules(Mapping *self, const Place *root, JsonObject *object)
{
  Place place = place_key(root, "tombstone");
  unsigned tombstone = TOMBSTONE_ROW, errors = ERRORS_DLQ;

  place_get_word(root, object, "errors", mapping_errors_words, &errors);
  self->errors = errors;
  place_get_word(root, object, "tombstone", mapping_tombstone_words, &tombstone);
  self->tombstone = tombstone;
  if (self->tombstone == TOMBSTONE_AVRO && self->key_fields.schema == NULL)
    place_fault(&place, "'avro' needs the schema of the Kafka key; name its file as "
                        "$.record.key_schema");
  if (self->tombstone == TOMBSTONE_JSON && self->format != MAPPING_JSON)
    place_fault(&place, "'json' needs \"format\": \"json\" in $.record; use 'avro'");
}

static void
read_durability(Mapping *self, const Place *root, JsonObject *object)
{
  Place place = place_key(root, "durability");
  unsigned durability = DURABILITY_DEFAULT;

  place_get_word(root, object, "durability", mapping_durability_words, &durability);
  self->durability = durability;
  if (durability == DURABILITY_SKIP_WAL || durability == DURABILITY_ASYNC_WAL)
    mapping_note(self, &place,
                 "what a region server has acknowledged is lost with it when it dies, %s, and its "
                 "offsets are committed by then: write it again from the topic",
                 durability == DURABILITY_SKIP_WAL ? "up to its last flush" : "for about a second");
}

static void
read_nulls(Mapping *self, const Place *root, JsonObject *object)
{
  Place place = place_key(root, "nulls");
  JsonNode *node = json_object_get_member(object, "nulls");
  JsonArray *texts;

  /* A CSV file has no other way to say that there is no value. */
  if (node == NULL) {
    nulls_add(&self->csv_nulls, SLICE_EMPTY);
    nulls_add(&self->csv_nulls, slice_text("nan"));
    return;
  }
  texts = place_read_array(&place, node);
  for (unsigned i = 0; texts != NULL && i < json_array_get_length(texts); i++) {
    Place element = place_index(&place, i);
    const char *text = place_read_text(&element, json_array_get_element(texts, i));
    Slice bytes;

    if (text == NULL)
      continue;
    bytes = mapping_bytes(text);
    nulls_add(&self->nulls, bytes);
    nulls_add(&self->csv_nulls, bytes);
    g_free((void *)bytes.data);
  }
}

static void
read_mapping(Mapping *self, const Place *root, JsonNode *node)
{
  JsonObject *object = place_read_object(root, node, mapping_keys);

  if (object == NULL)
    return;
  read_table(self, root, object);
  read_topic(self, root, object);
  mapping_read_record(self, root, object);
  read_rules(self, root, object);
  read_durability(self, root, object);
  read_nulls(self, root, object);
  mapping_read_tombstone_time(self, root, object);
  mapping_read_timestamp(self, root, object);
  mapping_read_key(self, root, object);
  mapping_read_families(self, root, object);
  mapping_read_csv(self, root, object);
  mapping_read_splits(self, root, object);
}

/* Takes the error where there is no JSON. */
static Mapping *
make_mapping(const char *path, JsonNode *node, GError *error, FaultList *faults)
{
  g_autoptr(Mapping) self = NULL;
  size_t before = fault_list_length(faults);
  Place root = place_root(path, faults);

  if (node == NULL) {
    fault_list_take_error(faults, error);
    return NULL;
  }
  self = mapping_new(path);
  self->document = json_write(node);
  read_mapping(self, &root, node);
  return fault_list_length(faults) == before ? g_steal_pointer(&self) : NULL;
}

Mapping *
mapping_load(const char *path, FaultList *faults)
{
  GError *error = NULL;
  g_autoptr(JsonNode) node = json_load(path, &error);

  return make_mapping(path, node, error, faults);
}

Mapping *
mapping_parse(const char *path, const char *text, size_t len, FaultList *faults)
{
  GError *error = NULL;
  g_autoptr(JsonNode) node = json_parse(path, text, len, &error);

  return make_mapping(path, node, error, faults);
}

const FaultList *
mapping_notes(const Mapping *self)
{
  return &self->notes;
}

const char *
mapping_path(const Mapping *self)
{
  return self->path;
}

const char *
mapping_table(const Mapping *self)
{
  return self->table;
}

const char *
mapping_topic(const Mapping *self)
{
  return self->topic;
}

MappingFormat
mapping_format(const Mapping *self)
{
  return self->format;
}

bool
mapping_needs_registry(const Mapping *self)
{
  return self->format == MAPPING_AVRO && self->framing == MAPPING_CONFLUENT;
}

bool
mapping_reads_key(const Mapping *self)
{
  return self->key_fields.schema != NULL || self->key_fields.paths->len > 0;
}

MappingFraming
mapping_framing(const Mapping *self)
{
  return self->framing;
}

bool
mapping_mixes_times(const Mapping *self)
{
  return self->tombstone != TOMBSTONE_SKIP && !self->uses_record_time &&
         self->tombstone_time != TOMBSTONE_TIME_FIELD;
}

MappingTombstone
mapping_tombstone(const Mapping *self)
{
  return self->tombstone;
}

MappingErrors
mapping_errors(const Mapping *self)
{
  return self->errors;
}

Durability
mapping_durability(const Mapping *self)
{
  return self->durability;
}

bool
mapping_uses_record_time(const Mapping *self)
{
  return self->uses_record_time;
}

const char *
mapping_csv_column(const Mapping *self, size_t field)
{
  const char *name = field < self->csv_columns->len ? self->csv_columns->pdata[field] : NULL;

  return name != NULL ? name : self->fields.paths->pdata[field];
}

bool
mapping_may_delete(const Mapping *self)
{
  if (self->tombstone == TOMBSTONE_COLUMNS)
    return true;
  for (guint i = 0; i < self->plans->len; i++)
    if (g_array_index(self->plans, ColumnPlan, i).null_rule == NULL_DELETE)
      return true;
  return false;
}

static const char *const *
list_fields(const FieldList *list, size_t *out_length)
{
  *out_length = list->paths->len;
  return (const char *const *)list->paths->pdata;
}

Schema *
mapping_schema(const Mapping *self)
{
  return self->fields.schema;
}

const char *const *
mapping_fields(const Mapping *self, size_t *out_length)
{
  return list_fields(&self->fields, out_length);
}

Schema *
mapping_key_schema(const Mapping *self)
{
  return self->key_fields.schema;
}

const char *const *
mapping_key_fields(const Mapping *self, size_t *out_length)
{
  return list_fields(&self->key_fields, out_length);
}

const Column *
mapping_columns(const Mapping *self, size_t *out_length)
{
  *out_length = self->columns->len;
  return &g_array_index(self->columns, Column, 0);
}

ColumnType
mapping_column_type(const Mapping *self, size_t column)
{
  return g_array_index(self->plans, ColumnPlan, column).type;
}

const Family *
mapping_families(const Mapping *self, size_t *out_length)
{
  *out_length = self->families->len;
  return &g_array_index(self->families, Family, 0);
}

const Slice *
mapping_splits(const Mapping *self, size_t *out_length)
{
  *out_length = self->splits->len;
  return &g_array_index(self->splits, Slice, 0);
}
