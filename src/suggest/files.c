/* SPDX-License-Identifier: Apache-2.0 */
#include "suggest/files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

SuggestFiles *
files_new(const char *folder)
{
  SuggestFiles *self = g_new0(SuggestFiles, 1);

  self->folder = g_strdup(folder);
  self->paths = g_ptr_array_new_with_free_func(g_free);
  self->names = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(self->names, NULL);
  return self;
}

void
files_free(SuggestFiles *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->paths->len; i++)
    g_unlink(self->paths->pdata[i]);
  g_ptr_array_unref(self->paths);
  g_ptr_array_unref(self->names);
  g_free(self->folder);
  g_free(self);
}

void
files_keep(SuggestFiles *self)
{
  g_ptr_array_set_size(self->paths, 0);
}

static bool
write_all(int fd, const char *text)
{
  size_t len = strlen(text);

  while (len > 0) {
    ssize_t written = write(fd, text, len);

    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    text += written;
    len -= (size_t)written;
  }
  return fsync(fd) == 0;
}

bool
files_add(SuggestFiles *self, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename(self->folder, name, NULL);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  bool is_written;

  if (fd < 0 && errno == EEXIST) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s exists, and nothing is written over: give another --name or --output", path);
    return false;
  }
  if (fd < 0) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: cannot be written: %s", path, g_strerror(errno));
    return false;
  }
  g_ptr_array_add(self->paths, g_strdup(path));
  is_written = write_all(fd, text);
  if (close(fd) != 0 || !is_written) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: cannot be written: %s", path, g_strerror(errno));
    return false;
  }
  return true;
}

static void
add_name(SuggestFiles *self, const char *name)
{
  self->names->pdata[self->names->len - 1] = g_strdup(name);
  g_ptr_array_add(self->names, NULL);
}

bool
files_add_schemas(SuggestFiles *self, const GPtrArray *texts, const char *name, GError **error)
{
  for (guint i = 0; i < texts->len; i++) {
    g_autofree char *file = i + 1 == texts->len ? g_strconcat(name, ".avsc", NULL)
                                                : g_strdup_printf("%s-%u.avsc", name, i + 1);

    if (!files_add(self, file, texts->pdata[i], error))
      return false;
    add_name(self, file);
  }
  return true;
}

bool
files_use_schemas(SuggestFiles *self, char *const *paths, const GPtrArray *texts, GError **error)
{
  g_autofree char *folder = g_canonicalize_filename(self->folder, NULL);

  for (guint i = 0; i < texts->len; i++) {
    g_autofree char *whole = g_canonicalize_filename(paths[i], NULL);
    g_autofree char *parent = g_path_get_dirname(whole);
    g_autofree char *name = g_path_get_basename(whole);

    if (strcmp(parent, folder) != 0 && !files_add(self, name, texts->pdata[i], error))
      return false;
    add_name(self, name);
  }
  return true;
}

const char *const *
files_schemas(const SuggestFiles *self)
{
  return (const char *const *)self->names->pdata;
}
