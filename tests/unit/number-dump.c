/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/convert.h"
#include "mapping/instant.h"
#include "mapping/key.h"
#include "mapping/spelled.h"

#include <stdio.h>

/* number-dump: what becomes of each "KIND TEXT" of standard input, a line each: bytes in
 * hexadecimal, or "refused". */

typedef bool (*Maker)(const Value *value, Bytes *out);

static bool
make_cell(const Value *value, ColumnType type, Bytes *out)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  Slice bytes;

  if (!convert_to_cell(value, type, scratch, &bytes, NULL))
    return false;
  bytes_append_slice(out, bytes);
  return true;
}

static bool
make_int(const Value *value, Bytes *out)
{
  return make_cell(value, COLUMN_INT, out);
}

static bool
make_long(const Value *value, Bytes *out)
{
  return make_cell(value, COLUMN_LONG, out);
}

static bool
make_double(const Value *value, Bytes *out)
{
  return make_cell(value, COLUMN_DOUBLE, out);
}

static bool
make_time(const Value *value, InstantFormat format, Bytes *out)
{
  int64_t ms;

  if (!instant_of_value(value, instant_form(format), &ms, NULL))
    return false;
  bytes_append_be64(out, (uint64_t)ms);
  return true;
}

static bool
make_ms(const Value *value, Bytes *out)
{
  return make_time(value, INSTANT_MS, out);
}

static bool
make_s(const Value *value, Bytes *out)
{
  return make_time(value, INSTANT_S, out);
}

static bool
make_key(const Value *value, KeyForm form, Bytes *out)
{
  Nulls nulls = {0};
  KeyPart part = {.source = KEY_FIELD, .name = (char *)"f", .form = form};
  const Key key = {.parts_length = 1, .parts = &part, .nulls = &nulls};
  const Origin origin = {.topic = ""};

  return key_append(&key, &origin, value, out, NULL);
}

static bool
make_key_long(const Value *value, Bytes *out)
{
  return make_key(value, KEY_AS_LONG, out);
}

static bool
make_key_double(const Value *value, Bytes *out)
{
  return make_key(value, KEY_AS_DOUBLE, out);
}

/* As a CSV field of a column of that type, as text. */
static bool
make_field(const Value *value, const char *json, Bytes *out)
{
  g_autoptr(Schema) schema = schema_parse("schema", json, strlen(json), NULL);
  g_auto(Bytes) scratch = {0};
  Value read;

  bytes_reserve(&scratch, spelled_bytes(schema_root(schema), value->text));
  return spelled_read(schema_root(schema), value->text, &scratch, &read, NULL) &&
         make_cell(&read, COLUMN_TEXT, out);
}

static bool
make_field_long(const Value *value, Bytes *out)
{
  return make_field(value, "\"long\"", out);
}

static bool
make_field_decimal(const Value *value, Bytes *out)
{
  return make_field(
      value, "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":24,\"scale\":6}", out);
}

static const struct {
  const char *name;
  Maker make;
} makers[] = {
    {"int", make_int},
    {"long", make_long},
    {"double", make_double},
    {"ms", make_ms},
    {"s", make_s},
    {"key-long", make_key_long},
    {"key-double", make_key_double},
    {"field-long", make_field_long},
    {"field-decimal", make_field_decimal},
};

static void
answer(const char *kind, const char *text)
{
  const Value value = {.kind = VALUE_TEXT, .text = slice_text(text)};
  g_auto(Bytes) out = {0};
  bool good = false;

  for (size_t i = 0; i < G_N_ELEMENTS(makers); i++)
    if (strcmp(makers[i].name, kind) == 0)
      good = makers[i].make(&value, &out);
  for (size_t i = 0; good && i < out.len; i++)
    printf("%02x", out.data[i]);
  puts(good ? "" : "refused");
}

int
main(void)
{
  char line[4096];

  while (fgets(line, sizeof line, stdin) != NULL) {
    char *space = strchr(line, ' ');

    line[strcspn(line, "\n")] = '\0';
    *space = '\0';
    answer(line, space + 1);
  }
  return 0;
}
