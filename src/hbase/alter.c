/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/alter.h"

#include "hbase/attribute.h"
#include "mapping/print.h"

static void
set_attribute(Table *found, int index, const Family *wanted, Attribute attribute)
{
  g_autofree char *value = attribute_kept(wanted, attribute);

  attribute_take(&g_array_index(found->families, Family, index), wanted, attribute);
  table_set_entry(found, &(TableEntry){.family = index,
                                       .is_configuration = attribute == ATTRIBUTE_BLOOM_PREFIX,
                                       .name = slice_text(attribute_name(attribute)),
                                       .value = slice_text(value)});
}

/* Whether it is another, and one that loses nothing. */
static bool
can_take(const Family *wanted, const Family *found, Attribute attribute)
{
  g_autofree char *value = attribute_text(wanted, attribute);
  g_autofree char *now = attribute_text(found, attribute);

  return value != NULL && g_strcmp0(value, now) != 0 && !attribute_loses(wanted, found, attribute);
}

static void
alter_family(Table *found, int index, const Family *wanted, FaultList *changes)
{
  g_autofree char *name = slice_quote(wanted->name);

  for (Attribute attribute = 0; attribute < ATTRIBUTES; attribute++) {
    const Family before = g_array_index(found->families, Family, index);
    g_autofree char *now = attribute_text(&before, attribute);
    g_autofree char *value = attribute_text(wanted, attribute);

    if (!can_take(wanted, &before, attribute))
      continue;
    set_attribute(found, index, wanted, attribute);
    fault_list_add(changes, "table %s: family %s: %s is %s, was %s", found->name, name,
                   attribute_name(attribute), value, now == NULL ? "not set" : now);
  }
}

static int
family_index(const Table *table, Slice name)
{
  for (guint i = 0; i < table->families->len; i++)
    if (slice_equal(g_array_index(table->families, Family, i).name, name))
      return (int)i;
  return -1;
}

/* A print that tells of other rows or cells stays as it is: it is what those there are made of. */
static void
alter_print(Table *found, const Table *wanted, const Mapping *mapping, FaultList *changes)
{
  g_autofree char *name = mapping_print_name(mapping);
  const TableEntry *now = table_entry(found, -1, false, slice_text(name));
  const TableEntry *own = table_entry(wanted, -1, false, slice_text(name));
  g_auto(PrintDifferences) differences = {0};

  if (now != NULL && slice_equal(now->value, own->value))
    return;
  if (now != NULL)
    mapping_print_compare(mapping, now->value, &differences);
  if (fault_list_length(&differences.rows) + fault_list_length(&differences.cells) > 0)
    return;
  table_set_entry(found, own);
  fault_list_add(changes, "table %s: keeps how the rows of topic %s are made", found->name,
                 mapping_topic(mapping));
}

void
alter_table(Table *found, const Table *wanted, FaultList *changes)
{
  for (guint i = 0; i < wanted->families->len; i++) {
    const Family *family = &g_array_index(wanted->families, Family, i);
    int index = family_index(found, family->name);
    g_autofree char *name = slice_quote(family->name);

    if (index >= 0) {
      alter_family(found, index, family, changes);
      continue;
    }
    table_add_family(found, family);
    fault_list_add(changes, "table %s: family %s is new", found->name, name);
  }
  for (guint i = 0; i < wanted->mappings->len; i++)
    alter_print(found, wanted, wanted->mappings->pdata[i], changes);
}

void
alter_surplus(const Table *found, const Table *wanted, FaultList *notes)
{
  for (guint i = 0; i < found->families->len; i++) {
    const Family *family = &g_array_index(found->families, Family, i);
    g_autofree char *name = slice_quote(family->name);
    g_autoptr(GString) quoted = g_string_new(NULL);

    if (table_family(wanted, family->name) != NULL)
      continue;
    attribute_append_quoted(quoted, family->name);
    fault_list_add(
        notes,
        "table %s: family %s is in no mapping and stays; in the hbase shell this removes "
        "it with its cells: alter '%s', NAME => %s, METHOD => 'delete'",
        found->name, name, found->name, quoted->str);
  }
}

bool
alter_can_send(const Table *table, GError **error)
{
  for (guint i = 0; i < table->entries->len; i++) {
    const TableEntry *entry = &g_array_index(table->entries, TableEntry, i);
    g_autofree char *name = slice_quote(entry->name);

    if (entry->name.len > 0 && entry->value.len > 0 &&
        memchr(entry->name.data, '\0', entry->name.len) == NULL &&
        memchr(entry->value.data, '\0', entry->value.len) == NULL)
      continue;
    g_set_error(error, FAULT, FAULT_SETUP,
                "table %s: its attribute '%s' is empty or holds a zero byte, which gateways do not "
                "pass on as it is: alter the table in the hbase shell",
                table->name, name);
    return false;
  }
  return true;
}

void
alter_check(const Table *sent, const Table *found, FaultList *differences)
{
  for (guint i = 0; i < sent->entries->len; i++) {
    const TableEntry *entry = &g_array_index(sent->entries, TableEntry, i);
    int family =
        entry->family < 0
            ? -1
            : family_index(found, g_array_index(sent->families, Family, entry->family).name);
    const TableEntry *now = table_entry(found, family, entry->is_configuration, entry->name);
    g_autofree char *name = slice_quote(entry->name);

    if (now == NULL || !slice_equal(now->value, entry->value))
      fault_list_add(differences, "table %s: its attribute '%s' is not as it was sent", sent->name,
                     name);
  }
}
