/* SPDX-License-Identifier: Apache-2.0 */
#include "console/tables.h"

#include "base/event.h"
#include "hbase/attribute.h"
#include "hbase/catalog.h"
#include "hbase/shell.h"
#include "mapping/words.h"

#include <string.h>

enum {
  EVERY_MS = 30000,
  ANSWER_MS = 10000,
  SHOWN_REGIONS = 200, /* of a table */
};

struct ConsoleTables {
  GatewayOptions gateway;
  GCancellable *stop; /* owned */
  GThread *thread;    /* owned */
  GMutex lock;        /* over the rest */
  GCond changed;
  const Mapping *const *mappings; /* borrowed */
  size_t length;
  bool is_wanted;
  bool is_over;
  char *seen;      /* owned: the JSON array of the last look; NULL: none yet */
  int64_t seen_us; /* when it ended */
};

static void
append_text(GString *json, const char *before, const char *text)
{
  g_string_append(json, before);
  event_append_text(json, text);
}

static void
append_bytes(GString *json, const char *before, Slice bytes)
{
  g_autofree char *text = shell_escape(bytes);

  append_text(json, before, text);
}

static void
append_family(GString *json, const char *before, const Family *family)
{
  g_autofree char *bloom = family == NULL ? NULL : attribute_text(family, ATTRIBUTE_BLOOM);

  g_string_append(json, before);
  if (family == NULL) {
    g_string_append(json, "null");
    return;
  }
  g_string_append_printf(json, "{\"versions\":%u", family->versions);
  append_text(json, ",\"bloom\":", bloom);
  append_text(json, ",\"compression\":", family->compression);
  if (family->encoding != NULL)
    append_text(json, ",\"encoding\":", family->encoding);
  g_string_append_printf(
      json, ",\"ttl_seconds\":%" G_GUINT64_FORMAT ",\"keeps_deleted\":%s,\"new_versions\":%s}",
      family->time_to_live_s, family_keeps_deleted(family) ? "true" : "false",
      family->has_new_versions ? "true" : "false");
}

/* The mappings that name the table; the first is enough to be one. */
typedef struct {
  const char *name;
  GPtrArray *mappings; /* owned, of const Mapping * */
} Group;

static void
group_free(gpointer data)
{
  Group *self = data;

  g_ptr_array_unref(self->mappings);
  g_free(self);
}

/* Owned Group *, in the order of the mappings. */
static GPtrArray *
group_by_table(const Mapping *const *mappings, size_t length)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);

  for (size_t i = 0; i < length; i++) {
    Group *group = NULL;

    for (guint k = 0; k < groups->len && group == NULL; k++)
      if (strcmp(((Group *)groups->pdata[k])->name, mapping_table(mappings[i])) == 0)
        group = groups->pdata[k];
    if (group == NULL) {
      group = g_new0(Group, 1);
      *group = (Group){mapping_table(mappings[i]), g_ptr_array_new()};
      g_ptr_array_add(groups, group);
    }
    g_ptr_array_add(group->mappings, (gpointer)mappings[i]);
  }
  return groups;
}

/* What the first mapping that has it wants; NULL: none has. */
static const Family *
wanted_family(const Group *group, Slice name)
{
  for (guint i = 0; i < group->mappings->len; i++) {
    size_t length;
    const Family *families = mapping_families(group->mappings->pdata[i], &length);

    for (size_t k = 0; k < length; k++)
      if (slice_equal(families[k].name, name))
        return &families[k];
  }
  return NULL;
}

/* Whether one of the first mappings has the column already, of the same type. */
static bool
is_told(const Group *group, guint mappings, const Column *column, ColumnType type)
{
  for (guint i = 0; i < mappings; i++) {
    const Mapping *mapping = group->mappings->pdata[i];
    size_t length;
    const Column *columns = mapping_columns(mapping, &length);

    for (size_t k = 0; k < length; k++)
      if (mapping_column_type(mapping, k) == type &&
          slice_equal(columns[k].family, column->family) &&
          slice_equal(columns[k].qualifier, column->qualifier))
        return true;
  }
  return false;
}

static void
append_columns(GString *json, const Group *group, Slice family)
{
  bool is_first = true;

  g_string_append(json, ",\"columns\":[");
  for (guint i = 0; i < group->mappings->len; i++) {
    const Mapping *mapping = group->mappings->pdata[i];
    size_t length;
    const Column *columns = mapping_columns(mapping, &length);

    for (size_t k = 0; k < length; k++) {
      if (!slice_equal(columns[k].family, family) ||
          is_told(group, i, &columns[k], mapping_column_type(mapping, k)))
        continue;
      append_bytes(json, is_first ? "{\"qualifier\":" : ",{\"qualifier\":", columns[k].qualifier);
      append_text(json, ",\"type\":", mapping_type_words[mapping_column_type(mapping, k)]);
      g_string_append_c(json, '}');
      is_first = false;
    }
  }
  g_string_append_c(json, ']');
}

/* Families of the mappings, and then those that the table alone has. */
static void
append_families(GString *json, const Group *group, const Table *found)
{
  g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(Slice));

  for (guint i = 0; i < group->mappings->len; i++) {
    size_t length;
    const Family *families = mapping_families(group->mappings->pdata[i], &length);

    for (size_t k = 0; k < length; k++)
      g_array_append_val(names, families[k].name);
  }
  for (guint i = 0; found != NULL && i < found->families->len; i++)
    g_array_append_val(names, g_array_index(found->families, Family, i).name);

  g_string_append(json, ",\"families\":[");
  for (guint i = 0, shown = 0; i < names->len; i++) {
    Slice name = g_array_index(names, Slice, i);
    bool is_known = false;

    for (guint k = 0; k < i; k++)
      is_known = is_known || slice_equal(g_array_index(names, Slice, k), name);
    if (is_known)
      continue;
    append_bytes(json, shown++ == 0 ? "{\"family\":" : ",{\"family\":", name);
    append_columns(json, group, name);
    append_family(json, ",\"wanted\":", wanted_family(group, name));
    append_family(json, ",\"found\":", found == NULL ? NULL : table_family(found, name));
    g_string_append_c(json, '}');
  }
  g_string_append_c(json, ']');
}

static void
append_differences(GString *json, const Group *group, const Table *found)
{
  g_auto(FaultList) differences = {0};
  g_autoptr(Table) wanted = table_of_mappings(
      group->name, (const Mapping *const *)group->mappings->pdata, group->mappings->len);

  if (found != NULL)
    table_compare(wanted, found, &differences);
  g_string_append(json, ",\"differences\":[");
  for (size_t i = 0; i < fault_list_length(&differences); i++)
    append_text(json, i == 0 ? "" : ",", fault_list_get(&differences, i));
  g_string_append_c(json, ']');
}

static void
append_regions(GString *json, const GPtrArray *regions)
{
  guint length = regions == NULL ? 0 : regions->len;

  g_string_append_printf(json, ",\"regions_length\":%u,\"regions\":[", length);
  for (guint i = 0; i < MIN(length, SHOWN_REGIONS); i++) {
    const Region *region = regions->pdata[i];

    append_bytes(json, i == 0 ? "{\"start\":" : ",{\"start\":",
                 slice(g_bytes_get_data(region->start, NULL), g_bytes_get_size(region->start)));
    append_bytes(json, ",\"end\":",
                 slice(g_bytes_get_data(region->end, NULL), g_bytes_get_size(region->end)));
    append_text(json, ",\"server\":", region->server);
    g_string_append_c(json, '}');
  }
  g_string_append_c(json, ']');
}

/* What is wrong with the table, first of all. */
static bool
look_at(Catalog *catalog, const Group *group, Table **out_found, GPtrArray **out_regions,
        GError **error)
{
  bool exists;
  bool is_enabled;

  if (!catalog_has_table(catalog, group->name, &exists, error))
    return false;
  if (!exists) {
    g_set_error(error, FAULT, FAULT_SETUP, "it does not exist: 'sluice init %s' creates it",
                group->name);
    return false;
  }
  *out_found = catalog_describe(catalog, group->name, error);
  if (*out_found == NULL || !catalog_is_enabled(catalog, group->name, &is_enabled, error))
    return false;
  if (!is_enabled) {
    g_set_error(error, FAULT, FAULT_SETUP, "it is disabled: enable it in the hbase shell");
    return false;
  }
  *out_regions = catalog_regions(catalog, group->name, error);
  return *out_regions != NULL;
}

static void
append_table(GString *json, Catalog *catalog, const Group *group)
{
  g_autoptr(Table) found = NULL;
  g_autoptr(GPtrArray) regions = NULL;
  g_autoptr(GError) error = NULL;

  append_text(json, "{\"table\":", group->name);
  g_string_append(json, ",\"topics\":[");
  for (guint i = 0; i < group->mappings->len; i++)
    append_text(json, i == 0 ? "" : ",", mapping_topic(group->mappings->pdata[i]));
  g_string_append_c(json, ']');
  if (!look_at(catalog, group, &found, &regions, &error))
    append_text(json, ",\"reason\":", error->message);
  append_families(json, group, found);
  append_differences(json, group, found);
  append_regions(json, regions);
  g_string_append_c(json, '}');
}

/* Takes the options' endpoints as they are: they were read before. */
static char *
look(ConsoleTables *self, const Mapping *const *mappings, size_t length)
{
  g_autoptr(GPtrArray) groups = group_by_table(mappings, length);
  g_autoptr(Catalog) catalog = catalog_new(&self->gateway, NULL);
  GString *json = g_string_new("[");

  for (guint i = 0; catalog != NULL && i < groups->len && !g_cancellable_is_cancelled(self->stop);
       i++) {
    if (i > 0)
      g_string_append_c(json, ',');
    append_table(json, catalog, groups->pdata[i]);
  }
  g_string_append_c(json, ']');
  return g_string_free(json, FALSE);
}

/* Under the lock. */
static bool
is_due(const ConsoleTables *self)
{
  return self->is_wanted && self->mappings != NULL &&
         (self->seen == NULL || g_get_monotonic_time() - self->seen_us >= (int64_t)EVERY_MS * 1000);
}

static gpointer
run(gpointer data)
{
  ConsoleTables *self = data;

  g_mutex_lock(&self->lock);
  while (!self->is_over) {
    const Mapping *const *mappings = self->mappings;
    size_t length = self->length;
    char *seen;

    if (!is_due(self)) {
      g_cond_wait(&self->changed, &self->lock);
      continue;
    }
    g_mutex_unlock(&self->lock);
    seen = look(self, mappings, length);
    g_mutex_lock(&self->lock);
    g_free(self->seen);
    self->seen = seen;
    self->seen_us = g_get_monotonic_time();
    self->is_wanted = false;
  }
  g_mutex_unlock(&self->lock);
  return NULL;
}

ConsoleTables *
console_tables_new(const GatewayOptions *gateway)
{
  ConsoleTables *self = g_new0(ConsoleTables, 1);

  self->stop = g_cancellable_new();
  self->gateway = *gateway;
  self->gateway.cancellable = self->stop;
  self->gateway.connect_timeout_ms = MIN(gateway->connect_timeout_ms, ANSWER_MS);
  self->gateway.receive_timeout_ms = MIN(gateway->receive_timeout_ms, ANSWER_MS);
  g_mutex_init(&self->lock);
  g_cond_init(&self->changed);
  self->thread = g_thread_new("tables", run, self);
  return self;
}

void
console_tables_watch(ConsoleTables *self, const Mapping *const *mappings, size_t length)
{
  g_mutex_lock(&self->lock);
  self->mappings = mappings;
  self->length = length;
  g_cond_signal(&self->changed);
  g_mutex_unlock(&self->lock);
}

void
console_tables_stop(ConsoleTables *self)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock(&self->lock);
  self->is_over = true;
  g_cond_signal(&self->changed);
  g_mutex_unlock(&self->lock);
  g_cancellable_cancel(self->stop);
  g_thread_join(self->thread);
  self->thread = NULL;
}

void
console_tables_free(ConsoleTables *self)
{
  if (self == NULL)
    return;
  console_tables_stop(self);
  g_object_unref(self->stop);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->changed);
  g_free(self->seen);
  g_free(self);
}

void
console_tables_append(ConsoleTables *self, GString *json)
{
  g_mutex_lock(&self->lock);
  self->is_wanted = true;
  g_cond_signal(&self->changed);
  if (self->seen != NULL)
    g_string_append_printf(json, "\"asked_seconds\":%" G_GINT64_FORMAT ",",
                           (g_get_monotonic_time() - self->seen_us) / G_USEC_PER_SEC);
  g_string_append_printf(json, "\"tables\":%s", self->seen == NULL ? "[]" : self->seen);
  g_mutex_unlock(&self->lock);
}
