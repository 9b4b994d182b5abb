/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/logical.h"

#include <math.h>

#include "schema/readable.h"
#include "schema/tree.h"

enum { UUID_BYTES = 16, DURATION_BYTES = 12 };

static const struct {
  const char *name;
  SchemaLogical logical;
  SchemaKind kind;
  size_t length; /* SCHEMA_FIXED: bytes */
} logicals[] = {
    {"uuid", LOGICAL_UUID, SCHEMA_STRING, 0},
    {"uuid", LOGICAL_UUID, SCHEMA_FIXED, UUID_BYTES},
    {"date", LOGICAL_DATE, SCHEMA_INT, 0},
    {"time-millis", LOGICAL_TIME_MILLIS, SCHEMA_INT, 0},
    {"time-micros", LOGICAL_TIME_MICROS, SCHEMA_LONG, 0},
    {"timestamp-millis", LOGICAL_TIMESTAMP_MILLIS, SCHEMA_LONG, 0},
    {"timestamp-micros", LOGICAL_TIMESTAMP_MICROS, SCHEMA_LONG, 0},
    {"timestamp-nanos", LOGICAL_TIMESTAMP_NANOS, SCHEMA_LONG, 0},
    {"local-timestamp-millis", LOGICAL_LOCAL_TIMESTAMP_MILLIS, SCHEMA_LONG, 0},
    {"local-timestamp-micros", LOGICAL_LOCAL_TIMESTAMP_MICROS, SCHEMA_LONG, 0},
    {"local-timestamp-nanos", LOGICAL_LOCAL_TIMESTAMP_NANOS, SCHEMA_LONG, 0},
    {"duration", LOGICAL_DURATION, SCHEMA_FIXED, DURATION_BYTES},
    {"big-decimal", LOGICAL_BIG_DECIMAL, SCHEMA_BYTES, 0},
};

const char *
schema_logical_name(SchemaLogical logical)
{
  if (logical == LOGICAL_DECIMAL)
    return "decimal";
  for (size_t i = 0; i < G_N_ELEMENTS(logicals); i++)
    if (logicals[i].logical == logical)
      return logicals[i].name;
  return NULL;
}

/* -1: there is none, or it is no whole number. */
static int64_t
integer_attribute(JsonObject *json, const char *key)
{
  JsonNode *node = json_object_has_member(json, key) ? json_object_get_member(json, key) : NULL;

  if (node == NULL || json_node_get_value_type(node) != G_TYPE_INT64)
    return -1;
  return json_node_get_int(node);
}

/* How many decimal digits n bytes of two's complement surely hold. */
static double
digits_within(size_t bytes)
{
  return floor((double)(8 * bytes - 1) * log10(2));
}

static void
read_decimal(SchemaNode *node, JsonObject *json)
{
  int64_t precision = integer_attribute(json, "precision");
  int64_t scale = json_object_has_member(json, "scale") ? integer_attribute(json, "scale") : 0;

  if (precision < 1 || precision > READABLE_DIGITS || scale < 0 || scale > precision)
    return;
  if (node->kind == SCHEMA_FIXED &&
      (node->length == 0 || (double)precision > digits_within(node->length)))
    return;
  node->logical = LOGICAL_DECIMAL;
  node->precision = (uint32_t)precision;
  node->scale = (uint32_t)scale;
}

void
schema_read_logical(SchemaNode *node, JsonObject *json)
{
  JsonNode *attribute = json_object_get_member(json, "logicalType");
  const char *name = attribute != NULL && json_node_get_value_type(attribute) == G_TYPE_STRING
                         ? json_node_get_string(attribute)
                         : "";

  if (strcmp(name, "decimal") == 0 && (node->kind == SCHEMA_BYTES || node->kind == SCHEMA_FIXED)) {
    read_decimal(node, json);
    return;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(logicals); i++) {
    if (strcmp(name, logicals[i].name) == 0 && node->kind == logicals[i].kind &&
        (node->kind != SCHEMA_FIXED || node->length == logicals[i].length))
      node->logical = logicals[i].logical;
  }
}

typedef enum {
  FAMILY_NONE,
  FAMILY_DATE,
  FAMILY_TIME,
  FAMILY_TIMESTAMP,
  FAMILY_LOCAL,
  FAMILY_DECIMAL,
  FAMILY_UUID,
  FAMILY_DURATION
} Family;

static Family
family_of(SchemaLogical logical)
{
  static const Family families[] = {
      [LOGICAL_DECIMAL] = FAMILY_DECIMAL,
      [LOGICAL_UUID] = FAMILY_UUID,
      [LOGICAL_DATE] = FAMILY_DATE,
      [LOGICAL_TIME_MILLIS] = FAMILY_TIME,
      [LOGICAL_TIME_MICROS] = FAMILY_TIME,
      [LOGICAL_TIMESTAMP_MILLIS] = FAMILY_TIMESTAMP,
      [LOGICAL_TIMESTAMP_MICROS] = FAMILY_TIMESTAMP,
      [LOGICAL_TIMESTAMP_NANOS] = FAMILY_TIMESTAMP,
      [LOGICAL_LOCAL_TIMESTAMP_MILLIS] = FAMILY_LOCAL,
      [LOGICAL_LOCAL_TIMESTAMP_MICROS] = FAMILY_LOCAL,
      [LOGICAL_LOCAL_TIMESTAMP_NANOS] = FAMILY_LOCAL,
      [LOGICAL_DURATION] = FAMILY_DURATION,
      [LOGICAL_BIG_DECIMAL] = FAMILY_DECIMAL,
  };

  return families[logical];
}

/* The same family in the other's unit. */
static SchemaLogical
logical_of(Family family, SchemaLogical unit)
{
  if (family == FAMILY_TIMESTAMP && family_of(unit) == FAMILY_LOCAL)
    return unit - LOGICAL_LOCAL_TIMESTAMP_MILLIS + LOGICAL_TIMESTAMP_MILLIS;
  if (family == FAMILY_LOCAL && family_of(unit) == FAMILY_TIMESTAMP)
    return unit - LOGICAL_TIMESTAMP_MILLIS + LOGICAL_LOCAL_TIMESTAMP_MILLIS;
  return unit;
}

static bool
is_instant(Family family)
{
  return family == FAMILY_TIMESTAMP || family == FAMILY_LOCAL;
}

bool
logical_pair(const SchemaNode *writer, const SchemaNode *reader, LogicalUnit *out_unit)
{
  Family theirs = family_of(writer->logical);
  Family ours = family_of(reader->logical);

  *out_unit = (LogicalUnit){.factor = 1};
  if (reader->kind == SCHEMA_STRING) /* a uuid is text already */
    return true;

  out_unit->logical = reader->logical;
  out_unit->scale = reader->scale;
  if (theirs == FAMILY_NONE || ours == FAMILY_NONE)
    return true;
  if (theirs == ours || (is_instant(theirs) && is_instant(ours))) {
    out_unit->logical = logical_of(ours, writer->logical);
    out_unit->scale = writer->scale;
    return true;
  }
  out_unit->factor = readable_per_day(reader->logical);
  return theirs == FAMILY_DATE && is_instant(ours);
}
