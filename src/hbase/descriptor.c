/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/descriptor.h"

#define DEFAULT_NAMESPACE "default"
/* BloomFilterUtil.PREFIX_LENGTH_KEY */
#define PREFIX_LENGTH_KEY "RowPrefixBloomFilter.prefix_length"

/* HConstants.FOREVER is the largest int: a family without an end. */
enum { FOREVER = G_MAXINT32 };

static const struct {
  const char *name;
  TCompressionAlgorithm algorithm;
} compressions[] = {
    {"NONE", T_COMPRESSION_ALGORITHM_NONE},     {"GZ", T_COMPRESSION_ALGORITHM_GZ},
    {"SNAPPY", T_COMPRESSION_ALGORITHM_SNAPPY}, {"LZ4", T_COMPRESSION_ALGORITHM_LZ4},
    {"ZSTD", T_COMPRESSION_ALGORITHM_ZSTD},     {"LZO", T_COMPRESSION_ALGORITHM_LZO},
    {"BZIP2", T_COMPRESSION_ALGORITHM_BZIP2},
};

static const struct {
  Bloom bloom;
  TBloomFilterType type;
} blooms[] = {
    {BLOOM_NONE, T_BLOOM_FILTER_TYPE_NONE},
    {BLOOM_ROW, T_BLOOM_FILTER_TYPE_ROW},
    {BLOOM_ROWCOL, T_BLOOM_FILTER_TYPE_ROWCOL},
    {BLOOM_ROWPREFIX, T_BLOOM_FILTER_TYPE_ROWPREFIX_FIXED_LENGTH},
};

static GByteArray *
byte_array(Slice bytes)
{
  return g_byte_array_append(g_byte_array_new(), bytes.data, (guint)bytes.len);
}

static Slice
bytes_of(const GByteArray *array)
{
  return array == NULL ? SLICE_EMPTY : slice(array->data, array->len);
}

TTableName *
descriptor_name(const char *table)
{
  const char *colon = strchr(table, ':');
  const char *space = colon == NULL ? DEFAULT_NAMESPACE : table;
  size_t space_len = colon == NULL ? strlen(space) : (size_t)(colon - table);
  g_autoptr(GByteArray) ns = byte_array(slice(space, space_len));
  g_autoptr(GByteArray) qualifier = byte_array(slice_text(colon == NULL ? table : colon + 1));

  return g_object_new(TYPE_T_TABLE_NAME, "ns", ns, "qualifier", qualifier, NULL);
}

char *
descriptor_name_text(const TTableName *name)
{
  Slice space = bytes_of(name->ns);
  Slice qualifier = bytes_of(name->qualifier);
  bool is_default = space.len == 0 || slice_equal(space, slice_text(DEFAULT_NAMESPACE));

  return g_strdup_printf("%.*s%s%.*s", is_default ? 0 : (int)space.len, (const char *)space.data,
                         is_default ? "" : ":", (int)qualifier.len, (const char *)qualifier.data);
}

static void
set_compression(TColumnFamilyDescriptor *descriptor, const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(compressions); i++)
    if (strcmp(compressions[i].name, name) == 0)
      g_object_set(descriptor, "compressionType", compressions[i].algorithm, NULL);
}

static void
set_bloom(TColumnFamilyDescriptor *descriptor, const Family *family)
{
  for (size_t i = 0; i < G_N_ELEMENTS(blooms); i++)
    if (blooms[i].bloom == family->bloom)
      g_object_set(descriptor, "bloomnFilterType", blooms[i].type, NULL);
  if (family->bloom != BLOOM_ROWPREFIX)
    return;

  g_autoptr(GHashTable) configuration =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

  g_hash_table_insert(configuration, g_strdup(PREFIX_LENGTH_KEY),
                      g_strdup_printf("%u", family->bloom_prefix_bytes));
  g_object_set(descriptor, "configuration", configuration, NULL);
}

static TColumnFamilyDescriptor *
family_descriptor(const Family *family)
{
  g_autoptr(GByteArray) name = byte_array(family->name);
  uint64_t seconds = family->time_to_live_s == 0 ? FOREVER : MIN(family->time_to_live_s, FOREVER);
  TColumnFamilyDescriptor *descriptor =
      g_object_new(TYPE_T_COLUMN_FAMILY_DESCRIPTOR, "name", name, "maxVersions",
                   (gint)family->versions, "timeToLive", (gint)seconds, NULL);

  set_compression(descriptor, family->compression);
  set_bloom(descriptor, family);
  return descriptor;
}

TTableDescriptor *
descriptor_new(const Table *table)
{
  g_autoptr(TTableName) name = descriptor_name(table->name);
  g_autoptr(GPtrArray) families = g_ptr_array_new_with_free_func(g_object_unref);

  for (size_t i = 0; i < table->families->len; i++)
    g_ptr_array_add(families, family_descriptor(&g_array_index(table->families, Family, i)));
  return g_object_new(TYPE_T_TABLE_DESCRIPTOR, "tableName", name, "columns", families, NULL);
}

GPtrArray *
descriptor_splits(const Table *table)
{
  GPtrArray *splits = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);

  for (size_t i = 0; i < table->splits->len; i++) {
    size_t len;
    const void *data = g_bytes_get_data(table->splits->pdata[i], &len);

    g_ptr_array_add(splits, byte_array(slice(data, len)));
  }
  return splits;
}

static void
read_bloom(const TColumnFamilyDescriptor *descriptor, Family *family)
{
  const char *prefix = descriptor->configuration == NULL
                           ? NULL
                           : g_hash_table_lookup(descriptor->configuration, PREFIX_LENGTH_KEY);

  for (size_t i = 0; i < G_N_ELEMENTS(blooms); i++)
    if (blooms[i].type == descriptor->bloomnFilterType)
      family->bloom = blooms[i].bloom;
  if (prefix != NULL)
    family->bloom_prefix_bytes = (uint32_t)g_ascii_strtoull(prefix, NULL, 10);
}

static void
read_family(const TColumnFamilyDescriptor *descriptor, Table *table)
{
  Family family = {.name = bytes_of(descriptor->name),
                   .compression = "NONE",
                   .versions = (uint32_t)MAX(descriptor->maxVersions, 1)};

  if (descriptor->__isset_timeToLive && descriptor->timeToLive != FOREVER)
    family.time_to_live_s = (uint64_t)MAX(descriptor->timeToLive, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(compressions); i++)
    if (descriptor->__isset_compressionType &&
        compressions[i].algorithm == descriptor->compressionType)
      family.compression = compressions[i].name;
  read_bloom(descriptor, &family);
  table_add_family(table, &family);
}

void
descriptor_read(const TTableDescriptor *descriptor, Table *table)
{
  for (size_t i = 0; descriptor->columns != NULL && i < descriptor->columns->len; i++)
    read_family(descriptor->columns->pdata[i], table);
}

static GBytes *
key_of(const GByteArray *key)
{
  Slice bytes = bytes_of(key);

  return g_bytes_new(bytes.data, bytes.len);
}

Region *
descriptor_region(const THRegionLocation *location)
{
  Region *region = g_new0(Region, 1);
  const TServerName *server = location->serverName;

  region->start = key_of(location->regionInfo->startKey);
  region->end = key_of(location->regionInfo->endKey);
  region->server =
      g_strdup_printf("%s:%d", server->hostName == NULL ? "" : server->hostName, server->port);
  return region;
}
