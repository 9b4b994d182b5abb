/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/table.h"

#include "hbase/attribute.h"
#include "mapping/print.h"

Table *
table_new(const char *name)
{
  Table *self = g_new0(Table, 1);

  self->name = g_strdup(name);
  self->families = g_array_new(FALSE, FALSE, sizeof(Family));
  self->entries = g_array_new(FALSE, FALSE, sizeof(TableEntry));
  self->mappings = g_ptr_array_new();
  self->splits = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  self->strings = g_string_chunk_new(256);
  return self;
}

void
table_free(Table *self)
{
  if (self == NULL)
    return;
  g_free(self->name);
  g_array_unref(self->families);
  g_array_unref(self->entries);
  g_ptr_array_unref(self->mappings);
  g_ptr_array_unref(self->splits);
  g_string_chunk_free(self->strings);
  g_free(self);
}

static Slice
keep(Table *self, Slice bytes)
{
  return slice(
      g_string_chunk_insert_len(self->strings, (const char *)bytes.data, (gssize)bytes.len),
      bytes.len);
}

void
table_add_family(Table *self, const Family *family)
{
  Family copy = *family;

  copy.name = keep(self, family->name);
  copy.compression = g_string_chunk_insert_const(self->strings, family->compression);
  if (family->encoding != NULL)
    copy.encoding = g_string_chunk_insert_const(self->strings, family->encoding);
  if (family->keep_deleted != NULL)
    copy.keep_deleted = g_string_chunk_insert_const(self->strings, family->keep_deleted);
  g_array_append_val(self->families, copy);
}

const TableEntry *
table_entry(const Table *self, int family, bool is_configuration, Slice name)
{
  for (guint i = 0; i < self->entries->len; i++) {
    const TableEntry *entry = &g_array_index(self->entries, TableEntry, i);

    if (entry->family == family && entry->is_configuration == is_configuration &&
        slice_equal(entry->name, name))
      return entry;
  }
  return NULL;
}

void
table_set_entry(Table *self, const TableEntry *entry)
{
  TableEntry *known =
      (TableEntry *)table_entry(self, entry->family, entry->is_configuration, entry->name);
  TableEntry copy = *entry;

  copy.value = keep(self, entry->value);
  if (known != NULL) {
    known->value = copy.value;
    return;
  }
  copy.name = keep(self, entry->name);
  g_array_append_val(self->entries, copy);
}

void
table_add_split(Table *self, Slice start_key)
{
  g_ptr_array_add(self->splits, g_bytes_new(start_key.data, start_key.len));
}

void
table_add_mapping(Table *self, const Mapping *mapping)
{
  g_autofree char *name = mapping_print_name(mapping);
  g_autofree char *print = mapping_print(mapping);
  size_t length;
  const Family *families = mapping_families(mapping, &length);

  for (size_t i = 0; i < length; i++)
    if (table_family(self, families[i].name) == NULL)
      table_add_family(self, &families[i]);
  table_set_entry(
      self, &(TableEntry){.family = -1, .name = slice_text(name), .value = slice_text(print)});
  g_ptr_array_add(self->mappings, (gpointer)mapping);
}

Table *
table_from_mapping(const Mapping *mapping)
{
  return table_of_mappings(mapping_table(mapping), &mapping, 1);
}

Table *
table_of_mappings(const char *name, const Mapping *const *mappings, size_t length)
{
  Table *self = table_new(name);

  for (size_t i = 0; i < length; i++) {
    size_t splits_length;
    const Slice *splits = mapping_splits(mappings[i], &splits_length);

    if (strcmp(mapping_table(mappings[i]), name) != 0)
      continue;
    table_add_mapping(self, mappings[i]);
    for (size_t j = 0; j < splits_length && self->splits->len < splits_length; j++)
      table_add_split(self, splits[j]); /* of the first that has any: the others have the same */
  }
  return self;
}

const Family *
table_family(const Table *self, Slice name)
{
  for (size_t i = 0; i < self->families->len; i++) {
    const Family *family = &g_array_index(self->families, Family, i);

    if (slice_equal(family->name, name))
      return family;
  }
  return NULL;
}

/* `alter 'people', {NAME => 'info', VERSIONS => 3}` */
static char *
alter_line(const Table *table, const Family *family, unsigned mask)
{
  g_autoptr(GString) line = g_string_new("alter ");

  attribute_append_quoted(line, slice_text(table->name));
  g_string_append(line, ", ");
  attribute_append_shell(line, family, mask);
  return g_string_free(g_steal_pointer(&line), FALSE);
}

/* What the shell is told of one attribute: a bloom filter comes with its prefix. */
static unsigned
mask_of(Attribute attribute)
{
  return 1U << attribute | (attribute == ATTRIBUTE_BLOOM ? 1U << ATTRIBUTE_BLOOM_PREFIX : 0);
}

/* One that the mapping does not say, or that the gateway does not tell, is none. */
static bool
differs(const Family *wanted, const Family *found, Attribute attribute)
{
  g_autofree char *wanted_text = attribute_text(wanted, attribute);
  g_autofree char *found_text = attribute_text(found, attribute);

  if (attribute == ATTRIBUTE_MIN_VERSIONS && wanted_text != NULL)
    return wanted->min_versions != found->min_versions;
  return wanted_text != NULL && found_text != NULL && strcmp(wanted_text, found_text) != 0;
}

static void
compare_attribute(const Table *table, const Family *wanted, const Family *found,
                  Attribute attribute, FaultList *differences)
{
  g_autofree char *name = slice_quote(wanted->name);
  g_autofree char *wanted_text = attribute_text(wanted, attribute);
  g_autofree char *found_text = attribute_text(found, attribute);
  g_autofree char *line = alter_line(table, wanted, mask_of(attribute));
  bool loses = attribute_loses(wanted, found, attribute);

  fault_list_add(differences,
                 "table %s: family %s: %s is %s, the mapping says %s: change the mapping%s%s%s; in "
                 "the hbase shell: %s",
                 table->name, name, attribute_name(attribute),
                 found_text == NULL ? "0" : found_text, wanted_text,
                 loses ? ", or the table, which loses cells" : ", or run `sluice init --alter ",
                 loses ? "" : table->name, loses ? "" : "`", line);
}

static void
compare_family(const Table *table, const Family *wanted, const Family *found,
               FaultList *differences)
{
  for (Attribute attribute = 0; attribute < ATTRIBUTES; attribute++)
    if (differs(wanted, found, attribute))
      compare_attribute(table, wanted, found, attribute, differences);
}

static bool
has_split(const Table *self, GBytes *split)
{
  for (size_t i = 0; i < self->splits->len; i++)
    if (g_bytes_equal(self->splits->pdata[i], split))
      return true;
  return false;
}

/* In Ruby's double quotes, where \xNN is a byte. */
static char *
ruby_bytes(Slice bytes)
{
  GString *text = g_string_new("\"");

  for (size_t i = 0; i < bytes.len; i++) {
    if (g_ascii_isalnum(bytes.data[i]) || strchr("_-.:|/ ", (char)bytes.data[i]) != NULL)
      g_string_append_c(text, (char)bytes.data[i]);
    else
      g_string_append_printf(text, "\\x%02X", bytes.data[i]);
  }
  g_string_append_c(text, '"');
  return g_string_free(text, FALSE);
}

static void
compare_splits(const Table *wanted, const Table *found, FaultList *differences)
{
  for (size_t i = 0; i < wanted->splits->len; i++) {
    GBytes *split = wanted->splits->pdata[i];
    size_t len;
    const void *data = g_bytes_get_data(split, &len);
    g_autofree char *key = slice_quote(slice(data, len));
    g_autofree char *ruby = ruby_bytes(slice(data, len));

    if (!has_split(found, split))
      fault_list_add(differences,
                     "table %s: no region begins at '%s': change the mapping's splits, or split "
                     "the region; in the hbase shell: split '%s', %s",
                     wanted->name, key, wanted->name, ruby);
  }
}

static bool
print_of(const Table *found, const Mapping *mapping, PrintDifferences *differences)
{
  g_autofree char *name = mapping_print_name(mapping);
  const TableEntry *entry = table_entry(found, -1, false, slice_text(name));

  if (entry != NULL)
    mapping_print_compare(mapping, entry->value, differences);
  return entry != NULL;
}

static void
say_print(const Table *table, const Mapping *mapping, const FaultList *list, const char *outcome,
          FaultList *differences)
{
  g_autofree char *name = mapping_print_name(mapping);

  for (size_t i = 0; i < fault_list_length(list); i++)
    fault_list_add(differences,
                   "table %s: %s: %s. Give the mapping a new table; or, if it is meant, have the "
                   "table forget it and run `sluice init --alter %s`; in the hbase shell: alter "
                   "'%s', METHOD => 'table_att_unset', NAME => '%s'",
                   table->name, fault_list_get(list, i), outcome, table->name, table->name, name);
}

static void
compare_prints(const Table *wanted, const Table *found, bool rows_alone, FaultList *differences)
{
  for (guint i = 0; i < wanted->mappings->len; i++) {
    const Mapping *mapping = wanted->mappings->pdata[i];
    g_auto(PrintDifferences) print = {0};

    print_of(found, mapping, &print);
    say_print(wanted, mapping, &print.rows, "the same record would become a second row",
              differences);
    if (!rows_alone)
      say_print(wanted, mapping, &print.cells, "the table would hold cells of two kinds",
                differences);
  }
}

void
table_compare(const Table *wanted, const Table *found, FaultList *differences)
{
  for (size_t i = 0; i < wanted->families->len; i++) {
    const Family *family = &g_array_index(wanted->families, Family, i);
    const Family *other = table_family(found, family->name);
    g_autofree char *name = slice_quote(family->name);
    g_autofree char *line = alter_line(wanted, family, attribute_new(family));

    if (other == NULL)
      fault_list_add(differences,
                     "table %s: family %s is missing: add it with `sluice init --alter %s`; in the "
                     "hbase shell: %s",
                     wanted->name, name, wanted->name, line);
    else
      compare_family(wanted, family, other, differences);
  }
  compare_splits(wanted, found, differences);
  compare_prints(wanted, found, false, differences);
}

bool
table_takes_rows(const Table *wanted, const Table *found, GError **error)
{
  g_auto(FaultList) differences = {0};

  compare_prints(wanted, found, true, &differences);
  if (fault_list_length(&differences) > 0)
    g_propagate_error(error, fault_list_to_error(&differences));
  return fault_list_length(&differences) == 0;
}
