/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/descriptor.h"

#include "hbase/attribute.h"
#include "wire/extent.h"

#define DEFAULT_NAMESPACE "default"

/* HConstants.FOREVER is the largest int: a family without an end. */
enum { FOREVER = G_MAXINT32 };

/* Of TTableDescriptor, then of TColumnFamilyDescriptor. */
enum {
  FIELD_FAMILIES = 2,
  FIELD_TABLE_ATTRIBUTES = 3,
  FIELD_FAMILY_NAME = 1,
  FIELD_ATTRIBUTES = 2,
  FIELD_CONFIGURATION = 3,
  FIELD_BLOOM = 5,
  FIELD_COMPRESSION = 6,
  FIELD_VERSIONS = 10,
  FIELD_TIME_TO_LIVE = 13,
};

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

static const struct {
  const char *name;
  TDataBlockEncoding encoding;
} encodings[] = {
    {"NONE", T_DATA_BLOCK_ENCODING_NONE},
    {"PREFIX", T_DATA_BLOCK_ENCODING_PREFIX},
    {"DIFF", T_DATA_BLOCK_ENCODING_DIFF},
    {"FAST_DIFF", T_DATA_BLOCK_ENCODING_FAST_DIFF},
    {"ROW_INDEX_V1", T_DATA_BLOCK_ENCODING_ROW_INDEX_V1},
};

static GByteArray *
byte_array(Slice bytes)
{
  return g_byte_array_append(g_byte_array_new(), bytes.data, (guint)bytes.len);
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

static void
set_compression(TColumnFamilyDescriptor *descriptor, const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(compressions); i++)
    if (strcmp(compressions[i].name, name) == 0)
      g_object_set(descriptor, "compressionType", compressions[i].algorithm, NULL);
}

static void
set_bloom(TColumnFamilyDescriptor *descriptor, Bloom bloom)
{
  for (size_t i = 0; i < G_N_ELEMENTS(blooms); i++)
    if (blooms[i].bloom == bloom)
      g_object_set(descriptor, "bloomnFilterType", blooms[i].type, NULL);
}

static void
set_encoding(TColumnFamilyDescriptor *descriptor, const char *name)
{
  for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(encodings); i++)
    if (strcmp(encodings[i].name, name) == 0)
      g_object_set(descriptor, "dataBlockEncoding", encodings[i].encoding, NULL);
}

static void
set_kept(TColumnFamilyDescriptor *descriptor, const Family *family)
{
  static const char *const words[] = {"FALSE", "TRUE", "TTL"}; /* TKeepDeletedCells */

  for (gint i = 0; family->keep_deleted != NULL && i < (gint)G_N_ELEMENTS(words); i++)
    if (strcmp(words[i], family->keep_deleted) == 0)
      g_object_set(descriptor, "keepDeletedCells", i, NULL);
  if (family->has_min_versions)
    g_object_set(descriptor, "minVersions", (gint)family->min_versions, NULL);
}

/* Texts for texts. */
static GHashTable *
map_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static GHashTable *
entries_map(const Table *table, int family, bool is_configuration)
{
  GHashTable *map = map_new();

  for (guint i = 0; i < table->entries->len; i++) {
    const TableEntry *entry = &g_array_index(table->entries, TableEntry, i);

    if (entry->family == family && entry->is_configuration == is_configuration)
      g_hash_table_insert(map, slice_to_text(entry->name), slice_to_text(entry->value));
  }
  return map;
}

static void
set_maps(TColumnFamilyDescriptor *descriptor, const Table *table, int index)
{
  const Family *family = &g_array_index(table->families, Family, index);
  g_autoptr(GHashTable) attributes = entries_map(table, index, false);
  g_autoptr(GHashTable) configuration = entries_map(table, index, true);
  char *prefix = attribute_text(family, ATTRIBUTE_BLOOM_PREFIX);

  if (prefix != NULL)
    g_hash_table_insert(configuration, g_strdup(attribute_name(ATTRIBUTE_BLOOM_PREFIX)), prefix);
  if (g_hash_table_size(attributes) > 0)
    g_object_set(descriptor, "attributes", attributes, NULL);
  if (g_hash_table_size(configuration) > 0)
    g_object_set(descriptor, "configuration", configuration, NULL);
}

static TColumnFamilyDescriptor *
family_descriptor(const Table *table, int index)
{
  const Family *family = &g_array_index(table->families, Family, index);
  g_autoptr(GByteArray) name = byte_array(family->name);
  uint64_t seconds = family->time_to_live_s == 0 ? FOREVER : MIN(family->time_to_live_s, FOREVER);
  TColumnFamilyDescriptor *descriptor =
      g_object_new(TYPE_T_COLUMN_FAMILY_DESCRIPTOR, "name", name, "maxVersions",
                   (gint)family->versions, "timeToLive", (gint)seconds, NULL);

  set_compression(descriptor, family->compression);
  set_encoding(descriptor, family->encoding);
  set_bloom(descriptor, family->bloom);
  set_kept(descriptor, family);
  set_maps(descriptor, table, index);
  return descriptor;
}

TTableDescriptor *
descriptor_new(const Table *table)
{
  g_autoptr(TTableName) name = descriptor_name(table->name);
  g_autoptr(GPtrArray) families = g_ptr_array_new_with_free_func(g_object_unref);
  g_autoptr(GHashTable) attributes = entries_map(table, -1, false);
  TTableDescriptor *descriptor;

  for (guint i = 0; i < table->families->len; i++)
    g_ptr_array_add(families, family_descriptor(table, (int)i));
  descriptor = g_object_new(TYPE_T_TABLE_DESCRIPTOR, "tableName", name, "columns", families, NULL);
  if (g_hash_table_size(attributes) > 0)
    g_object_set(descriptor, "attributes", attributes, NULL);
  return descriptor;
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

static Bloom
bloom_of(int32_t type)
{
  for (size_t i = 0; i < G_N_ELEMENTS(blooms); i++)
    if ((int32_t)blooms[i].type == type)
      return blooms[i].bloom;
  return BLOOM_NONE;
}

static const char *
compression_of(int32_t algorithm)
{
  for (size_t i = 0; i < G_N_ELEMENTS(compressions); i++)
    if ((int32_t)compressions[i].algorithm == algorithm)
      return compressions[i].name;
  return "unknown";
}

/* Attributes and configuration of a family or of the table (NULL), all of which the table keeps. */
static bool
read_entries(WireReader *reader, bool is_configuration, Table *table, Family *family)
{
  WireType name_type = WIRE_STRING;
  WireType value_type = WIRE_STRING;
  TableEntry entry = {.family = family == NULL ? -1 : (int)table->families->len,
                      .is_configuration = is_configuration};
  size_t count;

  if (!wire_read_map(reader, &name_type, &value_type, &count))
    return false;
  if (name_type != WIRE_STRING || value_type != WIRE_STRING)
    return wire_fail(reader, WIRE_BAD);
  for (size_t i = 0; i < count; i++) {
    if (!wire_read_binary(reader, &entry.name) || !wire_read_binary(reader, &entry.value))
      return false;
    table_set_entry(table, &entry);
    if (family != NULL && slice_equal(entry.name, slice_text("NEW_VERSION_BEHAVIOR")))
      family->has_new_versions = slice_equal(entry.value, slice_text("true"));
    else if (family != NULL)
      attribute_read(family, entry.name, entry.value);
  }
  return true;
}

static bool
read_number(WireReader *reader, int16_t id, Family *family)
{
  int32_t number;

  if (!wire_read_i32(reader, &number))
    return false;
  if (id == FIELD_BLOOM)
    family->bloom = bloom_of(number);
  else if (id == FIELD_COMPRESSION)
    family->compression = compression_of(number);
  else if (id == FIELD_VERSIONS)
    family->versions = (uint32_t)MAX(number, 0);
  else if (id == FIELD_TIME_TO_LIVE)
    family->time_to_live_s = number == FOREVER ? 0 : (uint64_t)MAX(number, 0);
  return true;
}

static bool
read_family(WireReader *reader, Table *table)
{
  Family family = {.compression = "NONE", .versions = 1};
  WireField field = {0};

  while (wire_next_field(reader, &field)) {
    if (field.id == FIELD_FAMILY_NAME && field.type == WIRE_STRING)
      wire_read_binary(reader, &family.name);
    else if ((field.id == FIELD_ATTRIBUTES || field.id == FIELD_CONFIGURATION) &&
             field.type == WIRE_MAP)
      read_entries(reader, field.id == FIELD_CONFIGURATION, table, &family);
    else if (field.type == WIRE_I32)
      read_number(reader, field.id, &family);
    else
      extent_skip(reader, &field);
  }
  if (reader->verdict != WIRE_WHOLE)
    return false;
  table_add_family(table, &family);
  return true;
}

static bool
read_families(WireReader *reader, Table *table)
{
  WireType type;
  size_t count;

  if (!wire_read_list(reader, &type, &count))
    return false;
  if (type != WIRE_STRUCT)
    return wire_fail(reader, WIRE_BAD);
  for (size_t i = 0; i < count; i++)
    if (!read_family(reader, table))
      return false;
  return true;
}

bool
descriptor_read(WireReader *reader, Table *table)
{
  WireField field = {0};

  while (wire_next_field(reader, &field)) {
    if (field.id == FIELD_FAMILIES && field.type == WIRE_LIST)
      read_families(reader, table);
    else if (field.id == FIELD_TABLE_ATTRIBUTES && field.type == WIRE_MAP)
      read_entries(reader, false, table, NULL);
    else
      extent_skip(reader, &field);
  }
  return reader->verdict == WIRE_WHOLE;
}

/* Reads the struct's two binaries of those ids, and nothing else of it. */
static bool
read_two(WireReader *reader, const int16_t ids[2], Slice out_binaries[2])
{
  WireField field = {0};

  while (wire_next_field(reader, &field)) {
    if (field.type == WIRE_STRING && field.id == ids[0])
      wire_read_binary(reader, &out_binaries[0]);
    else if (field.type == WIRE_STRING && field.id == ids[1])
      wire_read_binary(reader, &out_binaries[1]);
    else
      extent_skip(reader, &field);
  }
  return reader->verdict == WIRE_WHOLE;
}

bool
descriptor_read_name(WireReader *reader, char **out_name)
{
  static const int16_t ids[] = {1, 2};
  Slice name[2] = {0};

  if (!read_two(reader, ids, name))
    return false;

  bool is_default = name[0].len == 0 || slice_equal(name[0], slice_text(DEFAULT_NAMESPACE));

  *out_name =
      g_strdup_printf("%.*s%s%.*s", is_default ? 0 : (int)name[0].len, (const char *)name[0].data,
                      is_default ? "" : ":", (int)name[1].len, (const char *)name[1].data);
  return true;
}

static bool
read_server(WireReader *reader, Region *region)
{
  WireField field = {0};
  Slice host = SLICE_EMPTY;
  int32_t port = 0;

  while (wire_next_field(reader, &field)) {
    if (field.id == 1 && field.type == WIRE_STRING)
      wire_read_binary(reader, &host);
    else if (field.id == 2 && field.type == WIRE_I32)
      wire_read_i32(reader, &port);
    else
      extent_skip(reader, &field);
  }
  if (reader->verdict != WIRE_WHOLE)
    return false;
  g_free(region->server);
  region->server = g_strdup_printf("%.*s:%d", (int)host.len, (const char *)host.data, port);
  return true;
}

static bool
read_keys(WireReader *reader, Region *region)
{
  static const int16_t ids[] = {3, 4};
  Slice keys[2] = {0};

  if (!read_two(reader, ids, keys))
    return false;
  g_clear_pointer(&region->start, g_bytes_unref);
  g_clear_pointer(&region->end, g_bytes_unref);
  region->start = g_bytes_new(keys[0].data, keys[0].len);
  region->end = g_bytes_new(keys[1].data, keys[1].len);
  return true;
}

bool
descriptor_read_region(WireReader *reader, Region **out_region)
{
  g_autoptr(Region) region = g_new0(Region, 1);
  WireField field = {0};

  while (wire_next_field(reader, &field)) {
    if (field.id == 1 && field.type == WIRE_STRUCT)
      read_server(reader, region);
    else if (field.id == 2 && field.type == WIRE_STRUCT)
      read_keys(reader, region);
    else
      extent_skip(reader, &field);
  }
  if (reader->verdict != WIRE_WHOLE)
    return false;
  if (region->start == NULL || region->server == NULL)
    return wire_fail(reader, WIRE_BAD);
  *out_region = g_steal_pointer(&region);
  return true;
}
