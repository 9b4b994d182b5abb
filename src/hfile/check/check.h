/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/check/report.h"

/* Reads a file from its first byte to its last and tells what HBase, which takes almost everything
 * on trust, would not. In memory: one block of each kind. */
typedef struct {
  Slice family; /* every cell must be of it; empty: all of one, whichever */
  /* Sees each cell in file order, as far as the file can be read; may be NULL. */
  void (*visit)(void *self, const HfileCell *cell);
  /* Asked before each block; false: what follows is not looked at. May be NULL. */
  bool (*goes_on)(void *self);
  void *self;
} HfileCheck;

/* False if the file cannot be read at all: FAULT_SETUP (no such file, not supported) or
 * FAULT_RECORD (no HFile, or damaged where everything hangs on it). `report` is initialised. */
bool hfile_check(const char *path, const HfileCheck *check, HfileReport *report, GError **error);
