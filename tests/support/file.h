/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Where a test may make a file: alone in a temporary folder of its own. */
typedef struct {
  char *folder; /* owned */
  char *path;   /* owned: of the file */
} TestFile;

TestFile test_file_make(const char *name);
/* Removes the file, if it is there, and the folder; a test fails that left anything else there. */
void test_file_clear(TestFile *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TestFile, test_file_clear)

/* How many files are there now. */
size_t test_file_count(const TestFile *self);
