/* SPDX-License-Identifier: Apache-2.0 */
#include "support/file.h"

#include <glib/gstdio.h>

TestFile
test_file_make(const char *name)
{
  TestFile self = {.folder = g_dir_make_tmp("test-XXXXXX", NULL)};

  g_assert_nonnull(self.folder);
  self.path = g_build_filename(self.folder, name, NULL);
  return self;
}

void
test_file_clear(TestFile *self)
{
  g_unlink(self->path);
  g_assert_cmpint(g_rmdir(self->folder), ==, 0);
  g_free(self->folder);
  g_free(self->path);
}

size_t
test_file_count(const TestFile *self)
{
  g_autoptr(GDir) dir = g_dir_open(self->folder, 0, NULL);
  size_t files = 0;

  while (g_dir_read_name(dir) != NULL)
    files++;
  return files;
}
