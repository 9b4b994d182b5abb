/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/shell.h"

#include "mapping/set.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
source_path(const char *folder, const char *name)
{
  return g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), folder, name, NULL);
}

static void
the_script_in_the_tree_is_what_init_prints(void)
{
  const Table *tables[4];
  g_autofree char *builtin = source_path("schemas", NULL);
  g_autofree char *path = source_path("hbase-init", "tables.rb");
  char *none[] = {NULL};
  const Config config = {.ingest = {.mappings = none, .builtin = builtin}};
  g_autoptr(MappingSet) all = mapping_set_load(&config, NULL);
  g_autofree char *wanted = NULL;
  g_autofree char *printed = NULL;

  g_assert_true(g_file_get_contents(path, &wanted, NULL, NULL));
  g_assert_cmpuint(mapping_set_length(all), ==, G_N_ELEMENTS(tables));
  for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
    tables[i] = table_from_mapping(mapping_set_get(all, i));
  printed = shell_script(tables, G_N_ELEMENTS(tables));
  for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
    table_free((Table *)tables[i]);
  g_assert_cmpstr(printed, ==, wanted);
}

static const char mapping_text[] =
    "{ \"table\": \"ns:t\", \"topic\": \"t\","
    "  \"record\": { \"format\": \"avro\", \"schema\": \"r.avsc\" },"
    "  \"key\": { \"parts\": [\"id\"] }, \"timestamp\": \"record\","
    "  \"splits\": [\"b'c\", \"d\\\\e\", \"\\u00e9\"],"
    "  \"families\": {"
    "    \"f\": { \"columns\": [\"id\"], \"bloom\": \"ROWCOL\", \"versions\": 3, \"ttl\": 86400 },"
    "    \"g\": { \"columns\": [\"id\"], \"bloom\": \"ROWPREFIX\", \"bloom_prefix\": 8,"
    "             \"compression\": \"GZ\" } } }";

static void
everything_a_mapping_can_say_is_written(void)
{
  g_autofree char *folder = g_dir_make_tmp("sluice-script-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "t.json", NULL);
  g_autofree char *schema = g_build_filename(folder, "r.avsc", NULL);
  g_auto(FaultList) faults = {0};
  g_autoptr(Mapping) mapping = NULL;
  g_autoptr(Table) table = NULL;
  g_autofree char *printed = NULL;

  g_assert_true(g_file_set_contents(path, mapping_text, -1, NULL));
  g_assert_true(g_file_set_contents(schema,
                                    "{\"type\": \"record\", \"name\": \"r\", \"fields\": "
                                    "[{\"name\": \"id\", \"type\": \"string\"}]}",
                                    -1, NULL));
  mapping = mapping_load(path, &faults);
  g_unlink(path);
  g_unlink(schema);
  g_rmdir(folder);
  for (size_t i = 0; i < fault_list_length(&faults); i++)
    g_test_message("%s", fault_list_get(&faults, i));
  g_assert_nonnull(mapping);
  table = table_from_mapping(mapping);
  printed = shell_script((const Table *const[]){table}, 1);
  g_assert_nonnull(strstr(
      printed,
      "\n\ncreate_or_compare 'ns:t',\n"
      "  {NAME => 'f', VERSIONS => 3, BLOOMFILTER => 'ROWCOL', COMPRESSION => 'NONE', TTL => "
      "86400},\n"
      "  {NAME => 'g', VERSIONS => 1, BLOOMFILTER => 'ROWPREFIX_FIXED_LENGTH', COMPRESSION => "
      "'GZ', CONFIGURATION => {'RowPrefixBloomFilter.prefix_length' => '8'}},\n"
      "  {SPLITS => ['b\\x27c', 'd\\x5Ce', '\\xC3\\xA9']}\n\n"));
}

static void
binary_text_is_shown_as_hbase_shows_it(void)
{
  g_autofree char *text = shell_escape(slice("a b\\\0\xfe\n~", 8));

  g_assert_cmpstr(text, ==, "a b\\x5C\\x00\\xFE\\x0A~");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/script/tree", the_script_in_the_tree_is_what_init_prints);
  g_test_add_func("/script/everything", everything_a_mapping_can_say_is_written);
  g_test_add_func("/script/escape", binary_text_is_shown_as_hbase_shows_it);
  return g_test_run();
}
