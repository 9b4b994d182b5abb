/* SPDX-License-Identifier: Apache-2.0 */
#include "support/output.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

TestOutput
test_output_begin(void)
{
  TestOutput self = {0};
  int file = g_file_open_tmp(NULL, &self.path, NULL);

  g_assert_cmpint(file, >=, 0);
  fflush(stdout);
  self.stdout_before = dup(STDOUT_FILENO);
  g_assert_cmpint(dup2(file, STDOUT_FILENO), >=, 0);
  close(file);
  return self;
}

char *
test_output_take(TestOutput *self)
{
  char *text = NULL;

  fflush(stdout);
  dup2(self->stdout_before, STDOUT_FILENO);
  close(self->stdout_before);
  g_assert_true(g_file_get_contents(self->path, &text, NULL, NULL));
  g_unlink(self->path);
  g_clear_pointer(&self->path, g_free);
  return text;
}
