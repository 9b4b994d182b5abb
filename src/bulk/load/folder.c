/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHARED_MODE = 0777, MARK_MODE = 0600 };

/* HBase's tool passes over what begins so. */
static const char mark_name[] = "_sluice_at_work";

static const char cannot_make[] = "cannot make a folder for HFiles in it";

static bool
fail(GError **error, const char *path, const char *what)
{
  int code = errno;

  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s", path, what, g_strerror(code));
  return false;
}

static void
remove_all(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);

    if (g_file_test(below, G_FILE_TEST_IS_DIR) && !g_file_test(below, G_FILE_TEST_IS_SYMLINK))
      remove_all(below);
    else
      g_unlink(below);
  }
  g_rmdir(path);
}

/* Opens and locks a mark; -1: there is none, or somebody else is at work. The kernel undoes the
 * lock however the process ends. */
static int
lock_mark(const char *mark, int flags)
{
  int fd = g_open(mark, O_RDWR | O_CLOEXEC | flags, MARK_MODE);

  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  close(fd);
  return -1;
}

/* It is locked before it has its name: nobody finds one that is not. */
static bool
make_mark(BulkFolder *self, GError **error)
{
  g_autofree char *nameless = g_strconcat(self->path, "/_", NULL);

  self->mark = g_build_filename(self->path, mark_name, NULL);
  self->lock = lock_mark(nameless, O_CREAT);
  if (self->lock >= 0 && g_rename(nameless, self->mark) == 0)
    return true;
  return fail(error, self->mark, "cannot be made and locked");
}

/* The host's name is in it: locks need not reach other machines. */
static char *
name_prefix(void)
{
  return g_strdup_printf("sluice-bulkload-%s-", g_get_host_name());
}

/* Nobody can tidy up behind a process that is killed but the next one. */
static void
remove_abandoned(const char *staging)
{
  g_autoptr(GDir) dir = g_dir_open(staging, 0, NULL);
  g_autofree char *prefix = name_prefix();
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(staging, name, NULL);
    g_autofree char *mark = g_build_filename(path, mark_name, NULL);
    int lock = g_str_has_prefix(name, prefix) ? lock_mark(mark, 0) : -1;

    if (lock < 0)
      continue;
    g_message("removing folder=%s reason='its run was killed'", path);
    remove_all(path);
    close(lock);
  }
}

bool
bulk_folder_make(BulkFolder *self, const char *staging, GError **error)
{
  g_autofree char *prefix = name_prefix();
  g_autofree char *name = g_strconcat(prefix, "XXXXXX", NULL);
  g_autofree char *path = g_build_filename(staging, name, NULL);

  remove_abandoned(staging);
  if (g_mkdtemp(path) == NULL)
    return fail(error, staging, cannot_make);
  chmod(path, SHARED_MODE);
  self->path = g_canonicalize_filename(path, NULL);
  return make_mark(self, error);
}

/* What a run that was killed left, and nothing else. */
static bool
clear_away(const char *path, GError **error)
{
  g_autofree char *mark = g_build_filename(path, mark_name, NULL);
  int lock;

  if (!g_file_test(path, G_FILE_TEST_EXISTS) || g_rmdir(path) == 0)
    return true;
  lock = lock_mark(mark, 0);
  if (lock < 0) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s: exists, and no run that was killed left it: another one is at work, or it is "
                "yours; move it away, or give --output another name",
                path);
    return false;
  }
  remove_all(path);
  close(lock);
  return true;
}

bool
bulk_folder_make_output(BulkFolder *self, const char *output, GError **error)
{
  g_autofree char *full = g_canonicalize_filename(output, NULL);
  g_autofree char *path = g_strconcat(full, ".unfinished", NULL);

  if (!clear_away(path, error))
    return false;
  if (g_mkdir(path, SHARED_MODE) != 0)
    return fail(error, path, "cannot create");
  self->path = g_steal_pointer(&path);
  return make_mark(self, error);
}

void
bulk_folder_clear(BulkFolder *self)
{
  if (self->path != NULL && !self->is_kept)
    remove_all(self->path);
  if (self->mark != NULL && self->lock >= 0)
    close(self->lock);
  g_free(self->mark);
  g_free(self->path);
  *self = (BulkFolder){0};
}

bool
bulk_folder_expect_writable(const char *folder, GError **error)
{
  g_autofree char *within = g_build_filename(folder, ".", NULL); /* a file has none */

  return g_access(within, W_OK | X_OK) == 0 || fail(error, folder, cannot_make);
}

static bool
expect_place(const char *output, GError **error)
{
  g_autofree char *full = g_canonicalize_filename(output, NULL);
  g_autofree char *parent = g_path_get_dirname(full);

  return bulk_folder_expect_writable(parent, error);
}

bool
bulk_folder_expect_free(const char *output, GError **error)
{
  g_autoptr(GDir) dir = NULL;

  if (!g_file_test(output, G_FILE_TEST_EXISTS))
    return expect_place(output, error);
  dir = g_dir_open(output, 0, NULL);
  if (dir != NULL && g_dir_read_name(dir) == NULL)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP,
              "%s: exists already; --output makes a new folder, or takes one that is empty",
              output);
  return false;
}

const char *
bulk_folder_keep(BulkFolder *self)
{
  if (self->mark != NULL)
    g_unlink(self->mark);
  self->is_kept = true;
  return self->path;
}

bool
bulk_folder_name(BulkFolder *self, const char *output, GError **error)
{
  g_autofree char *full = g_canonicalize_filename(output, NULL);

  if (g_rename(self->path, full) != 0)
    return fail(error, output, "cannot be the folder of the HFiles");
  g_free(self->mark);
  self->mark = g_build_filename(full, mark_name, NULL);
  g_free(self->path);
  self->path = g_steal_pointer(&full);
  bulk_folder_keep(self);
  return true;
}

void
bulk_folder_share(const BulkFolder *self)
{
  g_autoptr(GDir) dir = g_dir_open(self->path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *family = g_build_filename(self->path, name, NULL);

    chmod(family, SHARED_MODE);
  }
}
