/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/pool.h"

#include "support/file.h"
#include "support/hfile-files.h"

enum { THREADS = 3, MIXED_ROWS = 1500, SMALL_BLOCK = 512 };

static void
golden_files_are_the_same_with_a_pool(void)
{
  g_autoptr(HfilePool) pool = hfile_pool_new(THREADS);

  for (size_t i = 0; i < HFILE_GOLDEN_FILES; i++) {
    HfileGolden golden = hfile_golden[i];
    g_auto(TestFile) place = test_file_make("file");
    size_t bytes = 0;

    golden.options.pool = pool;
    hfile_golden_write(&golden, place.path);

    g_autofree char *sha256 = hfile_sha256(place.path, &bytes);

    g_test_message("%s", golden.name);
    g_assert_cmpuint(bytes, ==, golden.bytes);
    g_assert_cmpstr(sha256, ==, golden.sha256);
  }
}

static char *
sum_of_mixed(HfileOptions options, HfilePool *pool)
{
  g_auto(TestFile) place = test_file_make("file");
  size_t bytes = 0;

  options.pool = pool;
  hfile_write_mixed(place.path, &options, MIXED_ROWS);
  return hfile_sha256(place.path, &bytes);
}

static void
packed_files_are_the_same_with_a_pool(void)
{
  g_autoptr(HfilePool) pool = hfile_pool_new(THREADS);

  for (int codec = 0; codec < HFILE_CODECS; codec++)
    for (int encoding = 0; encoding < HFILE_ENCODINGS; encoding++)
      for (uint32_t block_bytes = 0; block_bytes <= SMALL_BLOCK; block_bytes += SMALL_BLOCK) {
        HfileOptions options = {.codec = (HfileCodecKind)codec,
                                .encoding = (HfileEncoding)encoding,
                                .bloom = encoding == 0 ? BLOOM_ROWCOL : BLOOM_ROW,
                                .block_bytes = block_bytes,
                                .index_chunk_bytes = 2 * block_bytes};
        g_autofree char *wanted = sum_of_mixed(options, NULL);
        g_autofree char *sha256 = sum_of_mixed(options, pool);

        g_test_message("%s %s, blocks of %u", hfile_codec_name(options.codec),
                       hfile_encoding_name(options.encoding), block_bytes);
        g_assert_cmpstr(sha256, ==, wanted);
      }
}

/* A file of rows with values that no codec makes smaller; the value's length by the row. */
static bool
append_row(HfileWriter *writer, int row, size_t value_bytes, GError **error)
{
  g_autofree char *key = g_strdup_printf("row%08d", row);
  g_autofree uint32_t *value = g_new(uint32_t, value_bytes / sizeof(uint32_t) + 1);
  uint32_t state = (uint32_t)row + 1;

  for (size_t i = 0; i <= value_bytes / sizeof *value; i++)
    value[i] = state = state * 1664525 + 1013904223;

  const Cell cell = {.row = slice_text(key),
                     .family = slice_text("f1"),
                     .qualifier = slice_text("q"),
                     .value = slice(value, value_bytes),
                     .timestamp = 7,
                     .type = CELL_PUT};

  return hfile_writer_append(writer, &cell, error);
}

static int
rows_until_full(HfilePool *pool, HfileCodecKind codec, uint64_t most_bytes)
{
  g_auto(TestFile) place = test_file_make("file");
  const HfileOptions options = {
      .codec = codec, .pool = pool, .block_bytes = 1024, .index_chunk_bytes = 1024};
  g_autoptr(HfileWriter) writer = hfile_writer_for_test(place.path, &options);
  g_autoptr(GError) error = NULL;
  bool is_full = false;
  int rows = 0;

  while (!is_full) {
    append_row(writer, rows++, 100, &error);
    g_assert_no_error(error);
    g_assert_true(hfile_writer_is_full(writer, most_bytes, &is_full, &error));
  }
  g_assert_cmpuint(hfile_writer_bytes(writer), >=, most_bytes);
  return rows;
}

static void
a_file_is_full_at_the_same_cell(void)
{
  static const uint64_t sizes[] = {1, 5000, 300000, 300001, 301000, 302000};
  g_autoptr(HfilePool) pool = hfile_pool_new(THREADS);

  for (int codec = 0; codec < HFILE_CODECS; codec++)
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
      g_assert_cmpint(rows_until_full(pool, (HfileCodecKind)codec, sizes[i]), ==,
                      rows_until_full(NULL, (HfileCodecKind)codec, sizes[i]));
}

static char *
sum_of_large(HfilePool *pool)
{
  static const size_t sizes[] = {5 << 20, 10, 3 << 20, 3 << 20, 100000, 100000, 6 << 20};
  g_auto(TestFile) place = test_file_make("file");
  const HfileOptions options = {.codec = HFILE_CODEC_SNAPPY, .pool = pool};
  g_autoptr(HfileWriter) writer = hfile_writer_for_test(place.path, &options);
  g_autoptr(GError) error = NULL;
  size_t bytes = 0;

  for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
    g_assert_true(append_row(writer, (int)i, sizes[i], &error));
  g_assert_true(hfile_writer_finish(writer, &error));
  return hfile_sha256(place.path, &bytes);
}

/* What is larger than all that may be on its way goes by itself, in its place. */
static void
blocks_of_any_size_keep_their_order(void)
{
  g_autoptr(HfilePool) pool = hfile_pool_new(THREADS);
  g_autofree char *wanted = sum_of_large(NULL);
  g_autofree char *sha256 = sum_of_large(pool);

  g_assert_cmpstr(sha256, ==, wanted);
}

static void
a_file_given_up_waits_for_its_blocks(void)
{
  g_autoptr(HfilePool) pool = hfile_pool_new(1);

  for (int rows = 1; rows < 200; rows += 7) {
    g_auto(TestFile) place = test_file_make("file");
    const HfileOptions options = {.codec = HFILE_CODEC_GZ, .pool = pool, .block_bytes = 1024};
    HfileWriter *writer = hfile_writer_for_test(place.path, &options);

    for (int i = 0; i < rows; i++)
      g_assert_true(append_row(writer, i, 500, NULL));
    hfile_writer_free(writer);
    g_assert_cmpuint(test_file_count(&place), ==, 0);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hfile/pool/golden", golden_files_are_the_same_with_a_pool);
  g_test_add_func("/hfile/pool/packed", packed_files_are_the_same_with_a_pool);
  g_test_add_func("/hfile/pool/full", a_file_is_full_at_the_same_cell);
  g_test_add_func("/hfile/pool/large", blocks_of_any_size_keep_their_order);
  g_test_add_func("/hfile/pool/given-up", a_file_given_up_waits_for_its_blocks);
  return g_test_run();
}
