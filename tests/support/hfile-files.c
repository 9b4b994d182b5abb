/* SPDX-License-Identifier: Apache-2.0 */
#include "support/hfile-files.h"

const HfileGolden hfile_golden[HFILE_GOLDEN_FILES] = {
    {
        .name = "G1",
        .plain_rows = 1,
        .bytes = 4803,
        .sha256 = "1a8285c4c144c540eb3cec92d1e546a6d8b9e7df7a96bf9563d4ee30435dcfdd",
    },
    {
        .name = "G2",
        .options = {.bloom = BLOOM_ROW, .has_sequence_ids = true},
        .plain_rows = 1000,
        .bytes = 50964,
        .sha256 = "23aa7d1fa285ca01835d98d54e257bc69b5603f321b3df69919761084ce12dce",
    },
    {
        .name = "G3",
        .options = {.bloom = BLOOM_ROW,
                    .has_sequence_ids = true,
                    .block_bytes = 1024,
                    .index_chunk_bytes = 1024},
        .plain_rows = 120000,
        .bytes = 6097318,
        .sha256 = "5ae26a781664d70826f908b6a0bbdbd67402a86a1b231790a5415594506c3317",
    },
    {
        .name = "G4",
        .options = {.bloom = BLOOM_ROWCOL, .has_sequence_ids = true},
        .plain_rows = 230000,
        .bytes = 11046393,
        .sha256 = "109878468530884166f8cd8f238004c45ef2157411a1346fda56c0510905afb9",
    },
    {
        .name = "G5",
        .options = {.bloom = BLOOM_ROW, .has_sequence_ids = true},
        .mixed_rows = 5000,
        .bytes = 629825,
        .sha256 = "3762c89853a6d4a6644ca82cf8f11ae1ec1817aa6e3a76e1383f77fef238556b",
    },
    {
        .name = "G6",
        .options = {.bloom = BLOOM_ROW,
                    .has_sequence_ids = true,
                    .encoding = HFILE_ENCODING_PREFIX},
        .mixed_rows = 5000,
        .bytes = 413930,
        .sha256 = "8055f685da9ef5513a6b837b86c7a9e826d0141a05d7e3afe18a264b23999ad7",
    },
    {
        .name = "G7",
        .options = {.bloom = BLOOM_ROW, .has_sequence_ids = true, .encoding = HFILE_ENCODING_DIFF},
        .mixed_rows = 5000,
        .bytes = 281289,
        .sha256 = "bc21a86a2432c4d9f2801a3e3fe983a9485e58021d42e3c49ee8d1fb29d990c0",
    },
    {
        .name = "G8",
        .options = {.bloom = BLOOM_ROW,
                    .has_sequence_ids = true,
                    .encoding = HFILE_ENCODING_FAST_DIFF},
        .mixed_rows = 5000,
        .bytes = 188564,
        .sha256 = "16ce2a5da9f261c1dd19426e9ed3098d305cc4f685bb8ae5dd2468f7804b7703",
    },
    {
        .name = "G9",
        .options = {.bloom = BLOOM_ROW,
                    .has_sequence_ids = true,
                    .encoding = HFILE_ENCODING_ROW_INDEX},
        .mixed_rows = 5000,
        .bytes = 649976,
        .sha256 = "293303caf9b2945b738f1f8fa890642e35bd350964c74e2a21e5c978601bf019",
    },
};

HfileWriter *
hfile_writer_for_test(const char *path, const HfileOptions *options)
{
  HfileOptions whole = *options;
  GError *error = NULL;

  if (whole.family.len == 0)
    whole.family = slice_text("f1");
  whole.create_time_ms = 1234;
  whole.bulkload_time_ms = 5678;
  whole.bulkload_task = "hfile_proto";

  HfileWriter *writer = hfile_writer_new(path, &whole, &error);

  g_assert_no_error(error);
  return writer;
}

static void
append(HfileWriter *writer, const Cell *cell)
{
  GError *error = NULL;

  hfile_writer_append(writer, cell, &error);
  g_assert_no_error(error);
}

static void
finish(HfileWriter *writer)
{
  GError *error = NULL;

  hfile_writer_finish(writer, &error);
  g_assert_no_error(error);
}

void
hfile_write_plain(const char *path, const HfileOptions *options, int rows)
{
  g_autoptr(HfileWriter) writer = hfile_writer_for_test(path, options);

  for (int i = 0; i < rows; i++) {
    g_autofree char *row = g_strdup_printf("row%08d", i);
    g_autofree char *value = g_strdup_printf("value-%d", i);
    Cell cell = {.row = slice_text(row),
                 .family = slice_text("f1"),
                 .qualifier = slice_text("q"),
                 .value = slice_text(value),
                 .timestamp = INT64_C(1700000000000) + i,
                 .type = CELL_PUT};

    append(writer, &cell);
  }
  finish(writer);
}

enum { MIXED_ROW_BYTES = 5 };

typedef struct {
  uint8_t row[MIXED_ROW_BYTES];
  int number;
} MixedRow;

static int
compare_rows(const void *a, const void *b)
{
  return memcmp(((const MixedRow *)a)->row, ((const MixedRow *)b)->row, MIXED_ROW_BYTES);
}

static void
append_mixed_row(HfileWriter *writer, const MixedRow *row)
{
  static const char *const qualifiers[] = {"", "a", "\xff"};
  g_auto(Bytes) value = {0};
  Cell cell = {.row = slice(row->row, MIXED_ROW_BYTES), .family = slice_text("f1")};

  for (int i = 0; i < row->number % 5; i++)
    bytes_append_slice(&value, cell.row);
  if (row->number % 10 == 0) {
    cell.type = CELL_DELETE_FAMILY;
    cell.timestamp = 1000;
    append(writer, &cell);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(qualifiers); i++) {
    cell.qualifier = slice_text(qualifiers[i]);
    if (i == 1 && row->number % 7 == 0) {
      cell.type = CELL_DELETE_COLUMN;
      cell.timestamp = 2000;
      cell.value = SLICE_EMPTY;
      append(writer, &cell);
    }
    cell.type = CELL_PUT;
    cell.timestamp = 500;
    cell.value = bytes_slice(&value);
    append(writer, &cell);
  }
}

void
hfile_write_mixed(const char *path, const HfileOptions *options, int rows)
{
  const uint64_t spread = UINT64_C(2654435761);
  g_autoptr(HfileWriter) writer = hfile_writer_for_test(path, options);
  g_autofree MixedRow *sorted = g_new0(MixedRow, rows);

  for (int i = 0; i < rows; i++) {
    uint8_t wide[sizeof(uint64_t)];

    put_be64(wide, (uint64_t)i * spread);
    memcpy(sorted[i].row, wide + sizeof wide - MIXED_ROW_BYTES, MIXED_ROW_BYTES);
    sorted[i].number = i;
  }
  qsort(sorted, (size_t)rows, sizeof *sorted, compare_rows);
  for (int i = 0; i < rows; i++)
    append_mixed_row(writer, &sorted[i]);
  finish(writer);
}

void
hfile_golden_write(const HfileGolden *golden, const char *path)
{
  if (golden->plain_rows > 0)
    hfile_write_plain(path, &golden->options, golden->plain_rows);
  else
    hfile_write_mixed(path, &golden->options, golden->mixed_rows);
}

char *
hfile_sha256(const char *path, size_t *out_bytes)
{
  g_autofree char *contents = NULL;
  GError *error = NULL;

  g_file_get_contents(path, &contents, out_bytes, &error);
  g_assert_no_error(error);
  return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)contents, *out_bytes);
}
