/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

#include <gio/gio.h>

/* Asks HTTP servers and waits for the answer. Threads may share it. Redirects are not followed:
 * they would carry credentials to whoever answers. */
typedef struct HttpClient HttpClient;

typedef struct {
  const char *username; /* basic authentication; NULL: none */
  const char *password;
  const char *token;       /* bearer; NULL: none */
  const char *ca_location; /* PEM file of the authorities to trust; NULL: the system's */
  const char *ca_setting;  /* what the user sets it by, for errors; a literal; NULL: ca.location */
  int64_t timeout_ms;      /* of silence, and of the whole answer; 0: none */
  size_t most_bytes;       /* of an answer's body */
} HttpClientOptions;

/* FAULT_SETUP when the file of authorities cannot be used. */
HttpClient *http_client_new(const HttpClientOptions *options, GError **error);
void http_client_free(HttpClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpClient, http_client_free)

/* Another name and password, or token, from the next request on; from any thread. */
void http_client_login(HttpClient *self, const HttpClientOptions *options);

/* From now on; no other thread sends meanwhile. */
void http_client_set_timeout(HttpClient *self, int64_t timeout_ms);

typedef struct {
  unsigned status; /* of HTTP: 200, 404 and so on */
  Bytes body;      /* owned */
  char *location;  /* owned: where a redirect leads; NULL: nowhere */
} HttpAnswer;

void http_answer_clear(HttpAnswer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HttpAnswer, http_answer_clear)

typedef struct {
  const char *name;
  const char *value;
} HttpHeader;

/* A body that is sent as it is read, from where the stream is. */
typedef struct {
  GInputStream *stream; /* borrowed */
  uint64_t bytes;       /* that it has */
  /* Called now and then while bytes go out; false: the request fails, and no answer is awaited. */
  bool (*goes_on)(void *self);
  void *self;
} HttpUpload;

typedef struct {
  const char *url;
  const char *method;        /* NULL: POST with a body, else GET */
  const HttpHeader *headers; /* ended by a nameless one; NULL: none */
  const char *content_type;  /* of the body; NULL: there is none */
  Slice body;
  bool may_repeat;           /* a kept connection may turn out closed: then it is sent once more */
  const HttpUpload *upload;  /* instead of `body`, on a connection of its own; NULL: none */
  GCancellable *cancellable; /* or NULL; with an upload it is cancelled if that does not go on */
} HttpRequest;

/* Any whole answer is success, whatever its status. FAULT_PEER: none came, or not whole, or more
 * than most_bytes; FAULT_SETUP: not a URL, or the server's certificate is not trusted. */
bool http_client_send(HttpClient *self, const HttpRequest *request, HttpAnswer *out_answer,
                      GError **error);
/* The same for a GET of the URL. */
bool http_client_get(HttpClient *self, const char *url, HttpAnswer *out_answer, GError **error);
