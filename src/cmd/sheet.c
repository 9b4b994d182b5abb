/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/sheet.h"

#include "hbase/shell.h"

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

static void
add_slice(Report *report, const char *name, Slice bytes)
{
  g_autofree char *text = shell_escape(bytes);

  report_text(report, name, text);
}

void
cmd_sheet_tell_cell(Report *report, const HfileCell *cell)
{
  add_slice(report, "row", cell->key.row);
  add_slice(report, "family", cell->key.family);
  add_slice(report, "qualifier", cell->key.qualifier);
  report_number(report, "timestamp", cell->key.timestamp);
  report_text(report, "type", type_name(cell->key.type));
  add_slice(report, "value", cell->value);
  if (cell->sequence_id != 0)
    report_number(report, "sequence_id", cell->sequence_id);
  if (cell->tags.len > 0)
    add_slice(report, "tags", cell->tags);
  report_say(report, "{row}\t{family}:{qualifier}\t{timestamp}\t{type}\t{value}\n");
  report_end_all(report);
}

static void
tell_verdict(Report *report, const char *path, const HfileReport *file)
{
  report_text(report, "path", path);
  report_count(report, "bytes", file->bytes);
  report_text(report, "compression", hfile_codec_name(file->trailer.codec));
  add_slice(report, "family", bytes_slice(&file->family));
  report_count(report, "cells", file->statistics.cells);
  report_count(report, "rows", file->rows);
  report_claim(report, "sound", file->faults_total == 0);
  report_count(report, "faults_total", file->faults_total);
  if (file->faults_total == 0)
    report_say(report, "{path}: sound: {cells} cells in {rows} rows of family {family}, "
                       "{bytes} bytes\n");
  report_sentences(report, "faults", &file->faults, "{path}: {}\n");
  if (file->faults_total > fault_list_length(&file->faults))
    report_say(report, "{path}: and others, {faults_total} faults in all\n");
  report_sentences(report, "warnings", &file->warnings, "{path}: warning: {}\n");
}

/* `label` is said before its figures. */
static void
tell_filter(Report *report, const char *name, const char *label, const HfileFilterSize *size)
{
  if (size->chunks == 0)
    return;
  report_object(report, name);
  report_count(report, "keys", size->keys);
  report_count(report, "keys_most", size->keys_most);
  report_count(report, "chunks", size->chunks);
  report_count(report, "bytes", size->bytes);
  report_count(report, "hashes", size->hashes);
  report_say(report, label);
  report_say(report, "{keys} keys of {keys_most} in {chunks} chunks of {bytes} bytes, "
                     "{hashes} hashes\n");
  report_end(report);
}

static void
tell_blocks(Report *report, const HfileReport *file)
{
  report_object(report, "blocks");
  report_say(report, "  blocks                         number   bytes on disk  bytes unpacked\n");
  for (int i = 0; i < HFILE_BLOCK_TYPES; i++) {
    if (file->totals[i].blocks == 0)
      continue;
    report_object(report, hfile_block_type_name((HfileBlockType)i));
    report_count(report, "number", file->totals[i].blocks);
    report_count(report, "disk_bytes", file->disk_bytes[i]);
    report_count(report, "raw_bytes", file->totals[i].raw_bytes);
    report_say(report, "    {@:-24} {number:10} {disk_bytes:15} {raw_bytes:15}\n");
    report_end(report);
  }
  report_end(report);
}

static void
tell_info(Report *report, const HfileInfo *info)
{
  report_object(report, "info");
  report_say(report, "  file info\n");
  for (size_t i = 0; info != NULL && i < hfile_info_length(info); i++) {
    g_autofree char *name = shell_escape(hfile_info_name(info, i));
    g_autofree char *value = describe_value(hfile_info_name(info, i), hfile_info_value(info, i));

    report_text(report, name, value);
    report_say(report, "    {.:-29} {}\n");
  }
  report_end(report);
}

static void
tell_statistics(Report *report, const HfileReport *file)
{
  g_autofree char *first = escape_key(bytes_slice(&file->first_key));
  g_autofree char *last = escape_key(bytes_slice(&file->last_key));

  report_count(report, "family_deletes", file->statistics.family_deletes);
  report_count(report, "key_bytes", file->statistics.key_bytes);
  report_count(report, "value_bytes", file->statistics.value_bytes);
  report_text(report, "first_key", first);
  report_text(report, "last_key", last);
  report_number(report, "least_timestamp", file->statistics.least_timestamp);
  report_number(report, "most_timestamp", file->statistics.most_timestamp);
  report_count(report, "index_levels", file->trailer.index_levels);
  report_count(report, "root_entries", file->trailer.root_entries);
  report_text(report, "bloom", hfile_bloom_name(file->bloom));
  report_say(report,
             "  bytes                      {bytes}\n"
             "  compression                {compression}\n"
             "  family                     {family}\n"
             "  cells                      {cells}\n"
             "  rows                       {rows}\n"
             "  family deletes             {family_deletes}\n"
             "  bytes of keys and values   {key_bytes} and {value_bytes}\n"
             "  first key                  {first_key}\n"
             "  last key                   {last_key}\n"
             "  time range                 {least_timestamp} to {most_timestamp}\n"
             "  index levels               {index_levels}, {root_entries} entries in the root\n");
  tell_filter(report, "bloom_filter", "  {bloom:-26} ", &file->filter);
  tell_filter(report, "delete_filter", "  filter of family deletes   ", &file->deletes);
  tell_blocks(report, file);
  tell_info(report, file->info);
}

void
cmd_sheet_tell(Report *report, const char *path, const HfileReport *file, bool has_statistics)
{
  tell_verdict(report, path, file);
  if (has_statistics || report_is_json(report))
    tell_statistics(report, file);
  report_end_all(report);
}
