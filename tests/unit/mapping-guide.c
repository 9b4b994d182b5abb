/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mapping-case.h"

/* docs/mapping.md shows whole mappings: they must load, and do what is said there. */

#define KEY_SCHEMA "{'type':'record','name':'K','fields':[{'name':'order_id','type':'string'}]}"

/* The guide's blocks of JSON that hold `word`, in order. */
static GPtrArray *
guide_blocks(const char *word)
{
  g_autofree char *path =
      g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "docs", "mapping.md", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) pieces = NULL;
  GPtrArray *blocks = g_ptr_array_new_with_free_func(g_free);
  GError *error = NULL;

  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  pieces = g_strsplit(text, "```", -1);
  for (size_t i = 1; pieces[i] != NULL && pieces[i + 1] != NULL; i += 2)
    if (g_str_has_prefix(pieces[i], "json\n") && strstr(pieces[i], word) != NULL)
      g_ptr_array_add(blocks, g_strdup(pieces[i] + strlen("json\n")));
  return blocks;
}

/* The guide's file names, as mapping_case_load() writes the files. */
static MappingCase
load_block(const char *block)
{
  g_autoptr(GPtrArray) schemas = guide_blocks("\"type\": \"record\"");
  GString *mapping = g_string_new(block);
  g_autofree char *text = NULL;

  g_assert_cmpuint(schemas->len, ==, 1);
  g_string_replace(mapping, "order_key.avsc", "key.avsc", 0);
  g_string_replace(mapping, "order.avsc", "value.avsc", 0);
  text = g_string_free(mapping, FALSE);
  return mapping_case_load(schemas->pdata[0], KEY_SCHEMA, text);
}

static void
every_mapping_of_the_guide_is_good(void)
{
  g_autoptr(GPtrArray) blocks = guide_blocks("\"table\"");

  g_assert_cmpuint(blocks->len, >=, 2);
  for (size_t i = 0; i < blocks->len; i++) {
    g_auto(MappingCase) loaded = load_block(blocks->pdata[i]);

    for (size_t j = 0; j < fault_list_length(&loaded.faults); j++)
      g_test_message("%s", fault_list_get(&loaded.faults, j));
    g_assert_nonnull(loaded.mapping);
  }
}

static void
the_guides_record_becomes_the_guides_row(void)
{
  g_autoptr(GPtrArray) blocks = guide_blocks("\"table\"");
  g_auto(MappingCase) loaded = load_block(blocks->pdata[0]);
  g_auto(Row) row = {0};
  g_autofree char *text = NULL;
  Origin origin = {.topic = "shop.orders", .timestamp_ms = -1};
  GError *error = NULL;
  Value values[5] = {0};

  values[mapping_case_field(loaded.mapping, "order_id")] =
      (Value){.kind = VALUE_TEXT, .text = slice_text("o-1")};
  values[mapping_case_field(loaded.mapping, "placed_at")] =
      (Value){.kind = VALUE_TEXT, .text = slice_text("2018-07-29T15:22:01.458193Z")};
  values[mapping_case_field(loaded.mapping, "customer.id")] =
      (Value){.kind = VALUE_DOUBLE, .number = 5868};
  values[mapping_case_field(loaded.mapping, "total")] =
      (Value){.kind = VALUE_DOUBLE, .number = 12.5};
  mapping_apply(loaded.mapping, &origin, values, &row, &error);
  g_assert_no_error(error);
  text = mapping_case_row(&row);
  g_assert_cmpstr(text, ==,
                  "03#o-1@1532877721458\n"
                  "details:placed_at=2018-07-29T15:22:01.458193Z\n"
                  "details:customer=5868\n"
                  "money:total=@)\\x00\\x00\\x00\\x00\\x00\\x00\n"
                  "money:coupon=(deleted)");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mapping/guide/good", every_mapping_of_the_guide_is_good);
  g_test_add_func("/mapping/guide/row", the_guides_record_becomes_the_guides_row);
  return g_test_run();
}
