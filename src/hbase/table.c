/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/table.h"

Table *
table_new(const char *name)
{
  Table *self = g_new0(Table, 1);

  self->name = g_strdup(name);
  self->families = g_array_new(FALSE, FALSE, sizeof(Family));
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
  g_ptr_array_unref(self->splits);
  g_string_chunk_free(self->strings);
  g_free(self);
}

void
table_add_family(Table *self, const Family *family)
{
  Family copy = *family;
  char *name = g_string_chunk_insert_len(self->strings, (const char *)family->name.data,
                                         (gssize)family->name.len);

  copy.name = slice(name, family->name.len);
  copy.compression = g_string_chunk_insert_const(self->strings, family->compression);
  if (family->encoding != NULL)
    copy.encoding = g_string_chunk_insert_const(self->strings, family->encoding);
  g_array_append_val(self->families, copy);
}

void
table_add_split(Table *self, Slice start_key)
{
  g_ptr_array_add(self->splits, g_bytes_new(start_key.data, start_key.len));
}

Table *
table_from_mapping(const Mapping *mapping)
{
  Table *self = table_new(mapping_table(mapping));
  size_t length;
  const Family *families = mapping_families(mapping, &length);

  for (size_t i = 0; i < length; i++)
    table_add_family(self, &families[i]);

  const Slice *splits = mapping_splits(mapping, &length);

  for (size_t i = 0; i < length; i++)
    table_add_split(self, splits[i]);
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

const char *
table_bloom_name(Bloom bloom)
{
  static const char *const names[] = {[BLOOM_NONE] = "NONE",
                                      [BLOOM_ROW] = "ROW",
                                      [BLOOM_ROWCOL] = "ROWCOL",
                                      [BLOOM_ROWPREFIX] = "ROWPREFIX_FIXED_LENGTH"};

  return names[bloom];
}

/* One attribute of a family, as the hbase shell names it, both sides as text. */
static void
compare_attribute(const char *place, const char *attribute, const char *wanted, const char *found,
                  FaultList *differences)
{
  if (strcmp(wanted, found) != 0)
    fault_list_add(differences,
                   "%s: %s is %s, the mapping says %s: change one of them (hbase shell: alter)",
                   place, attribute, found, wanted);
}

static void
compare_number(const char *place, const char *attribute, uint64_t wanted, uint64_t found,
               FaultList *differences)
{
  g_autofree char *wanted_text = g_strdup_printf("%" G_GUINT64_FORMAT, wanted);
  g_autofree char *found_text = g_strdup_printf("%" G_GUINT64_FORMAT, found);

  compare_attribute(place, attribute, wanted == 0 ? "FOREVER" : wanted_text,
                    found == 0 ? "FOREVER" : found_text, differences);
}

static void
compare_family(const char *place, const Family *wanted, const Family *found, FaultList *differences)
{
  compare_attribute(place, "BLOOMFILTER", table_bloom_name(wanted->bloom),
                    table_bloom_name(found->bloom), differences);
  if (wanted->bloom == BLOOM_ROWPREFIX && found->bloom == BLOOM_ROWPREFIX)
    compare_number(place, "the bloom filter's prefix length", wanted->bloom_prefix_bytes,
                   found->bloom_prefix_bytes, differences);
  compare_attribute(place, "COMPRESSION", wanted->compression, found->compression, differences);
  if (wanted->encoding != NULL && found->encoding != NULL)
    compare_attribute(place, "DATA_BLOCK_ENCODING", wanted->encoding, found->encoding, differences);
  compare_number(place, "VERSIONS", wanted->versions, found->versions, differences);
  compare_number(place, "TTL", wanted->time_to_live_s, found->time_to_live_s, differences);
}

static bool
has_split(const Table *self, GBytes *split)
{
  for (size_t i = 0; i < self->splits->len; i++)
    if (g_bytes_equal(self->splits->pdata[i], split))
      return true;
  return false;
}

static void
compare_splits(const Table *wanted, const Table *found, FaultList *differences)
{
  for (size_t i = 0; i < wanted->splits->len; i++) {
    GBytes *split = wanted->splits->pdata[i];
    size_t len;
    const void *data = g_bytes_get_data(split, &len);
    g_autofree char *key = slice_quote(slice(data, len));

    if (!has_split(found, split))
      fault_list_add(differences,
                     "table %s: no region begins at '%s': split it there (hbase shell: split), or "
                     "change the mapping's splits",
                     wanted->name, key);
  }
}

void
table_compare(const Table *wanted, const Table *found, FaultList *differences)
{
  for (size_t i = 0; i < wanted->families->len; i++) {
    const Family *family = &g_array_index(wanted->families, Family, i);
    const Family *other = table_family(found, family->name);
    g_autofree char *name = slice_quote(family->name);
    g_autofree char *place = g_strdup_printf("table %s: family %s", wanted->name, name);

    if (other == NULL)
      fault_list_add(differences, "%s is missing: add it (hbase shell: alter '%s', '%s')", place,
                     wanted->name, name);
    else
      compare_family(place, family, other, differences);
  }
  compare_splits(wanted, found, differences);
}
