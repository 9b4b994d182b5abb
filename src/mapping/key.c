/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/key.h"

#include "mapping/convert.h"
#include "text/md5.h"

/* What a key is made from. */
typedef struct {
  const Key *key;
  const Origin *origin;
  const Value *values;
  Bytes *out;
} Making;

void
key_parts_free(KeyPart *parts, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    g_free(parts[i].name);
    g_free((void *)parts[i].literal.data);
    key_parts_free(parts[i].of, parts[i].of_length);
  }
  g_free(parts);
}

void
key_clear(Key *self)
{
  g_free((void *)self->separator.data);
  key_parts_free(self->parts, self->parts_length);
  *self = (Key){0};
}

bool
key_part_is_fixed(const KeyPart *part)
{
  return part->source == KEY_LITERAL || part->source == KEY_SALT || part->source == KEY_HASH ||
         part->form != KEY_AS_TEXT || part->is_reverse || part->width > 0;
}

/* A fixed part may hold the separator by chance; what a record's text puts there is refused all
 * the same, even where a width would tell the parts apart. */
static bool
must_not_hold_separator(const KeyPart *part)
{
  return !key_part_is_fixed(part) || (part->width > 0 && !part->is_reverse);
}

/* The value that the part reads. */
static bool
read_value(const Making *making, const KeyPart *part, Value *out_value, GError **error)
{
  const Origin *origin = making->origin;

  *out_value = (Value){.kind = VALUE_MISSING};
  if (part->source == KEY_FIELD)
    *out_value = making->values[part->field];
  else if (part->source == KEY_KEY_FIELD && origin->key_values != NULL)
    *out_value = origin->key_values[part->field];
  else if (part->source == KEY_TOPIC)
    *out_value = (Value){.kind = VALUE_TEXT, .text = slice_text(origin->topic)};
  else if (part->source == KEY_PARTITION)
    *out_value = (Value){.kind = VALUE_INT, .integer = origin->partition};
  else if (part->source == KEY_OFFSET)
    *out_value = (Value){.kind = VALUE_INT, .integer = origin->offset};
  else if (part->source == KEY_KAFKA_KEY)
    *out_value = (Value){.kind = VALUE_BYTES, .text = origin->key};
  if (!nulls_hold(making->key->nulls, out_value))
    return true;
  fault_record(error, "is missing, and a row key needs every part");
  return false;
}

static bool
make_time(const KeyPart *part, Value *value, GError **error)
{
  int64_t ms;

  if (!instant_of_value(value, part->time_form, &ms, error))
    return false;
  *value = (Value){.kind = VALUE_INT, .integer = part->is_reverse ? INT64_MAX - ms : ms};
  return true;
}

static bool
append_long(const Value *value, Bytes *out, GError **error)
{
  int64_t number;

  if (!convert_to_long(value, &number, error))
    return false;
  bytes_append_be64(out, (uint64_t)number ^ UINT64_C(1) << 63);
  return true;
}

static bool
append_int(const Value *value, Bytes *out, GError **error)
{
  int32_t number;

  if (!convert_to_int(value, &number, error))
    return false;
  bytes_append_be32(out, (uint32_t)number ^ UINT32_C(1) << 31);
  return true;
}

static bool
append_double(const Value *value, Bytes *out, GError **error)
{
  double number;
  uint64_t bits;

  if (!convert_to_double(value, &number, error))
    return false;
  number += 0.0; /* makes 0.0 of -0.0 */
  memcpy(&bits, &number, sizeof bits);
  bytes_append_be64(out, bits >> 63 ? ~bits : bits | UINT64_C(1) << 63);
  return true;
}

static bool
append_text(const KeyPart *part, const Value *value, Bytes *out, GError **error)
{
  uint8_t scratch[TEXT_NUMBER_BYTES];
  Slice text = convert_to_text(value, scratch);
  size_t width = part->is_reverse ? KEY_REVERSE_DIGITS : part->width;

  if (text.len == 0) {
    fault_record(error, "is empty, and a row key needs every part");
    return false;
  }
  if (width > 0 && text.len > width) {
    g_autofree char *quoted = slice_quote(text);

    fault_record(error, "'%s' is wider than the %zu bytes of its width", quoted, width);
    return false;
  }
  if (text.len < width) {
    memset(bytes_reserve(out, width - text.len), '0', width - text.len);
    out->len += width - text.len;
  }
  bytes_append_slice(out, text);
  return true;
}

static bool
append_value(const Making *making, const KeyPart *part, GError **error)
{
  Value value;

  if (!read_value(making, part, &value, error) ||
      (part->is_time && !make_time(part, &value, error)))
    return false;
  switch (part->form) {
  case KEY_AS_INT:
    return append_int(&value, making->out, error);
  case KEY_AS_LONG:
    return append_long(&value, making->out, error);
  case KEY_AS_DOUBLE:
    return append_double(&value, making->out, error);
  case KEY_AS_TEXT:
    break;
  }
  return append_text(part, &value, making->out, error);
}

static void
set_field(const KeyPart *part, GError **error)
{
  g_autofree char *of_key = NULL;

  if (part->source == KEY_KEY_FIELD)
    of_key = g_strconcat("Kafka key's ", part->name, NULL);
  fault_set_field(error, part->source == KEY_FIELD ? part->name : of_key);
}

/* A part's text that shows the separator, written behind it, any earlier than at its end could not
 * be told from others: with "::", "a:" "b" runs together to the same bytes as "a" ":b". */
static bool
ends_at_separator(const Making *making, const KeyPart *part, size_t start, GError **error)
{
  Slice separator = making->key->separator;
  Slice text = slice(making->out->data + start, making->out->len - start - separator.len);
  g_autofree char *quoted = NULL;
  g_autofree char *quoted_separator = NULL;

  if (!must_not_hold_separator(part) || separator.len == 0 ||
      memmem(text.data, text.len + separator.len, separator.data, separator.len) ==
          text.data + text.len)
    return true;
  quoted = slice_quote(text);
  quoted_separator = slice_quote(separator);
  fault_record(error,
               "key part %s: '%s' contains the separator '%s': two records could share a row",
               part->name, quoted, quoted_separator);
  set_field(part, error);
  return false;
}

/* Appends a part that needs no others. */
static bool
append_plain(const Making *making, const KeyPart *part, GError **error)
{
  if (part->source == KEY_LITERAL) {
    bytes_append_slice(making->out, part->literal);
    return true;
  }
  if (append_value(making, part, error))
    return true;
  set_field(part, error);
  g_prefix_error(error, "key part %s: ", part->name);
  return false;
}

/* Digests the parts of `of` joined by the separator, for which the end of `out` is borrowed. */
static bool
digest_parts(const Making *making, const KeyPart *part, uint8_t out_digest[MD5_BYTES],
             GError **error)
{
  Bytes *out = making->out;
  size_t joined = out->len;

  for (size_t i = 0; i < part->of_length; i++) {
    bool is_last = i + 1 == part->of_length;
    size_t start = out->len;

    if (!append_plain(making, &part->of[i], error))
      return false;
    if (!is_last)
      bytes_append_slice(out, making->key->separator);
    if (!is_last && part->guards_of && !ends_at_separator(making, &part->of[i], start, error))
      return false;
  }
  md5(slice(out->data + joined, out->len - joined), out_digest);
  out->len = joined;
  return true;
}

static size_t
decimal_digits(uint32_t number)
{
  return number < 10 ? 1 : 1 + decimal_digits(number / 10);
}

static bool
append_salt(const Making *making, const KeyPart *part, GError **error)
{
  uint8_t digest[MD5_BYTES];
  uint32_t first;
  size_t digits = decimal_digits(part->count - 1);

  if (!digest_parts(making, part, digest, error))
    return false;
  memcpy(&first, digest, sizeof first);
  text_put_padded(bytes_reserve(making->out, digits), GUINT32_FROM_BE(first) % part->count, digits);
  making->out->len += digits;
  return true;
}

static bool
append_hash(const Making *making, const KeyPart *part, GError **error)
{
  static const char HEX[] = "0123456789abcdef";
  uint8_t digest[MD5_BYTES];

  if (!digest_parts(making, part, digest, error))
    return false;
  for (uint32_t i = 0; i < part->count; i++) {
    uint8_t nibble = i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 0xf;

    bytes_append_u8(making->out, (uint8_t)HEX[nibble]);
  }
  return true;
}

static bool
append_part(const Making *making, const KeyPart *part, GError **error)
{
  if (part->source == KEY_SALT)
    return append_salt(making, part, error);
  if (part->source == KEY_HASH)
    return append_hash(making, part, error);
  return append_plain(making, part, error);
}

bool
key_append(const Key *self, const Origin *origin, const Value *values, Bytes *out, GError **error)
{
  Making making = {.key = self, .origin = origin, .values = values, .out = out};
  size_t first = out->len;

  for (size_t i = 0; i < self->parts_length; i++) {
    size_t start = out->len;

    if (!append_part(&making, &self->parts[i], error))
      return false;
    if (i + 1 == self->parts_length)
      break;
    bytes_append_slice(out, self->separator);
    if (!ends_at_separator(&making, &self->parts[i], start, error))
      return false;
  }
  if (out->len - first <= KEY_BYTES)
    return true;
  fault_record(error, "row key: %zu bytes, and HBase takes no more than %d", out->len - first,
               KEY_BYTES);
  return false;
}
