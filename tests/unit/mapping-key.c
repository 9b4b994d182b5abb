/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"
#include "mapping/key.h"
#include "support/mapping-case.h"

#include <math.h>

static char *
to_text(JsonNode *node)
{
  return json_to_string(node, FALSE);
}

/* An Avro schema of the vector's fields, and a mapping with its key; other columns there are none
 * but the first field. */
static MappingCase
load_vector(JsonObject *vector)
{
  JsonObject *fields = json_object_get_object_member(vector, "fields");
  g_autoptr(GList) names = json_object_get_members(fields);
  g_autoptr(GString) schema = g_string_new("{'type':'record','name':'R','fields':[");
  g_autofree char *key = to_text(json_object_get_member(vector, "key"));
  g_autofree char *mapping =
      g_strdup_printf("{'table':'t','topic':'t','record':{'schema':'value.avsc'},'key':%s,"
                      "'nulls':['','nan'],'families':{'f':{'columns':['a']}}}",
                      key);

  for (GList *name = names; name != NULL; name = name->next) {
    g_autofree char *type = to_text(json_object_get_member(fields, name->data));

    g_string_append_printf(schema, "%s{'name':'%s','type':%s}", name == names ? "" : ",",
                           (const char *)name->data, type);
  }
  g_string_append(schema, "]}");
  return mapping_case_load(schema->str, NULL, mapping);
}

static Value
read_value(JsonNode *node, const char *type)
{
  if (JSON_NODE_HOLDS_NULL(node))
    return (Value){.kind = VALUE_MISSING};
  if (g_strcmp0(type, "int") == 0 || g_strcmp0(type, "long") == 0)
    return (Value){.kind = VALUE_INT, .integer = json_node_get_int(node)};
  if (g_strcmp0(type, "double") == 0)
    return (Value){.kind = VALUE_DOUBLE, .number = json_node_get_double(node)};
  if (g_strcmp0(type, "boolean") == 0)
    return (Value){.kind = VALUE_BOOLEAN, .boolean = json_node_get_boolean(node)};
  return (Value){.kind = VALUE_TEXT, .text = slice_text(json_node_get_string(node))};
}

static void
read_values(const Mapping *mapping, JsonObject *vector, Value *out_values)
{
  JsonObject *types = json_object_get_object_member(vector, "fields");
  JsonObject *values = json_object_get_object_member(vector, "values");
  size_t length;
  const char *const *fields = mapping_fields(mapping, &length);

  for (size_t i = 0; i < length; i++) {
    JsonNode *type = json_object_get_member(types, fields[i]);

    g_assert_cmpuint(length, <=, 4);
    if (json_object_has_member(values, fields[i]))
      out_values[i] = read_value(json_object_get_member(values, fields[i]),
                                 JSON_NODE_HOLDS_VALUE(type) ? json_node_get_string(type) : NULL);
  }
}

static Origin
read_origin(JsonObject *vector)
{
  Origin origin = {.topic = "t", .timestamp_ms = 5};
  JsonObject *json;

  if (!json_object_has_member(vector, "origin"))
    return origin;
  json = json_object_get_object_member(vector, "origin");
  origin.topic = json_object_get_string_member(json, "topic");
  origin.partition = (int32_t)json_object_get_int_member(json, "partition");
  origin.offset = json_object_get_int_member(json, "offset");
  origin.key = slice_text(json_object_get_string_member(json, "key"));
  return origin;
}

static char *
to_hex(Slice bytes)
{
  GString *hex = g_string_new(NULL);

  for (size_t i = 0; i < bytes.len; i++)
    g_string_append_printf(hex, "%02x", bytes.data[i]);
  return g_string_free(hex, FALSE);
}

static void
check_vector(JsonObject *vector)
{
  g_auto(MappingCase) loaded = load_vector(vector);
  g_auto(Row) row = {0};
  g_autoptr(GError) error = NULL;
  Value values[4] = {0};
  Origin origin = read_origin(vector);

  g_test_message("%s", json_object_get_string_member(vector, "name"));
  g_assert_nonnull(loaded.mapping);
  read_values(loaded.mapping, vector, values);
  if (json_object_has_member(vector, "refused")) {
    g_assert_false(mapping_apply(loaded.mapping, &origin, values, &row, &error));
    g_assert_error(error, FAULT, FAULT_RECORD);
    g_assert_nonnull(strstr(error->message, json_object_get_string_member(vector, "refused")));
    return;
  }
  mapping_apply(loaded.mapping, &origin, values, &row, &error);
  g_assert_no_error(error);

  g_autofree char *hex = to_hex(row.key);

  g_assert_cmpstr(hex, ==, json_object_get_string_member(vector, "hex"));
}

static void
every_golden_vector_gives_its_key(void)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "keys", "vectors.json", NULL);
  GError *error = NULL;
  g_autoptr(JsonNode) node = json_load(path, &error);
  JsonArray *vectors;

  g_assert_no_error(error);
  vectors = json_node_get_array(node);
  g_assert_cmpuint(json_array_get_length(vectors), >, 50);
  for (unsigned i = 0; i < json_array_get_length(vectors); i++)
    check_vector(json_array_get_object_element(vectors, i));
}

/* A key of one field. */
typedef struct {
  KeyPart part;
  Nulls nulls;
  Key key;
} OnePart;

static void
one_part_init(OnePart *self, KeyPart part)
{
  *self = (OnePart){.part = part};
  self->part.name = (char *)"a";
  self->key = (Key){.parts_length = 1, .parts = &self->part, .nulls = &self->nulls};
}

static void
append_key(const OnePart *one, Value value, Bytes *out)
{
  GError *error = NULL;
  Origin origin = {.topic = "t"};

  bytes_reset(out);
  key_append(&one->key, &origin, &value, out, &error);
  g_assert_no_error(error);
}

static int
sign(double order)
{
  return (order > 0) - (order < 0);
}

/* Bytes must order as `order` (below, equal or above 0) says the values do. */
static void
check_order(const OnePart *one, Value a, Value b, int order)
{
  g_auto(Bytes) a_key = {0};
  g_auto(Bytes) b_key = {0};

  append_key(one, a, &a_key);
  append_key(one, b, &b_key);
  g_assert_cmpint(sign(slice_compare(bytes_slice(&a_key), bytes_slice(&b_key))), ==, order);
}

/* Few bits set as often as many, both signs, so that neighbours and extremes meet. */
static int64_t
random_long(GRand *random)
{
  uint64_t bits = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
  int64_t value = (int64_t)(bits >> g_rand_int_range(random, 1, 64));

  return g_rand_boolean(random) ? value : -value - g_rand_int_range(random, 0, 2);
}

static double
random_double(GRand *random)
{
  int64_t bits = random_long(random);
  double value;

  memcpy(&value, &bits, sizeof value);
  if (isnan(value) || g_rand_int_range(random, 0, 4) == 0)
    value = (double)random_long(random) / 1024;
  return value;
}

enum { ROUNDS = 50000 };

static void
bytes_of_integers_order_as_their_values(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(3);
  OnePart longs, ints;

  one_part_init(&longs, (KeyPart){.form = KEY_AS_LONG});
  one_part_init(&ints, (KeyPart){.form = KEY_AS_INT});
  for (size_t i = 0; i < ROUNDS; i++) {
    Value a = {.kind = VALUE_INT, .integer = random_long(random)};
    Value b = {.kind = VALUE_INT, .integer = random_long(random)};

    check_order(&longs, a, b, (a.integer > b.integer) - (a.integer < b.integer));
    a.integer = (int32_t)a.integer;
    b.integer = (int32_t)b.integer;
    check_order(&ints, a, b, (a.integer > b.integer) - (a.integer < b.integer));
  }
}

static void
bytes_of_doubles_order_as_their_values(void)
{
  static const double special[] = {
      0.0, -0.0, 5e-324,           -5e-324,          2.2250738585072014e-308,
      1.0, -1.0, (double)INFINITY, (double)-INFINITY};
  g_autoptr(GRand) random = g_rand_new_with_seed(4);
  OnePart doubles;

  one_part_init(&doubles, (KeyPart){.form = KEY_AS_DOUBLE});
  for (size_t i = 0; i < ROUNDS; i++) {
    double a = i % 8 == 0 ? special[i / 8 % G_N_ELEMENTS(special)] : random_double(random);
    double b = i % 5 == 0 ? special[i / 5 % G_N_ELEMENTS(special)] : random_double(random);

    check_order(&doubles, (Value){.kind = VALUE_DOUBLE, .number = a},
                (Value){.kind = VALUE_DOUBLE, .number = b}, (a > b) - (a < b));
  }
}

static void
reversed_times_order_newest_first(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(5);
  OnePart texts, longs;

  one_part_init(
      &texts,
      (KeyPart){.is_time = true, .is_reverse = true, .time_form = instant_form(INSTANT_MS)});
  one_part_init(&longs, texts.part);
  longs.part.form = KEY_AS_LONG;
  for (size_t i = 0; i < ROUNDS; i++) {
    Value a = {.kind = VALUE_INT, .integer = random_long(random) & (INT64_MAX - 1)};
    Value b = {.kind = VALUE_INT, .integer = random_long(random) & (INT64_MAX - 1)};
    int order = (a.integer < b.integer) - (a.integer > b.integer);

    check_order(&texts, a, b, order);
    check_order(&longs, a, b, order);
  }
}

static void
a_width_orders_numbers_that_are_not_negative(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(6);
  OnePart padded;

  one_part_init(&padded, (KeyPart){.width = 19});
  for (size_t i = 0; i < ROUNDS; i++) {
    Value a = {.kind = VALUE_INT, .integer = random_long(random) & INT64_MAX};
    Value b = {.kind = VALUE_INT, .integer = random_long(random) & INT64_MAX};

    check_order(&padded, a, b, (a.integer > b.integer) - (a.integer < b.integer));
  }
}

static void
a_key_has_no_more_bytes_than_hbase_takes(void)
{
  g_autofree char *text = g_strnfill(KEY_BYTES + 1, 'x');
  g_auto(Bytes) key = {0};
  g_autoptr(GError) error = NULL;
  Origin origin = {.topic = "t"};
  Value value = {.kind = VALUE_TEXT, .text = slice(text, KEY_BYTES)};
  OnePart one;

  one_part_init(&one, (KeyPart){0});
  append_key(&one, value, &key);
  g_assert_cmpuint(key.len, ==, KEY_BYTES);
  value.text.len++;
  bytes_reset(&key);
  g_assert_false(key_append(&one.key, &origin, &value, &key, &error));
  g_assert_error(error, FAULT, FAULT_RECORD);
  g_assert_cmpstr(error->message, ==, "row key: 32768 bytes, and HBase takes no more than 32767");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/key/golden", every_golden_vector_gives_its_key);
  g_test_add_func("/key/order/integers", bytes_of_integers_order_as_their_values);
  g_test_add_func("/key/order/doubles", bytes_of_doubles_order_as_their_values);
  g_test_add_func("/key/order/reverse", reversed_times_order_newest_first);
  g_test_add_func("/key/order/width", a_width_orders_numbers_that_are_not_negative);
  g_test_add_func("/key/limit", a_key_has_no_more_bytes_than_hbase_takes);
  return g_test_run();
}
