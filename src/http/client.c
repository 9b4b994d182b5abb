/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include <libsoup/soup.h>

enum { CHUNK_BYTES = 16384 };

struct HttpClient {
  SoupSession *session; /* owned; sending is safe from any thread since libsoup 3.2 */
  GMutex mutex;         /* over the next */
  char *authorization;  /* owned; NULL: none */
  const char *ca_setting;
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
  g_mutex_init(&self->mutex);
  self->authorization = authorization_of(options);
  self->ca_setting = options->ca_setting == NULL ? "ca.location" : options->ca_setting;
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
  g_mutex_clear(&self->mutex);
  g_free(self->authorization);
  g_free(self);
}

void
http_client_login(HttpClient *self, const HttpClientOptions *options)
{
  g_mutex_lock(&self->mutex);
  g_free(self->authorization);
  self->authorization = authorization_of(options);
  g_mutex_unlock(&self->mutex);
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

/* What is wrong with a server's certificate, and what to do; %s is the setting. */
static const struct {
  GTlsCertificateFlags flag;
  const char *format;
} refusals[] = {
    {G_TLS_CERTIFICATE_EXPIRED, "it has expired: the server needs a new one"},
    {G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet: compare the clocks of both machines"},
    {G_TLS_CERTIFICATE_UNKNOWN_CA,
     "its authority is not known: set %s to the PEM file of that authority"},
    {G_TLS_CERTIFICATE_BAD_IDENTITY,
     "it is for another host name: use the name that it is for in the URL"},
    {G_TLS_CERTIFICATE_VALIDATE_ALL, "it is bad, revoked or insecure: the server needs a new one"},
};

static void
set_certificate_error(const HttpClient *self, GTlsCertificateFlags flags, const char *url,
                      GError **error)
{
  size_t i = 0;
  g_autofree char *remedy = NULL;

  while (i < G_N_ELEMENTS(refusals) - 1 && (flags & refusals[i].flag) == 0)
    i++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  remedy = g_strdup_printf(refusals[i].format, self->ca_setting);
#pragma GCC diagnostic pop
  g_set_error(error, FAULT, FAULT_SETUP, "%s: the server's certificate is not trusted: %s", url,
              remedy);
}

/* What went wrong below HTTP. */
static void
set_peer_error(GError **error, const char *url, const GError *problem)
{
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
new_message(HttpClient *self, const HttpRequest *request, Sending *sending)
{
  SoupMessage *message = soup_message_new(method_of(request), request->url);
  SoupMessageHeaders *headers;

  if (message == NULL)
    return NULL;
  headers = soup_message_get_request_headers(message);
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  if (request->may_repeat) /* else libsoup makes a new connection for each POST */
    soup_message_add_flags(message, SOUP_MESSAGE_IDEMPOTENT);
  g_mutex_lock(&self->mutex);
  if (self->authorization != NULL)
    soup_message_headers_replace(headers, "Authorization", self->authorization);
  g_mutex_unlock(&self->mutex);
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

/* False: it stays refused. */
static gboolean
on_certificate(SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags flags,
               gpointer out_flags)
{
  (void)message, (void)certificate;
  *(GTlsCertificateFlags *)out_flags = flags;
  return FALSE;
}

bool
http_client_send(HttpClient *self, const HttpRequest *request, HttpAnswer *out_answer,
                 GError **error)
{
  Sending sending;
  g_autoptr(SoupMessage) message = new_message(self, request, &sending);
  g_autoptr(GError) problem = NULL;
  g_autoptr(GInputStream) stream = NULL;
  GTlsCertificateFlags flags = 0;
  g_auto(Bytes) body = {0};

  if (message == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP, "'%s' is not a URL", request->url);
    return false;
  }
  g_signal_connect(message, "accept-certificate", G_CALLBACK(on_certificate), &flags);
  stream = soup_session_send(self->session, message, request->cancellable, &problem);
  if (stream == NULL && flags != 0) {
    set_certificate_error(self, flags, request->url, error);
    return false;
  }
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
