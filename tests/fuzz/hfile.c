/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/check/check.h"
#include "hfile/writer.h"

#include "target.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Any bytes as an HFile. An input is a file without the trailer's padding, its trailer first, so
 * that mutations seldom miss:
 *
 *   u16 length of the trailer's front | that front | blocks
 */

enum { VERSION_BYTES = 4, ROWS = 12 };

static GBytes *
pack_file(const char *path)
{
  g_autofree char *bytes = NULL;
  g_auto(Bytes) input = {0};
  size_t len = 0;
  uint16_t front = HFILE_TRAILER_BYTES - VERSION_BYTES;

  g_assert_true(g_file_get_contents(path, &bytes, &len, NULL));

  const char *trailer = bytes + len - HFILE_TRAILER_BYTES;

  while (trailer[front - 1] == 0)
    front--;
  bytes_append(&input, &front, sizeof front);
  bytes_append(&input, trailer, front);
  bytes_append(&input, bytes, len - HFILE_TRAILER_BYTES);
  return g_bytes_new(input.data, input.len);
}

static void
write_file(const char *path, const HfileOptions *options)
{
  g_autoptr(HfileWriter) writer = hfile_writer_new(path, options, NULL);

  for (int i = 0; i < ROWS; i++) {
    g_autofree char *row = g_strdup_printf("row%02d", i);
    Cell cell = {.row = slice_text(row),
                 .family = options->family,
                 .timestamp = i,
                 .type = i % 3 == 0 ? CELL_DELETE_FAMILY : CELL_PUT};

    g_assert_true(hfile_writer_append(writer, &cell, NULL));
    cell.qualifier = slice_text("q");
    cell.value = slice_text("a value");
    cell.type = CELL_PUT;
    g_assert_true(hfile_writer_append(writer, &cell, NULL));
  }
  g_assert_true(hfile_writer_finish(writer, NULL));
}

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_autofree char *folder = g_dir_make_tmp("fuzz-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "file", NULL);

  for (int codec = 0; codec < HFILE_CODECS; codec++)
    for (int bloom = BLOOM_NONE; bloom <= BLOOM_ROWPREFIX + HFILE_ENCODINGS; bloom++) {
      HfileOptions options = {.family = slice_text("f"),
                              .codec = (HfileCodecKind)codec,
                              .encoding = (HfileEncoding)MAX(bloom - BLOOM_ROWPREFIX - 1, 0),
                              .bloom = bloom > BLOOM_ROWPREFIX ? BLOOM_ROW : (Bloom)bloom,
                              .bloom_prefix_bytes = 4,
                              .block_bytes = bloom > BLOOM_ROWPREFIX ? 100 : 1,
                              .index_chunk_bytes = 64,
                              .has_sequence_ids = bloom % 2};

      write_file(path, &options);
      g_ptr_array_add(seeds, pack_file(path));
    }
  g_unlink(path);
  g_rmdir(folder);
  return seeds;
}

static void
unpack_file(int fd, const uint8_t *data, size_t len)
{
  static const uint8_t version[VERSION_BYTES] = {3, 0, 0, 3};
  uint8_t trailer[HFILE_TRAILER_BYTES] = {0};
  uint16_t front = 0;

  if (len >= sizeof front) {
    memcpy(&front, data, sizeof front);
    data += sizeof front;
    len -= sizeof front;
  }
  front = (uint16_t)MIN((size_t)front, MIN(len, sizeof trailer - VERSION_BYTES));
  if (front > 0)
    memcpy(trailer, data, front);
  memcpy(trailer + sizeof trailer - VERSION_BYTES, version, VERSION_BYTES);
  g_assert_true(len == front || write(fd, data + front, len - front) == (ssize_t)(len - front));
  g_assert_true(write(fd, trailer, sizeof trailer) == sizeof trailer);
}

static void
touch_cell(void *self, const HfileCell *cell)
{
  uint8_t *sum = self;
  Slice parts[] = {cell->key.row, cell->key.family, cell->key.qualifier, cell->value, cell->tags};

  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
    for (size_t j = 0; j < parts[i].len; j++)
      *sum ^= parts[i].data[j];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
  g_autoptr(GError) error = NULL;
  g_auto(HfileReport) report;
  uint8_t sum = 0;

  hfile_report_init(&report);
  unpack_file(fd, data, len);
  hfile_check(path, &(HfileCheck){.visit = touch_cell, .self = &sum}, &report, &error);
  close(fd);
  return 0;
}
