/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/set.h"

#include "base/event.h"

#include <string.h>

struct MappingSet {
  GPtrArray *mappings; /* owned, of owned Mapping * */
  GPtrArray *builtin;  /* owned; those of them that are built in */
};

static void
free_mapping(void *mapping)
{
  mapping_free(mapping);
}

static MappingSet *
new_empty(void)
{
  MappingSet *self = g_new0(MappingSet, 1);

  self->mappings = g_ptr_array_new_with_free_func(free_mapping);
  self->builtin = g_ptr_array_new();
  return self;
}

void
mapping_set_free(MappingSet *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->mappings);
  g_ptr_array_unref(self->builtin);
  g_free(self);
}

static int
compare_texts(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
is_mapping_name(const char *name)
{
  return *name != '.' && g_str_has_suffix(name, ".json") && !g_str_has_suffix(name, ".schema.json");
}

/* The mapping files of a folder, in the order of their names. */
static GPtrArray *
list_folder(const char *folder, GError **error)
{
  g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

  if (dir == NULL)
    return NULL;
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir))
    if (is_mapping_name(name))
      g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
  g_ptr_array_sort(paths, compare_texts);
  return g_steal_pointer(&paths);
}

static void
load_folder(MappingSet *self, const char *folder, const char *setting, FaultList *faults)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) paths = list_folder(folder, &error);

  if (paths == NULL) {
    fault_list_add(faults, "%s: %s", setting, error->message);
    return;
  }
  if (paths->len == 0)
    fault_list_add(faults, "%s: no mapping (*.json) in %s", setting, folder);
  for (guint i = 0; i < paths->len; i++) {
    Mapping *mapping = mapping_load(paths->pdata[i], faults);

    if (mapping != NULL)
      g_ptr_array_add(self->mappings, mapping);
  }
}

static bool
share_table(const Mapping *a, const Mapping *b)
{
  return strcmp(mapping_table(a), mapping_table(b)) == 0;
}

static bool
collide(const Mapping *a, const Mapping *b)
{
  return share_table(a, b) || strcmp(mapping_topic(a), mapping_topic(b)) == 0;
}

static bool
is_same_family(const Family *a, const Family *b)
{
  return a->bloom == b->bloom && a->bloom_prefix_bytes == b->bloom_prefix_bytes &&
         g_strcmp0(a->compression, b->compression) == 0 && a->versions == b->versions &&
         a->time_to_live_s == b->time_to_live_s && g_strcmp0(a->encoding, b->encoding) == 0 &&
         g_strcmp0(a->keep_deleted, b->keep_deleted) == 0 &&
         a->has_min_versions == b->has_min_versions && a->min_versions == b->min_versions &&
         a->has_new_versions == b->has_new_versions;
}

static void
refuse_other_families(const Mapping *a, const Mapping *b, FaultList *faults)
{
  size_t ours_length, theirs_length;
  const Family *theirs = mapping_families(a, &theirs_length);
  const Family *ours = mapping_families(b, &ours_length);

  for (size_t i = 0; i < ours_length * theirs_length; i++) {
    const Family *our = &ours[i / theirs_length];
    const Family *their = &theirs[i % theirs_length];
    g_autofree char *name = slice_quote(our->name);

    if (slice_equal(our->name, their->name) && !is_same_family(our, their))
      fault_list_add(faults,
                     "%s: $.families.%s: the family has other attributes in %s, which feeds the "
                     "table %s, too: give it the same in both",
                     mapping_path(b), name, mapping_path(a), mapping_table(b));
  }
}

static bool
have_same_splits(const Mapping *a, const Mapping *b)
{
  size_t a_length, b_length;
  const Slice *of_a = mapping_splits(a, &a_length);
  const Slice *of_b = mapping_splits(b, &b_length);

  if (a_length == 0 || b_length == 0)
    return true;
  for (size_t i = 0; i < MIN(a_length, b_length); i++)
    if (!slice_equal(of_a[i], of_b[i]))
      return false;
  return a_length == b_length;
}

static bool
deletes_rows(const Mapping *mapping)
{
  return mapping_tombstone(mapping) != TOMBSTONE_SKIP &&
         mapping_tombstone(mapping) != TOMBSTONE_COLUMNS;
}

/* Two mappings of one table. */
static void
refuse_rivals(const Mapping *a, const Mapping *b, FaultList *faults)
{
  if (strcmp(mapping_topic(a), mapping_topic(b)) == 0)
    fault_list_add(faults,
                   "%s: the table %s has a mapping of the topic %s already, %s; for one table each "
                   "topic has one",
                   mapping_path(b), mapping_table(b), mapping_topic(b), mapping_path(a));
  refuse_other_families(a, b, faults);
  if (!have_same_splits(a, b))
    fault_list_add(faults,
                   "%s: $.splits: they are others in %s, which feeds the table %s, too: give them "
                   "in one of the two, or the same in both",
                   mapping_path(b), mapping_path(a), mapping_table(b));
}

static void
refuse_collisions(const MappingSet *self, FaultList *faults)
{
  for (guint i = 0; i < self->mappings->len; i++) {
    const Mapping *mapping = self->mappings->pdata[i];
    const Mapping *other = NULL;

    for (guint j = 0; j < self->mappings->len; j++) {
      if (j == i || !share_table(self->mappings->pdata[j], mapping))
        continue;
      other = self->mappings->pdata[j];
      if (j < i)
        refuse_rivals(other, mapping, faults);
    }
    if (other != NULL && deletes_rows(mapping))
      fault_list_add(faults,
                     "%s: $.tombstone: it would delete whole rows, with the cells that %s writes "
                     "into the table %s: make it \"columns\", for its own, or \"skip\"",
                     mapping_path(mapping), mapping_path(other), mapping_table(mapping));
  }
}

static bool
has_collision(const MappingSet *self, const Mapping *mapping)
{
  for (guint i = 0; i < self->mappings->len; i++)
    if (collide(self->mappings->pdata[i], mapping))
      return true;
  return false;
}

/* A folder of built-in mappings that is named: they join where the user has none for their table or
 * topic. */
static void
join_builtin(MappingSet *self, MappingSet *builtin)
{
  g_autoptr(GPtrArray) joining = g_ptr_array_new();

  g_ptr_array_set_free_func(builtin->mappings, NULL);
  for (guint i = 0; i < builtin->mappings->len; i++) {
    Mapping *mapping = builtin->mappings->pdata[i];

    if (has_collision(self, mapping)) {
      g_autofree char *path = event_value(mapping_path(mapping));

      g_debug("a mapping of yours replaces mapping=%s", path);
      mapping_free(mapping);
    } else {
      g_ptr_array_add(joining, mapping);
      g_ptr_array_add(self->builtin, mapping);
    }
  }
  g_ptr_array_extend_and_steal(self->mappings, g_steal_pointer(&joining));
}

/* Where the built-in mappings lie: beside the program that runs, so that an installed tree may be
 * moved and a build tree used as it is; else where it was installed to. */
static char *
find_builtin(void)
{
  g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *bin = program == NULL ? NULL : g_path_get_dirname(program);
  g_autofree char *prefix = bin == NULL ? g_strdup("/") : g_path_get_dirname(bin);
  g_autofree char *moved = g_build_filename(prefix, "share", "sluice", "schemas", NULL);
  g_autofree char *built = g_build_filename(prefix, "schemas", NULL);
  const char *const places[] = {moved, built, SLUICE_SCHEMAS};

  for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
    if (g_file_test(places[i], G_FILE_TEST_IS_DIR))
      return g_strdup(places[i]);
  return NULL;
}

static void
load_builtin(MappingSet *self, const char *setting, FaultList *faults)
{
  bool is_auto = g_ascii_strcasecmp(setting, "auto") == 0;
  g_autofree char *folder = is_auto ? find_builtin() : g_strdup(setting);

  if (folder == NULL)
    fault_list_add(faults, "ingest.builtin: the built-in mappings are not where sluice was "
                           "installed: set it to the folder they are in, or to none");
  else
    load_folder(self, folder, "ingest.builtin", faults);
}

static int
compare_tables(const void *a, const void *b)
{
  const Mapping *left = *(Mapping *const *)a;
  const Mapping *right = *(Mapping *const *)b;
  int order = strcmp(mapping_table(left), mapping_table(right));

  return order != 0 ? order : strcmp(mapping_topic(left), mapping_topic(right));
}

MappingSet *
mapping_set_read(const Config *config, FaultList *faults)
{
  g_autoptr(MappingSet) self = new_empty();
  g_autoptr(MappingSet) builtin = new_empty();
  bool has_own = config->ingest.mappings[0] != NULL;
  const char *setting = config->ingest.builtin == NULL ? "auto" : config->ingest.builtin;
  size_t faults_before = fault_list_length(faults);

  for (char **folder = config->ingest.mappings; *folder != NULL; folder++)
    load_folder(self, *folder, "ingest.mappings", faults);
  refuse_collisions(self, faults);
  if (g_ascii_strcasecmp(setting, "none") != 0 &&
      !(has_own && g_ascii_strcasecmp(setting, "auto") == 0))
    load_builtin(builtin, setting, faults);
  refuse_collisions(builtin, faults);
  join_builtin(self, builtin);
  if (fault_list_length(faults) == faults_before && self->mappings->len == 0)
    fault_list_add(faults, "ingest.mappings: there is no mapping: name the folder of yours");
  g_ptr_array_sort(self->mappings, compare_tables);
  return g_steal_pointer(&self);
}

MappingSet *
mapping_set_load(const Config *config, GError **error)
{
  g_auto(FaultList) faults = {0};
  g_autoptr(MappingSet) self = mapping_set_read(config, &faults);

  if (fault_list_length(&faults) == 0)
    return g_steal_pointer(&self);
  g_propagate_error(error, fault_list_to_error(&faults));
  return NULL;
}

size_t
mapping_set_length(const MappingSet *self)
{
  return self->mappings->len;
}

const Mapping *const *
mapping_set_list(const MappingSet *self)
{
  return (const Mapping *const *)(void *)self->mappings->pdata;
}

const Mapping *
mapping_set_get(const MappingSet *self, size_t i)
{
  return self->mappings->pdata[i];
}

typedef const char *(*NameOf)(const Mapping *mapping);

static void
set_unknown(const MappingSet *self, NameOf name_of, const char *what, const char *name,
            GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();

  for (guint i = 0; i < self->mappings->len; i++) {
    const char *known = name_of(self->mappings->pdata[i]);

    if (!g_ptr_array_find_with_equal_func(names, known, g_str_equal, NULL))
      g_ptr_array_add(names, (gpointer)known);
  }
  g_ptr_array_add(names, NULL);

  const char *const *known = (const char *const *)names->pdata;
  const char *nearest = fault_nearest(name, known);
  g_autofree char *all = g_strjoinv(", ", (char **)known);
  g_autofree char *quoted = slice_quote(slice_text(name));

  if (nearest != NULL)
    g_set_error(error, FAULT, FAULT_SETUP, "no mapping has the %s '%s': did you mean %s?", what,
                quoted, nearest);
  else
    g_set_error(error, FAULT, FAULT_SETUP, "no mapping has the %s '%s': there are %s", what, quoted,
                all);
}

GPtrArray *
mapping_set_find(const MappingSet *self, const char *table, const char *topic, GError **error)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new();
  bool is_table_known = table == NULL;

  for (guint i = 0; i < self->mappings->len; i++) {
    const Mapping *mapping = self->mappings->pdata[i];
    bool is_of_table = table == NULL || strcmp(mapping_table(mapping), table) == 0;

    is_table_known |= is_of_table;
    if (is_of_table && (topic == NULL || strcmp(mapping_topic(mapping), topic) == 0))
      g_ptr_array_add(found, (gpointer)mapping);
  }
  if (found->len > 0) {
    g_ptr_array_set_size(found, (gint)found->len + 1); /* NULL behind them */
    g_ptr_array_set_size(found, (gint)found->len - 1);
    return g_steal_pointer(&found);
  }
  if (!is_table_known)
    set_unknown(self, mapping_table, "table", table, error);
  else if (table != NULL && topic != NULL)
    g_set_error(error, FAULT, FAULT_SETUP, "no mapping of the table %s has the topic '%s'", table,
                topic);
  else
    set_unknown(self, mapping_topic, "topic", topic == NULL ? "" : topic, error);
  return NULL;
}

const Mapping *
mapping_set_pick(const MappingSet *self, const char *table, const char *topic, GError **error)
{
  g_autoptr(GPtrArray) found = mapping_set_find(self, table, NULL, error);
  g_autoptr(GString) topics = g_string_new(NULL);

  if (found == NULL || found->len == 1)
    return found == NULL ? NULL : found->pdata[0];
  for (guint i = 0; i < found->len; i++) {
    if (g_strcmp0(mapping_topic(found->pdata[i]), topic) == 0)
      return found->pdata[i];
    g_string_append_printf(topics, "%s%s", i == 0 ? "" : ", ", mapping_topic(found->pdata[i]));
  }
  g_set_error(
      error, FAULT, FAULT_SETUP,
      "the table %s is fed by several topics, each by a mapping of its own: name one of "
      "them with --topic: %s. Files and exports have no topic: with -X ingest.mappings=FOLDER "
      "name a folder with one of these mappings alone",
      table, topics->str);
  return NULL;
}

/* A mapping with a fault may be the one that was meant to be this table's. */
static bool
is_beyond_doubt(const MappingSet *self, const Mapping *mapping)
{
  for (guint i = 0; i < self->mappings->len; i++)
    if (self->mappings->pdata[i] != mapping && collide(self->mappings->pdata[i], mapping))
      return false;
  return !g_ptr_array_find(self->builtin, mapping, NULL);
}

const Mapping *
mapping_set_choose(const MappingSet *self, const MappingChoice *choice, const FaultList *faults,
                   GError **error)
{
  g_autoptr(GError) problem = NULL;
  const Mapping *mapping = mapping_set_pick(self, choice->table, choice->topic, &problem);
  size_t length = fault_list_length(faults);

  if (length > 0 && (mapping == NULL || !is_beyond_doubt(self, mapping))) {
    g_propagate_error(error, fault_list_to_error(faults));
    return NULL;
  }
  for (size_t i = 0; i < length; i++)
    g_warning("a mapping of another table is left out: %s", fault_list_get(faults, i));
  if (mapping == NULL)
    g_propagate_error(error, g_steal_pointer(&problem));
  return mapping;
}

void
mapping_topics_init(MappingTopics *self, const Mapping *const *mappings, size_t length)
{
  g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

  *self = (MappingTopics){
      .names = g_new0(const char *, length + 1),
      .readers = g_new0(size_t, length),
      .first = g_new0(size_t, length),
      .index = g_new0(size_t, length),
      .reader = g_new0(size_t, length),
  };
  for (size_t i = 0; i < length; i++) {
    const char *name = mapping_topic(mappings[i]);
    gpointer number; /* from 1 */

    if (!g_hash_table_lookup_extended(known, name, NULL, &number)) {
      self->names[self->length] = name;
      self->first[self->length++] = i;
      number = GSIZE_TO_POINTER(self->length);
      g_hash_table_insert(known, (gpointer)name, number);
    }
    self->index[i] = GPOINTER_TO_SIZE(number) - 1;
    self->reader[i] = self->readers[self->index[i]]++;
  }
}

void
mapping_topics_clear(MappingTopics *self)
{
  g_free(self->names);
  g_free(self->readers);
  g_free(self->first);
  g_free(self->index);
  g_free(self->reader);
}
