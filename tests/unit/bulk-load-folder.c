/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/folder.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A staging folder, and beside it one that is somebody's. */
typedef struct {
  char *root;
  char *staging;
  char *other;
  char *precious; /* a file in it */
} Fixture;

static void
remove_tree(const char *path)
{
  g_autoptr(GDir) dir =
      g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);

    remove_tree(below);
  }
  g_remove(path);
}

static void
fixture_clear(Fixture *self)
{
  remove_tree(self->root);
  g_free(self->root);
  g_free(self->staging);
  g_free(self->other);
  g_free(self->precious);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static Fixture
fixture_make(void)
{
  Fixture self = {.root = g_dir_make_tmp("folder-XXXXXX", NULL)};

  self.staging = g_build_filename(self.root, "staging", NULL);
  self.other = g_build_filename(self.root, "other", NULL);
  self.precious = g_build_filename(self.other, "precious", NULL);
  g_mkdir(self.staging, 0755);
  g_mkdir(self.other, 0755);
  g_assert_true(g_file_set_contents(self.precious, "x", 1, NULL));
  return self;
}

static unsigned
mode_of(const char *path)
{
  struct stat status;

  g_assert_cmpint(lstat(path, &status), ==, 0);
  return status.st_mode & 07777;
}

static char *
write_file(const BulkFolder *folder)
{
  g_autofree char *family = g_build_filename(folder->path, "family", NULL);
  char *file = g_build_filename(family, "file", NULL);

  g_assert_cmpint(g_mkdir(family, 0777), ==, 0);
  g_assert_true(g_file_set_contents(file, "x", 1, NULL));
  return file;
}

static void
servers_may_read_and_nobody_may_look_or_write(void)
{
  static const mode_t umasks[] = {022, 027, 077, 0};

  for (size_t i = 0; i < G_N_ELEMENTS(umasks); i++) {
    g_auto(Fixture) fixture = fixture_make();
    g_auto(BulkFolder) folder = {0};
    mode_t kept = umask(umasks[i]);

    g_assert_true(bulk_folder_make(&folder, fixture.staging, NULL));

    g_autofree char *file = write_file(&folder);
    g_autofree char *family = g_path_get_dirname(file);
    g_autofree char *secret = g_path_get_basename(folder.path);

    bulk_folder_share(&folder);
    umask(kept);
    g_assert_cmpuint(mode_of(folder.top), ==, 0711);
    g_assert_cmpuint(strlen(secret), ==, 32);
    g_assert_cmpuint(mode_of(folder.path), ==, 0755);
    g_assert_cmpuint(mode_of(family), ==, 0755);
    g_assert_cmpuint(mode_of(file), ==, 0644);
  }
}

static size_t
count(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  size_t names = 0;

  while (g_dir_read_name(dir) != NULL)
    names++;
  return names;
}

static void
it_goes_with_all_that_is_in_it(void)
{
  g_auto(Fixture) fixture = fixture_make();
  BulkFolder folder = {0};

  g_assert_true(bulk_folder_make(&folder, fixture.staging, NULL));
  g_free(write_file(&folder));

  g_autofree char *link = g_build_filename(folder.path, "link", NULL);

  g_assert_cmpint(symlink(fixture.other, link), ==, 0);
  bulk_folder_clear(&folder);
  g_assert_cmpuint(count(fixture.staging), ==, 0);
  g_assert_true(g_file_test(fixture.precious, G_FILE_TEST_EXISTS));
}

/* What a killed run leaves: the folder with its mark, which nobody holds. */
static char *
abandon(const Fixture *fixture)
{
  BulkFolder folder = {0};
  char *top;

  g_assert_true(bulk_folder_make(&folder, fixture->staging, NULL));
  g_free(write_file(&folder));
  top = g_strdup(folder.top);
  folder.is_kept = true;
  bulk_folder_clear(&folder);
  return top;
}

static void
what_a_killed_run_left_is_removed_and_no_link_is_followed(void)
{
  g_auto(Fixture) fixture = fixture_make();
  g_auto(BulkFolder) folder = {0};
  g_autofree char *top = abandon(&fixture);
  g_autofree char *inside = g_build_filename(top, "inside", NULL);
  g_autofree char *mark = g_build_filename(fixture.other, "_sluice_at_work", NULL);
  g_autofree char *swapped = g_strconcat(top, "x", NULL); /* as if it were a run's folder */

  g_assert_cmpint(symlink(fixture.other, inside), ==, 0);
  g_assert_true(g_file_set_contents(mark, "", 0, NULL));
  g_assert_cmpint(symlink(fixture.other, swapped), ==, 0);
  g_assert_true(bulk_folder_make(&folder, fixture.staging, NULL));
  g_assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
  g_assert_true(g_file_test(swapped, G_FILE_TEST_IS_SYMLINK));
  g_assert_true(g_file_test(fixture.precious, G_FILE_TEST_EXISTS));
}

static void
what_is_anothers_or_at_work_stays(void)
{
  g_auto(Fixture) fixture = fixture_make();
  g_auto(BulkFolder) first = {0};
  g_auto(BulkFolder) second = {0};
  g_autofree char *foreign = abandon(&fixture);

  if (chown(foreign, 12345, 12345) != 0) {
    g_test_skip("only root can give a folder away");
    return;
  }
  g_assert_true(bulk_folder_make(&first, fixture.staging, NULL));
  g_assert_true(bulk_folder_make(&second, fixture.staging, NULL));
  g_assert_true(g_file_test(foreign, G_FILE_TEST_EXISTS));
  g_assert_true(g_file_test(first.path, G_FILE_TEST_EXISTS));
}

static void
a_folder_that_others_cannot_pass_is_found(void)
{
  g_auto(Fixture) fixture = fixture_make();

  g_chmod(fixture.root, 0700);

  g_autofree char *closed = bulk_folder_find_closed(fixture.staging);

  g_assert_cmpstr(closed, ==, fixture.root);
  g_chmod(fixture.root, 0711);

  g_autofree char *open_way = bulk_folder_find_closed(fixture.staging);

  g_assert_cmpstr(open_way, ==, NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/bulk/folder/modes", servers_may_read_and_nobody_may_look_or_write);
  g_test_add_func("/bulk/folder/clear", it_goes_with_all_that_is_in_it);
  g_test_add_func("/bulk/folder/abandoned",
                  what_a_killed_run_left_is_removed_and_no_link_is_followed);
  g_test_add_func("/bulk/folder/foreign", what_is_anothers_or_at_work_stays);
  g_test_add_func("/bulk/folder/closed", a_folder_that_others_cannot_pass_is_found);
  return g_test_run();
}
