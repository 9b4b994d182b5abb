/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"

/* The service's own pages: /livez, /readyz, /metrics, /status, and more if there are more. Served
 * by a thread of its own, so that they answer whatever the service waits for: one request a
 * connection, at most 64 of them at once and 10 s each. All but the first three are for those whom
 * the guard (http/guard.h) lets in. */
typedef struct HttpServer HttpServer;

/* A request for a page that is answered by whoever has it. */
typedef struct HttpExchange HttpExchange;

/* Pages beyond the service's own. */
typedef struct {
  void *self;
  /* In the server's thread: whether there is such a page, which is then answered, once. */
  bool (*take)(void *self, HttpExchange *exchange);
} HttpSite;

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
  HttpSite site; /* take NULL: no more pages */
} HttpPages;

typedef struct {
  const char *listen;       /* "host:port" (port 0: any that is free) */
  const char *const *hosts; /* NULL-ended: names beside the one of listen; or NULL */
  const char *token;        /* NULL: nobody is asked for one */
} HttpServerOptions;

/* FAULT_SETUP when it cannot listen. */
HttpServer *http_server_new(const HttpServerOptions *options, const HttpPages *pages,
                            GError **error);
void http_server_free(HttpServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_free)

/* From any thread: the token is another now; NULL: it stays. */
void http_server_set_token(HttpServer *self, const char *token);

/* Where it listens, as "http://127.0.0.1:9187/"; borrowed. */
const char *http_server_url(const HttpServer *self);

/* Both are borrowed, and the request's until it is answered. NULL: there is no such parameter. */
const char *http_exchange_path(const HttpExchange *self);
const char *http_exchange_parameter(const HttpExchange *self, const char *name);

/* From any thread, as long as the server lives; takes request and body, which is let go of once it
 * is sent or nobody wants it any more. */
void http_exchange_answer(HttpExchange *self, unsigned status, const char *type, GBytes *body);
