/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/attribute.h"

/* HConstants.FOREVER */
#define FOREVER_KEPT "2147483647"

static const char *const names[ATTRIBUTES] = {
    [ATTRIBUTE_VERSIONS] = "VERSIONS",
    [ATTRIBUTE_BLOOM] = "BLOOMFILTER",
    [ATTRIBUTE_COMPRESSION] = "COMPRESSION",
    [ATTRIBUTE_TTL] = "TTL",
    [ATTRIBUTE_ENCODING] = "DATA_BLOCK_ENCODING",
    [ATTRIBUTE_MIN_VERSIONS] = "MIN_VERSIONS",
    [ATTRIBUTE_KEEP_DELETED] = "KEEP_DELETED_CELLS",
    [ATTRIBUTE_BLOOM_PREFIX] = "RowPrefixBloomFilter.prefix_length", /* BloomFilterUtil */
};

static const char *const blooms[] = {
    [BLOOM_NONE] = "NONE",
    [BLOOM_ROW] = "ROW",
    [BLOOM_ROWCOL] = "ROWCOL",
    [BLOOM_ROWPREFIX] = "ROWPREFIX_FIXED_LENGTH",
};
/* From what hides least to what keeps most. */
static const char *const keep_words[] = {"FALSE", "TTL", "TRUE"};
static const char *const encodings[] = {"NONE", "PREFIX", "DIFF", "FAST_DIFF", "ROW_INDEX_V1"};
static const char *const compressions[] = {"NONE", "GZ", "SNAPPY", "LZ4", "ZSTD", "BZIP2", "LZO"};

const char *
attribute_name(Attribute attribute)
{
  return names[attribute];
}

char *
attribute_text(const Family *family, Attribute attribute)
{
  switch (attribute) {
  case ATTRIBUTE_VERSIONS:
    return g_strdup_printf("%u", family->versions);
  case ATTRIBUTE_BLOOM:
    return g_strdup(blooms[family->bloom]);
  case ATTRIBUTE_COMPRESSION:
    return g_strdup(family->compression);
  case ATTRIBUTE_TTL:
    return family->time_to_live_s == 0
               ? g_strdup("FOREVER")
               : g_strdup_printf("%" G_GUINT64_FORMAT, family->time_to_live_s);
  case ATTRIBUTE_ENCODING:
    return g_strdup(family->encoding);
  case ATTRIBUTE_MIN_VERSIONS:
    return family->has_min_versions ? g_strdup_printf("%u", family->min_versions) : NULL;
  case ATTRIBUTE_KEEP_DELETED:
    return g_strdup(family->keep_deleted);
  case ATTRIBUTE_BLOOM_PREFIX:
    return family->bloom == BLOOM_ROWPREFIX ? g_strdup_printf("%u", family->bloom_prefix_bytes)
                                            : NULL;
  case ATTRIBUTES:
    break;
  }
  return NULL;
}

char *
attribute_kept(const Family *family, Attribute attribute)
{
  if (attribute == ATTRIBUTE_TTL && family->time_to_live_s == 0)
    return g_strdup(FOREVER_KEPT);
  return attribute_text(family, attribute);
}

/* NULL: none of them. */
static const char *
find_word(const char *const *words, size_t length, const char *text, size_t *out_index)
{
  for (size_t i = 0; i < length; i++) {
    if (g_ascii_strcasecmp(words[i], text) == 0) {
      *out_index = i;
      return words[i];
    }
  }
  return NULL;
}

static bool
read_word(const char *const *words, size_t length, const char *text, const char **out_word)
{
  size_t index;
  const char *word = find_word(words, length, text, &index);

  if (word != NULL)
    *out_word = word;
  return word != NULL;
}

static bool
read_number(const char *text, uint64_t *out_number)
{
  return g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, out_number, NULL);
}

static bool
read_value(Family *family, Attribute attribute, const char *text)
{
  uint64_t number = 0;
  size_t index;

  switch (attribute) {
  case ATTRIBUTE_BLOOM:
    if (find_word(blooms, G_N_ELEMENTS(blooms), text, &index) == NULL)
      return false;
    family->bloom = (Bloom)index;
    return true;
  case ATTRIBUTE_COMPRESSION:
    return read_word(compressions, G_N_ELEMENTS(compressions), text, &family->compression);
  case ATTRIBUTE_ENCODING:
    return read_word(encodings, G_N_ELEMENTS(encodings), text, &family->encoding);
  case ATTRIBUTE_KEEP_DELETED:
    return read_word(keep_words, G_N_ELEMENTS(keep_words), text, &family->keep_deleted);
  case ATTRIBUTE_VERSIONS:
  case ATTRIBUTE_TTL:
  case ATTRIBUTE_MIN_VERSIONS:
  case ATTRIBUTE_BLOOM_PREFIX:
  case ATTRIBUTES:
    break;
  }
  if (!read_number(text, &number))
    return false;
  if (attribute == ATTRIBUTE_VERSIONS)
    family->versions = (uint32_t)number;
  else if (attribute == ATTRIBUTE_TTL)
    family->time_to_live_s = strcmp(text, FOREVER_KEPT) == 0 ? 0 : number;
  else if (attribute == ATTRIBUTE_MIN_VERSIONS)
    family->min_versions = (uint32_t)number;
  else
    family->bloom_prefix_bytes = (uint32_t)number;
  family->has_min_versions |= attribute == ATTRIBUTE_MIN_VERSIONS;
  return true;
}

bool
attribute_read(Family *family, Slice name, Slice value)
{
  g_autofree char *text = slice_to_text(value);

  for (Attribute attribute = 0; attribute < ATTRIBUTES; attribute++)
    if (slice_equal(name, slice_text(names[attribute])))
      return read_value(family, attribute, text);
  return false;
}

static size_t
keep_rank(const Family *family)
{
  size_t index = 0;

  if (family->keep_deleted != NULL)
    find_word(keep_words, G_N_ELEMENTS(keep_words), family->keep_deleted, &index);
  return index;
}

bool
attribute_loses(const Family *wanted, const Family *found, Attribute attribute)
{
  switch (attribute) {
  case ATTRIBUTE_VERSIONS:
    return wanted->versions < found->versions;
  case ATTRIBUTE_TTL:
    return wanted->time_to_live_s > 0 &&
           (found->time_to_live_s == 0 || wanted->time_to_live_s < found->time_to_live_s);
  case ATTRIBUTE_MIN_VERSIONS:
    return wanted->min_versions < found->min_versions;
  case ATTRIBUTE_KEEP_DELETED:
    return keep_rank(wanted) < keep_rank(found);
  case ATTRIBUTE_BLOOM:
  case ATTRIBUTE_COMPRESSION:
  case ATTRIBUTE_ENCODING:
  case ATTRIBUTE_BLOOM_PREFIX:
  case ATTRIBUTES:
    break;
  }
  return false;
}

void
attribute_take(Family *family, const Family *wanted, Attribute attribute)
{
  g_autofree char *value = attribute_kept(wanted, attribute);

  if (value != NULL)
    read_value(family, attribute, value);
}

unsigned
attribute_new(const Family *family)
{
  unsigned all = (1U << ATTRIBUTES) - 1;

  return family->time_to_live_s == 0 ? all & ~(1U << ATTRIBUTE_TTL) : all;
}

void
attribute_append_quoted(GString *script, Slice text)
{
  g_string_append_c(script, '\'');
  for (size_t i = 0; i < text.len; i++) {
    if (text.data[i] == '\'' || text.data[i] == '\\')
      g_string_append_c(script, '\\');
    g_string_append_c(script, (char)text.data[i]);
  }
  g_string_append_c(script, '\'');
}

void
attribute_append_shell(GString *script, const Family *family, unsigned mask)
{
  g_string_append(script, "{NAME => ");
  attribute_append_quoted(script, family->name);
  for (Attribute attribute = 0; attribute < ATTRIBUTES; attribute++) {
    g_autofree char *text = (mask >> attribute & 1) == 0 ? NULL : attribute_text(family, attribute);

    if (text == NULL)
      continue;
    if (attribute == ATTRIBUTE_BLOOM_PREFIX)
      g_string_append_printf(script, ", CONFIGURATION => {'%s' => '%s'}", names[attribute], text);
    else if (g_ascii_isdigit(*text))
      g_string_append_printf(script, ", %s => %s", names[attribute], text);
    else
      g_string_append_printf(script, ", %s => '%s'", names[attribute], text);
  }
  g_string_append_c(script, '}');
}
