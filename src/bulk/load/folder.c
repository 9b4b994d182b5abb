/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/folder.h"

#include "base/event.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Region servers run as somebody else, and are told the paths of the files. So the folder is passed
 * through by everybody and listed by nobody, and within it lies one whose name nobody can guess:
 * whoever does not know it reads nothing, whatever the modes below it are. */
enum { PASSAGE_MODE = 0711, SHARED_MODE = 0755, FILE_MODE = 0644, MARK_MODE = 0600 };

enum {
  OWN_MODE = 0777,
  SECRET_WORDS = 4,
  OPEN_FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
};

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

/* Does something to each name in the folder, which is closed then. */
static void
for_each_name(int folder, void (*act)(int folder, const char *name))
{
  DIR *dir = folder < 0 ? NULL : fdopendir(folder);
  const struct dirent *entry;

  while (dir != NULL && (entry = readdir(dir)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      act(folder, entry->d_name);
  if (dir != NULL)
    closedir(dir);
}

/* By descriptors, so that what somebody else puts in the place of a folder meanwhile is not
 * followed. */
static void
remove_all(int parent, const char *name)
{
  if (unlinkat(parent, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
    return;
  for_each_name(openat(parent, name, OPEN_FOLDER), remove_all);
  unlinkat(parent, name, AT_REMOVEDIR);
}

static void
share(int parent, const char *name)
{
  struct stat status;
  int fd;

  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || strcmp(name, mark_name) == 0)
    return;
  if (S_ISREG(status.st_mode)) {
    fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
      fchmod(fd, FILE_MODE);
      close(fd);
    }
    return;
  }
  fd = openat(parent, name, OPEN_FOLDER);
  if (fd >= 0)
    fchmod(fd, SHARED_MODE);
  for_each_name(fd, share);
}

/* Opens and locks a mark in a folder that is ours; -1: there is none, or somebody else is at work.
 * The kernel undoes the lock however the process ends. */
static int
lock_mark(int folder, const char *name, int flags)
{
  struct stat status;
  int fd = -1;

  if (fstat(folder, &status) == 0 && status.st_uid == geteuid())
    fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, MARK_MODE);
  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  close(fd);
  return -1;
}

/* It is locked before it has its name: nobody finds one that is not. */
static bool
make_mark(BulkFolder *self, GError **error)
{
  int folder = open(self->top, OPEN_FOLDER);
  bool is_made;

  self->lock = lock_mark(folder, "_", O_CREAT);
  is_made = self->lock >= 0 && renameat(folder, "_", folder, mark_name) == 0;
  if (folder >= 0)
    close(folder);
  self->has_mark = is_made;
  return is_made || fail(error, self->top, "its mark cannot be made and locked");
}

/* The host's name is in it: locks need not reach other machines. */
static char *
name_prefix(void)
{
  return g_strdup_printf("sluice-bulkload-%s-", g_get_host_name());
}

/* Nobody can tidy up behind a process that is killed but the next one. */
static void
remove_if_abandoned(int staging, const char *name)
{
  g_autofree char *prefix = name_prefix();
  int folder = g_str_has_prefix(name, prefix) ? openat(staging, name, OPEN_FOLDER) : -1;
  int lock = folder < 0 ? -1 : lock_mark(folder, mark_name, 0);

  if (lock >= 0) {
    g_autofree char *folder_name = event_value(name);

    g_message("removing folder=%s reason='its run was killed'", folder_name);
    remove_all(staging, name);
    close(lock);
  }
  if (folder >= 0)
    close(folder);
}

bool
bulk_folder_make(BulkFolder *self, const char *staging, GError **error)
{
  g_autofree char *prefix = name_prefix();
  g_autofree char *name = g_strconcat(prefix, "XXXXXX", NULL);
  g_autofree char *path = g_build_filename(staging, name, NULL);
  g_autoptr(GString) secret = g_string_new(NULL);

  for_each_name(open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC), remove_if_abandoned);
  if (g_mkdtemp(path) == NULL)
    return fail(error, staging, cannot_make);
  self->top = g_canonicalize_filename(path, NULL);
  for (int i = 0; i < SECRET_WORDS; i++)
    g_string_append_printf(secret, "%08x", g_random_int());
  self->path = g_build_filename(self->top, secret->str, NULL);
  if (!make_mark(self, error))
    return false;
  return (g_mkdir(self->path, SHARED_MODE) == 0 && chmod(self->path, SHARED_MODE) == 0 &&
          chmod(self->top, PASSAGE_MODE) == 0) ||
         fail(error, self->path, "cannot create");
}

/* A folder that others may not pass through is said before the work, not after it. */
char *
bulk_folder_find_closed(const char *staging)
{
  g_autofree char *path = g_canonicalize_filename(staging, NULL);
  struct stat status;

  for (;;) {
    g_autofree char *at = g_steal_pointer(&path);

    if (stat(at, &status) == 0 && (status.st_mode & S_IXOTH) == 0)
      return g_steal_pointer(&at);
    if (strcmp(at, "/") == 0)
      return NULL;
    path = g_path_get_dirname(at);
  }
}

void
bulk_folder_warn_if_closed(const char *staging)
{
  g_autofree char *closed = bulk_folder_find_closed(staging);
  g_autofree char *name = closed == NULL ? NULL : event_value(closed);

  if (name != NULL)
    g_warning("closed to others folder=%s reason='a region server of another user cannot take the "
              "HFiles' hint='chmod o+x, or --staging names a folder that it can reach'",
              name);
}

/* What a run that was killed left, and nothing else. */
static bool
clear_away(const char *path, GError **error)
{
  g_autofree char *parent_path = g_path_get_dirname(path);
  g_autofree char *name = g_path_get_basename(path);
  int folder;
  int lock;

  if (!g_file_test(path, G_FILE_TEST_EXISTS) || g_rmdir(path) == 0)
    return true;
  folder = open(path, OPEN_FOLDER);
  lock = folder < 0 ? -1 : lock_mark(folder, mark_name, 0);
  if (folder >= 0)
    close(folder);
  if (lock < 0) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s: exists, and no run that was killed left it: another one is at work, or it is "
                "yours; move it away, or give --output another name",
                path);
    return false;
  }

  int parent = open(parent_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  remove_all(parent, name);
  if (parent >= 0)
    close(parent);
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
  if (g_mkdir(path, OWN_MODE) != 0)
    return fail(error, path, "cannot create");
  self->top = g_strdup(path);
  self->path = g_steal_pointer(&path);
  return make_mark(self, error);
}

void
bulk_folder_clear(BulkFolder *self)
{
  if (self->top != NULL && !self->is_kept) {
    g_autofree char *parent_path = g_path_get_dirname(self->top);
    g_autofree char *name = g_path_get_basename(self->top);
    int parent = open(parent_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    remove_all(parent, name);
    if (parent >= 0)
      close(parent);
  }
  if (self->has_mark)
    close(self->lock);
  g_free(self->top);
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
  g_autofree char *mark = g_build_filename(self->top, mark_name, NULL);

  g_unlink(mark);
  self->is_kept = true;
  return self->path;
}

bool
bulk_folder_name(BulkFolder *self, const char *output, GError **error)
{
  g_autofree char *full = g_canonicalize_filename(output, NULL);

  if (g_rename(self->path, full) != 0)
    return fail(error, output, "cannot be the folder of the HFiles");
  g_free(self->top);
  self->top = g_strdup(full);
  g_free(self->path);
  self->path = g_steal_pointer(&full);
  bulk_folder_keep(self);
  return true;
}

void
bulk_folder_share(const BulkFolder *self)
{
  for_each_name(open(self->path, OPEN_FOLDER), share);
}
