/* SPDX-License-Identifier: Apache-2.0 */
#include "base/whole_file.h"

#include "support/file.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
write_text(const char *path, const char *text, GError **error)
{
  g_autoptr(WholeFile) file = whole_file_new(path, "_", 0640, error);

  return file != NULL && whole_file_write(file, slice_text(text), error) &&
         whole_file_finish(file, error);
}

static void
assert_holds(const char *path, const char *wanted, mode_t mode)
{
  g_autofree char *text = NULL;
  struct stat status;

  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, wanted);
  g_assert_cmpint(lstat(path, &status), ==, 0);
  g_assert_true(S_ISREG(status.st_mode));
  g_assert_cmpuint(status.st_mode & 0777, ==, mode);
}

static void
the_name_comes_with_the_whole(void)
{
  g_auto(TestFile) place = test_file_make("it");
  g_autoptr(GError) error = NULL;

  g_autofree char *unfinished = g_build_filename(place.folder, "_it.unfinished", NULL);
  g_autoptr(WholeFile) file = whole_file_new(place.path, "_", 0640, &error);

  g_assert_no_error(error);
  g_assert_true(whole_file_write(file, slice_text("all "), &error));
  g_assert_true(whole_file_write(file, slice_text("of it"), &error));
  g_assert_false(g_file_test(place.path, G_FILE_TEST_EXISTS));
  g_assert_true(g_file_test(unfinished, G_FILE_TEST_EXISTS));
  g_assert_true(whole_file_finish(file, &error));
  g_assert_no_error(error);
  assert_holds(place.path, "all of it", 0640);
}

static void
an_older_file_stays_until_then_and_leaves_its_mode(void)
{
  g_auto(TestFile) place = test_file_make("it");

  g_assert_true(g_file_set_contents(place.path, "old", -1, NULL));
  g_assert_cmpint(g_chmod(place.path, 0604), ==, 0);

  g_autoptr(WholeFile) given_up = whole_file_new(place.path, "", 0640, NULL);

  g_assert_true(whole_file_write(given_up, slice_text("half"), NULL));
  g_clear_pointer(&given_up, whole_file_free);
  assert_holds(place.path, "old", 0604);
  g_assert_true(write_text(place.path, "new", NULL));
  assert_holds(place.path, "new", 0604);
}

static void
a_link_stays_and_what_it_leads_to_is_replaced(void)
{
  g_auto(TestFile) place = test_file_make("it");

  g_autofree char *link_path = g_build_filename(place.folder, "link", NULL);

  g_assert_true(g_file_set_contents(place.path, "old", -1, NULL));
  g_assert_cmpint(g_chmod(place.path, 0600), ==, 0);
  g_assert_cmpint(symlink("it", link_path), ==, 0);
  g_assert_true(write_text(link_path, "new", NULL));
  g_assert_true(g_file_test(link_path, G_FILE_TEST_IS_SYMLINK));
  assert_holds(place.path, "new", 0600);
  g_unlink(link_path);
}

/* The limit on a file's size stands in for a full disk; a part of the second write fits. */
static void
a_full_disk_is_told_and_leaves_the_older_file(void)
{
  g_auto(TestFile) place = test_file_make("it");
  g_autofree char *more = g_strnfill(2048, 'x');
  g_autoptr(GError) error = NULL;
  struct rlimit kept;

  g_assert_true(g_file_set_contents(place.path, "old", -1, NULL));
  g_assert_cmpint(g_chmod(place.path, 0644), ==, 0);
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &kept);

  g_autoptr(WholeFile) file = whole_file_new(place.path, "", 0640, NULL);

  setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 3000, .rlim_max = kept.rlim_max});

  bool first = whole_file_write(file, slice_text(more), NULL);
  bool second = whole_file_write(file, slice_text(more), &error);

  setrlimit(RLIMIT_FSIZE, &kept);
  g_assert_true(first);
  g_assert_false(second);
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "/it.unfinished: cannot be written: File too large"));
  g_clear_pointer(&file, whole_file_free);
  assert_holds(place.path, "old", 0644);
}

static void
a_device_is_written_as_it_is(void)
{
  g_autoptr(GError) error = NULL;

  g_assert_true(write_text("/dev/null", "gone", &error));
  g_assert_false(write_text("/dev/full", "no room", &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_cmpstr(error->message, ==,
                  "/dev/full: cannot be written: No space left on device; free some space and run "
                  "again");
  g_assert_false(g_file_test("/dev/_full.unfinished", G_FILE_TEST_EXISTS));
}

static void
what_cannot_be_made_or_put_in_place_is_told(void)
{
  g_auto(TestFile) place = test_file_make("it");
  g_autoptr(GError) missing = NULL;
  g_autoptr(GError) folder = NULL;
  g_autoptr(GError) taken = NULL;

  g_assert_false(write_text("/no/such/file", "x", &missing));
  g_assert_cmpstr(missing->message, ==,
                  "/no/such/_file.unfinished: cannot be created: No such file or directory");
  g_assert_false(write_text("/", "x", &folder));
  g_assert_cmpstr(folder->message, ==, "/: cannot be written: Is a directory");

  g_autoptr(WholeFile) file = whole_file_new(place.path, "", 0640, NULL);

  g_assert_cmpint(g_mkdir(place.path, 0700), ==, 0); /* meanwhile */
  g_assert_false(whole_file_finish(file, &taken));
  g_assert_error(taken, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(taken->message, "/it.unfinished: cannot be renamed: "));
  g_assert_cmpint(g_rmdir(place.path), ==, 0);
}

static void
a_file_that_others_read_has_to_hold_something(void)
{
  g_auto(TestFile) place = test_file_make("ca.pem");
  g_autoptr(GError) error = NULL;

  g_assert_false(whole_file_expect(place.path, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "cannot be read: No such file"));
  g_clear_error(&error);
  g_assert_true(g_file_set_contents(place.path, "", 0, NULL));
  g_assert_false(whole_file_expect(place.path, &error));
  g_assert_nonnull(strstr(error->message, "is empty"));
  g_clear_error(&error);
  g_assert_true(g_file_set_contents(place.path, "x", 1, NULL));
  g_assert_true(whole_file_expect(place.path, &error));
  g_assert_true(whole_file_expect("/dev/null", &error));
  g_assert_no_error(error);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  umask(022);
  g_test_add_func("/whole-file/name", the_name_comes_with_the_whole);
  g_test_add_func("/whole-file/older", an_older_file_stays_until_then_and_leaves_its_mode);
  g_test_add_func("/whole-file/link", a_link_stays_and_what_it_leads_to_is_replaced);
  g_test_add_func("/whole-file/full", a_full_disk_is_told_and_leaves_the_older_file);
  g_test_add_func("/whole-file/device", a_device_is_written_as_it_is);
  g_test_add_func("/whole-file/expect", a_file_that_others_read_has_to_hold_something);
  g_test_add_func("/whole-file/told", what_cannot_be_made_or_put_in_place_is_told);
  return g_test_run();
}
