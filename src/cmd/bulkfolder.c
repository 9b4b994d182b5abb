/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulkfolder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

enum { SHARED_MODE = 0777 };

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

bool
cmd_bulkfolder_make(CmdBulkFolder *self, const char *staging, GError **error)
{
  g_autofree char *path = g_build_filename(staging, "sluice-bulkload-XXXXXX", NULL);

  if (g_mkdtemp(path) == NULL)
    return fail(error, staging, "cannot make a folder for HFiles in it");
  chmod(path, SHARED_MODE);
  self->path = g_canonicalize_filename(path, NULL);
  return true;
}

bool
cmd_bulkfolder_make_output(CmdBulkFolder *self, const char *output, GError **error)
{
  g_autofree char *full = g_canonicalize_filename(output, NULL);
  g_autofree char *path = g_strconcat(full, ".unfinished", NULL);

  remove_all(path); /* of a run that was killed */
  if (g_mkdir(path, SHARED_MODE) != 0)
    return fail(error, path, "cannot create");
  self->path = g_steal_pointer(&path);
  return true;
}

void
cmd_bulkfolder_clear(CmdBulkFolder *self)
{
  if (self->path != NULL && !self->is_kept)
    remove_all(self->path);
  g_free(self->path);
  *self = (CmdBulkFolder){0};
}

bool
cmd_bulkfolder_name(CmdBulkFolder *self, const char *output, GError **error)
{
  g_autofree char *full = g_canonicalize_filename(output, NULL);

  if (g_rename(self->path, full) != 0)
    return fail(error, output, "cannot be the folder of the HFiles");
  g_free(self->path);
  self->path = g_steal_pointer(&full);
  self->is_kept = true;
  return true;
}

void
cmd_bulkfolder_share(const CmdBulkFolder *self)
{
  g_autoptr(GDir) dir = g_dir_open(self->path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *family = g_build_filename(self->path, name, NULL);

    chmod(family, SHARED_MODE);
  }
}
