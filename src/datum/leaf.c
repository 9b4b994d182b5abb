/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/leaf.h"

#include <inttypes.h>

#include "json/put.h"
#include "schema/readable.h"
#include "text/text.h"

static void
append_text(Bytes *out, const char *text)
{
  bytes_append(out, text, strlen(text));
}

/* U+0000 is a character too, though g_utf8_validate() stops at it. */
static bool
is_utf8(Slice text)
{
  const char *at = (const char *)text.data;
  const char *end = at + text.len;

  while (at < end && !g_utf8_validate(at, end - at, &at)) {
    if (*at != '\0')
      return false;
    at++;
  }
  return true;
}

bool
leaf_json_string(Datum *datum, Bytes *out)
{
  const uint8_t *first = datum->at;
  Slice text = SLICE_EMPTY;

  if (!datum_read_slice(datum, &text))
    return false;
  if (!is_utf8(text)) {
    datum->at = first;
    return datum_refuse(datum, "a string that is not UTF-8 cannot become JSON");
  }
  json_put_string(out, text);
  return true;
}

static bool
read_bytes(Datum *datum, const SchemaNode *writer, Slice *out_bytes)
{
  return writer->kind == SCHEMA_FIXED ? datum_read_fixed(datum, writer->length, out_bytes)
                                      : datum_read_slice(datum, out_bytes);
}

static bool
put_bytes(Datum *datum, const Match *match, Bytes *out)
{
  Slice bytes = SLICE_EMPTY;

  if (!read_bytes(datum, match->writer, &bytes))
    return false;
  json_put_bytes(out, bytes);
  return true;
}

static bool
put_integer(Datum *datum, const Match *match, Bytes *out)
{
  int64_t integer = 0;

  if (!(match->writer->kind == SCHEMA_INT ? datum_read_int(datum, &integer)
                                          : datum_read_long(datum, &integer)))
    return false;
  if (match->reader->kind == SCHEMA_FLOAT)
    json_put_float(out, (float)integer);
  else if (match->reader->kind == SCHEMA_DOUBLE)
    json_put_double(out, (double)integer);
  else
    out->len += text_put_integer(bytes_reserve(out, TEXT_NUMBER_BYTES), integer);
  return true;
}

static bool
put_float(Datum *datum, const Match *match, Bytes *out)
{
  float number = 0;

  if (!datum_read_float(datum, &number))
    return false;
  if (match->reader->kind == SCHEMA_FLOAT)
    json_put_float(out, number);
  else
    json_put_double(out, (double)number);
  return true;
}

static bool
put_double(Datum *datum, Bytes *out)
{
  double number = 0;

  if (!datum_read_double(datum, &number))
    return false;
  json_put_double(out, number);
  return true;
}

static bool
put_boolean(Datum *datum, Bytes *out)
{
  bool boolean = false;

  if (!datum_read_boolean(datum, &boolean))
    return false;
  append_text(out, boolean ? "true" : "false");
  return true;
}

bool
leaf_symbol(Datum *datum, const Match *match, const char **out_symbol)
{
  const uint8_t *first = datum->at;
  size_t index = 0;

  if (!datum_read_index(datum, match->writer->length, "enum symbol", &index))
    return false;
  if (match->symbols[index] == NULL) {
    datum->at = first;
    return datum_refuse(datum, "enum %s of ours has no symbol %s and no default",
                        match->reader->name, match->writer->symbols[index]);
  }
  *out_symbol = match->symbols[index];
  return true;
}

/* Avro's BigDecimalConversion: the unscaled number as bytes, then the scale as an int. */
static bool
put_big_decimal(Slice bytes, Bytes *out)
{
  Datum inner;
  Slice unscaled = SLICE_EMPTY;
  int64_t scale = 0;

  datum_init(&inner, bytes);
  return datum_read_slice(&inner, &unscaled) && datum_read_int(&inner, &scale) &&
         inner.at == inner.end && readable_scaled(out, unscaled, scale);
}

static bool
read_logical_bytes(Datum *datum, const Match *match, Bytes *out)
{
  const uint8_t *first = datum->at;
  Slice bytes = SLICE_EMPTY;

  if (!read_bytes(datum, match->writer, &bytes))
    return false;
  if (match->unit.logical == LOGICAL_UUID) {
    readable_uuid(out, bytes.data);
  } else if (match->unit.logical == LOGICAL_DURATION) {
    readable_duration(out, bytes.data);
  } else if (match->unit.logical == LOGICAL_BIG_DECIMAL) {
    if (put_big_decimal(bytes, out))
      return true;
    datum->at = first;
    return datum_refuse(datum, "no big-decimal, or one of more than %d digits", READABLE_DIGITS);
  } else if (!readable_decimal(out, bytes, match->unit.scale)) {
    datum->at = first;
    return datum_refuse(datum, "a decimal of %zu bytes; at most %d are read", bytes.len,
                        READABLE_BYTES);
  }
  return true;
}

bool
leaf_logical(Datum *datum, const Match *match, Bytes *out)
{
  const uint8_t *first = datum->at;
  int64_t integer = 0;

  if (match->writer->kind != SCHEMA_INT && match->writer->kind != SCHEMA_LONG)
    return read_logical_bytes(datum, match, out);
  if (!(match->writer->kind == SCHEMA_INT ? datum_read_int(datum, &integer)
                                          : datum_read_long(datum, &integer)))
    return false;
  if (__builtin_mul_overflow(integer, match->unit.factor, &integer)) {
    datum->at = first;
    return datum_refuse(datum, "a date out of the range of %s",
                        schema_logical_name(match->unit.logical));
  }
  readable_integer(out, match->unit.logical, integer);
  return true;
}

static bool
put_enum(Datum *datum, const Match *match, Bytes *out)
{
  const char *symbol = "";

  if (!leaf_symbol(datum, match, &symbol))
    return false;
  json_put_string(out, slice_text(symbol));
  return true;
}

static bool
put_quoted(Datum *datum, const Match *match, Bytes *out)
{
  bytes_append_u8(out, '"');
  if (!leaf_logical(datum, match, out))
    return false;
  bytes_append_u8(out, '"');
  return true;
}

bool
leaf_json(Datum *datum, const Match *match, Bytes *out)
{
  if (match->unit.logical != LOGICAL_NONE)
    return put_quoted(datum, match, out);

  switch (match->writer->kind) {
  case SCHEMA_NULL:
    append_text(out, "null");
    return true;
  case SCHEMA_BOOLEAN:
    return put_boolean(datum, out);
  case SCHEMA_INT:
  case SCHEMA_LONG:
    return put_integer(datum, match, out);
  case SCHEMA_FLOAT:
    return put_float(datum, match, out);
  case SCHEMA_DOUBLE:
    return put_double(datum, out);
  case SCHEMA_BYTES:
  case SCHEMA_STRING:
    return match->reader->kind == SCHEMA_STRING ? leaf_json_string(datum, out)
                                                : put_bytes(datum, match, out);
  case SCHEMA_FIXED:
    return put_bytes(datum, match, out);
  case SCHEMA_ENUM:
    return put_enum(datum, match, out);
  case SCHEMA_ARRAY:
  case SCHEMA_MAP:
  case SCHEMA_UNION:
  case SCHEMA_RECORD:
    break;
  }
  g_assert_not_reached();
}
