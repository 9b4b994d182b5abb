/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "http/webhdfs.h"

/* What a WebHDFS server says, as a remedy. */
typedef enum {
  HTTP_WEBHDFS_DONE,    /* it did what it was asked */
  HTTP_WEBHDFS_ABSENT,  /* there is no such file */
  HTTP_WEBHDFS_STANDBY, /* another NameNode is in charge */
  HTTP_WEBHDFS_REFUSED, /* `error` says why, with FAULT_PEER if time may mend it */
} HttpWebhdfsVerdict;

/* Judges an answer whose status should be `wanted`; `user` is whom it was asked as. */
HttpWebhdfsVerdict http_webhdfs_reply_judge(const HttpAnswer *answer, unsigned wanted,
                                            const char *user, GError **error);

/* {"boolean": true}: what was asked for was there to be done. */
bool http_webhdfs_reply_is_true(const HttpAnswer *answer);

/* {"FileStatus": {"type": "FILE", "length": 7, "permission": "644"}} */
bool http_webhdfs_reply_file(const HttpAnswer *answer, HttpWebhdfsFile *out_file, GError **error);
