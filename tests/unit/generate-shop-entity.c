/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/entity.h"

#include "schema/schema.h"

static const char *const schema_files[SHOP_ENTITIES] = {
    "customer.avsc",
    "product.avsc",
    "transactions.avsc",
    "click_stream.avsc",
};

static void
assert_type(const SchemaNode *type, ShopFieldType ours)
{
  switch (ours) {
  case SHOP_NUMBER:
    g_assert_cmpint(type->kind, ==, SCHEMA_DOUBLE);
    break;
  case SHOP_TEXT:
    g_assert_cmpint(type->kind, ==, SCHEMA_STRING);
    break;
  case SHOP_OPTIONAL_TEXT:
    g_assert_cmpint(type->kind, ==, SCHEMA_UNION);
    g_assert_cmpuint(type->length, ==, 2);
    g_assert_cmpint(type->branches[0]->kind, ==, SCHEMA_STRING);
    g_assert_cmpint(type->branches[1]->kind, ==, SCHEMA_NULL);
    break;
  }
}

static void
fields_are_those_of_the_schemas(void)
{
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    const ShopEntity *entity = &shop_entities[i];
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", schema_files[i], NULL);
    g_autoptr(Schema) schema = schema_load(path, &error);

    g_assert_no_error(error);

    const SchemaNode *root = schema_root(schema);

    g_assert_cmpuint(root->length, ==, entity->fields_length);
    g_assert_cmpuint(root->length, <=, SHOP_RECORD_FIELDS);
    for (size_t k = 0; k < root->length; k++) {
      g_assert_cmpstr(root->fields[k].name, ==, entity->fields[k].name);
      assert_type(root->fields[k].type, entity->fields[k].type);
    }
  }
}

static void
scale_1_is_the_data_set_as_documented(void)
{
  static const uint64_t records[SHOP_ENTITIES] = {100000, 44000, 852000, 12800000};
  g_autoptr(ShopWorld) world = shop_world_new(1, 1);

  for (size_t i = 0; i < SHOP_ENTITIES; i++)
    g_assert_cmpuint(shop_entity_records(&shop_entities[i], world), ==, records[i]);
}

/* A world of two blocks and what reads from it. */
typedef struct {
  ShopWorld *world;   /* owned */
  ShopVisits *visits; /* owned */
  ShopRecord record;
} Reader;

static void
reader_init(Reader *self, uint64_t seed)
{
  *self = (Reader){.world = shop_world_new(seed, 2.0 / SHOP_BLOCKS)};
  self->visits = shop_visits_new(self->world);
}

static void
reader_clear(Reader *self)
{
  shop_record_clear(&self->record);
  shop_visits_free(self->visits);
  shop_world_free(self->world);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static const ShopRecord *
read_record(Reader *self, const ShopEntity *entity, uint64_t index)
{
  entity->fill(self->visits, index, &self->record);
  g_assert_cmpuint(self->record.length, ==, entity->fields_length);
  return &self->record;
}

static void
values_are_of_their_fields_type_and_texts_are_utf_8(void)
{
  g_auto(Reader) reader = {0};

  reader_init(&reader, 1);
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    const ShopEntity *entity = &shop_entities[i];

    for (uint64_t k = 0; k < shop_entity_records(entity, reader.world); k++) {
      const ShopRecord *record = read_record(&reader, entity, k);

      g_assert_cmpint(record->time_ms, >, INT64_C(1388534399999)); /* 2014 */
      for (size_t f = 0; f < entity->fields_length; f++) {
        const Value *value = &record->values[f];

        if (entity->fields[f].type == SHOP_NUMBER)
          g_assert_cmpint(value->kind, ==, VALUE_DOUBLE);
        else if (value->kind == VALUE_TEXT)
          g_assert_true(g_utf8_validate_len((const char *)value->text.data, value->text.len, NULL));
        else
          g_assert_cmpint(entity->fields[f].type, ==, SHOP_OPTIONAL_TEXT);
      }
    }
  }
}

static char *
key_of(Reader *reader, const ShopEntity *entity, uint64_t index)
{
  g_auto(Bytes) key = {0};

  shop_entity_put_key(entity, read_record(reader, entity, index), &key);
  return g_strndup((const char *)key.data, key.len);
}

static void
keys_are_never_shared(void)
{
  g_auto(Reader) reader = {0};

  reader_init(&reader, 1);
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (uint64_t k = 0; k < shop_entity_records(&shop_entities[i], reader.world); k++)
      g_assert_true(g_hash_table_add(keys, key_of(&reader, &shop_entities[i], k)));
  }
}

static void
keys_are_the_parts_as_text(void)
{
  g_auto(Reader) reader = {0};

  reader_init(&reader, 1);

  g_autofree char *customer = key_of(&reader, &shop_entities[0], 41);
  g_autofree char *click = key_of(&reader, &shop_entities[3], 7);
  g_auto(GStrv) parts = g_strsplit(click, "#", -1);
  const Value *values = reader.record.values;

  g_assert_cmpstr(customer, ==, "42");
  g_assert_cmpuint(g_strv_length(parts), ==, 3);
  g_assert_true(slice_equal(slice_text(parts[0]), values[0].text));
  g_assert_true(slice_equal(slice_text(parts[1]), values[2].text));
  g_assert_true(slice_equal(slice_text(parts[2]), values[3].text));
}

/* A text that some record holds in a field. */
typedef struct {
  const char *name;
  size_t entity;
  const char *field;
  const char *wanted;
} Sample;

static bool
has_text(Reader *reader, const Sample *sample)
{
  const ShopEntity *entity = &shop_entities[sample->entity];
  size_t field = 0;

  while (strcmp(entity->fields[field].name, sample->field) != 0)
    field++;
  for (uint64_t i = 0; i < shop_entity_records(entity, reader->world); i++) {
    const Value *value = &read_record(reader, entity, i)->values[field];

    if (value->kind == VALUE_TEXT &&
        g_strstr_len((const char *)value->text.data, (gssize)value->text.len, sample->wanted))
      return true;
  }
  return false;
}

static void
texts_hold_what_is_hard_to_carry(void)
{
  static const Sample samples[] = {
      {"a comma", 0, "device_version", ", "},
      {"a line's end", 0, "home_location", ",\n"},
      {"non-ASCII", 0, "first_name", "í"},
      {"a quote", 1, "productDisplayName", "\""},
      {"Chinese", 3, "event_metadata", "太阳镜"},
      {"a quoted quote", 3, "event_metadata", "{'search_keywords': 'tas \"kulit asli\"'}"},
      {"a list", 2, "product_metadata", "}, {'product_id': "},
  };
  g_auto(Reader) reader = {
      .world = shop_world_new(1, 10.0 / SHOP_BLOCKS),
  };

  reader.visits = shop_visits_new(reader.world);
  for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
    if (!has_text(&reader, &samples[i]))
      g_error("no %s in %s", samples[i].name, samples[i].field);
}

static void
another_seed_is_another_shop(void)
{
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    const ShopEntity *entity = &shop_entities[i];
    g_auto(Reader) one = {0};
    g_auto(Reader) two = {0};

    reader_init(&one, 1);
    reader_init(&two, 2);
    g_assert_cmpint(read_record(&one, entity, 5)->time_ms, !=,
                    read_record(&two, entity, 5)->time_ms);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/shop-entity/schemas", fields_are_those_of_the_schemas);
  g_test_add_func("/shop-entity/scale", scale_1_is_the_data_set_as_documented);
  g_test_add_func("/shop-entity/values", values_are_of_their_fields_type_and_texts_are_utf_8);
  g_test_add_func("/shop-entity/unique", keys_are_never_shared);
  g_test_add_func("/shop-entity/keys", keys_are_the_parts_as_text);
  g_test_add_func("/shop-entity/texts", texts_hold_what_is_hard_to_carry);
  g_test_add_func("/shop-entity/seed", another_seed_is_another_shop);
  return g_test_run();
}
