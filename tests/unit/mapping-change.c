/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/change/change.h"

#include "support/mapping-case.h"

#include <string.h>

#define FIELD(name, type) "{'name':'" name "','type':" type "}"
#define RECORD(fields) "{'type':'record','name':'R','fields':[" fields "]}"
#define OLD_FIELDS FIELD("id", "'string'") "," FIELD("n", "'long'") "," FIELD("more", "'string'")
#define OLD_SCHEMA RECORD(OLD_FIELDS)
#define NEW_FIELD "{'name':'new','type':['null','string'],'default':null}"

/* A mapping of the table T with these members beside what all have. */
#define MAPPING(table, topic, record, key, families)                                               \
  "{'table':'" table "','topic':'" topic "','record':{" record "},'key':{'parts':['" key           \
  "']},'timestamp':'record','families':{" families "}}"
#define DATUM "'format':'avro','schema':'value.avsc'"
#define CONFLUENT DATUM ",'framing':'confluent'"
#define COLUMNS "'f':{'columns':['n']}"
#define BEFORE MAPPING("t", "topic", CONFLUENT, "id", COLUMNS)

/* What becomes of BEFORE, whose records OLD_SCHEMA reads. */
static const struct {
  const char *mapping;
  const char *schema;
  MappingDifference difference;
  const char *reason; /* that is told holds this */
} cases[] = {
    {BEFORE, OLD_SCHEMA, MAPPING_SAME, NULL},
    {MAPPING("t", "topic", CONFLUENT, "id", "'f':{'columns':['n'],'versions':3}"), OLD_SCHEMA,
     MAPPING_SAME, NULL},
    {"{'families':{'f':{'columns':['n']}},'regions':4,'timestamp':'record','topic':'topic',"
     "'table':'t','record':{'schema':'value.avsc','framing':'confluent','format':'avro'},"
     "'key':{'parts':['id']}}",
     OLD_SCHEMA, MAPPING_SAME, NULL},
    {MAPPING("t", "topic", CONFLUENT, "id", "'f':{'columns':['more','n']}"), OLD_SCHEMA,
     MAPPING_GROWN, NULL},
    {MAPPING("t", "topic", CONFLUENT, "id", COLUMNS ",'g':{'columns':['more']}"), OLD_SCHEMA,
     MAPPING_GROWN, NULL},
    {MAPPING("t", "topic", CONFLUENT, "id", "'f':{'columns':['n','new']}"),
     RECORD(NEW_FIELD "," OLD_FIELDS), MAPPING_GROWN, NULL},
    {BEFORE, RECORD(OLD_FIELDS "," NEW_FIELD), MAPPING_SAME, NULL},
    {MAPPING("t", "topic", CONFLUENT, "more", COLUMNS), OLD_SCHEMA, MAPPING_OTHER,
     "$.key is another one"},
    {MAPPING("t", "other", CONFLUENT, "id", COLUMNS), OLD_SCHEMA, MAPPING_OTHER,
     "$.topic is another one"},
    {MAPPING("u", "topic", CONFLUENT, "id", COLUMNS), OLD_SCHEMA, MAPPING_OTHER,
     "$.table is another one"},
    {MAPPING("t", "topic", DATUM, "id", COLUMNS), OLD_SCHEMA, MAPPING_OTHER,
     "$.record is another one"},
    {MAPPING("t", "topic", CONFLUENT, "id", COLUMNS "},'nulls':['-'],'csv':{"), OLD_SCHEMA,
     MAPPING_OTHER, "$.nulls is another one"},
    {MAPPING("t", "topic", CONFLUENT, "id", "'f':{'columns':['more']}"), OLD_SCHEMA, MAPPING_OTHER,
     "column 1 of the family f is another one, or gone"},
    {MAPPING("t", "topic", CONFLUENT, "id", "'f':{'columns':[{'field':'n','type':'long'}]}"),
     OLD_SCHEMA, MAPPING_OTHER, "column 1 of the family f is another one, or gone"},
    {MAPPING("t", "topic", CONFLUENT, "id", "'g':{'columns':['n']}"), OLD_SCHEMA, MAPPING_OTHER,
     "the family f is gone"},
    {BEFORE, RECORD(FIELD("id", "'string'") "," FIELD("n", "'int'") "," FIELD("more", "'string'")),
     MAPPING_OTHER, "the schema's field n is another one, or gone"},
    {BEFORE, RECORD(FIELD("id", "'string'") "," FIELD("n", "'long'")), MAPPING_OTHER,
     "the schema's field more is another one, or gone"},
    {BEFORE, RECORD(OLD_FIELDS "," FIELD("new", "'string'")), MAPPING_OTHER,
     "the schema's new field new has no default"},
    {BEFORE,
     RECORD(FIELD("id", "'string'") "," FIELD("more", "'string'") "," FIELD(
         "n", "{'type':'long','logicalType':'timestamp-millis'}")),
     MAPPING_OTHER, "the schema's field n is another one, or gone"},
};

static MappingCase
load(const char *schema, const char *mapping)
{
  MappingCase one = mapping_case_load(schema, NULL, mapping);

  for (size_t i = 0; i < fault_list_length(&one.faults); i++)
    g_test_message("%s", fault_list_get(&one.faults, i));
  g_assert_nonnull(one.mapping);
  return one;
}

static void
only_what_adds_columns_is_safe(void)
{
  g_auto(MappingCase) before = load(OLD_SCHEMA, BEFORE);

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(MappingCase) now = load(cases[i].schema, cases[i].mapping);
    g_autofree char *reason = NULL;

    g_test_message("case %zu: %s", i, cases[i].mapping);
    g_assert_cmpint(mapping_compare(before.mapping, now.mapping, &reason), ==, cases[i].difference);
    g_test_message("%s", reason == NULL ? "none" : reason);
    g_assert_true((reason == NULL) == (cases[i].reason == NULL));
    g_assert_true(reason == NULL || strstr(reason, cases[i].reason) != NULL);
  }
}

/* Bare datums do not say which schema wrote them. */
static void
another_schema_of_bare_datums_is_not_safe(void)
{
  g_auto(MappingCase) before = load(OLD_SCHEMA, MAPPING("t", "topic", DATUM, "id", COLUMNS));
  g_auto(MappingCase) now =
      load(RECORD(OLD_FIELDS "," NEW_FIELD), MAPPING("t", "topic", DATUM, "id", COLUMNS));
  g_autofree char *reason = NULL;

  g_assert_cmpint(mapping_compare(before.mapping, now.mapping, &reason), ==, MAPPING_OTHER);
  g_assert_nonnull(strstr(reason, "are read with it alone"));
}

static void
a_schema_that_holds_itself_is_compared(void)
{
  const char *const schema =
      RECORD(OLD_FIELDS ",{'name':'next','type':['null','R'],'default':null}");
  g_auto(MappingCase) before = load(schema, BEFORE);
  g_auto(MappingCase) now =
      load(schema, MAPPING("t", "topic", CONFLUENT, "id", "'f':{'columns':['n','more']}"));
  g_autofree char *reason = NULL;

  g_assert_cmpint(mapping_compare(before.mapping, now.mapping, &reason), ==, MAPPING_GROWN);
}

/* A set: "a" has grown, "b" has another key, "c" is gone, "d" and "e" are new, and "e" takes up the
 * topic of "c". */
static void
each_mapping_goes_its_own_way(void)
{
  g_auto(MappingCase) a = load(OLD_SCHEMA, MAPPING("a", "ta", DATUM, "id", COLUMNS));
  g_auto(MappingCase) b = load(OLD_SCHEMA, MAPPING("b", "tb", DATUM, "id", COLUMNS));
  g_auto(MappingCase) c = load(OLD_SCHEMA, MAPPING("c", "tc", DATUM, "id", COLUMNS));
  g_auto(MappingCase) a2 =
      load(OLD_SCHEMA, MAPPING("a", "ta", DATUM, "id", "'f':{'columns':['n','more']}"));
  g_auto(MappingCase) b2 = load(OLD_SCHEMA, MAPPING("b", "tb", DATUM, "more", COLUMNS));
  g_auto(MappingCase) d = load(OLD_SCHEMA, MAPPING("d", "td", DATUM, "id", COLUMNS));
  g_auto(MappingCase) e = load(OLD_SCHEMA, MAPPING("e", "tc", DATUM, "id", COLUMNS));
  const Mapping *const running[] = {a.mapping, b.mapping, c.mapping};
  const Mapping *const now[] = {e.mapping, d.mapping, b2.mapping, a2.mapping};
  const Mapping *const wanted[] = {a2.mapping, b.mapping, c.mapping, d.mapping};
  g_auto(MappingChange) change = {0};

  mapping_change_init(&change, running, 3, now, 4);
  g_assert_true(change.is_other);
  g_assert_cmpuint(change.list->len, ==, 4);
  for (size_t i = 0; i < 4; i++)
    g_assert_true(change.list->pdata[i] == wanted[i]);
  g_assert_cmpuint(fault_list_length(&change.told), ==, 3);
  g_assert_nonnull(strstr(fault_list_get(&change.told, 0), "$.key is another one: it stays"));
  g_assert_nonnull(strstr(fault_list_get(&change.told, 1), "the mapping is gone: it stays"));
  g_assert_nonnull(strstr(fault_list_get(&change.told, 2), "of a mapping that stays as it was"));
}

static void
what_is_the_same_changes_nothing(void)
{
  g_auto(MappingCase) a = load(OLD_SCHEMA, BEFORE);
  g_auto(MappingCase) again = load(OLD_SCHEMA, BEFORE);
  const Mapping *const running[] = {a.mapping};
  const Mapping *const now[] = {again.mapping};
  g_auto(MappingChange) change = {0};

  mapping_change_init(&change, running, 1, now, 1);
  g_assert_false(change.is_other);
  g_assert_true(change.list->pdata[0] == a.mapping);
  g_assert_cmpuint(fault_list_length(&change.told), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/change/safe", only_what_adds_columns_is_safe);
  g_test_add_func("/change/datum", another_schema_of_bare_datums_is_not_safe);
  g_test_add_func("/change/circle", a_schema_that_holds_itself_is_compared);
  g_test_add_func("/change/set", each_mapping_goes_its_own_way);
  g_test_add_func("/change/same", what_is_the_same_changes_nothing);
  return g_test_run();
}
