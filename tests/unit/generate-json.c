/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/json.h"

#include "datum/translator.h"
#include "generate/datum.h"
#include "support/mapping-case.h"

/* The shop's records as JSON and as Avro make the same rows: without a schema, and with it. */

enum { RECORDS = 500 };

static char *
read_schema_file(const char *name)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", name, NULL);
  g_autoptr(GError) error = NULL;
  char *text = NULL;

  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  return text;
}

/* The built-in mapping with another record, whose schema is value.avsc. */
static MappingCase
mapping_with(const ShopEntity *entity, const char *record)
{
  g_autofree char *mapping_name = g_strconcat(entity->name, ".json", NULL);
  g_autofree char *schema_name = g_strconcat(entity->topic, ".avsc", NULL);
  g_autofree char *text = read_schema_file(mapping_name);
  g_autofree char *schema = read_schema_file(schema_name);
  g_autofree char *old =
      g_strdup_printf("{ \"format\": \"avro\", \"schema\": \"%s\" }", schema_name);
  g_auto(GStrv) parts = g_strsplit(text, old, -1);

  g_assert_nonnull(parts[1]);

  g_autofree char *changed = g_strjoinv(record, parts);
  MappingCase mapping = mapping_case_load(schema, NULL, changed);

  g_assert_cmpuint(fault_list_length(&mapping.faults), ==, 0);
  return mapping;
}

static char *
row_of(Translator *translator, const Bytes *value)
{
  g_auto(Row) row = {0};
  g_autoptr(GError) error = NULL;
  Origin origin = {.topic = "t", .timestamp_ms = 1, .key = slice_text("k")};

  if (!translator_row(translator, &origin, bytes_slice(value), &row, &error))
    return g_strdup("refused");
  return mapping_case_row(&row);
}

static void
assert_same_rows(const ShopEntity *entity, const char *record_of_json)
{
  g_auto(MappingCase) avro = mapping_with(entity, "{ 'format': 'avro', 'schema': 'value.avsc' }");
  g_auto(MappingCase) json = mapping_with(entity, record_of_json);
  g_autoptr(Translator) of_avro = translator_new(avro.mapping, NULL, NULL);
  g_autoptr(Translator) of_json = translator_new(json.mapping, NULL, NULL);
  g_autoptr(ShopWorld) world = shop_world_new(1, 0.05);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);
  g_auto(ShopRecord) record = {0};
  g_auto(Bytes) value = {0};

  for (size_t i = 0; i < RECORDS; i++) {
    shop_record_reset(&record);
    entity->fill(visits, i, &record);
    if (i % 3 == 0) /* as --chaos makes them */
      record.values[i % entity->fields_length].kind = VALUE_MISSING;
    bytes_reset(&value);
    generate_json_put(entity, &record, &value);

    g_autofree char *by_json = row_of(of_json, &value);

    if (i % 3 == 0)
      continue; /* Avro's schema has no such null */
    bytes_reset(&value);
    generate_datum_put(entity, &record, &value);

    g_autofree char *by_avro = row_of(of_avro, &value);

    g_assert_cmpstr(by_avro, !=, "refused");
    g_assert_cmpstr(by_json, ==, by_avro);
  }
}

static void
the_shop_as_json_makes_the_same_rows_as_avro(void)
{
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    assert_same_rows(&shop_entities[i], "{ 'format': 'json' }");
    assert_same_rows(&shop_entities[i], "{ 'format': 'json', 'schema': 'value.avsc' }");
  }
}

static void
damaged_messages_are_refused(void)
{
  const ShopEntity *entity = &shop_entities[2];
  g_auto(MappingCase) json = mapping_with(entity, "{ 'format': 'json' }");
  g_autoptr(Translator) translator = translator_new(json.mapping, NULL, NULL);
  g_autoptr(ShopWorld) world = shop_world_new(1, 0.05);
  g_autoptr(ShopVisits) visits = shop_visits_new(world);
  g_auto(ShopRecord) record = {0};

  entity->fill(visits, 0, &record);
  for (size_t i = 0; generate_datum_damages[i] != NULL; i++) {
    g_auto(Bytes) value = {0};

    bytes_reserve(&value, 1); /* no tombstone */
    generate_json_put_damaged(entity, &record, (GenerateDatumDamage)i, &value);

    g_autofree char *row = row_of(translator, &value);

    g_assert_cmpstr(row, ==, "refused");
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/generate-json/rows", the_shop_as_json_makes_the_same_rows_as_avro);
  g_test_add_func("/generate-json/damaged", damaged_messages_are_refused);
  return g_test_run();
}
