/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/datum.h"

enum {
  VARINT_BYTES = 10,    /* of 64 bits */
  VARINT_LAST_BITS = 1, /* the tenth byte holds the 64th bit */
};

bool
datum_refuse(Datum *self, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  g_vsnprintf(self->what, sizeof self->what, format, args);
  va_end(args);
  self->kind = format;
  return false;
}

bool
datum_refuse_within(Datum *self, const char *format, ...)
{
  va_list args;

  if (self->inside == NULL)
    self->inside = g_string_new(NULL);
  va_start(args, format);

  g_autofree char *outer = g_strdup_vprintf(format, args);

  va_end(args);
  g_string_prepend(self->inside, outer);
  return false;
}

void
datum_fault(Datum *self, const char *field, GError **error)
{
  const char *inside = self->inside == NULL ? "" : self->inside->str;
  size_t byte = (size_t)(self->at - self->start);

  if (field == NULL)
    fault_record(error, "byte %zu: %s", byte, self->what);
  else if (*field == '\0' && *inside == '.') /* the root record has no name of its own */
    fault_record(error, "field %s (byte %zu): %s", inside + 1, byte, self->what);
  else
    fault_record(error, "field %s%s (byte %zu): %s", field, inside, byte, self->what);
  fault_set_kind(error, self->kind);
  fault_set_field(error, field);
  if (self->inside != NULL)
    g_string_free(self->inside, TRUE);
  self->inside = NULL;
}

bool
datum_read_long_varint(Datum *self, int64_t *out_value)
{
  size_t longest = MIN(datum_left(self), VARINT_BYTES);
  uint64_t value = 0;

  for (size_t i = 0; i < longest; i++) {
    uint8_t byte = self->at[i];

    if (i == VARINT_BYTES - 1 && byte > VARINT_LAST_BITS)
      return datum_refuse(self, "a number of more than 64 bits");
    value |= (uint64_t)(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      self->at += i + 1;
      *out_value = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
      return true;
    }
  }
  return datum_refuse(self, "the record ends in the middle of a number");
}

bool
datum_read_int(Datum *self, int64_t *out_value)
{
  const uint8_t *first = self->at;
  int64_t value = 0;

  if (!datum_read_long(self, &value))
    return false;
  if (value < INT32_MIN || value > INT32_MAX) {
    self->at = first;
    return datum_refuse(self, "an int of more than 32 bits: %" G_GINT64_FORMAT, value);
  }
  *out_value = value;
  return true;
}

bool
datum_read_float(Datum *self, float *out_value)
{
  uint32_t bits = 0;

  if (datum_left(self) < sizeof bits)
    return datum_refuse_fixed(self, sizeof bits);
  memcpy(&bits, self->at, sizeof bits);
  self->at += sizeof bits;
  bits = GUINT32_FROM_LE(bits);
  memcpy(out_value, &bits, sizeof bits);
  return true;
}

bool
datum_read_boolean(Datum *self, bool *out_value)
{
  if (self->at == self->end)
    return datum_refuse(self, "the record ends before a boolean");
  if (*self->at > 1)
    return datum_refuse(self, "a boolean is 0 or 1, not %u", *self->at);
  *out_value = *self->at++ == 1;
  return true;
}

bool
datum_read_index(Datum *self, size_t length, const char *noun, size_t *out_index)
{
  const uint8_t *first = self->at;
  int64_t index = 0;

  if (!datum_read_long(self, &index))
    return false;
  if (index < 0 || (uint64_t)index >= length) {
    self->at = first;
    return datum_refuse(self, "%s %" G_GINT64_FORMAT " of %zu", noun, index, length);
  }
  *out_index = (size_t)index;
  return true;
}

bool
datum_refuse_length(Datum *self, const uint8_t *at, int64_t len)
{
  size_t left = datum_left(self);

  self->at = at;
  if (len < 0)
    return datum_refuse(self, "a negative length: %" G_GINT64_FORMAT, len);
  return datum_refuse(self, "a length of %" G_GINT64_FORMAT " with %zu bytes left", len, left);
}

bool
datum_refuse_fixed(Datum *self, size_t len)
{
  return datum_refuse(self, "%zu bytes are needed and %zu are left", len, datum_left(self));
}

static bool
read_block_bytes(Datum *self, size_t *out_bytes)
{
  const uint8_t *first = self->at;
  int64_t bytes = 0;

  if (!datum_read_long(self, &bytes))
    return false;
  if (bytes < 0 || (uint64_t)bytes > datum_left(self))
    return datum_refuse_length(self, first, bytes);
  *out_bytes = (size_t)bytes;
  return true;
}

bool
datum_read_block(Datum *self, const SchemaNode *repeated, DatumBlock *out_block)
{
  const uint8_t *first = self->at;
  DatumBlock block = {.bytes = SIZE_MAX};
  int64_t items = 0;

  if (!datum_read_long(self, &items))
    return false;
  block.items = items < 0 ? 0 - (uint64_t)items : (uint64_t)items;
  if (items < 0 && !read_block_bytes(self, &block.bytes))
    return false;

  bool takes_bytes = repeated->kind == SCHEMA_MAP || !repeated->items->is_empty;
  size_t left = MIN(block.bytes, datum_left(self));

  if (takes_bytes && block.items > left) {
    self->at = first;
    return datum_refuse(self, "a block of %" G_GUINT64_FORMAT " items in %zu bytes", block.items,
                        left);
  }
  *out_block = block;
  return true;
}

bool
datum_takes_items(Datum *self, const SchemaNode *repeated, uint64_t items)
{
  if (items <= DATUM_EMPTY_ITEMS || repeated->kind == SCHEMA_MAP || !repeated->items->is_empty)
    return true;
  return datum_refuse(self, "%" G_GUINT64_FORMAT " items that take no byte; at most %d are read",
                      items, DATUM_EMPTY_ITEMS);
}

bool
datum_enter(Datum *self)
{
  if (self->depth == DATUM_DEPTH)
    return datum_refuse(self, "nested more than %d deep", DATUM_DEPTH);
  self->depth++;
  return true;
}

static bool
skip_bytes(Datum *self, size_t len)
{
  Slice skipped;

  return datum_read_fixed(self, len, &skipped);
}

static bool
skip_items(Datum *self, const SchemaNode *repeated, uint64_t items)
{
  Slice key;

  if (repeated->kind == SCHEMA_ARRAY && repeated->items->is_empty)
    return true; /* however many items there are */
  for (uint64_t i = 0; i < items; i++) {
    if (repeated->kind == SCHEMA_MAP && !datum_read_slice(self, &key))
      return false;
    if (!datum_skip(self, repeated->items))
      return datum_refuse_within(self, "[%" G_GUINT64_FORMAT "]", i);
  }
  return true;
}

static bool
skip_repeated(Datum *self, const SchemaNode *repeated)
{
  DatumBlock block = {0};

  if (!datum_enter(self))
    return false;
  do {
    if (!datum_read_block(self, repeated, &block))
      return false;
    if (!(block.bytes == SIZE_MAX ? skip_items(self, repeated, block.items)
                                  : skip_bytes(self, block.bytes)))
      return false;
  } while (block.items > 0);
  self->depth--;
  return true;
}

static bool
skip_record(Datum *self, const SchemaNode *record)
{
  if (!datum_enter(self))
    return false;
  for (size_t i = 0; i < record->length; i++) {
    if (!datum_skip(self, record->fields[i].type))
      return datum_refuse_within(self, ".%s", record->fields[i].name);
  }
  self->depth--;
  return true;
}

bool
datum_skip(Datum *self, const SchemaNode *type)
{
  int64_t integer = 0;
  bool boolean = false;
  size_t index = 0;
  Slice bytes;

  if (type->is_empty) /* nested ones could be many steps for no byte at all */
    return true;
  switch (type->kind) {
  case SCHEMA_NULL:
    return true;
  case SCHEMA_BOOLEAN:
    return datum_read_boolean(self, &boolean);
  case SCHEMA_INT:
    return datum_read_int(self, &integer);
  case SCHEMA_LONG:
    return datum_read_long(self, &integer);
  case SCHEMA_FLOAT:
    return skip_bytes(self, sizeof(float));
  case SCHEMA_DOUBLE:
    return skip_bytes(self, sizeof(double));
  case SCHEMA_BYTES:
  case SCHEMA_STRING:
    return datum_read_slice(self, &bytes);
  case SCHEMA_ARRAY:
  case SCHEMA_MAP:
    return skip_repeated(self, type);
  case SCHEMA_UNION:
    return datum_read_index(self, type->length, "union branch", &index) &&
           datum_skip(self, type->branches[index]);
  case SCHEMA_RECORD:
    return skip_record(self, type);
  case SCHEMA_ENUM:
    return datum_read_index(self, type->length, "enum symbol", &index);
  case SCHEMA_FIXED:
    return skip_bytes(self, type->length);
  }
  g_assert_not_reached();
}
