/* SPDX-License-Identifier: Apache-2.0 */
#include "record/mapping_plan.h"

#include <math.h>

/* The CSV road's values: a column's text read as the field's type, so that what follows makes the
 * same bytes of it as of the Avro value. */

static bool
refuse(Slice text, const char *wanted, GError **error)
{
  g_autofree char *quoted = slice_quote(text);

  g_set_error(error, FAULT, FAULT_RECORD, "not %s: '%s'", wanted, quoted);
  return false;
}

static bool
is_nan(Slice text)
{
  return text.len == 3 && g_ascii_strncasecmp((const char *)text.data, "nan", 3) == 0;
}

static bool
parse_number(SchemaKind kind, Slice text, Value *out_value, GError **error)
{
  double number;

  if (is_nan(text)) {
    *out_value = (Value){.kind = VALUE_MISSING};
    return true;
  }
  if (!text_parse_double(text, &number))
    return refuse(text, "a number", error);
  if (kind == SCHEMA_DOUBLE) {
    *out_value = (Value){.kind = VALUE_DOUBLE, .number = number};
    return true;
  }
  if (isinf((float)number) && !isinf(number))
    return refuse(text, "a number that a float holds", error);
  *out_value = (Value){.kind = VALUE_FLOAT, .single = (float)number};
  return true;
}

/* Whole numbers arrive with a point where a column also has missing values: 2012.0. */
static bool
parse_integer(SchemaKind kind, Slice text, Value *out_value, GError **error)
{
  Value spelled = {.kind = VALUE_TEXT, .text = text};
  int64_t integer;
  int32_t narrow;

  if (is_nan(text)) {
    *out_value = (Value){.kind = VALUE_MISSING};
    return true;
  }
  if (!convert_to_long(&spelled, &integer, error))
    return false;
  if (kind == SCHEMA_INT && !convert_to_int(&spelled, &narrow, error))
    return false;
  *out_value = (Value){.kind = VALUE_INT, .integer = integer};
  return true;
}

static bool
parse_boolean(Slice text, Value *out_value, GError **error)
{
  Value spelled = {.kind = VALUE_TEXT, .text = text};
  bool boolean;

  if (!convert_to_boolean(&spelled, &boolean, error))
    return false;
  *out_value = (Value){.kind = VALUE_BOOLEAN, .boolean = boolean};
  return true;
}

/* A union's numbers stay numbers only if it has no branch for text. */
static SchemaKind
kind_in_csv(const SchemaNode *node)
{
  SchemaKind kind = SCHEMA_NULL;

  if (node->logical != LOGICAL_NONE)
    return SCHEMA_STRING;
  if (node->kind != SCHEMA_UNION)
    return node->kind;
  for (size_t i = 0; i < node->length; i++) {
    SchemaKind branch = node->branches[i]->kind;

    if (branch == SCHEMA_NULL)
      continue;
    if (branch < SCHEMA_INT || branch > SCHEMA_DOUBLE || node->branches[i]->logical != LOGICAL_NONE)
      return SCHEMA_STRING;
    kind = MAX(kind, branch);
  }
  return kind;
}

bool
mapping_parse_text(const Mapping *self, size_t field, Slice text, Value *out_value, GError **error)
{
  const SchemaNode *node = mapping_field_node(&self->fields, field);
  SchemaKind kind = kind_in_csv(node);
  bool good = true;

  if (nulls_hold_text(&self->nulls, text))
    *out_value = (Value){.kind = VALUE_MISSING};
  else if (kind == SCHEMA_INT || kind == SCHEMA_LONG)
    good = parse_integer(kind, text, out_value, error);
  else if (kind == SCHEMA_FLOAT || kind == SCHEMA_DOUBLE)
    good = parse_number(kind, text, out_value, error);
  else if (kind == SCHEMA_BOOLEAN)
    good = parse_boolean(text, out_value, error);
  else if (kind == SCHEMA_BYTES || kind == SCHEMA_FIXED)
    *out_value = (Value){.kind = VALUE_BYTES, .text = text};
  else
    *out_value = (Value){.kind = VALUE_TEXT, .text = text};
  if (!good)
    g_prefix_error(error, "%s: ", (const char *)self->fields.paths->pdata[field]);
  return good;
}
