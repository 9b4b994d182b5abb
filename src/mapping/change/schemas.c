/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/change/schemas.h"

/* A type that holds itself is a circle, and the same where its names are. */
enum { DEEPEST = 32 };

static bool
is_same_text(const char *a, const char *b)
{
  return g_strcmp0(a, b) == 0;
}

static bool is_same_type(const SchemaNode *a, const SchemaNode *b, unsigned depth);

static bool
is_same_part(const SchemaNode *a, const SchemaNode *b, size_t i, unsigned depth)
{
  switch (a->kind) {
  case SCHEMA_RECORD:
    return is_same_text(a->fields[i].name, b->fields[i].name) &&
           is_same_text(a->fields[i].fallback, b->fields[i].fallback) &&
           is_same_type(a->fields[i].type, b->fields[i].type, depth);
  case SCHEMA_UNION:
    return is_same_type(a->branches[i], b->branches[i], depth);
  case SCHEMA_ENUM:
    return is_same_text(a->symbols[i], b->symbols[i]);
  case SCHEMA_NULL:
  case SCHEMA_BOOLEAN:
  case SCHEMA_INT:
  case SCHEMA_LONG:
  case SCHEMA_FLOAT:
  case SCHEMA_DOUBLE:
  case SCHEMA_BYTES:
  case SCHEMA_STRING:
  case SCHEMA_ARRAY:
  case SCHEMA_MAP:
  case SCHEMA_FIXED:
    break;
  }
  return true;
}

static bool
is_same_type(const SchemaNode *a, const SchemaNode *b, unsigned depth)
{
  bool has_parts = a->kind == SCHEMA_RECORD || a->kind == SCHEMA_UNION || a->kind == SCHEMA_ENUM;

  if (a->kind != b->kind || a->logical != b->logical || a->precision != b->precision ||
      a->scale != b->scale || a->length != b->length || !is_same_text(a->name, b->name))
    return false;
  if (depth > DEEPEST)
    return true;
  for (size_t i = 0; has_parts && i < a->length; i++)
    if (!is_same_part(a, b, i, depth + 1))
      return false;
  return (a->kind != SCHEMA_ARRAY && a->kind != SCHEMA_MAP) ||
         is_same_type(a->items, b->items, depth + 1);
}

static bool
is_same_schema(Schema *a, Schema *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return is_same_type(schema_root(a), schema_root(b), 0);
}

/* Records that were written before are read as they were, and new fields have a value in them. */
static char *
compare_fields(const SchemaNode *before, const SchemaNode *now, MappingFormat format)
{
  for (size_t i = 0; i < before->length; i++) {
    const SchemaField *field = &before->fields[i];
    const SchemaField *same = schema_node_field(now, field->name);

    if (same == NULL || !is_same_type(field->type, same->type, 0) ||
        !is_same_text(field->fallback, same->fallback))
      return g_strdup_printf("the schema's field %s is another one, or gone", field->name);
  }
  for (size_t i = 0; format == MAPPING_AVRO && i < now->length; i++) {
    const SchemaField *field = &now->fields[i];

    if (field->fallback == NULL && schema_node_field(before, field->name) == NULL)
      return g_strdup_printf("the schema's new field %s has no default, and records that were "
                             "written before lack it",
                             field->name);
  }
  return NULL;
}

char *
mapping_change_schemas(const Mapping *before, const Mapping *now)
{
  Schema *old = mapping_schema(before);
  Schema *new = mapping_schema(now);

  if (!is_same_schema(mapping_key_schema(before), mapping_key_schema(now)))
    return g_strdup("the Kafka key's schema is another one");
  if (is_same_schema(old, new))
    return NULL;
  if (old == NULL || new == NULL || schema_root(old)->kind != SCHEMA_RECORD ||
      schema_root(new)->kind != SCHEMA_RECORD)
    return g_strdup("the record's schema is another one");
  if (mapping_format(now) == MAPPING_AVRO && mapping_framing(now) != MAPPING_CONFLUENT)
    return g_strdup(
        "the schema is another one, and records in this framing are read with it alone");
  return compare_fields(schema_root(old), schema_root(new), mapping_format(now));
}
