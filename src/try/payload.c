/* SPDX-License-Identifier: Apache-2.0 */
#include "try/payload.h"

#include "json/write.h"
#include "schema/fallback.h"

enum { VALUE_ID = 1, KEY_ID = 2 };

static Schema *
lookup(void *mapping, uint32_t id, GError **error)
{
  (void)error;
  return schema_ref(id == KEY_ID ? mapping_key_schema(mapping) : mapping_schema(mapping));
}

SchemaSource
try_payload_source(const Mapping *mapping)
{
  return (SchemaSource){.self = (void *)mapping, .lookup = lookup};
}

static void
append_head(const Mapping *mapping, Schema *schema, uint32_t id, Bytes *out)
{
  switch (mapping_framing(mapping)) {
  case MAPPING_DATUM:
    return;
  case MAPPING_CONFLUENT:
    bytes_append_u8(out, 0);
    bytes_append_be32(out, id);
    return;
  case MAPPING_SINGLE_OBJECT:
    bytes_append_u8(out, 0xC3);
    bytes_append_u8(out, 0x01);
    bytes_append_be64(out, GUINT64_SWAP_LE_BE(schema == NULL ? 0 : schema_fingerprint(schema)));
    return;
  }
  g_assert_not_reached();
}

/* Read as a default of the field would be; without a value it is the default. */
static bool
encode_field(const SchemaField *field, JsonNode *value, Bytes *out, GError **error)
{
  g_autofree char *text = value == NULL ? NULL : json_write(value);
  SchemaField given = *field;
  const SchemaNode *type = schema_node_unwrap(field->type);

  if (text != NULL)
    given.fallback = text;
  if (given.fallback == NULL) {
    g_set_error(error, FAULT, FAULT_RECORD,
                "field %s: the JSON does not have it, and the schema has no default", field->name);
    return false;
  }
  if (fallback_encode(&given, out, NULL))
    return true;
  g_set_error(error, FAULT, FAULT_RECORD, "field %s: %.64s is no %s%s%s", field->name,
              given.fallback, schema_kind_name(type->kind), type->name == NULL ? "" : " ",
              type->name == NULL ? "" : type->name);
  return false;
}

static bool
encode(const Schema *schema, Slice text, Bytes *out, GError **error)
{
  const SchemaNode *root = schema_root(schema);
  g_autoptr(JsonNode) json = json_parse("JSON", (const char *)text.data, text.len, error);
  bool is_whole = true;

  if (json == NULL) {
    if (error != NULL)
      (*error)->code = FAULT_RECORD;
    return false;
  }
  if (root->kind != SCHEMA_RECORD)
    return encode_field(&(SchemaField){.name = "(all)", .type = root}, json, out, error);
  if (!JSON_NODE_HOLDS_OBJECT(json)) {
    g_set_error_literal(error, FAULT, FAULT_RECORD, "the JSON is no object");
    return false;
  }
  for (size_t i = 0; is_whole && i < root->length; i++)
    is_whole = encode_field(
        &root->fields[i], json_object_get_member(json_node_get_object(json), root->fields[i].name),
        out, error);
  return is_whole;
}

static bool
append(const Mapping *mapping, uint32_t id, Slice json, Bytes *out, GError **error)
{
  Schema *schema = id == KEY_ID ? mapping_key_schema(mapping) : mapping_schema(mapping);

  append_head(mapping, schema, id, out);
  if (mapping_format(mapping) == MAPPING_AVRO)
    return encode(schema, json, out, error);
  bytes_append_slice(out, json);
  return true;
}

bool
try_payload(const Mapping *mapping, Slice json, Bytes *out, GError **error)
{
  return append(mapping, VALUE_ID, json, out, error);
}

bool
try_payload_key(const Mapping *mapping, Slice json, Bytes *out, GError **error)
{
  return append(mapping, KEY_ID, json, out, error);
}
