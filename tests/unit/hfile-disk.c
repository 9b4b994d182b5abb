/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/disk.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

/* Pieces of `each` bytes until there are `bytes`. */
static char *
write_file(const char *path, size_t bytes, size_t each)
{
  g_autoptr(WholeFile) file = whole_file_new(path, "", 0600, NULL);
  g_autoptr(HfileDisk) disk = hfile_disk_new(file);
  g_autoptr(GRand) random = g_rand_new_with_seed(3);
  char *wanted = g_malloc(bytes + 1);

  for (size_t i = 0; i < bytes; i++)
    wanted[i] = (char)g_rand_int(random);
  for (size_t at = 0; at < bytes; at += each)
    g_assert_true(hfile_disk_append(disk, slice(wanted + at, MIN(each, bytes - at)), NULL));
  g_assert_true(hfile_disk_finish(disk, NULL));
  g_assert_true(whole_file_finish(file, NULL));
  return wanted;
}

static void
a_file_has_every_byte_in_its_place(void)
{
  static const struct {
    size_t bytes;
    size_t each;
  } cases[] = {{0, 1},          {1, 1},           {4096, 4096},     {524288, 524288},
               {524288, 1000},  {524289, 524289}, {2000000, 65577}, {2000000, 2000000},
               {1572864, 33333}};
  /* The second is a file system in memory, where there is one: not all of those can do without the
   * page cache. */
  const char *const parents[] = {g_get_tmp_dir(), "/dev/shm"};

  for (size_t p = 0; p < G_N_ELEMENTS(parents); p++) {
    g_autofree char *path = g_strdup_printf("%s/disk-%d", parents[p], (int)getpid());

    for (size_t i = 0; g_access(parents[p], W_OK) == 0 && i < G_N_ELEMENTS(cases); i++) {
      g_autofree char *wanted = write_file(path, cases[i].bytes, cases[i].each);
      g_autofree char *found = NULL;
      gsize found_bytes = 0;

      g_assert_true(g_file_get_contents(path, &found, &found_bytes, NULL));
      g_assert_cmpmem(found, found_bytes, wanted, cases[i].bytes);
      g_assert_cmpint(g_unlink(path), ==, 0);
    }
  }
}

/* The limit on a file's size stands in for a full disk. */
static void
what_the_disk_does_not_take_is_told(void)
{
  static const size_t limits[] = {1000, 4096, 524288, 600000};
  enum { BYTES = 700000 };
  g_autofree char *path = g_strdup_printf("%s/disk-%d", g_get_tmp_dir(), (int)getpid());
  g_autofree char *bytes = g_malloc0(BYTES);
  struct rlimit kept;

  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &kept);
  for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
    g_autoptr(WholeFile) file = whole_file_new(path, "", 0600, NULL);
    g_autoptr(HfileDisk) disk = hfile_disk_new(file);
    g_autoptr(GError) error = NULL;
    bool is_written;

    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = limits[i], .rlim_max = kept.rlim_max});
    is_written =
        hfile_disk_append(disk, slice(bytes, BYTES), &error) && hfile_disk_finish(disk, &error);
    setrlimit(RLIMIT_FSIZE, &kept);
    g_assert_false(is_written);
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, "cannot be written"));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/disk/bytes", a_file_has_every_byte_in_its_place);
  g_test_add_func("/disk/full", what_the_disk_does_not_take_is_told);
  return g_test_run();
}
