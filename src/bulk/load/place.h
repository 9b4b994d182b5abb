/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* Where region servers find the files: a folder that they share with us, or a file system that
 * files are sent to. */
typedef struct {
  void *self;
  /* Makes sure that the servers can read the file and returns its URL, owned. `family` is the name
   * of its folder. FAULT_PEER: try again later. */
  char *(*put)(void *self, const char *path, const char *family, GError **error);
  /* Whether what was put is still there. */
  bool (*has)(void *self, const char *url, bool *out_has, GError **error);
  /* A server that loads a file takes it away; where it is false, it copies it. */
  bool is_taken;
} BulkPlace;

/* Files stay where they are, below a folder that the servers share. HBase copies whatever is not on
 * its own HDFS, even if it is the same disk. */
BulkPlace bulk_place_shared(void);
