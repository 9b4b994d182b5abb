/* SPDX-License-Identifier: Apache-2.0 */
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE_BITS = 0777 };

struct WholeFile {
  char *path;       /* owned: what it will be called */
  char *unfinished; /* owned: what it is called until then; NULL: a device, or it is finished */
  int fd;           /* -1: closed */
};

static const char *
name_now(const WholeFile *self)
{
  return self->unfinished != NULL ? self->unfinished : self->path;
}

bool
whole_file_fail(const WholeFile *self, const char *what, GError **error)
{
  int code = errno;

  g_set_error(error, FAULT, FAULT_SETUP, "%s: %s: %s%s", name_now(self), what, g_strerror(code),
              code == ENOSPC || code == EDQUOT ? "; free some space and run again" : "");
  return false;
}

/* Makes the file that is written, with the mode of the one that stands there (NULL: none does). */
static bool
create(WholeFile *self, const char *prefix, mode_t mode, const struct stat *old, GError **error)
{
  const char *slash = strrchr(self->path, '/');
  int folder_len = slash == NULL ? 0 : (int)(slash + 1 - self->path);

  self->unfinished = g_strdup_printf("%.*s%s%s.unfinished", folder_len, self->path, prefix,
                                     self->path + folder_len);
  self->fd = open(self->unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (self->fd < 0)
    whole_file_fail(self, "cannot be created", error);
  else if (old == NULL || fchmod(self->fd, old->st_mode & MODE_BITS) == 0)
    return true;
  else
    whole_file_fail(self, "cannot be given the mode of the file that it replaces", error);
  if (self->fd < 0)
    g_clear_pointer(&self->unfinished, g_free); /* there is nothing to remove */
  return false;
}

WholeFile *
whole_file_new(const char *path, const char *prefix, mode_t mode, GError **error)
{
  g_autoptr(WholeFile) self = g_new0(WholeFile, 1);
  char *target = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? realpath(path, NULL) : NULL;
  struct stat old;
  bool has_old;

  self->path = target != NULL ? target : g_strdup(path);
  has_old = stat(self->path, &old) == 0;
  if (!has_old || S_ISREG(old.st_mode))
    return create(self, prefix, mode, has_old ? &old : NULL, error) ? g_steal_pointer(&self) : NULL;
  self->fd = open(self->path, O_WRONLY | O_CLOEXEC);
  if (self->fd >= 0)
    return g_steal_pointer(&self);
  whole_file_fail(self, "cannot be written", error);
  return NULL;
}

void
whole_file_free(WholeFile *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close(self->fd);
  if (self->unfinished != NULL)
    unlink(self->unfinished);
  g_free(self->unfinished);
  g_free(self->path);
  g_free(self);
}

bool
whole_file_write(WholeFile *self, Slice bytes, GError **error)
{
  while (bytes.len > 0) {
    ssize_t written = write(self->fd, bytes.data, bytes.len);

    if (written < 0 && errno != EINTR)
      return whole_file_fail(self, "cannot be written", error);
    if (written > 0)
      bytes = slice(bytes.data + written, bytes.len - (size_t)written);
  }
  return true;
}

/* A rename is on disk only once its folder is. Not every folder may be read, and not every file
 * system syncs folders. */
static bool
sync_folder(const WholeFile *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(self->path);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool is_synced = fd >= 0 ? fsync(fd) == 0 || errno == EINVAL : errno == EACCES;

  if (!is_synced)
    whole_file_fail(self, "its folder cannot be synced", error);
  if (fd >= 0)
    close(fd);
  return is_synced;
}

bool
whole_file_finish(WholeFile *self, GError **error)
{
  bool is_file = self->unfinished != NULL;

  if (is_file && fsync(self->fd) != 0)
    return whole_file_fail(self, "cannot be synced", error);
  if (close(g_steal_fd(&self->fd)) != 0)
    return whole_file_fail(self, "cannot be closed", error);
  if (!is_file)
    return true;
  if (rename(self->unfinished, self->path) != 0)
    return whole_file_fail(self, "cannot be renamed", error);
  g_clear_pointer(&self->unfinished, g_free);
  return sync_folder(self, error);
}

int
whole_file_fd(const WholeFile *self)
{
  return self->fd;
}

bool
whole_file_expect(const char *path, GError **error)
{
  g_autofree char *quoted = slice_quote(slice_text(path));
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  bool is_empty;

  if (fd < 0) {
    g_set_error(error, FAULT, FAULT_SETUP, "'%s' cannot be read: %s", quoted, g_strerror(errno));
    return false;
  }
  is_empty = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
  close(fd);
  if (is_empty)
    g_set_error(error, FAULT, FAULT_SETUP, "'%s' is empty", quoted);
  return !is_empty;
}
