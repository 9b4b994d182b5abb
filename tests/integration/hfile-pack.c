/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"
#include "hfile/writer.h"

#include <stdio.h>

/* hfile-pack PLAN: writes HFiles of cells that somebody else made up.
 *
 * Each line of PLAN holds, between tabs: file of cells, HFile, family, codec, Bloom filter, length
 * of its prefix, bytes of a data block, bytes of an index block, 1 for sequence ids, encoding of
 * data blocks. The cells are in order, each of them
 *
 *   u32 n, n bytes row | u32 n, n bytes qualifier | i64 timestamp | u8 type | u32 n, n bytes value
 */

typedef enum {
  COLUMN_CELLS,
  COLUMN_HFILE,
  COLUMN_FAMILY,
  COLUMN_CODEC,
  COLUMN_BLOOM,
  COLUMN_PREFIX,
  COLUMN_BLOCK,
  COLUMN_INDEX,
  COLUMN_SEQUENCE_IDS,
  COLUMN_ENCODING,
  COLUMNS,
} PlanColumn;

static bool
take_text(Cursor *cursor, Slice *out_text)
{
  uint32_t len = 0;

  return cursor_take_be32(cursor, &len) && cursor_take_slice(cursor, len, out_text);
}

static bool
take_cell(Cursor *cursor, Cell *out_cell)
{
  uint64_t timestamp = 0;
  uint8_t type = 0;

  if (!take_text(cursor, &out_cell->row) || !take_text(cursor, &out_cell->qualifier) ||
      !cursor_take_be64(cursor, &timestamp) || !cursor_take_u8(cursor, &type) ||
      !take_text(cursor, &out_cell->value))
    return false;
  out_cell->timestamp = (int64_t)timestamp;
  out_cell->type = (CellType)type;
  return true;
}

static uint32_t
number(const char *text)
{
  return (uint32_t)g_ascii_strtoull(text, NULL, 10);
}

static bool
write_cells(HfileWriter *writer, Slice bytes, Slice family, GError **error)
{
  Cursor cursor = cursor_of(bytes);

  while (cursor_left(&cursor) > 0) {
    Cell cell = {.family = family};

    if (!take_cell(&cursor, &cell)) {
      g_set_error(error, FAULT, FAULT_SETUP, "the cells end early");
      return false;
    }
    if (!hfile_writer_append(writer, &cell, error))
      return false;
  }
  return hfile_writer_finish(writer, error);
}

static bool
pack(char **columns, GError **error)
{
  HfileOptions options = {
      .family = slice_text(columns[COLUMN_FAMILY]),
      .bloom_prefix_bytes = number(columns[COLUMN_PREFIX]),
      .block_bytes = number(columns[COLUMN_BLOCK]),
      .index_chunk_bytes = number(columns[COLUMN_INDEX]),
      .has_sequence_ids = number(columns[COLUMN_SEQUENCE_IDS]) == 1,
      .create_time_ms = 1,
      .bulkload_time_ms = 1,
      .bulkload_task = "hfile-pack",
  };
  g_autofree char *bytes = NULL;
  gsize len = 0;

  if (!hfile_codec_find(columns[COLUMN_CODEC], &options.codec) ||
      !hfile_encoding_find(slice_text(columns[COLUMN_ENCODING]), &options.encoding) ||
      (strcmp(columns[COLUMN_BLOOM], "NONE") != 0 &&
       !hfile_bloom_find(slice_text(columns[COLUMN_BLOOM]), &options.bloom))) {
    g_set_error(error, FAULT, FAULT_SETUP, "unknown codec, encoding or Bloom filter");
    return false;
  }
  if (!g_file_get_contents(columns[COLUMN_CELLS], &bytes, &len, error))
    return false;

  g_autoptr(HfileWriter) writer = hfile_writer_new(columns[COLUMN_HFILE], &options, error);

  return writer != NULL && write_cells(writer, slice(bytes, len), options.family, error);
}

int
main(int argc, char **argv)
{
  g_autofree char *plan = NULL;
  g_autoptr(GError) error = NULL;

  if (argc != 2 || !g_file_get_contents(argv[1], &plan, NULL, &error)) {
    fprintf(stderr, "hfile-pack: %s\n", error == NULL ? "name one plan" : error->message);
    return 2;
  }

  g_auto(GStrv) lines = g_strsplit(plan, "\n", -1);

  for (char **line = lines; *line != NULL && **line != '\0'; line++) {
    g_auto(GStrv) columns = g_strsplit(*line, "\t", -1);

    if (g_strv_length(columns) != COLUMNS || !pack(columns, &error)) {
      fprintf(stderr, "hfile-pack: %s: %s\n", *line, error == NULL ? "columns" : error->message);
      return 1;
    }
  }
  return 0;
}
