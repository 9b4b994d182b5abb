/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Takes what is written to standard output from here to test_output_take(). */
typedef struct {
  char *path; /* owned */
  int stdout_before;
} TestOutput;

TestOutput test_output_begin(void);
/* What was written; the caller's. */
char *test_output_take(TestOutput *self);
