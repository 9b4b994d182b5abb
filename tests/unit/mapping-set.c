/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/set.h"

#include <glib/gstdio.h>
#include <string.h>

/* Two folders, as a user's and the built-in one. */
typedef struct {
  char *user;    /* owned */
  char *builtin; /* owned */
} Folders;

static void
make_folders(Folders *self, gconstpointer data)
{
  (void)data;
  self->user = g_dir_make_tmp("sluice-user-XXXXXX", NULL);
  self->builtin = g_dir_make_tmp("sluice-builtin-XXXXXX", NULL);
}

static void
remove_folder(char *folder)
{
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
    g_autofree char *path = g_build_filename(folder, name, NULL);

    g_unlink(path);
  }
  g_rmdir(folder);
  g_free(folder);
}

static void
remove_folders(Folders *self, gconstpointer data)
{
  (void)data;
  remove_folder(self->user);
  remove_folder(self->builtin);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);

  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
write_mapping(const char *folder, const char *name, const char *table, const char *topic)
{
  g_autofree char *text =
      g_strdup_printf("{ \"table\": \"%s\", \"topic\": \"%s\","
                      "  \"record\": { \"format\": \"avro\", \"schema\": \"r.avsc\" },"
                      "  \"key\": { \"parts\": [\"id\"] }, \"timestamp\": \"record\","
                      "  \"families\": { \"f\": { \"columns\": [\"id\"] } } }",
                      table, topic);

  write_file(folder, "r.avsc",
             "{\"type\": \"record\", \"name\": \"r\", \"fields\": "
             "[{\"name\": \"id\", \"type\": \"string\"}]}");
  write_file(folder, name, text);
}

/* "table<-topic(u|b)" of every mapping, in order; faults end up in `faults`. */
static char *
read_all(const Folders *folders, const char *builtin, FaultList *faults)
{
  char *mappings[] = {folders->user, NULL};
  const Config config = {.ingest = {.mappings = mappings, .builtin = (char *)builtin}};
  g_autoptr(MappingSet) self = mapping_set_read(&config, faults);
  g_autoptr(GString) all = g_string_new(NULL);

  for (size_t i = 0; i < mapping_set_length(self); i++) {
    const Mapping *mapping = mapping_set_get(self, i);
    bool is_user = g_str_has_prefix(mapping_path(mapping), folders->user);

    g_string_append_printf(all, "%s<-%s(%c) ", mapping_table(mapping), mapping_topic(mapping),
                           is_user ? 'u' : 'b');
  }
  for (size_t i = 0; i < fault_list_length(faults); i++)
    g_test_message("%s", fault_list_get(faults, i));
  return g_string_free(g_steal_pointer(&all), FALSE);
}

static void
a_users_mapping_replaces_what_has_its_table_or_its_topic(Folders *folders, gconstpointer data)
{
  g_auto(FaultList) faults = {0};
  g_autofree char *all = NULL;
  g_autofree char *own = NULL;

  (void)data;
  write_mapping(folders->builtin, "a.json", "a", "ta");
  write_mapping(folders->builtin, "b.json", "b", "tb");
  write_mapping(folders->builtin, "c.json", "c", "tc");
  write_mapping(folders->user, "x.json", "a", "tx");
  write_mapping(folders->user, "y.json", "y", "tb");
  all = read_all(folders, folders->builtin, &faults);
  g_assert_cmpstr(all, ==, "a<-tx(u) c<-tc(b) y<-tb(u) ");
  own = read_all(folders, "none", &faults);
  g_assert_cmpstr(own, ==, "a<-tx(u) y<-tb(u) ");
  g_assert_cmpuint(fault_list_length(&faults), ==, 0);
}

/* Two mappings of the user's; of the second what differs. */
static const struct {
  const char *table;
  const char *topic;
  const char *more; /* members of both files */
  const char *family;
  const char *fault; /* NULL: none; a part of the only one */
} pairs[] = {
    {"b", "tb", "", "'f': {'columns': ['id']}", NULL},
    {"b", "ta", "", "'f': {'columns': ['id']}", NULL}, /* one topic, two tables */
    {"a", "tb", "'tombstone': 'skip',", "'g': {'columns': ['id']}", NULL}, /* and the reverse */
    {"a", "tb", "'tombstone': 'columns',", "'f': {'columns': ['id']}", NULL},
    {"a", "ta", "'tombstone': 'skip',", "'g': {'columns': ['id']}",
     "2.json: the table a has a mapping of the topic ta already"},
    {"a", "tb", "'tombstone': 'skip',", "'f': {'columns': ['id'], 'versions': 2}",
     "2.json: $.families.f: the family has other attributes in"},
    {"a", "tb", "'tombstone': 'skip', 'splits': ['b'],", "'f': {'columns': ['id']}", NULL},
};

static void
write_pair(const Folders *folders, size_t i)
{
  const char *const tables[] = {"a", pairs[i].table};
  const char *const topics[] = {"ta", pairs[i].topic};
  const char *const families[] = {"'f': {'columns': ['id']}", pairs[i].family};

  for (size_t j = 0; j < 2; j++) {
    g_autofree char *name = g_strdup_printf("%zu.json", j + 1);
    g_autofree char *text = g_strdelimit(
        g_strdup_printf("{'table': '%s', 'topic': '%s', %s"
                        "'record': {'format': 'avro', 'schema': 'r.avsc'},"
                        "'key': {'parts': ['id']}, 'timestamp': 'record', 'families': {%s}}",
                        tables[j], topics[j], pairs[i].more, families[j]),
        "'", '"');

    write_mapping(folders->user, name, "x", "x"); /* and its schema */
    write_file(folders->user, name, text);
  }
}

static void
mappings_share_topics_and_tables_that_they_agree_on(Folders *folders, gconstpointer data)
{
  (void)data;
  for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
    g_auto(FaultList) faults = {0};
    g_autofree char *all = NULL;

    g_test_message("%zu", i);
    write_pair(folders, i);
    all = read_all(folders, "none", &faults);
    g_assert_cmpuint(fault_list_length(&faults), ==, pairs[i].fault == NULL ? 0 : 1);
    if (pairs[i].fault != NULL)
      g_assert_nonnull(strstr(fault_list_get(&faults, 0), pairs[i].fault));
  }
}

static void
who_shares_a_table_deletes_no_rows(Folders *folders, gconstpointer data)
{
  g_auto(FaultList) faults = {0};
  g_autofree char *all = NULL;

  (void)data;
  write_mapping(folders->user, "1.json", "a", "ta");
  write_mapping(folders->user, "2.json", "a", "tb");
  all = read_all(folders, "none", &faults);
  g_assert_cmpstr(all, ==, "a<-ta(u) a<-tb(u) ");
  g_assert_cmpuint(fault_list_length(&faults), ==, 2); /* a row is the default */
  g_assert_nonnull(strstr(fault_list_get(&faults, 0), "1.json: $.tombstone: it would delete"));
  g_assert_nonnull(strstr(fault_list_get(&faults, 1), "2.json: $.tombstone: it would delete"));
}

static void
a_table_of_several_is_picked_by_topic(Folders *folders, gconstpointer data)
{
  char *mappings[] = {folders->user, NULL};
  const Config config = {.ingest = {.mappings = mappings, .builtin = (char *)"none"}};
  g_autoptr(MappingSet) self = NULL;
  g_autoptr(GPtrArray) of_table = NULL;
  g_autoptr(GError) error = NULL;

  (void)data;
  write_pair(folders, 2);
  self = mapping_set_load(&config, NULL);
  of_table = mapping_set_find(self, "a", NULL, NULL);
  g_assert_cmpuint(of_table->len, ==, 2);
  g_assert_true(mapping_set_pick(self, "a", "tb", NULL) == of_table->pdata[1]);
  g_assert_null(mapping_set_pick(self, "a", NULL, &error));
  g_assert_nonnull(
      strstr(error->message, "name one of them with --topic: ta, tb. Files and exports"));
}

static void
other_files_are_passed_over_and_faults_of_all_are_told(Folders *folders, gconstpointer data)
{
  g_auto(FaultList) faults = {0};
  g_autofree char *all = NULL;

  (void)data;
  write_mapping(folders->user, "good.json", "a", "ta");
  write_file(folders->user, "mapping.schema.json", "{");
  write_file(folders->user, ".hidden.json", "{");
  write_file(folders->user, "readme.txt", "{");
  write_file(folders->user, "bad.json", "{");
  write_file(folders->user, "worse.json", "[]");
  all = read_all(folders, folders->builtin, &faults);
  g_assert_cmpstr(all, ==, "a<-ta(u) ");
  g_assert_cmpuint(fault_list_length(&faults), ==, 3);
  g_assert_nonnull(strstr(fault_list_get(&faults, 0), "bad.json"));
  g_assert_nonnull(strstr(fault_list_get(&faults, 1), "worse.json"));
  g_assert_nonnull(strstr(fault_list_get(&faults, 2), "ingest.builtin: no mapping"));
}

static void
without_any_mapping_there_is_nothing_to_do(void)
{
  char *none[] = {NULL};
  const Config config = {.ingest = {.mappings = none, .builtin = (char *)"none"}};
  g_autoptr(GError) error = NULL;

  g_assert_null(mapping_set_load(&config, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
}

static void
a_name_without_a_mapping_gets_the_nearest(Folders *folders, gconstpointer data)
{
  char *mappings[] = {folders->user, NULL};
  const Config config = {.ingest = {.mappings = mappings, .builtin = (char *)"none"}};
  g_autoptr(MappingSet) self = NULL;
  g_autoptr(GError) near = NULL;
  g_autoptr(GError) far = NULL;
  g_autoptr(GPtrArray) of_topic = NULL;

  (void)data;
  write_mapping(folders->user, "1.json", "customers", "customer");
  self = mapping_set_load(&config, NULL);
  g_assert_nonnull(mapping_set_pick(self, "customers", NULL, NULL));
  of_topic = mapping_set_find(self, NULL, "customer", NULL);
  g_assert_cmpuint(of_topic->len, ==, 1);
  g_assert_null(mapping_set_pick(self, "customer", NULL, &near));
  g_assert_cmpstr(near->message, ==,
                  "no mapping has the table 'customer': did you mean customers?");
  g_assert_null(mapping_set_find(self, NULL, "orders", &far));
  g_assert_cmpstr(far->message, ==, "no mapping has the topic 'orders': there are customer");
}

static void
the_mappings_in_the_tree_are_four(void)
{
  g_autofree char *folder = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "schemas", NULL);
  char *none[] = {NULL};
  const Config config = {.ingest = {.mappings = none, .builtin = folder}};
  g_autoptr(GError) error = NULL;
  g_autoptr(MappingSet) self = mapping_set_load(&config, &error);

  g_assert_no_error(error);
  g_assert_cmpuint(mapping_set_length(self), ==, 4);
}

static void
a_fault_of_another_table_is_none_of_ours_but_one_that_may_be_ours_is(Folders *self,
                                                                     gconstpointer data)
{
  static const struct {
    const char *table;
    bool is_found;
  } cases[] = {
      {"mine", true},
      {"joined", false}, /* built in; the broken one may be meant to replace it */
      {"twice", false},  /* has two mappings */
      {"nobody", false},
  };
  char *mappings[] = {self->user, NULL};
  const Config config = {.ingest = {.mappings = mappings, .builtin = self->builtin}};
  g_auto(FaultList) faults = {0};
  g_autoptr(MappingSet) set = NULL;

  (void)data;
  write_mapping(self->user, "a.json", "mine", "a");
  write_mapping(self->user, "b.json", "twice", "b");
  write_mapping(self->user, "c.json", "twice", "c");
  write_file(self->user, "d.json", "{ broken");
  write_mapping(self->builtin, "e.json", "joined", "e");
  set = mapping_set_read(&config, &faults);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;

    for (size_t j = 0; cases[i].is_found && j < fault_list_length(&faults); j++)
      g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING,
                            "a mapping of another table is left out:*");
    g_assert_cmpint(
        mapping_set_choose(set, &(MappingChoice){cases[i].table, NULL}, &faults, &error) != NULL,
        ==, cases[i].is_found);
    g_assert_cmpint(error == NULL, ==, cases[i].is_found);
    g_test_assert_expected_messages();
  }
}

int
main(int argc, char **argv)
{
  const struct {
    const char *path;
    void (*test)(Folders *folders, gconstpointer data);
  } tests[] = {
      {"/mappings/replace", a_users_mapping_replaces_what_has_its_table_or_its_topic},
      {"/mappings/share", mappings_share_topics_and_tables_that_they_agree_on},
      {"/mappings/no-rows", who_shares_a_table_deletes_no_rows},
      {"/mappings/pick", a_table_of_several_is_picked_by_topic},
      {"/mappings/faults", other_files_are_passed_over_and_faults_of_all_are_told},
      {"/mappings/choose", a_fault_of_another_table_is_none_of_ours_but_one_that_may_be_ours_is},
      {"/mappings/nearest", a_name_without_a_mapping_gets_the_nearest},
  };

  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add(tests[i].path, Folders, NULL, make_folders, tests[i].test, remove_folders);
  g_test_add_func("/mappings/none", without_any_mapping_there_is_nothing_to_do);
  g_test_add_func("/mappings/builtin", the_mappings_in_the_tree_are_four);
  return g_test_run();
}
