/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* The service's own pages: /livez, /readyz, /metrics, /status, and / for people if there is such a
 * page. Served by a thread of its own, so that they answer whatever the service waits for: one
 * request a connection, at most 64 of them at once and 10 s each. */
typedef struct HttpServer HttpServer;

/* What the pages say; called for each request, by the server's thread. */
typedef struct {
  void *self;
  /* Whether the process works; NULL: it always does. */
  bool (*is_alive)(void *self);
  /* Whether records flow; if not, why: a reason a line. */
  bool (*is_ready)(void *self, GString *reasons);
  /* Prometheus's text format, or OpenMetrics. */
  char *(*metrics)(void *self, bool is_open);
  /* JSON, for /status. */
  char *(*status)(void *self);
  /* HTML for people; NULL: no such page. */
  char *(*console)(void *self);
} HttpPages;

/* Listens at "host:port" (port 0: any that is free). FAULT_SETUP when it cannot. */
HttpServer *http_server_new(const char *listen, const HttpPages *pages, GError **error);
void http_server_free(HttpServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_free)

/* Where it listens, as "http://127.0.0.1:9187/"; borrowed. */
const char *http_server_url(const HttpServer *self);
