/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/recode.h"

#include "datum/leaf.h"

enum { LONG_BYTES = 10 };

static void
put_long(Bytes *out, int64_t value)
{
  uint8_t *at = bytes_reserve(out, LONG_BYTES);
  uint64_t zigzag = ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);

  for (; zigzag > 0x7f; zigzag >>= 7) {
    *at++ = (uint8_t)(zigzag | 0x80);
    out->len++;
  }
  *at = (uint8_t)zigzag;
  out->len++;
}

static void
put_single(Bytes *out, float value)
{
  uint32_t bits;

  memcpy(&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE(bits);
  bytes_append(out, &bits, sizeof bits);
}

static void
put_double(Bytes *out, double value)
{
  uint64_t bits;

  memcpy(&bits, &value, sizeof bits);
  bits = GUINT64_TO_LE(bits);
  bytes_append(out, &bits, sizeof bits);
}

/* A time or a decimal has another unit or scale there: its number would stand for something else.
 */
static bool
changes_unit(const Match *match)
{
  const SchemaNode *writer = match->writer;
  const SchemaNode *reader = match->reader;

  if (writer->logical == LOGICAL_NONE || reader->logical == LOGICAL_NONE)
    return false;
  return writer->logical != reader->logical ||
         (reader->logical == LOGICAL_DECIMAL && writer->scale != reader->scale);
}

static bool
recode_integer(Datum *datum, const Match *match, Bytes *out)
{
  int64_t value = 0;

  if (!(match->writer->kind == SCHEMA_INT ? datum_read_int(datum, &value)
                                          : datum_read_long(datum, &value)))
    return false;
  if (match->reader->kind == SCHEMA_FLOAT)
    put_single(out, (float)value);
  else if (match->reader->kind == SCHEMA_DOUBLE)
    put_double(out, (double)value);
  else
    put_long(out, value);
  return true;
}

static bool
recode_single(Datum *datum, const Match *match, Bytes *out)
{
  float value = 0;

  if (!datum_read_float(datum, &value))
    return false;
  if (match->reader->kind == SCHEMA_DOUBLE)
    put_double(out, (double)value);
  else
    put_single(out, value);
  return true;
}

static bool
recode_enum(Datum *datum, const Match *match, Bytes *out)
{
  const SchemaNode *reader = match->reader;
  const char *symbol = NULL;
  int64_t index = 0;

  if (!leaf_symbol(datum, match, &symbol))
    return false;
  while (strcmp(reader->symbols[index], symbol) != 0)
    index++;
  put_long(out, index);
  return true;
}

/* What both types write alike. */
static bool
copy(Datum *datum, const Match *match, Bytes *out)
{
  const uint8_t *start = datum->at;

  if (!datum_skip(datum, match->writer))
    return false;
  bytes_append(out, start, (size_t)(datum->at - start));
  return true;
}

static bool
recode_leaf(Datum *datum, const Match *match, Bytes *out)
{
  if (changes_unit(match))
    return datum_refuse(datum, "it has another unit or scale than ours");
  switch (match->writer->kind) {
  case SCHEMA_INT:
  case SCHEMA_LONG:
    return recode_integer(datum, match, out);
  case SCHEMA_FLOAT:
    return recode_single(datum, match, out);
  case SCHEMA_ENUM:
    return recode_enum(datum, match, out);
  case SCHEMA_NULL:
  case SCHEMA_BOOLEAN:
  case SCHEMA_DOUBLE:
  case SCHEMA_BYTES:
  case SCHEMA_STRING:
  case SCHEMA_FIXED:
    return copy(datum, match, out);
  case SCHEMA_ARRAY:
  case SCHEMA_MAP:
  case SCHEMA_UNION:
  case SCHEMA_RECORD:
    break;
  }
  g_assert_not_reached();
}

static const MatchField *
field_for(const Match *match, const SchemaField *reader)
{
  for (size_t i = 0; i < match->length; i++)
    if (match->fields[i].reader == reader)
      return &match->fields[i];
  return NULL;
}

static bool
recode_default(Datum *datum, const Match *match, const SchemaField *reader, Bytes *out)
{
  const MatchDefault *missing = match->defaults;

  while (missing->reader != reader)
    missing++;
  if (missing->refusal != NULL)
    return datum_refuse(datum, "%s", missing->refusal);
  bytes_append_slice(out, missing->datum);
  return true;
}

/* Where each of the writer's fields begins: they may be wanted in any order. Ends behind them. */
static bool
find_fields(Datum *datum, const Match *match, const uint8_t **starts)
{
  for (size_t i = 0; i < match->length; i++) {
    starts[i] = datum->at;
    if (!datum_skip(datum, match->fields[i].writer->type))
      return datum_refuse_within(datum, ".%s", match->fields[i].writer->name);
  }
  return true;
}

static bool
recode_record(Datum *datum, const Match *match, Bytes *out)
{
  g_autofree const uint8_t **starts = g_new0(const uint8_t *, match->length + 1);
  const SchemaNode *reader = match->reader;
  const uint8_t *end;

  if (!find_fields(datum, match, starts))
    return false;
  end = datum->at;
  for (size_t i = 0; i < reader->length; i++) {
    const SchemaField *wanted = &reader->fields[i];
    const MatchField *field = field_for(match, wanted);

    if (field == NULL) {
      if (!recode_default(datum, match, wanted, out))
        return false;
      continue;
    }
    datum->at = starts[field - match->fields];
    if (!recode(datum, field->match, wanted->type, out))
      return datum_refuse_within(datum, ".%s", wanted->name);
  }
  datum->at = end;
  return true;
}

static bool
recode_items(Datum *datum, const Match *match, uint64_t items, Bytes *out)
{
  if (!datum_takes_items(datum, match->writer, items))
    return false;
  put_long(out, (int64_t)items);
  for (uint64_t i = 0; i < items; i++) {
    const uint8_t *key = datum->at;
    Slice ignored;

    if (match->writer->kind == SCHEMA_MAP) {
      if (!datum_read_slice(datum, &ignored))
        return false;
      bytes_append(out, key, (size_t)(datum->at - key));
    }
    if (!recode(datum, match->items, match->reader->items, out))
      return datum_refuse_within(datum, "[]");
  }
  return true;
}

static bool
recode_repeated(Datum *datum, const Match *match, Bytes *out)
{
  DatumBlock block = {0};

  do {
    if (!datum_read_block(datum, match->writer, &block) ||
        !recode_items(datum, match, block.items, out))
      return false;
  } while (block.items > 0);
  return true;
}

static bool
recode_nested(Datum *datum, const Match *match, Bytes *out)
{
  if (!datum_enter(datum) ||
      !(match->kind == MATCH_RECORD ? recode_record : recode_repeated)(datum, match, out))
    return false;
  datum->depth--;
  return true;
}

bool
recode(Datum *datum, const Match *match, const SchemaNode *reader, Bytes *out)
{
  size_t branch = 0;

  if (match->kind == MATCH_UNION)
    return datum_read_index(datum, match->length, "union branch", &branch) &&
           recode(datum, match->branches[branch], reader, out);
  if (match->kind == MATCH_REFUSED)
    return datum_refuse(datum, "%s", match->refusal);
  if (reader->kind == SCHEMA_UNION) {
    while (reader->branches[branch] != match->reader)
      branch++;
    put_long(out, (int64_t)branch);
  }
  return match->kind == MATCH_LEAF ? recode_leaf(datum, match, out)
                                   : recode_nested(datum, match, out);
}
