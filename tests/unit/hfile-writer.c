/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/writer.h"

#include "support/file.h"
#include "support/hfile-files.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>

static void
golden_files_are_what_hbase_writes(void)
{
  for (size_t i = 0; i < HFILE_GOLDEN_FILES; i++) {
    const HfileGolden *golden = &hfile_golden[i];
    g_auto(TestFile) place = test_file_make("file");
    size_t bytes = 0;

    hfile_golden_write(golden, place.path);

    g_autofree char *sha256 = hfile_sha256(place.path, &bytes);

    g_test_message("%s", golden->name);
    g_assert_cmpuint(bytes, ==, golden->bytes);
    g_assert_cmpstr(sha256, ==, golden->sha256);
  }
}

static const Cell cell_b = {.row = {(const uint8_t *)"b", 1},
                            .family = {(const uint8_t *)"f1", 2},
                            .qualifier = {(const uint8_t *)"q", 1},
                            .timestamp = 5,
                            .type = CELL_PUT};

static void
a_file_that_is_not_finished_leaves_nothing(void)
{
  g_auto(TestFile) place = test_file_make("file");
  HfileWriter *writer = hfile_writer_for_test(place.path, &(HfileOptions){0});

  g_assert_true(hfile_writer_append(writer, &cell_b, NULL));
  g_assert_cmpuint(test_file_count(&place), ==, 1);
  g_assert_false(g_file_test(place.path, G_FILE_TEST_EXISTS));
  hfile_writer_free(writer);
  g_assert_cmpuint(test_file_count(&place), ==, 0);
}

static void
a_refused_cell_leaves_the_file_as_it_was(void)
{
  g_auto(TestFile) place = test_file_make("file");
  g_auto(TestFile) other = test_file_make("file");
  g_autofree char *wanted = NULL;
  g_autofree char *sha256 = NULL;
  size_t bytes = 0;

  for (int i = 0; i < 2; i++) {
    g_autoptr(HfileWriter) writer =
        hfile_writer_for_test(i == 0 ? place.path : other.path, &(HfileOptions){.block_bytes = 1});
    Cell before = cell_b;
    Cell after = cell_b;

    before.row = slice_text("a");
    after.row = slice_text("c");
    g_assert_true(hfile_writer_append(writer, &cell_b, NULL));
    if (i == 1)
      g_assert_false(hfile_writer_append(writer, &before, NULL));
    g_assert_true(hfile_writer_append(writer, &after, NULL));
    g_assert_true(hfile_writer_finish(writer, NULL));
  }
  wanted = hfile_sha256(place.path, &bytes);
  sha256 = hfile_sha256(other.path, &bytes);
  g_assert_cmpstr(sha256, ==, wanted);
}

static void
a_folder_that_is_not_there_is_told(void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null(
      hfile_writer_new("/nowhere/at/all", &(HfileOptions){.family = slice_text("f")}, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "/nowhere/at/_all.unfinished: cannot be created"));
}

/* The limit on a file's size stands in for a full disk. */
static void
a_disk_that_is_full_is_told_and_leaves_nothing(void)
{
  g_auto(TestFile) place = test_file_make("file");
  g_autoptr(HfileWriter) writer = hfile_writer_for_test(place.path, &(HfileOptions){0});
  g_autoptr(GError) error = NULL;
  struct rlimit kept;

  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &kept);
  g_assert_true(hfile_writer_append(writer, &cell_b, NULL));
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 1024, .rlim_max = kept.rlim_max});

  bool finished = hfile_writer_finish(writer, &error);

  setrlimit(RLIMIT_FSIZE, &kept);
  g_assert_false(finished);
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_clear_pointer(&writer, hfile_writer_free);
  g_assert_cmpuint(test_file_count(&place), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/writer/golden", golden_files_are_what_hbase_writes);
  g_test_add_func("/writer/unfinished", a_file_that_is_not_finished_leaves_nothing);
  g_test_add_func("/writer/refused", a_refused_cell_leaves_the_file_as_it_was);
  g_test_add_func("/writer/no-folder", a_folder_that_is_not_there_is_told);
  g_test_add_func("/writer/full", a_disk_that_is_full_is_told_and_leaves_nothing);
  return g_test_run();
}
