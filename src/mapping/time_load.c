/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/plan.h"

#include "mapping/words.h"

/* Reads `timestamp`, `tombstone_time`, and how any time of the mapping is written. */

/* A logical type's time comes as ISO 8601 text, whatever the mapping says. */
static InstantFormat
usual_format(const SchemaNode *node, bool is_given, InstantFormat given)
{
  if (node != NULL && node->logical != LOGICAL_NONE && node->kind != SCHEMA_BYTES &&
      node->kind != SCHEMA_FIXED)
    return INSTANT_ISO8601;
  if (is_given)
    return given;
  if (node != NULL && node->kind >= SCHEMA_INT && node->kind <= SCHEMA_DOUBLE)
    return INSTANT_MS;
  return INSTANT_ISO8601;
}

static bool
read_pattern(const Place *place, const char *text, InstantForm *form)
{
  g_autoptr(GError) error = NULL;

  form->pattern = pattern_parse(text, &error);
  if (form->pattern == NULL)
    place_fault(place, "%s", error->message);
  form->format = INSTANT_PATTERN;
  return form->pattern != NULL;
}

/* A word, or a pattern, which has a percent sign. */
static bool
read_format(const Place *place, JsonObject *object, const SchemaNode *node, InstantForm *form)
{
  static const char *const known[] = {"iso8601", "ms", "s", "us", "ns", "%Y-%m-%d %H:%M:%S", NULL};
  Place format_place = place_key(place, "format");
  const char *text = NULL;

  if (!place_get_text(place, object, "format", &text))
    return false;
  if (text != NULL && strchr(text, '%') != NULL)
    return read_pattern(&format_place, text, form);
  form->format = usual_format(node, false, INSTANT_ISO8601);
  if (text == NULL)
    return true;
  for (unsigned i = 0; mapping_instant_words[i] != NULL; i++) {
    if (strcmp(mapping_instant_words[i], text) == 0) {
      form->format = usual_format(node, true, i);
      return true;
    }
  }
  place_fault_word(&format_place, "word", text, known);
  return false;
}

static bool
read_zone(const Place *place, JsonObject *object, InstantForm *form)
{
  Place zone_place = place_key(place, "zone");
  g_autoptr(GError) error = NULL;
  const char *name = NULL;

  if (!place_get_text(place, object, "zone", &name))
    return false;
  if (name == NULL)
    return true;
  if (form->pattern != NULL && pattern_has_offset(form->pattern))
    place_fault(&zone_place, "the times say their offset themselves, as the 'format' has it; leave "
                             "the zone out");
  else if (form->format != INSTANT_ISO8601 && form->format != INSTANT_PATTERN)
    place_fault(&zone_place, "a number since 1970 is of no zone; leave it out");
  form->zone = zone_new(name, &error);
  if (form->zone == NULL)
    place_fault(&zone_place, "%s", error->message);
  return form->zone != NULL;
}

const InstantForm *
mapping_read_form(Mapping *self, const Place *place, JsonObject *object, const SchemaNode *node)
{
  InstantForm *form;

  if (!json_object_has_member(object, "zone") && !json_object_has_member(object, "format"))
    return instant_form(usual_format(node, false, INSTANT_ISO8601));
  form = g_new0(InstantForm, 1);
  g_ptr_array_add(self->forms, form); /* the mapping owns it now */
  if (!read_format(place, object, node, form) || !read_zone(place, object, form))
    return NULL;
  if (form->pattern == NULL && form->zone == NULL)
    return instant_form(form->format);
  form->text = g_strconcat(
      form->pattern == NULL ? "iso8601" : json_object_get_string_member(object, "format"),
      form->zone == NULL ? NULL : " in ", form->zone == NULL ? NULL : zone_name(form->zone), NULL);
  return form;
}

void
mapping_check_time(const Place *place, const char *path, const SchemaNode *node,
                   const InstantForm *form)
{
  bool is_number = node != NULL && node->kind >= SCHEMA_INT && node->kind <= SCHEMA_DOUBLE &&
                   node->logical == LOGICAL_NONE;
  bool is_other =
      node != NULL &&
      (node->kind == SCHEMA_BOOLEAN || node->kind == SCHEMA_ARRAY || node->kind == SCHEMA_MAP ||
       node->kind == SCHEMA_RECORD || node->kind == SCHEMA_NULL || node->kind == SCHEMA_ENUM ||
       node->logical == LOGICAL_UUID || node->logical == LOGICAL_DURATION ||
       node->logical == LOGICAL_TIME_MILLIS || node->logical == LOGICAL_TIME_MICROS);

  if (is_other)
    place_fault(place, "'%s' is of type %s, which holds no time", path,
                node->logical == LOGICAL_NONE ? schema_kind_name(node->kind)
                                              : schema_logical_name(node->logical));
  else if (is_number && form->format == INSTANT_ISO8601)
    place_fault(place, "'%s' is a number; for its time the 'format' is ms, s, us or ns", path);
  else if (form->format == INSTANT_PATTERN && node != NULL && node->kind != SCHEMA_STRING &&
           node->kind != SCHEMA_BYTES && node->kind != SCHEMA_UNION)
    place_fault(place, "a pattern is how a text is written, and '%s' is of type %s", path,
                node->logical == LOGICAL_NONE ? schema_kind_name(node->kind)
                                              : schema_logical_name(node->logical));
}

/* A time that a field of the record or of its key tells; returns the field. */
static size_t
read_field_time(Mapping *self, FieldList *list, const Place *place, JsonObject *object,
                const InstantForm **out_form)
{
  const char *name = place_need_text(place, object, "field");
  Place field_place = place_key(place, "field");
  size_t field = 0;

  if (name == NULL || !mapping_add_field(list, &field_place, name, &field))
    return 0;
  *out_form = mapping_read_form(self, place, object, mapping_field_node(list, field));
  if (*out_form != NULL)
    mapping_check_time(&field_place, name, mapping_field_node(list, field), *out_form);
  return field;
}

void
mapping_read_timestamp(Mapping *self, const Place *root, JsonObject *object)
{
  Place place = place_key(root, "timestamp");
  JsonNode *node = json_object_get_member(object, "timestamp");
  JsonObject *timestamp;
  const char *word;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT(node)) {
    timestamp = place_read_object(&place, node, mapping_timestamp_keys);
    if (timestamp != NULL)
      self->time_field = read_field_time(self, &self->fields, &place, timestamp, &self->time_form);
    return;
  }
  self->uses_record_time = true;
  word = node == NULL ? "record" : place_read_text(&place, node);
  if (word != NULL && strcmp(word, "record") != 0)
    place_fault(&place,
                "unknown word '%s'; use \"record\" for the Kafka record's time, or {\"field\": "
                "NAME, \"format\": \"iso8601\"} for a field's",
                word);
}

void
mapping_read_tombstone_time(Mapping *self, const Place *root, JsonObject *object)
{
  Place place = place_key(root, "tombstone_time");
  JsonNode *node = json_object_get_member(object, "tombstone_time");
  JsonObject *time;
  const char *word;

  if (node == NULL)
    return;
  if (!JSON_NODE_HOLDS_OBJECT(node)) {
    word = place_read_text(&place, node);
    if (g_strcmp0(word, "before") == 0)
      self->tombstone_time = TOMBSTONE_TIME_BEFORE;
    else if (word != NULL && strcmp(word, "record") != 0)
      place_fault(&place,
                  "unknown word '%s'; use \"record\" for the Kafka record's time, \"before\" for a "
                  "millisecond earlier, or {\"field\": NAME} for a field's of the Kafka key",
                  word);
    return;
  }
  self->tombstone_time = TOMBSTONE_TIME_FIELD;
  time = place_read_object(&place, node, mapping_timestamp_keys);
  if (self->tombstone != TOMBSTONE_AVRO && self->tombstone != TOMBSTONE_JSON)
    place_fault(&place, "a field's time is the Kafka key's, which \"tombstone\": \"avro\" or "
                        "\"json\" reads");
  else if (time != NULL && (self->key_fields.schema != NULL || self->key_fields.is_json))
    self->tombstone_field =
        read_field_time(self, &self->key_fields, &place, time, &self->tombstone_form);
}
