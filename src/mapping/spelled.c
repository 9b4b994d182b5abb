/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/spelled.h"

#include "mapping/convert.h"
#include "mapping/instant.h"
#include "schema/readable.h"

#include <math.h>

enum { ROOM = 64, SECOND_NS = 1000000000, DAY_S = 86400, UUID_LETTERS = 36 };

typedef struct {
  const SchemaNode *node;
  Slice text;
  Bytes *scratch;
  Value *out_value;
} Reading;

typedef bool (*Reader)(const Reading *reading, GError **error);

static bool
refuse(const Reading *reading, const char *wanted, GError **error)
{
  g_autofree char *quoted = slice_quote(reading->text);

  fault_record(error, "not %s: '%s'", wanted, quoted);
  fault_set_kind(error, wanted);
  return false;
}

static bool
is_nan(Slice text)
{
  return text.len == 3 && g_ascii_strncasecmp((const char *)text.data, "nan", 3) == 0;
}

static bool
read_double(const Reading *reading, GError **error)
{
  Value spelled = {.kind = VALUE_TEXT, .text = reading->text};
  double number;

  if (!convert_to_double(&spelled, &number, error))
    return false;
  *reading->out_value = (Value){.kind = VALUE_DOUBLE, .number = number};
  return true;
}

static bool
read_float(const Reading *reading, GError **error)
{
  float number;

  if (!text_parse_float(reading->text, &number))
    return refuse(
        reading, text_is_number(reading->text) ? "a number that a float holds" : "a number", error);
  *reading->out_value = (Value){.kind = VALUE_FLOAT, .single = number};
  return true;
}

/* Whole numbers come with a point where their column also has missing values: 2012.0. */
static bool
read_long(const Reading *reading, GError **error)
{
  Value spelled = {.kind = VALUE_TEXT, .text = reading->text};
  int64_t integer;

  if (!convert_to_long(&spelled, &integer, error))
    return false;
  *reading->out_value = (Value){.kind = VALUE_INT, .integer = integer};
  return true;
}

static bool
read_int(const Reading *reading, GError **error)
{
  Value spelled = {.kind = VALUE_TEXT, .text = reading->text};
  int32_t integer;

  if (!convert_to_int(&spelled, &integer, error))
    return false;
  *reading->out_value = (Value){.kind = VALUE_INT, .integer = integer};
  return true;
}

static bool
read_boolean(const Reading *reading, GError **error)
{
  Value spelled = {.kind = VALUE_TEXT, .text = reading->text};
  bool boolean;

  if (!convert_to_boolean(&spelled, &boolean, error))
    return false;
  *reading->out_value = (Value){.kind = VALUE_BOOLEAN, .boolean = boolean};
  return true;
}

static bool
read_text(const Reading *reading, GError **error)
{
  (void)error;
  *reading->out_value = (Value){.kind = VALUE_TEXT, .text = reading->text};
  return true;
}

static bool
read_bytes(const Reading *reading, GError **error)
{
  if (reading->node->kind == SCHEMA_FIXED && reading->text.len != reading->node->length) {
    fault_record(error, "%zu bytes where %s has %zu", reading->text.len, reading->node->name,
                 reading->node->length);
    return false;
  }
  *reading->out_value = (Value){.kind = VALUE_BYTES, .text = reading->text};
  return true;
}

static bool
read_symbol(const Reading *reading, GError **error)
{
  for (size_t i = 0; i < reading->node->length; i++)
    if (slice_equal(reading->text, slice_text(reading->node->symbols[i])))
      return read_text(reading, error);
  return refuse(reading, "a symbol of the enum", error);
}

/* A union's numbers stay numbers only where no branch takes text. Whole ones are a long's, where
 * there is one beside a double: it holds more digits, and both have the same text. */
static bool
read_union(const Reading *reading, GError **error)
{
  SchemaKind widest = SCHEMA_NULL;
  bool has_integer = false;

  for (size_t i = 0; i < reading->node->length; i++) {
    const SchemaNode *branch = reading->node->branches[i];
    bool is_number = branch->kind >= SCHEMA_INT && branch->kind <= SCHEMA_DOUBLE;

    if (branch->kind != SCHEMA_NULL && (!is_number || branch->logical != LOGICAL_NONE))
      return read_text(reading, error);
    widest = MAX(widest, branch->kind);
    has_integer |= branch->kind == SCHEMA_LONG;
  }
  if (widest > SCHEMA_LONG && (!has_integer || !read_long(reading, NULL)))
    return read_double(reading, error);
  return widest <= SCHEMA_LONG ? read_long(reading, error) : true;
}

/* Ends a text that was begun at `start` of the scratch. */
static bool
finish_text(const Reading *reading, size_t start)
{
  *reading->out_value = (Value){
      .kind = VALUE_TEXT,
      .text = slice(reading->scratch->data + start, reading->scratch->len - start),
  };
  return true;
}

static bool
finish_integer(const Reading *reading, int64_t value, const char *wanted, GError **error)
{
  size_t start = reading->scratch->len;

  if (reading->node->kind == SCHEMA_INT && (value < INT32_MIN || value > INT32_MAX))
    return refuse(reading, wanted, error);
  readable_integer(reading->scratch, reading->node->logical, value);
  return finish_text(reading, start);
}

/* How many of the type's unit a second has. */
static int64_t
units_of_second(SchemaLogical logical)
{
  switch (logical) {
  case LOGICAL_TIME_MILLIS:
  case LOGICAL_TIMESTAMP_MILLIS:
  case LOGICAL_LOCAL_TIMESTAMP_MILLIS:
    return 1000;
  case LOGICAL_TIME_MICROS:
  case LOGICAL_TIMESTAMP_MICROS:
  case LOGICAL_LOCAL_TIMESTAMP_MICROS:
    return 1000000;
  case LOGICAL_TIMESTAMP_NANOS:
  case LOGICAL_LOCAL_TIMESTAMP_NANOS:
  case LOGICAL_NONE:
  case LOGICAL_DECIMAL:
  case LOGICAL_UUID:
  case LOGICAL_DATE:
  case LOGICAL_DURATION:
  case LOGICAL_BIG_DECIMAL:
    break;
  }
  return SECOND_NS;
}

/* ISO 8601, or the number that Avro holds. */
static bool
read_timestamp(const Reading *reading, GError **error)
{
  static const char wanted[] = "an ISO 8601 time, or a number of the type's unit";
  int64_t units = units_of_second(reading->node->logical);
  int64_t seconds, ns, value;

  if (text_parse_scaled(reading->text, 0, TEXT_EXACT, &value))
    return finish_integer(reading, value, wanted, error);
  if (!instant_parse_exact(reading->text, &seconds, &ns) ||
      __builtin_mul_overflow(seconds, units, &value) ||
      __builtin_add_overflow(value, ns / (SECOND_NS / units), &value))
    return refuse(reading, wanted, error);
  return finish_integer(reading, value, wanted, error);
}

static bool
read_date(const Reading *reading, GError **error)
{
  static const char wanted[] = "an ISO 8601 date, or a number of days";
  int64_t seconds, ns, days;

  if (!text_parse_scaled(reading->text, 0, TEXT_EXACT, &days)) {
    if (!instant_parse_exact(reading->text, &seconds, &ns))
      return refuse(reading, wanted, error);
    days = seconds / DAY_S - (seconds % DAY_S < 0 ? 1 : 0);
  }
  return finish_integer(reading, days, wanted, error);
}

static bool
read_time(const Reading *reading, GError **error)
{
  static const char wanted[] = "a time of day, or a number of the type's unit";
  int64_t ns, value;

  if (text_parse_scaled(reading->text, 0, TEXT_EXACT, &value))
    return finish_integer(reading, value, wanted, error);
  if (!instant_parse_clock(reading->text, &ns))
    return refuse(reading, wanted, error);
  return finish_integer(reading, ns / (SECOND_NS / units_of_second(reading->node->logical)), wanted,
                        error);
}

static bool
read_uuid(const Reading *reading, GError **error)
{
  size_t start = reading->scratch->len;

  if (reading->node->kind == SCHEMA_STRING)
    return read_text(reading, error);
  if (reading->text.len != UUID_LETTERS)
    return refuse(reading, "a UUID", error);
  for (size_t i = 0; i < UUID_LETTERS; i++) {
    bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    char letter = (char)reading->text.data[i];

    if (is_dash ? letter != '-' : !g_ascii_isxdigit(letter)) {
      reading->scratch->len = start;
      return refuse(reading, "a UUID", error);
    }
    bytes_append_u8(reading->scratch, (uint8_t)g_ascii_tolower(letter));
  }
  return finish_text(reading, start);
}

static void
put_digits(const TextDecimal *decimal, int64_t from, int64_t to, Bytes *out)
{
  for (int64_t at = from; at < to; at++)
    bytes_append_u8(out, (uint8_t)('0' + text_digit(decimal, at)));
}

static void
put_decimal(const TextDecimal *decimal, int64_t scale, Bytes *out)
{
  int64_t first = MIN(decimal->first, decimal->point);

  if (decimal->is_negative)
    bytes_append_u8(out, '-');
  put_digits(decimal, first, decimal->point, out);
  if (first == decimal->point)
    bytes_append_u8(out, '0');
  if (scale > 0)
    bytes_append_u8(out, '.');
  put_digits(decimal, decimal->point, decimal->point + scale, out);
}

/* The scale's zeros are written anew, and no others. */
static bool
read_decimal(const Reading *reading, GError **error)
{
  const SchemaNode *node = reading->node;
  int64_t scale = node->scale;
  size_t start = reading->scratch->len;
  TextDecimal decimal;
  int64_t first;

  if (!text_scan(reading->text, &decimal))
    return refuse(reading, "a decimal number", error);
  if (decimal.first >= decimal.end) /* 0, whatever the exponent */
    decimal = (TextDecimal){0};
  first = MIN(decimal.first, decimal.point);
  if (decimal.end - decimal.point > scale || scale > READABLE_DIGITS ||
      decimal.point - first + scale > node->precision) {
    g_autofree char *wanted = g_strdup_printf("a decimal of %u digits, %u of them behind the point",
                                              node->precision, node->scale);

    return refuse(reading, wanted, error);
  }
  put_decimal(&decimal, scale, reading->scratch);
  return finish_text(reading, start);
}

/* Its own digits say its scale. */
static bool
read_big_decimal(const Reading *reading, GError **error)
{
  size_t start = reading->scratch->len;
  TextDecimal decimal;
  int64_t scale;

  if (!text_scan(reading->text, &decimal))
    return refuse(reading, "a decimal number", error);
  scale = (int64_t)(decimal.whole.len + decimal.fraction.len) - decimal.point;
  if (decimal.first >= decimal.end)
    decimal = (TextDecimal){0};
  if (scale > READABLE_DIGITS || decimal.point > READABLE_DIGITS)
    return refuse(reading, "a decimal number of up to 2000 digits", error);
  put_decimal(&decimal, MAX(scale, 0), reading->scratch);
  return finish_text(reading, start);
}

static const Reader by_kind[] = {
    [SCHEMA_NULL] = read_text,   [SCHEMA_BOOLEAN] = read_boolean, [SCHEMA_INT] = read_int,
    [SCHEMA_LONG] = read_long,   [SCHEMA_FLOAT] = read_float,     [SCHEMA_DOUBLE] = read_double,
    [SCHEMA_BYTES] = read_bytes, [SCHEMA_STRING] = read_text,     [SCHEMA_ARRAY] = read_text,
    [SCHEMA_MAP] = read_text,    [SCHEMA_UNION] = read_union,     [SCHEMA_RECORD] = read_text,
    [SCHEMA_ENUM] = read_symbol, [SCHEMA_FIXED] = read_bytes,
};

static const Reader by_logical[] = {
    [LOGICAL_NONE] = NULL,
    [LOGICAL_DECIMAL] = read_decimal,
    [LOGICAL_UUID] = read_uuid,
    [LOGICAL_DATE] = read_date,
    [LOGICAL_TIME_MILLIS] = read_time,
    [LOGICAL_TIME_MICROS] = read_time,
    [LOGICAL_TIMESTAMP_MILLIS] = read_timestamp,
    [LOGICAL_TIMESTAMP_MICROS] = read_timestamp,
    [LOGICAL_TIMESTAMP_NANOS] = read_timestamp,
    [LOGICAL_LOCAL_TIMESTAMP_MILLIS] = read_timestamp,
    [LOGICAL_LOCAL_TIMESTAMP_MICROS] = read_timestamp,
    [LOGICAL_LOCAL_TIMESTAMP_NANOS] = read_timestamp,
    [LOGICAL_DURATION] = read_text,
    [LOGICAL_BIG_DECIMAL] = read_big_decimal,
};

bool
spelled_is_number(const SchemaNode *node)
{
  bool has_number = false;

  if (node->kind != SCHEMA_UNION)
    return node->logical == LOGICAL_DECIMAL || node->logical == LOGICAL_BIG_DECIMAL ||
           (node->logical == LOGICAL_NONE && node->kind >= SCHEMA_INT &&
            node->kind <= SCHEMA_DOUBLE);
  for (size_t i = 0; i < node->length; i++) {
    if (spelled_is_number(node->branches[i]))
      has_number = true;
    else if (node->branches[i]->kind != SCHEMA_NULL)
      return false;
  }
  return has_number;
}

size_t
spelled_bytes(const SchemaNode *node, Slice text)
{
  if (node->logical == LOGICAL_NONE)
    return text.len; /* a comma made a point */
  if (node->logical == LOGICAL_BIG_DECIMAL)
    return ROOM + text.len + 2 * READABLE_DIGITS;
  return ROOM + text.len + (node->logical == LOGICAL_DECIMAL ? node->precision : 0);
}

bool
spelled_read(const SchemaNode *node, Slice text, Bytes *scratch, Value *out_value, GError **error)
{
  Reading reading = {.node = node, .text = text, .scratch = scratch, .out_value = out_value};
  Reader read = node->logical == LOGICAL_NONE ? by_kind[node->kind] : by_logical[node->logical];

  if (node->kind != SCHEMA_UNION && spelled_is_number(node) && is_nan(text)) {
    *out_value = (Value){.kind = VALUE_MISSING};
    return true;
  }
  return read(&reading, error);
}
