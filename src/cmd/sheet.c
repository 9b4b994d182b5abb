/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/sheet.h"

#include "hbase/shell.h"
#include "json/build.h"

#include <stdio.h>

#define U64 G_GUINT64_FORMAT
#define I64 G_GINT64_FORMAT

typedef enum { FORM_INT, FORM_LONG, FORM_BOOL, FORM_KEY, FORM_RANGE, FORM_TEXT } Form;

/* How the values of file info read; what is not here reads as text. */
static const struct {
  const char *name;
  Form form;
} forms[] = {
    {HFILE_INFO_LAST_KEY, FORM_KEY},
    {HFILE_INFO_BIGGEST_KEY, FORM_KEY},
    {HFILE_INFO_AVG_KEY_LEN, FORM_INT},
    {HFILE_INFO_AVG_VALUE_LEN, FORM_INT},
    {HFILE_INFO_MAX_TAGS_LEN, FORM_INT},
    {HFILE_INFO_KEY_VALUE_VERSION, FORM_INT},
    {HFILE_INFO_BLOOM_PARAM, FORM_INT},
    {HFILE_INFO_CREATE_TIME, FORM_LONG},
    {HFILE_INFO_BIGGEST_LEN, FORM_LONG},
    {HFILE_INFO_MAX_SEQUENCE_ID, FORM_LONG},
    {HFILE_INFO_DELETE_FAMILY_COUNT, FORM_LONG},
    {HFILE_INFO_EARLIEST_PUT, FORM_LONG},
    {HFILE_INFO_BULKLOAD_TIME, FORM_LONG},
    {"MAX_SEQ_ID_KEY", FORM_LONG},
    {HFILE_INFO_TAGS_COMPRESSED, FORM_BOOL},
    {HFILE_INFO_MAJOR_COMPACTION, FORM_BOOL},
    {HFILE_INFO_NO_MINOR_COMPACTION, FORM_BOOL},
    {HFILE_INFO_HISTORICAL, FORM_BOOL},
    {HFILE_INFO_TIMERANGE, FORM_RANGE},
};

static const char *
type_name(uint8_t type)
{
  const char *name = hfile_key_type_name(type);

  return name != NULL ? name : "?";
}

/* Of a serialised key, in full. */
static char *
escape_key(Slice bytes)
{
  HfileKey key;

  if (!hfile_key_parse(bytes, &key))
    return shell_escape(bytes);

  g_autofree char *row = shell_escape(key.row);
  g_autofree char *family = shell_escape(key.family);
  g_autofree char *qualifier = shell_escape(key.qualifier);

  return g_strdup_printf("%s/%s:%s/%" I64 "/%s", row, family, qualifier, key.timestamp,
                         type_name(key.type));
}

static Form
form_of(Slice name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
    if (slice_equal(name, slice_text(forms[i].name)))
      return forms[i].form;
  return FORM_TEXT;
}

static char *
describe_value(Slice name, Slice value)
{
  Cursor cursor = cursor_of(value);
  uint32_t number = 0;
  uint64_t first = 0;
  uint64_t second = 0;

  switch (form_of(name)) {
  case FORM_INT:
    if (cursor_take_be32(&cursor, &number))
      return g_strdup_printf("%" G_GINT32_FORMAT, (int32_t)number);
    break;
  case FORM_LONG:
    if (cursor_take_be64(&cursor, &first))
      return g_strdup_printf("%" I64, (int64_t)first);
    break;
  case FORM_RANGE:
    if (cursor_take_be64(&cursor, &first) && cursor_take_be64(&cursor, &second))
      return g_strdup_printf("%" I64 " to %" I64, (int64_t)first, (int64_t)second);
    break;
  case FORM_BOOL:
    if (value.len == 1)
      return g_strdup(value.data[0] != 0 ? "true" : "false");
    break;
  case FORM_KEY:
    return escape_key(value);
  case FORM_TEXT:
    break;
  }
  return shell_escape(value);
}

void
cmd_sheet_print_cell(const HfileCell *cell)
{
  g_autofree char *row = shell_escape(cell->key.row);
  g_autofree char *family = shell_escape(cell->key.family);
  g_autofree char *qualifier = shell_escape(cell->key.qualifier);
  g_autofree char *value = shell_escape(cell->value);

  printf("%s\t%s:%s\t%" I64 "\t%s\t%s\n", row, family, qualifier, cell->key.timestamp,
         type_name(cell->key.type), value);
}

static void
add_slice(JsonBuilder *builder, const char *name, Slice bytes)
{
  g_autofree char *text = shell_escape(bytes);

  json_build_text(builder, name, text);
}

void
cmd_sheet_print_cell_json(const HfileCell *cell)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();

  json_builder_begin_object(builder);
  add_slice(builder, "row", cell->key.row);
  add_slice(builder, "family", cell->key.family);
  add_slice(builder, "qualifier", cell->key.qualifier);
  json_build_count(builder, "timestamp", (uint64_t)cell->key.timestamp);
  json_build_text(builder, "type", type_name(cell->key.type));
  add_slice(builder, "value", cell->value);
  if (cell->sequence_id != 0)
    json_build_count(builder, "sequence_id", (uint64_t)cell->sequence_id);
  if (cell->tags.len > 0)
    add_slice(builder, "tags", cell->tags);
  json_builder_end_object(builder);
  json_build_print(builder, false);
}

static void
print_blocks(const HfileReport *report)
{
  printf("  %-26s %10s %15s %15s\n", "blocks", "number", "bytes on disk", "bytes unpacked");
  for (int i = 0; i < HFILE_BLOCK_TYPES; i++)
    if (report->totals[i].blocks > 0)
      printf("    %-24s %10" U64 " %15" U64 " %15" U64 "\n",
             hfile_block_type_name((HfileBlockType)i), report->totals[i].blocks,
             report->disk_bytes[i], report->totals[i].raw_bytes);
}

static void
print_filter(const char *name, const HfileFilterSize *size)
{
  printf("  %-26s %" U64 " keys of %" U64 " in %u chunks of %" U64 " bytes, %u hashes\n", name,
         size->keys, size->keys_most, size->chunks, size->bytes, size->hashes);
}

static void
print_statistics(const HfileReport *report)
{
  const HfileStatistics *statistics = &report->statistics;
  g_autofree char *family = shell_escape(bytes_slice(&report->family));
  g_autofree char *first = escape_key(bytes_slice(&report->first_key));
  g_autofree char *last = escape_key(bytes_slice(&report->last_key));

  printf("  %-26s %" U64 "\n", "bytes", report->bytes);
  printf("  %-26s %s\n", "compression", hfile_codec_name(report->trailer.codec));
  printf("  %-26s %s\n", "family", family);
  printf("  %-26s %" U64 "\n", "cells", statistics->cells);
  printf("  %-26s %" U64 "\n", "rows", report->rows);
  printf("  %-26s %" U64 "\n", "family deletes", statistics->family_deletes);
  printf("  %-26s %" U64 " and %" U64 "\n", "bytes of keys and values", statistics->key_bytes,
         statistics->value_bytes);
  printf("  %-26s %s\n", "first key", first);
  printf("  %-26s %s\n", "last key", last);
  printf("  %-26s %" I64 " to %" I64 "\n", "time range", statistics->least_timestamp,
         statistics->most_timestamp);
  printf("  %-26s %u, %u entries in the root\n", "index levels", report->trailer.index_levels,
         report->trailer.root_entries);
  if (report->filter.chunks > 0)
    print_filter(hfile_bloom_name(report->bloom), &report->filter);
  if (report->deletes.chunks > 0)
    print_filter("filter of family deletes", &report->deletes);
  print_blocks(report);
  printf("  file info\n");
  for (size_t i = 0; report->info != NULL && i < hfile_info_length(report->info); i++) {
    Slice name = hfile_info_name(report->info, i);
    g_autofree char *label = shell_escape(name);
    g_autofree char *value = describe_value(name, hfile_info_value(report->info, i));

    printf("    %-29s %s\n", label, value);
  }
}

void
cmd_sheet_print(const char *path, const HfileReport *report, bool has_statistics)
{
  g_autofree char *family = shell_escape(bytes_slice(&report->family));

  if (report->faults_total == 0)
    printf("%s: sound: %" U64 " cells in %" U64 " rows of family %s, %" U64 " bytes\n", path,
           report->statistics.cells, report->rows, family, report->bytes);
  for (size_t i = 0; i < fault_list_length(&report->faults); i++)
    printf("%s: %s\n", path, fault_list_get(&report->faults, i));
  if (report->faults_total > fault_list_length(&report->faults))
    printf("%s: and %" U64 " faults more\n", path,
           report->faults_total - fault_list_length(&report->faults));
  for (size_t i = 0; i < fault_list_length(&report->warnings); i++)
    printf("%s: warning: %s\n", path, fault_list_get(&report->warnings, i));
  if (has_statistics)
    print_statistics(report);
}

static void
add_sentences(JsonBuilder *builder, const char *name, const FaultList *list)
{
  json_build_list(builder, name);
  for (size_t i = 0; i < fault_list_length(list); i++)
    json_builder_add_string_value(builder, fault_list_get(list, i));
  json_builder_end_array(builder);
}

static void
add_blocks(JsonBuilder *builder, const HfileReport *report)
{
  json_build_object(builder, "blocks");
  for (int i = 0; i < HFILE_BLOCK_TYPES; i++) {
    if (report->totals[i].blocks == 0)
      continue;
    json_build_object(builder, hfile_block_type_name((HfileBlockType)i));
    json_build_count(builder, "number", report->totals[i].blocks);
    json_build_count(builder, "disk_bytes", report->disk_bytes[i]);
    json_build_count(builder, "raw_bytes", report->totals[i].raw_bytes);
    json_builder_end_object(builder);
  }
  json_builder_end_object(builder);
}

static void
add_filter(JsonBuilder *builder, const char *name, const HfileFilterSize *size)
{
  if (size->chunks == 0)
    return;
  json_build_object(builder, name);
  json_build_count(builder, "keys", size->keys);
  json_build_count(builder, "keys_most", size->keys_most);
  json_build_count(builder, "chunks", size->chunks);
  json_build_count(builder, "bytes", size->bytes);
  json_build_count(builder, "hashes", size->hashes);
  json_builder_end_object(builder);
}

static void
add_info(JsonBuilder *builder, const HfileInfo *info)
{
  json_build_object(builder, "info");
  for (size_t i = 0; info != NULL && i < hfile_info_length(info); i++) {
    g_autofree char *name = shell_escape(hfile_info_name(info, i));
    g_autofree char *value = describe_value(hfile_info_name(info, i), hfile_info_value(info, i));

    json_build_text(builder, name, value);
  }
  json_builder_end_object(builder);
}

void
cmd_sheet_print_json(const char *path, const HfileReport *report)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  const HfileStatistics *statistics = &report->statistics;
  g_autofree char *first = escape_key(bytes_slice(&report->first_key));
  g_autofree char *last = escape_key(bytes_slice(&report->last_key));

  json_builder_begin_object(builder);
  add_slice(builder, "path", slice_text(path));
  json_build_claim(builder, "sound", report->faults_total == 0);
  json_build_count(builder, "faults_total", report->faults_total);
  add_sentences(builder, "faults", &report->faults);
  add_sentences(builder, "warnings", &report->warnings);
  json_build_count(builder, "bytes", report->bytes);
  json_build_text(builder, "compression", hfile_codec_name(report->trailer.codec));
  add_slice(builder, "family", bytes_slice(&report->family));
  json_build_count(builder, "cells", statistics->cells);
  json_build_count(builder, "rows", report->rows);
  json_build_count(builder, "family_deletes", statistics->family_deletes);
  json_build_count(builder, "key_bytes", statistics->key_bytes);
  json_build_count(builder, "value_bytes", statistics->value_bytes);
  json_build_text(builder, "first_key", first);
  json_build_text(builder, "last_key", last);
  json_build_count(builder, "least_timestamp", (uint64_t)statistics->least_timestamp);
  json_build_count(builder, "most_timestamp", (uint64_t)statistics->most_timestamp);
  json_build_count(builder, "index_levels", report->trailer.index_levels);
  json_build_text(builder, "bloom", hfile_bloom_name(report->bloom));
  add_filter(builder, "bloom_filter", &report->filter);
  add_filter(builder, "delete_filter", &report->deletes);
  add_blocks(builder, report);
  add_info(builder, report->info);
  json_builder_end_object(builder);
  json_build_print(builder, false);
}

void
cmd_sheet_print_pointer(const char *path, const char *what, bool is_json)
{
  g_autoptr(JsonBuilder) builder = NULL;

  if (!is_json) {
    printf("%s: sound: %s\n", path, what);
    return;
  }
  builder = json_builder_new();
  json_builder_begin_object(builder);
  add_slice(builder, "path", slice_text(path));
  json_build_claim(builder, "sound", true);
  json_build_text(builder, "pointer", what);
  json_builder_end_object(builder);
  json_build_print(builder, false);
}
