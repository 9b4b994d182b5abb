/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "http/client.h"

/* Files on HDFS, over its HTTP interface: of NameNodes, or of a gateway before them. FAULT_PEER:
 * time or another NameNode may mend it; FAULT_SETUP: nobody but people can. One thread. */
typedef struct HttpWebhdfs HttpWebhdfs;

/* Borrowed for the call. */
typedef struct {
  const char *const *urls; /* "http://host:9870", NULL-ended: whichever of them is in charge */
  const char *user;        /* whom HDFS takes us for */
  HttpClientOptions http;  /* most_bytes 0: enough */
} HttpWebhdfsOptions;

HttpWebhdfs *http_webhdfs_new(const HttpWebhdfsOptions *options, GError **error);
void http_webhdfs_free(HttpWebhdfs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpWebhdfs, http_webhdfs_free)

/* What ends the waits of the calls that follow (borrowed, or NULL), and how long silence may last.
 */
void http_webhdfs_set_patience(HttpWebhdfs *self, GCancellable *cancellable, int64_t timeout_ms);

/* Paths begin with a slash and are given as they are, not escaped. */

typedef struct {
  bool exists;
  bool is_folder;
  unsigned mode;
  uint64_t bytes;
} HttpWebhdfsFile;

bool http_webhdfs_look(HttpWebhdfs *self, const char *path, HttpWebhdfsFile *out_file,
                       GError **error);
/* Makes a folder, and those above it; `mode` is as chmod has it, whatever the umask. */
bool http_webhdfs_make_folder(HttpWebhdfs *self, const char *path, unsigned mode, GError **error);
/* With all that is in it. What is not there is removed already. */
bool http_webhdfs_remove(HttpWebhdfs *self, const char *path, GError **error);

/* A file to send. Borrowed. */
typedef struct {
  const char *source; /* on this machine */
  const char *path;   /* on HDFS */
  unsigned mode;
  bool (*goes_on)(void *self); /* as HttpUpload has it; NULL: it does */
  void *self;
} HttpWebhdfsPut;

/* Replaces what is at the path. A put that failed may have left a part there; another one goes to
 * another data node, if there is one. */
bool http_webhdfs_put(HttpWebhdfs *self, const HttpWebhdfsPut *put, GError **error);
