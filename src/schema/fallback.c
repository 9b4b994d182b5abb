/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/fallback.h"

#include <math.h>

#include "json/json.h"
#include "text/text.h"

/* A record's default may leave out fields that have one, which may do so again and again. */
enum { MOST_VALUES = 100000, MOST_TEXT = 16 << 20, DEEPEST = 64 };

typedef struct {
  Bytes *out;
  size_t values; /* written so far */
  size_t text;   /* read so far */
  size_t depth;
} Encoder;

/* False: the JSON is no value of the type. Then out holds part of it. */
static bool encode(Encoder *self, const SchemaNode *type, JsonNode *json);

static JsonNode *
parse_default(const SchemaField *field)
{
  return json_parse(field->name, field->fallback, strlen(field->fallback), NULL);
}

/* False where there is none, too. */
static bool
encode_default(Encoder *self, const SchemaField *field)
{
  g_autoptr(JsonNode) json = NULL;

  if (field->fallback == NULL)
    return false;
  self->text += strlen(field->fallback);
  if (self->text > MOST_TEXT)
    return false;
  json = parse_default(field);
  return json != NULL && encode(self, field->type, json);
}

static void
append_long(Bytes *out, int64_t value)
{
  uint64_t rest = (uint64_t)value << 1 ^ (uint64_t)(value < 0 ? -1 : 0);

  for (; rest >= 0x80; rest >>= 7)
    bytes_append_u8(out, (uint8_t)(rest | 0x80));
  bytes_append_u8(out, (uint8_t)rest);
}

static bool
holds(JsonNode *json, GType type)
{
  return JSON_NODE_HOLDS_VALUE(json) && json_node_get_value_type(json) == type;
}

static bool
encode_integer(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  int64_t value = 0;

  if (holds(json, G_TYPE_INT64))
    value = json_node_get_int(json);
  else if (!holds(json, G_TYPE_DOUBLE) || !text_whole(json_node_get_double(json), &value))
    return false;
  if (type->kind == SCHEMA_INT && (value < INT32_MIN || value > INT32_MAX))
    return false;
  append_long(self->out, value);
  return true;
}

/* JSON has no numbers for these: Avro's tools write them as strings. */
static bool
read_special(const char *text, double *out_number)
{
  static const struct {
    const char *text;
    double number;
  } specials[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};

  for (size_t i = 0; i < G_N_ELEMENTS(specials); i++) {
    if (strcmp(text, specials[i].text) == 0) {
      *out_number = specials[i].number;
      return true;
    }
  }
  return false;
}

static bool
read_number(JsonNode *json, double *out_number)
{
  if (!holds(json, G_TYPE_INT64) && !holds(json, G_TYPE_DOUBLE))
    return false;
  *out_number = json_node_get_double(json);
  return true;
}

static bool
encode_number(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  double number = 0;
  float single = 0;
  uint32_t single_bits = 0;
  uint64_t bits = 0;

  if (holds(json, G_TYPE_STRING) ? !read_special(json_node_get_string(json), &number)
                                 : !read_number(json, &number))
    return false;
  single = (float)number;
  if (type->kind == SCHEMA_FLOAT && isinf(single) && !isinf(number))
    return false;
  memcpy(&bits, &number, sizeof bits);
  memcpy(&single_bits, &single, sizeof single_bits);
  bits = GUINT64_TO_LE(bits);
  single_bits = GUINT32_TO_LE(single_bits);
  if (type->kind == SCHEMA_FLOAT)
    bytes_append(self->out, &single_bits, sizeof single_bits);
  else
    bytes_append(self->out, &bits, sizeof bits);
  return true;
}

/* Characters as they are in UTF-8, or (for bytes) each as the one byte of its number. */
static bool
read_characters(const char *text, bool as_bytes, Bytes *out)
{
  for (; *text != '\0'; text = g_utf8_next_char(text)) {
    gunichar character = g_utf8_get_char(text);

    if (character == JSON_NUL)
      bytes_append_u8(out, 0);
    else if (!as_bytes)
      bytes_append(out, text, (size_t)(g_utf8_next_char(text) - text));
    else if (character <= 0xFF)
      bytes_append_u8(out, (uint8_t)character);
    else
      return false;
  }
  return true;
}

static bool
encode_text(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  g_auto(Bytes) text = {0};

  if (!holds(json, G_TYPE_STRING) ||
      !read_characters(json_node_get_string(json), type->kind != SCHEMA_STRING, &text))
    return false;
  if (type->kind == SCHEMA_FIXED && text.len != type->length)
    return false;
  if (type->kind != SCHEMA_FIXED)
    append_long(self->out, (int64_t)text.len);
  bytes_append_slice(self->out, bytes_slice(&text));
  return true;
}

static bool
encode_enum(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  for (size_t i = 0; holds(json, G_TYPE_STRING) && i < type->length; i++) {
    if (strcmp(type->symbols[i], json_node_get_string(json)) == 0) {
      append_long(self->out, (int64_t)i);
      return true;
    }
  }
  return false;
}

static bool
encode_array(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  if (!JSON_NODE_HOLDS_ARRAY(json))
    return false;

  JsonArray *items = json_node_get_array(json);
  guint length = json_array_get_length(items);

  if (length > 0)
    append_long(self->out, length);
  for (guint i = 0; i < length; i++) {
    if (!encode(self, type->items, json_array_get_element(items, i)))
      return false;
  }
  append_long(self->out, 0);
  return true;
}

static bool
encode_map(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  if (!JSON_NODE_HOLDS_OBJECT(json))
    return false;

  JsonObjectIter members;
  const char *key = NULL;
  JsonNode *value = NULL;
  guint length = json_object_get_size(json_node_get_object(json));

  if (length > 0)
    append_long(self->out, length);
  json_object_iter_init_ordered(&members, json_node_get_object(json));
  while (json_object_iter_next_ordered(&members, &key, &value)) {
    g_auto(Bytes) text = {0};

    read_characters(key, false, &text);
    append_long(self->out, (int64_t)text.len);
    bytes_append_slice(self->out, bytes_slice(&text));
    if (!encode(self, type->items, value))
      return false;
  }
  append_long(self->out, 0);
  return true;
}

static bool
encode_record(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  if (!JSON_NODE_HOLDS_OBJECT(json))
    return false;

  for (size_t i = 0; i < type->length; i++) {
    const SchemaField *field = &type->fields[i];
    JsonNode *member = json_object_get_member(json_node_get_object(json), field->name);

    if (member == NULL ? !encode_default(self, field) : !encode(self, field->type, member))
      return false;
  }
  return true;
}

/* The specification has a union's default be of its first branch; many schemas in use do not keep
 * to that, so it is the first branch that fits. */
static bool
encode_union(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  size_t len = self->out->len;

  for (size_t i = 0; i < type->length; i++) {
    append_long(self->out, (int64_t)i);
    if (encode(self, type->branches[i], json))
      return true;
    self->out->len = len;
  }
  return false;
}

static bool
encode_type(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  switch (type->kind) {
  case SCHEMA_NULL:
    return JSON_NODE_HOLDS_NULL(json);
  case SCHEMA_BOOLEAN:
    if (!holds(json, G_TYPE_BOOLEAN))
      return false;
    bytes_append_u8(self->out, json_node_get_boolean(json) ? 1 : 0);
    return true;
  case SCHEMA_INT:
  case SCHEMA_LONG:
    return encode_integer(self, type, json);
  case SCHEMA_FLOAT:
  case SCHEMA_DOUBLE:
    return encode_number(self, type, json);
  case SCHEMA_BYTES:
  case SCHEMA_STRING:
  case SCHEMA_FIXED:
    return encode_text(self, type, json);
  case SCHEMA_ENUM:
    return encode_enum(self, type, json);
  case SCHEMA_ARRAY:
    return encode_array(self, type, json);
  case SCHEMA_MAP:
    return encode_map(self, type, json);
  case SCHEMA_RECORD:
    return encode_record(self, type, json);
  case SCHEMA_UNION:
    return encode_union(self, type, json);
  }
  g_assert_not_reached();
}

static bool
encode(Encoder *self, const SchemaNode *type, JsonNode *json)
{
  if (self->values == MOST_VALUES || self->depth == DEEPEST)
    return false;
  self->values++;
  self->depth++;

  bool is_right = encode_type(self, type, json);

  self->depth--;
  return is_right;
}

static char *
describe(JsonNode *json)
{
  if (json == NULL)
    return g_strdup("too long a text");
  if (JSON_NODE_HOLDS_OBJECT(json))
    return g_strdup("an object");
  if (JSON_NODE_HOLDS_ARRAY(json))
    return g_strdup("a list");
  if (holds(json, G_TYPE_INT64))
    return g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(json));
  if (holds(json, G_TYPE_DOUBLE))
    return g_strdup_printf("%g", json_node_get_double(json));
  if (holds(json, G_TYPE_BOOLEAN))
    return g_strdup(json_node_get_boolean(json) ? "true" : "false");
  if (!holds(json, G_TYPE_STRING))
    return g_strdup("null");

  g_autofree char *quoted = slice_quote(slice_text(json_node_get_string(json)));

  return g_strdup_printf("'%s'", quoted);
}

bool
fallback_encode(const SchemaField *field, Bytes *out, GError **error)
{
  Encoder encoder = {.out = out};

  if (encode_default(&encoder, field))
    return true;

  const SchemaNode *type = schema_node_unwrap(field->type);
  g_autoptr(JsonNode) json = parse_default(field);
  g_autofree char *shown = describe(json);

  g_set_error(error, FAULT, FAULT_SETUP, "the default of field %s, %s, is no %s%s%s", field->name,
              shown, schema_kind_name(type->kind), type->name == NULL ? "" : " ",
              type->name == NULL ? "" : type->name);
  return false;
}
