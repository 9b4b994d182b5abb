/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/words.h"

#include "json/json.h"

#include <string.h>

/* What the loader takes and what schemas/mapping.schema.json tells editors must be the same words.
 */

/* The definition; NULL: the schema itself. */
static JsonObject *
definition(JsonNode *schema, const char *name)
{
  JsonObject *root = json_node_get_object(schema);
  JsonObject *definitions = json_object_get_object_member(root, "definitions");

  return name == NULL ? root : json_object_get_object_member(definitions, name);
}

static void
collect_keys(JsonNode *schema, const char *name, GPtrArray *words)
{
  JsonObject *properties = json_object_get_object_member(definition(schema, name), "properties");
  g_autoptr(GList) members = json_object_get_members(properties);

  for (GList *member = members; member != NULL; member = member->next)
    if (!g_ptr_array_find_with_equal_func(words, member->data, g_str_equal, NULL))
      g_ptr_array_add(words, member->data);
}

static void
collect_enum(JsonObject *object, GPtrArray *words)
{
  JsonArray *array = json_object_get_array_member(object, "enum");

  for (unsigned i = 0; i < json_array_get_length(array); i++)
    g_ptr_array_add(words, (char *)json_array_get_string_element(array, i));
}

static int
compare_words(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
sorted(const GPtrArray *words)
{
  g_autoptr(GPtrArray) copy = g_ptr_array_copy((GPtrArray *)words, NULL, NULL);

  g_ptr_array_sort(copy, compare_words);
  g_ptr_array_add(copy, NULL);
  return g_strjoinv(" ", (char **)copy->pdata);
}

static void
check_words(const GPtrArray *found, const char *const *wanted)
{
  g_autoptr(GPtrArray) words = g_ptr_array_new();
  g_autofree char *found_text = sorted(found);
  g_autofree char *wanted_text = NULL;

  for (; *wanted != NULL; wanted++)
    g_ptr_array_add(words, (char *)*wanted);
  wanted_text = sorted(words);
  g_assert_cmpstr(found_text, ==, wanted_text);
}

static JsonNode *
load_schema(void)
{
  g_autofree char *path =
      g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", "mapping.schema.json", NULL);
  GError *error = NULL;
  JsonNode *schema = json_load(path, &error);

  g_assert_no_error(error);
  return schema;
}

static void
every_object_has_the_keys_that_the_loader_takes(void)
{
  static const struct {
    const char *definitions[5]; /* "": the schema itself */
    const char *const *keys;
  } cases[] = {
      {{""}, mapping_keys},
      {{"record"}, mapping_record_keys},
      {{"csv"}, mapping_csv_keys},
      {{"key"}, mapping_key_keys},
      {{"field_part", "metadata_part", "literal_part", "salt_part", "hash_part"},
       mapping_part_keys},
      {{"timestamp"}, mapping_timestamp_keys},
      {{"family"}, mapping_family_keys},
      {{"column"}, mapping_column_keys},
      {{"wrapped_literal"}, mapping_literal_keys},
  };
  g_autoptr(JsonNode) schema = load_schema();

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GPtrArray) words = g_ptr_array_new();

    for (size_t j = 0; j < G_N_ELEMENTS(cases[i].definitions) && cases[i].definitions[j]; j++) {
      const char *name = cases[i].definitions[j];

      collect_keys(schema, *name == '\0' ? NULL : name, words);
    }
    check_words(words, cases[i].keys);
  }
}

static void
every_word_is_one_that_the_loader_takes(void)
{
  static const struct {
    const char *definition; /* NULL: the schema itself */
    const char *property;   /* NULL: the definition itself */
    const char *const *words;
  } cases[] = {
      {"record", "format", mapping_format_words},
      {"record", "framing", mapping_framing_words},
      {NULL, "tombstone", mapping_tombstone_words},
      {NULL, "errors", mapping_errors_words},
      {"metadata_part", "metadata", mapping_metadata_words},
      {"as", NULL, mapping_as_words},
      {"instant_word", NULL, mapping_instant_words},
      {"column", "type", mapping_type_words},
      {"family", "bloom", mapping_bloom_words},
      {"family", "compression", mapping_compression_words},
      {"family", "encoding", mapping_encoding_words},
      {"family", "keep_deleted_cells", mapping_keep_words},
      {NULL, "durability", mapping_durability_words},
  };
  g_autoptr(JsonNode) schema = load_schema();

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    JsonObject *object = definition(schema, cases[i].definition);

    if (cases[i].property != NULL)
      object = json_object_get_object_member(json_object_get_object_member(object, "properties"),
                                             cases[i].property);
    collect_enum(object, words);
    check_words(words, cases[i].words);
  }
}

static void
the_words_for_missing_fields_are_the_same(void)
{
  g_autoptr(JsonNode) schema = load_schema();
  g_autoptr(GPtrArray) words = g_ptr_array_new();
  JsonArray *choices = json_object_get_array_member(definition(schema, "null_rule"), "anyOf");

  collect_enum(json_array_get_object_element(choices, 0), words);
  check_words(words, mapping_null_words);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mapping/words/keys", every_object_has_the_keys_that_the_loader_takes);
  g_test_add_func("/mapping/words/values", every_word_is_one_that_the_loader_takes);
  g_test_add_func("/mapping/words/null", the_words_for_missing_fields_are_the_same);
  return g_test_run();
}
