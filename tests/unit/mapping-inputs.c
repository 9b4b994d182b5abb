/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/inputs.h"

#include "hbase/shell.h"
#include "support/mapping-case.h"

static const char schema[] = "{\"type\":\"record\",\"name\":\"r\",\"fields\":["
                             "{\"name\":\"a\",\"type\":\"string\"},"
                             "{\"name\":\"n\",\"type\":\"long\"},"
                             "{\"name\":\"d\",\"type\":\"double\"}]}";

/* The mapping's key, what it asks for, what is given, and the row key or what is wrong. */
static const struct {
  const char *key;
  const char *names;
  const char *texts; /* as the names */
  const char *row;
  const char *fault;
} cases[] = {
    {"{'separator':'#','parts':['a','n']}", "a,n", "x,12.0", "x#12", NULL},
    {"{'parts':[{'field':'n','as':'long'}]}", "n", "-1", "\\x7F\\xFF\\xFF\\xFF\\xFF\\xFF\\xFF\\xFF",
     NULL},
    {"{'parts':[{'field':'d','as':'double'}]}", "d", "-2.5", "?\\xFB\\xFF\\xFF\\xFF\\xFF\\xFF\\xFF",
     NULL},
    {"{'separator':'-','parts':[{'salt':4,'of':['a']},'a']}", "a", "abc", "0-abc", NULL},
    {"{'separator':'-','parts':[{'hash':4,'of':['a','n']},'a','n']}", "a,n", "x,1", "6650-x-1",
     NULL},
    {"{'separator':'-','parts':[{'literal':'L'},'a']}", "a", "x", "L-x", NULL},
    {"{'separator':'-','parts':['a','n']}", "a,n", "x,many", NULL, "field n"},
    {"{'separator':'-','parts':['a','n']}", "a,n", "x-y,1", NULL, "contains the separator"},
    {"{'separator':'-','parts':['a','n']}", "a,n", ",1", NULL, "is missing"},
};

static void
a_row_is_named_by_what_its_key_is_made_of(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *mapping =
        g_strdup_printf("{'table':'t','topic':'t','record':{'schema':'value.avsc'},'key':%s,"
                        "'timestamp':'record','families':{'f':{'columns':['a']}}}",
                        cases[i].key);
    g_auto(MappingCase) made = mapping_case_load(schema, NULL, mapping);
    g_auto(GStrv) texts = g_strsplit(cases[i].texts, ",", -1);
    g_auto(GStrv) names = NULL;
    g_autofree char *joined = NULL;
    g_auto(Bytes) key = {0};
    g_autoptr(GError) error = NULL;

    g_test_message("%s", cases[i].key);
    g_assert_nonnull(made.mapping);
    names = mapping_inputs(made.mapping);
    joined = g_strjoinv(",", names);
    g_assert_cmpstr(joined, ==, cases[i].names);
    if (mapping_key_of_inputs(made.mapping, (const char *const *)texts, &key, &error)) {
      g_autofree char *shown = shell_escape(bytes_slice(&key));

      g_assert_cmpstr(shown, ==, cases[i].row);
    } else {
      g_test_message("%s", error->message);
      g_assert_null(cases[i].row);
      g_assert_nonnull(strstr(error->message, cases[i].fault));
    }
  }
}

/* By hand the row is the same as by a record: the built-in ones. */
static void
the_built_in_mappings_ask_for_their_fields(void)
{
  g_autoptr(Mapping) clicks = mapping_case_builtin("clickstream");
  g_autoptr(Mapping) customers = mapping_case_builtin("customers");
  const char *const texts[] = {"s1", "2024-02-29T16:05:00Z", "e1"};
  g_auto(GStrv) names = mapping_inputs(clicks);
  g_auto(Bytes) key = {0};

  g_assert_cmpuint(g_strv_length(names), ==, 3);
  g_assert_true(mapping_key_of_inputs(clicks, texts, &key, NULL));
  g_assert_true(slice_equal(bytes_slice(&key), slice_text("s1#2024-02-29T16:05:00Z#e1")));
  bytes_reset(&key);
  g_assert_true(mapping_key_of_inputs(customers, (const char *const[]){"17.0"}, &key, NULL));
  g_assert_true(slice_equal(bytes_slice(&key), slice_text("17")));
}

/* Partition, offset and the Kafka key are given as well. */
static void
where_a_record_lay_may_be_part_of_its_key(void)
{
  g_auto(MappingCase) made = mapping_case_load(
      schema, NULL,
      "{'table':'t','topic':'t','record':{'schema':'value.avsc'},'key':{'separator':'.','parts':["
      "{'metadata':'topic'},{'metadata':'partition'},{'metadata':'offset'}]},"
      "'timestamp':'record','families':{'f':{'columns':['a']}}}");
  g_auto(GStrv) names = made.mapping == NULL ? NULL : mapping_inputs(made.mapping);
  g_auto(Bytes) key = {0};
  g_autoptr(GError) error = NULL;

  for (size_t i = 0; i < fault_list_length(&made.faults); i++)
    g_test_message("%s", fault_list_get(&made.faults, i));
  g_assert_nonnull(names);
  g_assert_cmpstr(names[0], ==, "partition");
  g_assert_cmpstr(names[1], ==, "offset");
  g_assert_true(
      mapping_key_of_inputs(made.mapping, (const char *const[]){"3", "88"}, &key, &error));
  g_assert_true(slice_equal(bytes_slice(&key), slice_text("t.3.88")));
  g_assert_false(
      mapping_key_of_inputs(made.mapping, (const char *const[]){"3", "x"}, &key, &error));
  g_assert_error(error, FAULT, FAULT_RECORD);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/inputs/cases", a_row_is_named_by_what_its_key_is_made_of);
  g_test_add_func("/inputs/built-in", the_built_in_mappings_ask_for_their_fields);
  g_test_add_func("/inputs/place", where_a_record_lay_may_be_part_of_its_key);
  return g_test_run();
}
