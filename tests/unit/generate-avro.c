/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/avro.h"

#include <glib/gstdio.h>

#include "avrofile/reader.h"
#include "generate/datum.h"
#include "generate/generate.h"

static void
each_entity_s_schema_is_the_one_that_lies_with_the_mappings(void)
{
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    const ShopEntity *entity = &shop_entities[i];
    g_autofree char *name = g_strconcat(entity->file, ".avsc", NULL);
    g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", name, NULL);
    g_autofree char *text = generate_avro_schema(entity);
    g_autoptr(GError) error = NULL;
    g_autoptr(Schema) ours = schema_parse(entity->name, text, strlen(text), &error);
    g_autoptr(Schema) theirs = schema_load(path, &error);

    g_assert_no_error(error);

    g_autofree char *canonical = schema_canonical(ours);
    g_autofree char *wanted = schema_canonical(theirs);

    g_assert_cmpstr(canonical, ==, wanted);
  }
}

static bool
go_on(void *self, const ShopEntity *entity, const GenerateCounts *counts)
{
  (void)self;
  (void)entity;
  (void)counts;
  return true;
}

/* Makes transactions in the folder. */
static GenerateCounts
make(const char *folder, const ShopWorld *world)
{
  g_autoptr(GenerateAvro) avro = generate_avro_new(folder);
  const GenerateJob job = {
      .world = world,
      .sink = generate_avro_sink(avro),
      .has_chaos = true,
      .go_on = go_on,
  };
  g_autoptr(Generate) generate = generate_new(&job);
  g_autoptr(GError) error = NULL;
  GenerateCounts counts;
  bool is_whole = false;

  g_assert_true(generate_entity(generate, &shop_entities[2], &counts, &is_whole, &error));
  g_assert_no_error(error);
  g_assert_true(is_whole);
  return counts;
}

static void
chaos_does_all_but_damage(void)
{
  g_autofree char *folder = g_dir_make_tmp("generate-avro-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "transactions.avro", NULL);
  g_autoptr(ShopWorld) world = shop_world_new(1, 20.0 / SHOP_BLOCKS);
  g_autoptr(GError) error = NULL;
  GenerateCounts counts = make(folder, world);
  g_autoptr(AvrofileReader) reader = avrofile_reader_open(path, &error);
  AvrofileRecord record = {0};
  bool is_end = false;
  uint64_t records = 0;

  g_assert_no_error(error);
  for (; avrofile_reader_next(reader, &record, &is_end, &error) && !is_end; records++)
    g_assert_cmpuint(record.datum.len, >, 0);
  g_assert_no_error(error);
  g_assert_cmpuint(counts.records, ==, shop_entity_records(&shop_entities[2], world));
  g_assert_cmpuint(counts.duplicates, >, 0);
  g_assert_cmpuint(records, ==, counts.records + counts.duplicates);
  g_assert_cmpuint(records, ==, counts.messages);
  g_assert_cmpint(g_unlink(path), ==, 0);
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/generate/avro/schema",
                  each_entity_s_schema_is_the_one_that_lies_with_the_mappings);
  g_test_add_func("/generate/avro/chaos", chaos_does_all_but_damage);
  return g_test_run();
}
