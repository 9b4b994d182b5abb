/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/plan.h"

#include "mapping/words.h"

/* An HFile build numbers a row's columns in 16 bits. */
enum { MOST_COLUMNS = UINT16_MAX };
enum { PREFIX_LIMIT = KEY_BYTES, VERSIONS_LIMIT = INT32_MAX, TTL_LIMIT = INT32_MAX };

/* Where the columns of one family are being read, and which qualifiers were met so far. */
typedef struct {
  Mapping *mapping;
  const char *family;
  GHashTable *qualifiers; /* of char *, borrowed from the file */
} Reading;

/* Types of a schema that a binary column cannot be made of; texts are tried record by record, but
 * an enum's symbols spell no number. */
static bool
can_hold(ColumnType type, const SchemaNode *node)
{
  bool is_text = node->kind == SCHEMA_STRING || node->kind == SCHEMA_UNION ||
                 node->logical == LOGICAL_DECIMAL || node->logical == LOGICAL_BIG_DECIMAL;
  bool is_number = node->kind >= SCHEMA_INT && node->kind <= SCHEMA_DOUBLE;
  bool is_bytes = node->kind == SCHEMA_BYTES || node->kind == SCHEMA_FIXED;

  switch (type) {
  case COLUMN_TEXT:
    return true;
  case COLUMN_INT:
  case COLUMN_LONG:
  case COLUMN_DOUBLE:
  case COLUMN_SHORT:
  case COLUMN_FLOAT:
  case COLUMN_DECIMAL:
  case COLUMN_ORDERED_INT:
  case COLUMN_ORDERED_LONG:
    return is_text || (is_number && node->logical == LOGICAL_NONE);
  case COLUMN_BOOLEAN:
    return is_text || node->kind == SCHEMA_ENUM || node->kind == SCHEMA_BOOLEAN ||
           node->kind == SCHEMA_INT || node->kind == SCHEMA_LONG;
  case COLUMN_BYTES:
    return is_text || node->kind == SCHEMA_ENUM || is_bytes || node->logical != LOGICAL_NONE;
  }
  return false;
}

static void
check_type(const Place *place, const char *path, ColumnType type, const SchemaNode *node)
{
  Place type_place = place_key(place, "type");

  if (node != NULL && !can_hold(type, node))
    place_fault(&type_place,
                "'%s' cannot be made of the field %s, of %s%s; use 'text', or a "
                "type that fits",
                mapping_type_words[type], path,
                node->logical == LOGICAL_NONE ? "type " : "the logical type ",
                node->logical == LOGICAL_NONE ? schema_kind_name(node->kind)
                                              : schema_logical_name(node->logical));
}

/* The JSON value that stands for a missing field. */
static bool
literal_value(const Place *place, JsonNode *node, Value *out_value)
{
  GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;

  if (type == G_TYPE_STRING)
    *out_value = (Value){.kind = VALUE_TEXT, .text = mapping_bytes(json_node_get_string(node))};
  else if (type == G_TYPE_BOOLEAN)
    *out_value = (Value){.kind = VALUE_BOOLEAN, .boolean = json_node_get_boolean(node)};
  else if (type == G_TYPE_INT64)
    *out_value = (Value){.kind = VALUE_INT, .integer = json_node_get_int(node)};
  else if (type == G_TYPE_DOUBLE)
    *out_value = (Value){.kind = VALUE_DOUBLE, .number = json_node_get_double(node)};
  else
    place_fault(place, "use \"skip\", \"empty\", \"delete\" or a literal: a text, a number, true "
                       "or false");
  return type == G_TYPE_STRING || type == G_TYPE_BOOLEAN || type == G_TYPE_INT64 ||
         type == G_TYPE_DOUBLE;
}

static void
read_literal(const Place *place, JsonNode *node, ColumnPlan *plan)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  g_autoptr(GError) error = NULL;
  Value value;
  Slice bytes;

  plan->null_rule = NULL_LITERAL;
  if (!literal_value(place, node, &value))
    return;
  if (convert_to_cell(&value, plan->type, scratch, &bytes, &error))
    plan->literal = slice(g_memdup2(bytes.data, bytes.len), bytes.len);
  else
    place_fault(place, "%s, as the column's type asks", error->message);
  if (value.kind == VALUE_TEXT)
    g_free((void *)value.text.data);
}

/* Whether the node is one of the words that are no literal. */
static bool
is_null_word(JsonNode *node, NullRule *out_rule)
{
  const char *text = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;

  for (unsigned i = 0; text != NULL && mapping_null_words[i] != NULL; i++) {
    if (strcmp(mapping_null_words[i], text) == 0) {
      *out_rule = i;
      return true;
    }
  }
  return false;
}

/* A text that is nearly one of the words is stored as it is: {"literal": ...} says that it is
 * meant. */
static void
note_near_word(Mapping *self, const Place *place, JsonNode *node)
{
  const char *text = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
  const char *nearest = text == NULL ? NULL : fault_nearest(text, mapping_null_words);

  if (nearest != NULL)
    mapping_note(self, place,
                 "the text '%s' is stored where the field is missing; did you mean the word '%s'? "
                 "{\"literal\": \"%s\"} says that the text is meant",
                 text, nearest, text);
}

/* A word, any other text or number as a literal, or {"literal": ...} for the words themselves. */
static void
read_null_rule(Mapping *self, const Place *place, JsonObject *object, ColumnPlan *plan)
{
  JsonNode *node = json_object_get_member(object, "null");
  Place null_place = place_key(place, "null");
  Place literal_place = place_key(&null_place, "literal");

  if (node == NULL || is_null_word(node, &plan->null_rule))
    return;
  if (!JSON_NODE_HOLDS_OBJECT(node)) {
    note_near_word(self, &null_place, node);
    read_literal(&null_place, node, plan);
    return;
  }
  node = place_need(&null_place, place_read_object(&null_place, node, mapping_literal_keys),
                    "literal");
  if (node != NULL)
    read_literal(&literal_place, node, plan);
}

static void
add_column(const Reading *reading, const Place *place, const char *qualifier, ColumnPlan plan)
{
  Mapping *mapping = reading->mapping;
  Column column = {
      .index = mapping->columns->len,
      .family_index = mapping->families->len - 1,
      .family = g_array_index(mapping->families, Family, mapping->families->len - 1).name,
      .qualifier = mapping_bytes(qualifier),
  };

  if (!g_hash_table_add(reading->qualifiers, (void *)qualifier))
    place_fault(place,
                "the column %s:%s stands here twice; take one away, or give it another "
                "'qualifier'",
                reading->family, qualifier);
  if (column.qualifier.len > KEY_BYTES)
    place_fault(place, "the qualifier is %zu bytes long, and HBase takes no more than %d",
                column.qualifier.len, KEY_BYTES);
  g_array_append_val(mapping->columns, column);
  g_array_append_val(mapping->plans, plan);
}

/* A `format` makes a time of the field: milliseconds, for types that hold them. */
static void
read_column_time(Mapping *self, const Place *place, JsonObject *object, const char *path,
                 ColumnPlan *plan)
{
  Place format_place = place_key(place, "format");
  const SchemaNode *node = mapping_field_node(&self->fields, plan->field);

  plan->is_time = json_object_has_member(object, "format");
  if (!plan->is_time && json_object_has_member(object, "zone"))
    place_fault(place, "'zone' is of a time, which 'format' makes of the field");
  if (!plan->is_time)
    return;
  plan->time_form = mapping_read_form(self, place, object, node);
  if (plan->time_form != NULL)
    mapping_check_time(&format_place, path, node, plan->time_form);
  if (plan->type != COLUMN_LONG && plan->type != COLUMN_ORDERED_LONG)
    place_fault(&format_place, "a time goes into a column as milliseconds, which are of the type "
                               "'long' or 'ordered-long'");
}

static void
read_column_object(const Reading *reading, const Place *place, JsonObject *object)
{
  const char *field = place_need_text(place, object, "field");
  const char *qualifier = field;
  Place field_place = place_key(place, "field");
  FieldList *fields = &reading->mapping->fields;
  ColumnPlan plan = {0};
  unsigned type = COLUMN_TEXT;

  place_get_text(place, object, "qualifier", &qualifier);
  place_get_word(place, object, "type", mapping_type_words, &type);
  plan.type = type;
  read_null_rule(reading->mapping, place, object, &plan);
  if (field == NULL) {
    g_free((void *)plan.literal.data);
    return;
  }
  if (mapping_add_field(fields, &field_place, field, &plan.field)) {
    read_column_time(reading->mapping, place, object, field, &plan);
    if (!plan.is_time)
      check_type(place, field, plan.type, mapping_field_node(fields, plan.field));
  }
  add_column(reading, place, qualifier, plan);
}

static void
read_column(const Reading *reading, const Place *place, JsonNode *node)
{
  ColumnPlan plan = {0};
  const char *field;

  if (JSON_NODE_HOLDS_OBJECT(node)) {
    read_column_object(reading, place, place_read_object(place, node, mapping_column_keys));
    return;
  }
  if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
    place_fault_type(place, "a field's name or an object", node);
    return;
  }
  field = json_node_get_string(node);
  mapping_add_field(&reading->mapping->fields, place, field, &plan.field);
  add_column(reading, place, field, plan);
}

static void
read_columns(Mapping *self, const Place *place, JsonObject *object, const char *family)
{
  JsonNode *node = place_need(place, object, "columns");
  Place columns_place = place_key(place, "columns");
  JsonArray *array = node == NULL ? NULL : place_read_array(&columns_place, node);
  g_autoptr(GHashTable) qualifiers = g_hash_table_new(g_str_hash, g_str_equal);
  Reading reading = {.mapping = self, .family = family, .qualifiers = qualifiers};

  if (array == NULL)
    return;
  if (json_array_get_length(array) == 0)
    place_fault(&columns_place, "no column; name at least one field");
  for (unsigned i = 0; i < json_array_get_length(array); i++) {
    Place element = place_index(&columns_place, i);

    read_column(&reading, &element, json_array_get_element(array, i));
  }
}

static void
read_bloom(const Place *place, JsonObject *object, Family *family)
{
  Place prefix_place = place_key(place, "bloom_prefix");
  int64_t prefix = 0;
  unsigned bloom = BLOOM_ROW;

  place_get_word(place, object, "bloom", mapping_bloom_words, &bloom);
  place_get_count(place, object, "bloom_prefix", PREFIX_LIMIT, &prefix);
  /* The last two words mean the same: HBase's own, and a short one. */
  family->bloom = MIN(bloom, BLOOM_ROWPREFIX);
  family->bloom_prefix_bytes = (uint32_t)prefix;
  if (family->bloom == BLOOM_ROWPREFIX && !json_object_has_member(object, "bloom_prefix"))
    place_fault(place, "this bloom filter needs the length of the prefix in bytes; add "
                       "'bloom_prefix'");
  if (family->bloom != BLOOM_ROWPREFIX && json_object_has_member(object, "bloom_prefix"))
    place_fault(&prefix_place, "only the bloom filter ROWPREFIX_FIXED_LENGTH has a prefix; leave "
                               "it out");
}

/* Which versions and deleted cells a family keeps. HBase's TableDescriptorChecker refuses more at
 * least than at most; versions beyond the time to live are kept where there is one. */
static void
read_kept(Mapping *self, const Place *place, JsonObject *object, Family *family)
{
  Place min_place = place_key(place, "min_versions");
  int64_t versions = 1, ttl = 0, least = 0;
  unsigned keep = 0;

  place_get_count(place, object, "versions", VERSIONS_LIMIT, &versions);
  place_get_count(place, object, "ttl", TTL_LIMIT, &ttl);
  place_get_count(place, object, "min_versions", VERSIONS_LIMIT, &least);
  if (least > versions)
    place_fault(&min_place,
                "at least %" G_GINT64_FORMAT " versions and at most %" G_GINT64_FORMAT
                ", as 'versions' has it; give more of those, or fewer of these",
                least, versions);
  else if (least > 0 && ttl == 0)
    mapping_note(self, &min_place,
                 "without 'ttl' no version is dropped by its age, so that this "
                 "does nothing");
  if (json_object_has_member(object, "keep_deleted_cells") &&
      place_get_word(place, object, "keep_deleted_cells", mapping_keep_words, &keep))
    family->keep_deleted = mapping_keep_words[keep];
  family->versions = (uint32_t)versions;
  family->time_to_live_s = (uint64_t)ttl;
  family->min_versions = (uint32_t)least;
  family->has_min_versions = least > 0;
}

/* ColumnFamilyDescriptorBuilder.isLegalColumnFamilyName. */
static bool
is_family_name(Slice name)
{
  for (size_t i = 0; i < name.len; i++)
    if (g_ascii_iscntrl(name.data[i]) || strchr(":\\/", name.data[i]) != NULL)
      return false;
  return name.len > 0 && name.data[0] != '.' && !slice_equal(name, slice_text("recovered.edits"));
}

static void
read_family(Mapping *self, const Place *place, JsonNode *node, const char *name)
{
  JsonObject *object = place_read_object(place, node, mapping_family_keys);
  Family family = {.name = mapping_bytes(name), .versions = 1};
  unsigned compression = 0, encoding = 0;

  if (!is_family_name(family.name) || family.name.len > UINT8_MAX / 2)
    place_fault(place, "this cannot name a family; HBase takes up to 127 bytes, no ':', '/', '\\' "
                       "or control character, and no '.' in front");
  if (object != NULL) {
    read_kept(self, place, object, &family);
    if (json_object_has_member(object, "encoding") &&
        place_get_word(place, object, "encoding", mapping_encoding_words, &encoding))
      family.encoding = mapping_encoding_words[encoding];
    place_get_word(place, object, "compression", mapping_compression_words, &compression);
    read_bloom(place, object, &family);
  }
  family.compression = mapping_compression_words[compression];
  g_array_append_val(self->families, family);
  if (object != NULL)
    read_columns(self, place, object, name);
}

void
mapping_read_families(Mapping *self, const Place *root, JsonObject *object)
{
  JsonNode *node = place_need(root, object, "families");
  Place place = place_key(root, "families");
  JsonObject *families = node == NULL ? NULL : place_read_object(&place, node, NULL);
  g_autoptr(GList) names = families == NULL ? NULL : json_object_get_members(families);

  if (families != NULL && names == NULL)
    place_fault(&place, "no family; a table needs at least one");
  for (GList *name = names; name != NULL; name = name->next) {
    Place family = place_key(&place, name->data);

    read_family(self, &family, json_object_get_member(families, name->data), name->data);
  }
  if (self->columns->len > MOST_COLUMNS)
    place_fault(&place, "%u columns in all, and a row has at most %d; spread them over two tables",
                self->columns->len, MOST_COLUMNS);
}
