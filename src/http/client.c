/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include <libsoup/soup.h>

enum { CHUNK_BYTES = 16384 };

struct HttpClient {
  SoupSession *session; /* owned; sending is safe from any thread since libsoup 3.2 */
  char *authorization;  /* owned; NULL: none */
  int64_t timeout_ms;
  size_t most_bytes;
};

static char *
authorization_of(const HttpClientOptions *options)
{
  g_autofree char *pair = NULL;
  g_autofree char *encoded = NULL;

  if (options->token != NULL)
    return g_strconcat("Bearer ", options->token, NULL);
  if (options->username == NULL)
    return NULL;
  pair =
      g_strconcat(options->username, ":", options->password == NULL ? "" : options->password, NULL);
  encoded = g_base64_encode((const guchar *)pair, strlen(pair));
  return g_strconcat("Basic ", encoded, NULL);
}

static bool
set_authorities(SoupSession *session, const char *location, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autofree char *path = g_canonicalize_filename(location, NULL); /* GLib takes no other */
  g_autoptr(GTlsDatabase) database = g_tls_file_database_new(path, &problem);

  if (database == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP, "cannot use the authorities of %s: %s", location,
                problem->message);
    return false;
  }
  soup_session_set_tls_database(session, database);
  return true;
}

HttpClient *
http_client_new(const HttpClientOptions *options, GError **error)
{
  g_autoptr(HttpClient) self = g_new0(HttpClient, 1);

  self->session =
      soup_session_new_with_options("timeout", (guint)((options->timeout_ms + 999) / 1000),
                                    "user-agent", "sluice/" SLUICE_VERSION, NULL);
  self->authorization = authorization_of(options);
  self->timeout_ms = options->timeout_ms;
  self->most_bytes = options->most_bytes;
  if (options->ca_location != NULL && !set_authorities(self->session, options->ca_location, error))
    return NULL;
  return g_steal_pointer(&self);
}

void
http_client_free(HttpClient *self)
{
  if (self == NULL)
    return;
  g_clear_object(&self->session);
  g_free(self->authorization);
  g_free(self);
}

void
http_client_set_timeout(HttpClient *self, int64_t timeout_ms)
{
  self->timeout_ms = timeout_ms;
  g_object_set(self->session, "timeout", (guint)((timeout_ms + 999) / 1000), NULL);
}

void
http_answer_clear(HttpAnswer *self)
{
  bytes_clear(&self->body);
  g_clear_pointer(&self->location, g_free);
}

/* Somebody took the connection, and what came over it was no answer. */
static bool
is_no_http(const GError *problem)
{
  return problem->domain == SOUP_SESSION_ERROR ||
         g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
}

/* What went wrong below HTTP, as a remedy. */
static void
set_peer_error(GError **error, const char *url, const GError *problem)
{
  if (g_error_matches(problem, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s: the server's certificate is not trusted (%s): set ca.location to the file "
                "of its authority",
                url, problem->message);
  else
    g_set_error(error, FAULT, FAULT_PEER, "%s: %s%s", url, problem->message,
                is_no_http(problem) ? " (no HTTP server, or it went away)" : "");
}

/* A server that sends a byte now and then is not silent, but as good as gone. */
static bool
is_late(const HttpClient *self, int64_t since_us)
{
  return self->timeout_ms > 0 && g_get_monotonic_time() - since_us > self->timeout_ms * 1000;
}

static bool
read_body(const HttpClient *self, GInputStream *stream, const HttpRequest *request, Bytes *body,
          GError **error)
{
  int64_t since_us = g_get_monotonic_time();

  for (;;) {
    g_autoptr(GError) problem = NULL;
    gssize got = g_input_stream_read(stream, bytes_reserve(body, CHUNK_BYTES), CHUNK_BYTES,
                                     request->cancellable, &problem);

    if (got == 0)
      return true;
    if (got < 0) {
      set_peer_error(error, request->url, problem);
      return false;
    }
    body->len += (size_t)got;
    if (body->len > self->most_bytes) {
      g_set_error(error, FAULT, FAULT_PEER, "%s: the answer is longer than %zu bytes", request->url,
                  self->most_bytes);
      return false;
    }
    if (is_late(self, since_us)) {
      g_set_error(error, FAULT, FAULT_PEER, "%s: the answer did not end in %d ms", request->url,
                  (int)self->timeout_ms);
      return false;
    }
  }
}

typedef struct {
  const HttpUpload *upload;
  GCancellable *cancellable;
} Sending;

static void
look_whether_it_goes_on(SoupMessage *message, guint bytes, const Sending *sending)
{
  (void)message, (void)bytes;
  if (!sending->upload->goes_on(sending->upload->self))
    g_cancellable_cancel(sending->cancellable);
}

/* What was sent cannot be sent again, so it does not go over a connection that may have been closed
 * meanwhile. */
static void
set_upload(SoupMessage *message, const HttpRequest *request, Sending *sending)
{
  const HttpUpload *upload = request->upload;

  soup_message_add_flags(message, SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_set_request_body(message, request->content_type, upload->stream,
                                (gssize)upload->bytes);
  *sending = (Sending){upload, request->cancellable};
  if (upload->goes_on != NULL)
    g_signal_connect(message, "wrote-body-data", G_CALLBACK(look_whether_it_goes_on), sending);
}

static const char *
method_of(const HttpRequest *request)
{
  if (request->method != NULL)
    return request->method;
  return request->content_type == NULL ? SOUP_METHOD_GET : SOUP_METHOD_POST;
}

/* `sending` lives as long as the message. */
static SoupMessage *
new_message(const HttpClient *self, const HttpRequest *request, Sending *sending)
{
  SoupMessage *message = soup_message_new(method_of(request), request->url);
  SoupMessageHeaders *headers;

  if (message == NULL)
    return NULL;
  headers = soup_message_get_request_headers(message);
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  if (request->may_repeat) /* else libsoup makes a new connection for each POST */
    soup_message_add_flags(message, SOUP_MESSAGE_IDEMPOTENT);
  if (self->authorization != NULL)
    soup_message_headers_replace(headers, "Authorization", self->authorization);
  for (const HttpHeader *header = request->headers; header != NULL && header->name != NULL;
       header++)
    soup_message_headers_replace(headers, header->name, header->value);
  if (request->upload != NULL) {
    set_upload(message, request, sending);
  } else if (request->content_type != NULL) {
    g_autoptr(GBytes) body = g_bytes_new(request->body.data, request->body.len);

    soup_message_set_request_body_from_bytes(message, request->content_type, body);
  }
  return message;
}

bool
http_client_send(HttpClient *self, const HttpRequest *request, HttpAnswer *out_answer,
                 GError **error)
{
  Sending sending;
  g_autoptr(SoupMessage) message = new_message(self, request, &sending);
  g_autoptr(GError) problem = NULL;
  g_autoptr(GInputStream) stream = NULL;
  g_auto(Bytes) body = {0};

  if (message == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP, "'%s' is not a URL", request->url);
    return false;
  }
  stream = soup_session_send(self->session, message, request->cancellable, &problem);
  if (stream == NULL) {
    set_peer_error(error, request->url, problem);
    return false;
  }
  if (!read_body(self, stream, request, &body, error))
    return false;
  out_answer->status = soup_message_get_status(message);
  out_answer->body = body;
  body = (Bytes){0}; /* the answer owns it now */
  out_answer->location = g_strdup(
      soup_message_headers_get_one(soup_message_get_response_headers(message), "Location"));
  return true;
}

bool
http_client_get(HttpClient *self, const char *url, HttpAnswer *out_answer, GError **error)
{
  return http_client_send(self, &(HttpRequest){.url = url}, out_answer, error);
}
