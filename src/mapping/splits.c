/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/plan.h"

/* Reads `splits`, or works out the split points of `regions` from the first part of the key that
 * differs from record to record:
 *
 *   salt            every region gets as many salts, by one at most
 *   hash            evenly over its hex digits
 *   width           evenly over the decimal numbers of that width
 *   a number        evenly over its first digits, which do not begin with 0
 *   a text          evenly over hex digits, as ids are written
 */

enum { REGIONS_LIMIT = 10000, SPLIT_DIGITS = 8 };

static bool
hex_pair(const char *text, uint8_t *out_byte)
{
  if (!g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1]))
    return false;
  *out_byte = (uint8_t)(g_ascii_xdigit_value(text[0]) * 16 + g_ascii_xdigit_value(text[1]));
  return true;
}

/* As the hbase shell and Bytes.toBytesBinary() write a key: \xNN is that byte. */
static bool
unescape(const Place *place, Slice text, Bytes *out)
{
  while (text.len > 0) {
    bool is_escape = text.len > 1 && text.data[0] == '\\' && text.data[1] == 'x';
    size_t taken = is_escape ? 4 : 1;
    uint8_t byte = text.data[0];

    if (is_escape && (text.len < taken || !hex_pair((const char *)text.data + 2, &byte))) {
      place_fault(place, "'\\x' needs two hex digits behind it, as in '\\x0a'");
      return false;
    }
    bytes_append_u8(out, byte);
    text = slice(text.data + taken, text.len - taken);
  }
  if (out->len > 0 && out->len <= KEY_BYTES)
    return true;
  place_fault(place, "a split point has 1 to %d bytes", KEY_BYTES);
  return false;
}

static int
compare_splits(gconstpointer a, gconstpointer b)
{
  return slice_compare(*(const Slice *)a, *(const Slice *)b);
}

static void
read_split(Mapping *self, const Place *place, JsonNode *node)
{
  const char *text = place_read_text(place, node);
  Slice raw = text == NULL ? SLICE_EMPTY : mapping_bytes(text);
  Bytes bytes = {0};
  Slice split;
  bool good = text != NULL && unescape(place, raw, &bytes);

  g_free((void *)raw.data);
  if (!good) {
    bytes_clear(&bytes);
    return;
  }
  split = bytes_slice(&bytes); /* the mapping owns it now */
  for (unsigned i = 0; i < self->splits->len; i++)
    if (slice_equal(g_array_index(self->splits, Slice, i), split))
      place_fault(place, "the split point '%s' stands here twice; take one away", text);
  g_array_append_val(self->splits, split);
}

static void
read_splits(Mapping *self, const Place *root, JsonNode *node)
{
  Place place = place_key(root, "splits");
  JsonArray *array = place_read_array(&place, node);

  for (unsigned i = 0; array != NULL && i < json_array_get_length(array); i++) {
    Place element = place_index(&place, i);

    read_split(self, &element, json_array_get_element(array, i));
  }
  g_array_sort(self->splits, compare_splits);
}

/* The values that a key part takes, in byte order: `count` numbers from `first`, each written with
 * the same digits. */
typedef struct {
  uint64_t first;
  uint64_t count;
  int digits;
  bool is_hex;
} Spread;

static int
decimal_digits(uint64_t number)
{
  return number < 10 ? 1 : 1 + decimal_digits(number / 10);
}

static Spread
hex_spread(int digits)
{
  return (Spread){.count = UINT64_C(1) << (4 * digits), .digits = digits, .is_hex = true};
}

static uint64_t
power_of_ten(int digits)
{
  return digits == 0 ? 1 : 10 * power_of_ten(digits - 1);
}

static bool
spread_of(const Mapping *self, const KeyPart *part, Spread *out_spread)
{
  const SchemaNode *node =
      part->source == KEY_FIELD ? mapping_field_node(&self->fields, part->field) : NULL;
  uint64_t tens = power_of_ten(SPLIT_DIGITS - 1);

  if (part->source == KEY_SALT)
    *out_spread = (Spread){.count = part->count, .digits = decimal_digits(part->count - 1)};
  else if (part->source == KEY_HASH)
    *out_spread = hex_spread((int)MIN(part->count, SPLIT_DIGITS));
  else if (part->form != KEY_AS_TEXT || part->is_time || node == NULL)
    return false;
  else if (part->width > 0)
    *out_spread = (Spread){.count = power_of_ten((int)MIN(part->width, SPLIT_DIGITS)),
                           .digits = (int)MIN(part->width, SPLIT_DIGITS)};
  else if (node->kind >= SCHEMA_INT && node->kind <= SCHEMA_DOUBLE)
    *out_spread = (Spread){.first = tens, .count = 9 * tens, .digits = SPLIT_DIGITS};
  else
    *out_spread = hex_spread(SPLIT_DIGITS);
  return true;
}

static void
add_point(Mapping *self, Slice prefix, const Spread *spread, uint64_t value)
{
  char digits[32];
  int len = g_snprintf(digits, sizeof digits,
                       spread->is_hex ? "%0*" G_GINT64_MODIFIER "x" : "%0*" G_GUINT64_FORMAT,
                       spread->digits, value);
  Bytes point = {0};
  Slice split;

  bytes_append_slice(&point, prefix);
  bytes_append(&point, digits, (size_t)len);
  split = bytes_slice(&point); /* the mapping owns it now */
  g_array_append_val(self->splits, split);
}

/* The first part that differs from record to record; the literals before it, and their separators,
 * are in front of every split point. */
static const KeyPart *
first_varying_part(const Key *key, Bytes *prefix)
{
  for (size_t i = 0; i < key->parts_length; i++) {
    if (key->parts[i].source != KEY_LITERAL)
      return &key->parts[i];
    bytes_append_slice(prefix, key->parts[i].literal);
    bytes_append_slice(prefix, key->separator);
  }
  return NULL;
}

static void
make_regions(Mapping *self, const Place *root, uint64_t regions)
{
  Place place = place_key(root, "regions");
  g_auto(Bytes) prefix = {0};
  const KeyPart *part = first_varying_part(&self->key, &prefix);
  Spread spread;

  /* A key that could not be read, or a schema: that fault has been told. */
  if (part == NULL || self->fields.paths->len == 0)
    return;
  if (!spread_of(self, part, &spread)) {
    place_fault(&place, "how the key part %s is spread is not known; give 'splits' instead",
                part->name);
    return;
  }
  if (regions > spread.count) {
    place_fault(&place, "the key part %s takes no more than %" G_GUINT64_FORMAT " values",
                part->name, spread.count);
    return;
  }
  for (uint64_t i = 1; i < regions; i++)
    add_point(self, bytes_slice(&prefix), &spread, spread.first + i * spread.count / regions);
}

void
mapping_read_splits(Mapping *self, const Place *root, JsonObject *object)
{
  JsonNode *splits = json_object_get_member(object, "splits");
  Place place = place_key(root, "splits");
  int64_t regions = 1;

  place_get_count(root, object, "regions", REGIONS_LIMIT, &regions);
  if (splits != NULL && json_object_has_member(object, "regions"))
    place_fault(&place, "'regions' works out split points and 'splits' names them; take one away");
  else if (splits != NULL)
    read_splits(self, root, splits);
  else if (regions > 1)
    make_regions(self, root, (uint64_t)regions);
}
