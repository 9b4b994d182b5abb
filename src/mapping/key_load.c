/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/plan.h"

#include "mapping/words.h"

/* Reads `key`. With `tombstone: avro` the key is read twice: once for records, and
 * once with every field looked up in the Kafka key's schema. */

enum { HASH_DIGITS = 32, SALT_LIMIT = 10000, WIDTH_LIMIT = 1000 };

typedef struct {
  Mapping *mapping;
  bool is_tombstone;
  char *only; /* owned: the one field that a Kafka key which is no record stands for; NULL: none yet
               */
} Reading;

/* What schema_as_record() calls a key that is none. */
#define WHOLE_KEY "key"

static const char *const kinds[] = {"field", "metadata", "literal", "salt", "hash", NULL};

static bool
is_plain(const SchemaNode *node)
{
  return node == NULL || (node->kind != SCHEMA_ARRAY && node->kind != SCHEMA_MAP &&
                          node->kind != SCHEMA_RECORD && node->kind != SCHEMA_NULL);
}

/* Whether null is among what the schema allows there. */
static bool
is_nullable(const Schema *schema, const char *path)
{
  g_auto(GStrv) words = g_strsplit(path, ".", -1);
  const SchemaNode *node = schema_root(schema);

  for (size_t i = 0; words[i] != NULL; i++) {
    const SchemaNode *record = schema_node_unwrap(node);
    const SchemaField *field =
        record->kind == SCHEMA_RECORD ? schema_node_field(record, words[i]) : NULL;

    if (field == NULL)
      return false;
    node = field->type;
    for (size_t j = 0; node->kind == SCHEMA_UNION && j < node->length; j++)
      if (node->branches[j]->kind == SCHEMA_NULL)
        return true;
  }
  return false;
}

/* A tombstone's key that is no record is the value of the one field that row keys are made of. */
static const char *
whole_key(Reading *reading, const Place *place, const char *path)
{
  if (strcmp(path, WHOLE_KEY) == 0)
    return WHOLE_KEY;
  if (reading->only == NULL)
    reading->only = g_strdup(path);
  if (strcmp(reading->only, path) == 0)
    return WHOLE_KEY;
  place_fault(place,
              "a Kafka key that is no record is one value, and the row key is made of '%s' and "
              "'%s'; use \"tombstone\": \"row\" or \"skip\"",
              reading->only, path);
  return NULL;
}

/* Finds the part's field, named at the place, in the value's schema or the key's. */
static void
find_field(Reading *reading, const Place *place, const char *path, KeyPart *part)
{
  bool of_key = reading->is_tombstone || part->source == KEY_KAFKA_KEY;
  FieldList *list = of_key ? &reading->mapping->key_fields : &reading->mapping->fields;

  part->source = of_key ? KEY_KEY_FIELD : KEY_FIELD;
  part->name = g_strdup(path);
  if (of_key && list->schema == NULL && !list->is_json) {
    place_fault(place, "a field of the Kafka key needs its schema; name its file as "
                       "$.record.key_schema");
    return;
  }
  if (reading->is_tombstone && list->schema != NULL && schema_was_no_record(list->schema))
    path = whole_key(reading, place, path);
  if (path == NULL || !mapping_add_field(list, place, path, &part->field))
    return;
  if (!is_plain(mapping_field_node(list, part->field)))
    place_fault(place, "'%s' is of type %s; a row key is made of single values", path,
                schema_kind_name(mapping_field_node(list, part->field)->kind));
  else if (!reading->is_tombstone && list->schema != NULL && is_nullable(list->schema, path))
    mapping_note(
        reading->mapping, place,
        "'%s' may be null by its schema, and a record without it has no row: it is refused", path);
}

static void
read_metadata(Reading *reading, const Place *place, JsonObject *object, KeyPart *part)
{
  static const KeySource sources[] = {KEY_TOPIC, KEY_PARTITION, KEY_OFFSET, KEY_KAFKA_KEY};
  Place word_place = place_key(place, "metadata");
  Place field_place = place_key(place, "field");
  const Schema *key_schema = reading->mapping->key_fields.schema;
  const char *field = NULL;
  unsigned word = 0;

  if (!place_get_word(place, object, "metadata", mapping_metadata_words, &word))
    return;
  part->source = sources[word];
  place_get_text(place, object, "field", &field);
  if (field != NULL && part->source != KEY_KAFKA_KEY)
    place_fault(&word_place, "'%s' has no fields; only 'key' does", mapping_metadata_words[word]);
  else if (field != NULL)
    find_field(reading, &field_place, field, part);
  else if (part->source == KEY_KAFKA_KEY && key_schema != NULL && schema_was_no_record(key_schema))
    find_field(reading, &word_place, WHOLE_KEY, part); /* its value, not its bytes */
  if (part->name == NULL)
    part->name = g_strdup(mapping_metadata_words[word]);
  if (part->source == KEY_OFFSET && reading->is_tombstone)
    place_fault(&word_place, "a tombstone does not know the offset of the record that it deletes; "
                             "use \"tombstone\": \"row\" or \"skip\"");
}

static bool
is_same_time(const Mapping *mapping, const KeyPart *part)
{
  return part->source == KEY_FIELD && !mapping->uses_record_time &&
         part->field == mapping->time_field;
}

static void
read_time(Reading *reading, const Place *place, JsonObject *object, KeyPart *part)
{
  Mapping *mapping = reading->mapping;
  bool is_given = json_object_has_member(object, "format");
  bool is_field = part->source == KEY_FIELD || part->source == KEY_KEY_FIELD;
  const FieldList *list = part->source == KEY_KEY_FIELD ? &mapping->key_fields : &mapping->fields;
  const InstantForm *form;

  place_get_flag(place, object, "reverse", &part->is_reverse);
  part->is_time = part->is_reverse || is_given;
  if (!part->is_time && json_object_has_member(object, "zone"))
    place_fault(place, "'zone' is of a time, which 'format' or 'reverse' makes of the field");
  if (!part->is_time)
    return;
  form = mapping_read_form(mapping, place, object,
                           is_field ? mapping_field_node(list, part->field) : NULL);
  if (!is_field && !is_given && form != NULL)
    form = instant_form(INSTANT_MS);
  else if (!is_given && !json_object_has_member(object, "zone") && is_same_time(mapping, part))
    form = mapping->time_form;
  part->time_form = form;
  if (form != NULL && is_field)
    mapping_check_time(place, part->name, mapping_field_node(list, part->field), form);
}

/* What a field's or metadata's value becomes. */
static void
read_form(Reading *reading, const Place *place, JsonObject *object, KeyPart *part)
{
  int64_t width = 0;
  unsigned as = 0;

  read_time(reading, place, object, part);
  place_get_count(place, object, "width", WIDTH_LIMIT, &width);
  part->width = (size_t)width;
  if (json_object_has_member(object, "as") &&
      place_get_word(place, object, "as", mapping_as_words, &as))
    part->form = KEY_AS_INT + as;
  if (part->width > 0 && (part->is_reverse || part->form != KEY_AS_TEXT))
    place_fault(place, "'width' does not go with '%s', which has a width of its own; leave it out",
                part->is_reverse ? "reverse" : "as");
  if (part->is_time && part->form != KEY_AS_TEXT && part->form != KEY_AS_LONG)
    place_fault(place, "a time is as 'long' or as text; no other form holds it");
}

static void
read_literal(const Place *place, JsonObject *object, KeyPart *part)
{
  const char *literal = place_need_text(place, object, "literal");

  part->source = KEY_LITERAL;
  part->name = g_strdup("literal");
  if (literal != NULL)
    part->literal = mapping_bytes(literal);
}

/* Which of `kinds` the object is; a fault unless it is exactly one of them. `metadata` may have a
 * `field`. */
static const char *
part_kind(const Place *place, JsonObject *object)
{
  const char *found = NULL;

  for (size_t i = 0; kinds[i] != NULL; i++) {
    if (!json_object_has_member(object, kinds[i]))
      continue;
    if (found != NULL && !(strcmp(found, "field") == 0 && strcmp(kinds[i], "metadata") == 0)) {
      place_fault(place, "'%s' and '%s' are two parts; give each an object of its own", found,
                  kinds[i]);
      return NULL;
    }
    found = kinds[i];
  }
  if (found == NULL)
    place_fault(place, "no kind of part; use one of: field, metadata, literal, salt, hash");
  return found;
}

static void
check_part_keys(const Place *place, JsonObject *object, const char *kind)
{
  static const struct {
    const char *key;
    const char *kinds; /* that it goes with */
  } rules[] = {
      {"of", "salt hash"},          {"width", "field metadata"},   {"as", "field metadata"},
      {"format", "field metadata"}, {"reverse", "field metadata"}, {"zone", "field metadata"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
    if (json_object_has_member(object, rules[i].key) && strstr(rules[i].kinds, kind) == NULL)
      place_fault(place, "'%s' does not go with '%s'; leave it out", rules[i].key, kind);
}

/* A part that needs no others: what `of` holds. */
static void
read_plain_part(Reading *reading, const Place *place, JsonNode *node, KeyPart *part)
{
  Place field_place = place_key(place, "field");
  JsonObject *object;
  const char *kind, *field;

  if (!JSON_NODE_HOLDS_OBJECT(node)) {
    if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
      find_field(reading, place, json_node_get_string(node), part);
    else
      place_fault_type(place, "a field's name or an object", node);
    return;
  }
  object = place_read_object(place, node, mapping_part_keys);
  kind = part_kind(place, object);
  if (kind == NULL)
    return;
  check_part_keys(place, object, kind);
  if (strcmp(kind, "literal") == 0) {
    read_literal(place, object, part);
  } else if (strcmp(kind, "metadata") == 0) {
    read_metadata(reading, place, object, part);
    read_form(reading, place, object, part);
  } else if (strcmp(kind, "field") == 0) {
    field = place_need_text(place, object, "field");
    if (field != NULL)
      find_field(reading, &field_place, field, part);
    read_form(reading, place, object, part);
  } else {
    place_fault(place, "a %s does not stand in another's 'of'", kind);
  }
}

typedef void (*PartReader)(Reading *reading, const Place *place, JsonNode *node, KeyPart *part);

static KeyPart *
read_parts(Reading *reading, const Place *place, JsonNode *node, PartReader read_part,
           size_t *out_length)
{
  JsonArray *array = place_read_array(place, node);
  KeyPart *parts;

  if (array == NULL)
    return NULL;
  if (json_array_get_length(array) == 0)
    place_fault(place, "no part; name at least one field");
  *out_length = json_array_get_length(array);
  parts = g_new0(KeyPart, *out_length);
  for (unsigned i = 0; i < *out_length; i++) {
    Place element = place_index(place, i);

    read_part(reading, &element, json_array_get_element(array, i), &parts[i]);
  }
  return parts;
}

static void
read_digest(Reading *reading, const Place *place, JsonObject *object, KeyPart *part)
{
  Place of = place_key(place, "of");
  JsonNode *node = place_need(place, object, "of");
  int64_t count = 1;

  if (part->source == KEY_SALT)
    place_get_count(place, object, "salt", SALT_LIMIT, &count);
  else
    place_get_count(place, object, "hash", HASH_DIGITS, &count);
  part->count = (uint32_t)count;
  if (node != NULL)
    part->of = read_parts(reading, &of, node, read_plain_part, &part->of_length);
}

static void
read_any_part(Reading *reading, const Place *place, JsonNode *node, KeyPart *part)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
  bool is_salt = object != NULL && json_object_has_member(object, "salt");
  bool is_hash = object != NULL && json_object_has_member(object, "hash");

  if (!is_salt && !is_hash) {
    read_plain_part(reading, place, node, part);
    return;
  }
  place_read_object(place, node, mapping_part_keys);
  part->source = is_salt ? KEY_SALT : KEY_HASH;
  part->name = g_strdup(is_salt ? "salt" : "hash");
  if (part_kind(place, object) == NULL)
    return;
  check_part_keys(place, object, part->name);
  read_digest(reading, place, object, part);
}

static bool
is_of_record(const KeyPart *part)
{
  return part->source != KEY_LITERAL && part->source != KEY_SALT && part->source != KEY_TOPIC &&
         part->source != KEY_PARTITION;
}

/* Whether the part itself is in the key too, so that a hash over it need not identify it. */
static bool
stands_alone(const Key *key, const KeyPart *part)
{
  for (size_t i = 0; i < key->parts_length; i++)
    if (key->parts[i].source == part->source && key->parts[i].field == part->field)
      return true;
  return part->source == KEY_LITERAL;
}

static void
guard_hashes(Key *key)
{
  for (size_t i = 0; i < key->parts_length; i++) {
    KeyPart *part = &key->parts[i];

    for (size_t j = 0; part->source == KEY_HASH && j < part->of_length; j++)
      part->guards_of |= !stands_alone(key, &part->of[j]);
  }
}

/* What would let two records share a row by accident. */
static void
check_key(const Key *key, const Place *place)
{
  Place parts = place_key(place, "parts");
  bool is_of_any_record = false;

  for (size_t i = 0; i < key->parts_length; i++) {
    Place part = place_index(&parts, i);

    is_of_any_record |= is_of_record(&key->parts[i]);
    if (key->separator.len == 0 && i + 1 < key->parts_length && !key_part_is_fixed(&key->parts[i]))
      place_fault(&part, "without a separator every part but the last needs a fixed width; give "
                         "the key a 'separator', or the part a 'width' or 'as'");
  }
  if (!is_of_any_record && key->parts_length > 0)
    place_fault(&parts, "nothing here tells one record from another; add a field");
}

static void
read_separator(Mapping *self, const Place *place, JsonObject *object)
{
  const char *separator = "#";

  place_get_text(place, object, "separator", &separator);
  self->key.separator = mapping_bytes(separator);
  self->tombstone_key.separator = mapping_bytes(separator);
}

void
mapping_read_key(Mapping *self, const Place *root, JsonObject *object)
{
  JsonNode *node = place_need(root, object, "key");
  Place place = place_key(root, "key");
  Place parts = place_key(&place, "parts");
  JsonObject *key = node == NULL ? NULL : place_read_object(&place, node, mapping_key_keys);
  JsonNode *array = key == NULL ? NULL : place_need(&place, key, "parts");
  size_t faults = fault_list_length(root->faults);
  Reading reading = {.mapping = self};

  if (array == NULL)
    return;
  read_separator(self, &place, key);
  self->key.parts = read_parts(&reading, &parts, array, read_any_part, &self->key.parts_length);
  if (fault_list_length(root->faults) > faults)
    return;
  check_key(&self->key, &place);
  guard_hashes(&self->key);
  if (self->tombstone != TOMBSTONE_JSON &&
      (self->tombstone != TOMBSTONE_AVRO || self->key_fields.schema == NULL))
    return;
  reading.is_tombstone = true;
  self->tombstone_key.parts =
      read_parts(&reading, &parts, array, read_any_part, &self->tombstone_key.parts_length);
  guard_hashes(&self->tombstone_key);
  g_free(reading.only);
}
