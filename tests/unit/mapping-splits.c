/* SPDX-License-Identifier: Apache-2.0 */
#include "support/mapping-case.h"

#define SCHEMA                                                                                     \
  "{'type':'record','name':'R','fields':[{'name':'id','type':'string'},"                           \
  "{'name':'n','type':'double'},{'name':'at','type':'string'}]}"

static MappingCase
load(const char *key, const char *splits)
{
  g_autofree char *json = g_strdup_printf(
      "{'table':'t','topic':'t','record':{'schema':'value.avsc'},'key':{'parts':%s},"
      "'families':{'f':{'columns':['at']}},%s}",
      key, splits);

  return mapping_case_load(SCHEMA, NULL, json);
}

static char *
splits_text(const Mapping *mapping)
{
  size_t length;
  const Slice *splits = mapping_splits(mapping, &length);
  GString *text = g_string_new(NULL);

  for (size_t i = 0; i < length; i++) {
    g_autofree char *quoted = slice_quote(splits[i]);

    g_string_append_printf(text, "%s%s", i == 0 ? "" : " ", quoted);
  }
  return g_string_free(text, FALSE);
}

static void
split_points_follow_the_first_part_that_varies(void)
{
  static const struct {
    const char *key;
    const char *splits;
    const char *wanted;
  } cases[] = {
      {"['id']", "'regions':1", ""},
      {"['id']", "'regions':4", "40000000 80000000 c0000000"},
      {"['n']", "'regions':3", "40000000 70000000"},
      {"[{'field':'n','width':6},'id']", "'regions':4", "250000 500000 750000"},
      {"[{'field':'n','width':12},'id']", "'regions':2", "50000000"},
      {"[{'salt':16,'of':['id']},'id']", "'regions':4", "04 08 12"},
      {"[{'salt':10,'of':['id']},'id']", "'regions':10", "1 2 3 4 5 6 7 8 9"},
      {"[{'salt':10,'of':['id']},'id']", "'regions':4", "2 5 7"},
      {"[{'hash':1,'of':['id']},'id']", "'regions':4", "4 8 c"},
      {"[{'hash':2,'of':['id']},'id']", "'regions':3", "55 aa"},
      {"[{'hash':32,'of':['id']}]", "'regions':2", "80000000"},
      {"[{'literal':'v1'},{'salt':4,'of':['id']},'id']", "'regions':2", "v1#2"},
      {"['id']", "'splits':['m']", "m"},
      {"['id']", "'splits':['t','g','\\\\x00\\\\xFFz','\\\\n']", "\\x00\\xffz \\x5cn g t"},
      {"['id']", "'splits':['a\\u0000b']", "a\\x00b"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(MappingCase) loaded = load(cases[i].key, cases[i].splits);
    g_autofree char *text = NULL;

    g_test_message("%s %s", cases[i].key, cases[i].splits);
    g_assert_nonnull(loaded.mapping);
    text = splits_text(loaded.mapping);
    g_assert_cmpstr(text, ==, cases[i].wanted);
  }
}

static void
what_cannot_be_split_is_a_fault(void)
{
  static const struct {
    const char *key;
    const char *splits;
    const char *sentence;
  } cases[] = {
      {"[{'field':'n','as':'long'},'id']", "'regions':4",
       "$.regions: how the key part n is spread is not known; give 'splits' instead"},
      {"[{'field':'at','reverse':true},'id']", "'regions':4",
       "$.regions: how the key part at is spread is not known; give 'splits' instead"},
      {"[{'metadata':'offset'}]", "'regions':4",
       "$.regions: how the key part offset is spread is not known; give 'splits' instead"},
      {"[{'salt':4,'of':['id']},'id']", "'regions':5",
       "$.regions: the key part salt takes no more than 4 values"},
      {"['id']", "'regions':0", "$.regions: 0 is not within 1 to 10000"},
      {"['id']", "'regions':2,'splits':['m']",
       "$.splits: 'regions' works out split points and 'splits' names them; take one away"},
      {"['id']", "'splits':'m'", "$.splits: an array is needed here, not a text"},
      {"['id']", "'splits':['m',1]", "$.splits[1]: a text is needed here, not a number"},
      {"['id']", "'splits':['']", "$.splits[0]: a split point has 1 to 32767 bytes"},
      {"['id']", "'splits':['m','n','m']",
       "$.splits[2]: the split point 'm' stands here twice; take one away"},
      {"['id']", "'splits':['a\\\\x1']",
       "$.splits[0]: '\\x' needs two hex digits behind it, as in '\\x0a'"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(MappingCase) loaded = load(cases[i].key, cases[i].splits);

    g_test_message("%s %s", cases[i].key, cases[i].splits);
    g_assert_null(loaded.mapping);
    g_assert_cmpuint(fault_list_length(&loaded.faults), ==, 1);
    g_assert_true(g_str_has_suffix(fault_list_get(&loaded.faults, 0), cases[i].sentence));
  }
}

static void
split_points_ascend_for_every_number_of_regions(void)
{
  static const char *const keys[] = {"['id']", "['n']", "[{'hash':8,'of':['id']}]",
                                     "[{'salt':2000,'of':['id']},'id']"};

  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    for (unsigned regions = 2; regions < 2000; regions = regions * 3 / 2 + 1) {
      g_autofree char *json = g_strdup_printf("'regions':%u", regions);
      g_auto(MappingCase) loaded = load(keys[i], json);
      size_t length;
      const Slice *splits = mapping_splits(loaded.mapping, &length);

      g_assert_cmpuint(length, ==, regions - 1);
      for (size_t j = 1; j < length; j++)
        g_assert_cmpint(slice_compare(splits[j - 1], splits[j]), <, 0);
    }
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mapping/splits/points", split_points_follow_the_first_part_that_varies);
  g_test_add_func("/mapping/splits/faults", what_cannot_be_split_is_a_fault);
  g_test_add_func("/mapping/splits/ascend", split_points_ascend_for_every_number_of_regions);
  return g_test_run();
}
