/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/table.h"

static const Family info = {
    {(const uint8_t *)"info", 4}, BLOOM_ROW, 0, "GZ", 3, 60, .encoding = "DIFF"};
static const Family kept = {
    {(const uint8_t *)"info", 4}, BLOOM_ROWPREFIX,  4, "GZ", 3, 60, .keep_deleted = "TTL",
    .has_min_versions = true,     .min_versions = 2};

static Table *
one_family(const Family *family, const char *split)
{
  Table *table = table_new("people");

  table_add_family(table, family);
  if (split != NULL)
    table_add_split(table, slice_text(split));
  return table;
}

static void
every_difference_has_its_sentence(void)
{
  const struct {
    Family found;
    const char *split;
    const char *says; /* NULL: no difference */
  } cases[] = {
      {{info.name, BLOOM_ROW, 0, "GZ", 3, 60}, "m", NULL},
      {{info.name, BLOOM_NONE, 0, "GZ", 3, 60}, "m", "BLOOMFILTER is NONE, the mapping says ROW"},
      {{info.name, BLOOM_ROW, 0, "NONE", 3, 60}, "m", "COMPRESSION is NONE, the mapping says GZ"},
      {{info.name, BLOOM_ROW, 0, "GZ", 1, 60}, "m", "VERSIONS is 1, the mapping says 3"},
      {{info.name, BLOOM_ROW, 0, "GZ", 3, 0}, "m", "TTL is FOREVER, the mapping says 60"},
      {{info.name, BLOOM_ROW, 0, "GZ", 3, 60, .encoding = "NONE"},
       "m",
       "DATA_BLOCK_ENCODING is NONE, the mapping says DIFF"},
      {{{(const uint8_t *)"inf", 3}, BLOOM_ROW, 0, "GZ", 3, 60}, "m", "family info is missing"},
      {{info.name, BLOOM_ROW, 0, "GZ", 3, 60}, "n", "no region begins at 'm'"},
      {{info.name, BLOOM_ROW, 0, "GZ", 3, 60}, NULL, "no region begins at 'm'"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Table) wanted = one_family(&info, "m");
    g_autoptr(Table) found = one_family(&cases[i].found, cases[i].split);
    g_auto(FaultList) differences = {0};

    table_compare(wanted, found, &differences);
    g_assert_cmpuint(fault_list_length(&differences), ==, cases[i].says != NULL);
    if (cases[i].says == NULL)
      continue;
    g_assert_true(g_str_has_prefix(fault_list_get(&differences, 0), "table people: "));
    g_assert_nonnull(strstr(fault_list_get(&differences, 0), cases[i].says));
  }
}

static void
more_than_was_wanted_is_no_difference(void)
{
  static const Family other = {{(const uint8_t *)"other", 5}, BLOOM_NONE, 0, "NONE", 1, 0};
  g_autoptr(Table) wanted = one_family(&info, "m");
  g_autoptr(Table) found = one_family(&other, "c");
  g_auto(FaultList) differences = {0};

  table_add_family(found, &info);
  table_add_split(found, slice_text("m"));
  table_compare(wanted, found, &differences);
  g_assert_cmpuint(fault_list_length(&differences), ==, 0);
}

/* The line is the whole change: it says what the sentence does. */
static void
the_advice_is_a_whole_line(void)
{
  static const Family none = {.name = {(const uint8_t *)"x", 1}, .compression = "NONE"};
  static const Family bloomless = {
      .name = {(const uint8_t *)"info", 4}, .bloom = BLOOM_NONE, .compression = "NONE"};
  const struct {
    const Family *wanted, *found;
    const char *says;
  } cases[] = {
      {&info, &none,
       "in the hbase shell: alter 'people', {NAME => 'info', VERSIONS => 3, BLOOMFILTER => 'ROW', "
       "COMPRESSION => 'GZ', TTL => 60, DATA_BLOCK_ENCODING => 'DIFF'}"},
      {&kept, &none,
       "alter 'people', {NAME => 'info', VERSIONS => 3, BLOOMFILTER => 'ROWPREFIX_FIXED_LENGTH', "
       "COMPRESSION => 'GZ', TTL => 60, MIN_VERSIONS => 2, KEEP_DELETED_CELLS => 'TTL', "
       "CONFIGURATION => {'RowPrefixBloomFilter.prefix_length' => '4'}}"},
      {&kept, &bloomless,
       "BLOOMFILTER is NONE, the mapping says ROWPREFIX_FIXED_LENGTH: change the mapping, or run "
       "`sluice init --alter people`; in the hbase shell: alter 'people', {NAME => 'info', "
       "BLOOMFILTER => 'ROWPREFIX_FIXED_LENGTH', CONFIGURATION => "
       "{'RowPrefixBloomFilter.prefix_length' => '4'}}"},
      {&kept, &bloomless, "MIN_VERSIONS is 0, the mapping says 2"},
      {&info, &kept, "BLOOMFILTER => 'ROW'}"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(Table) wanted = one_family(cases[i].wanted, NULL);
    g_autoptr(Table) found = one_family(cases[i].found, NULL);
    g_auto(FaultList) differences = {0};
    bool is_said = false;

    table_compare(wanted, found, &differences);
    for (size_t n = 0; n < fault_list_length(&differences); n++)
      is_said = is_said || strstr(fault_list_get(&differences, n), cases[i].says) != NULL;
    if (!is_said)
      g_test_message("%s", cases[i].says);
    g_assert_true(is_said);
  }
}

static void
a_split_is_asked_for_in_bytes(void)
{
  g_autoptr(Table) wanted = one_family(&info, "a#\xff\"b");
  g_autoptr(Table) found = one_family(&info, NULL);
  g_auto(FaultList) differences = {0};

  table_compare(wanted, found, &differences);
  g_assert_true(g_str_has_suffix(fault_list_get(&differences, 0),
                                 "in the hbase shell: split 'people', \"a\\x23\\xFF\\x22b\""));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/table/differences", every_difference_has_its_sentence);
  g_test_add_func("/table/advice", the_advice_is_a_whole_line);
  g_test_add_func("/table/splits", a_split_is_asked_for_in_bytes);
  g_test_add_func("/table/more", more_than_was_wanted_is_no_difference);
  return g_test_run();
}
