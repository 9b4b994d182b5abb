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

static void
refuse_collisions(const MappingSet *self, FaultList *faults)
{
  for (guint i = 0; i < self->mappings->len; i++) {
    for (guint j = i + 1; j < self->mappings->len; j++) {
      const Mapping *a = self->mappings->pdata[i];
      const Mapping *b = self->mappings->pdata[j];
      bool is_table = share_table(a, b);

      if (collide(a, b))
        fault_list_add(faults, "%s: the %s %s has a mapping already, %s; each %s has one",
                       mapping_path(b), is_table ? "table" : "topic",
                       is_table ? mapping_table(b) : mapping_topic(b), mapping_path(a),
                       is_table ? "table" : "topic");
    }
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
  return strcmp(mapping_table(*(Mapping *const *)a), mapping_table(*(Mapping *const *)b));
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

static const Mapping *
find(const MappingSet *self, NameOf name_of, const char *what, const char *name, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();

  for (guint i = 0; i < self->mappings->len; i++) {
    const Mapping *mapping = self->mappings->pdata[i];

    if (strcmp(name_of(mapping), name) == 0)
      return mapping;
    g_ptr_array_add(names, (gpointer)name_of(mapping));
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
  return NULL;
}

const Mapping *
mapping_set_for_table(const MappingSet *self, const char *table, GError **error)
{
  return find(self, mapping_table, "table", table, error);
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
mapping_set_choose(const MappingSet *self, const char *table, const FaultList *faults,
                   GError **error)
{
  g_autoptr(GError) problem = NULL;
  const Mapping *mapping = mapping_set_for_table(self, table, &problem);
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

const Mapping *
mapping_set_for_topic(const MappingSet *self, const char *topic, GError **error)
{
  return find(self, mapping_topic, "topic", topic, error);
}
