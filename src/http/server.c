/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <libsoup/soup.h>

/* The sockets are ours: libsoup 3.2's own listener leaks one for every connection. */
struct HttpServer {
  SoupServer *server;      /* owned */
  GSocketService *service; /* owned: accepts */
  HttpPages pages;
  char *url; /* owned */
};

typedef struct {
  const char *path;
  void (*answer)(const HttpServer *self, SoupServerMessage *message);
} Page;

static void
answer_text(SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status(message, status, NULL);
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Cache-Control",
                               "no-store");
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, text, strlen(text));
}

static void
answer_plain(SoupServerMessage *message, guint status, const char *text)
{
  answer_text(message, status, "text/plain; charset=utf-8", text);
}

static void
answer_livez(const HttpServer *self, SoupServerMessage *message)
{
  (void)self;
  answer_plain(message, SOUP_STATUS_OK, "ok\n");
}

static void
answer_readyz(const HttpServer *self, SoupServerMessage *message)
{
  g_autoptr(GString) reasons = g_string_new(NULL);

  if (self->pages.is_ready(self->pages.self, reasons))
    answer_plain(message, SOUP_STATUS_OK, "ok\n");
  else
    answer_plain(message, SOUP_STATUS_SERVICE_UNAVAILABLE, reasons->str);
}

static void
answer_metrics(const HttpServer *self, SoupServerMessage *message)
{
  g_autofree char *text = self->pages.metrics(self->pages.self);

  answer_text(message, SOUP_STATUS_OK, "text/plain; version=0.0.4; charset=utf-8", text);
}

static void
answer_console(const HttpServer *self, SoupServerMessage *message)
{
  g_autofree char *html = NULL;

  if (self->pages.console == NULL) {
    answer_plain(message, SOUP_STATUS_OK, "sluice: /livez /readyz /metrics\n");
    return;
  }
  html = self->pages.console(self->pages.self);
  answer_text(message, SOUP_STATUS_OK, "text/html; charset=utf-8", html);
}

static const Page pages[] = {
    {"/", answer_console},
    {"/livez", answer_livez},
    {"/readyz", answer_readyz},
    {"/metrics", answer_metrics},
};

/* Called with a request's head; its body, which nobody needs, is not kept. */
static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer data)
{
  const HttpServer *self = data;
  const char *method = soup_server_message_get_method(message);

  (void)server, (void)query;
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow",
                                 "GET, HEAD");
    answer_plain(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    return;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
    if (strcmp(path, pages[i].path) == 0) {
      pages[i].answer(self, message);
      return;
    }
  }
  answer_plain(message, SOUP_STATUS_NOT_FOUND, "not here: see /livez, /readyz and /metrics\n");
}

static gboolean
on_connection(GSocketService *service, GSocketConnection *connection, GObject *source,
              gpointer data)
{
  const HttpServer *self = data;
  g_autoptr(GSocketAddress) local = g_socket_connection_get_local_address(connection, NULL);
  g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(connection, NULL);
  g_autoptr(GError) error = NULL;

  (void)service, (void)source;
  if (!soup_server_accept_iostream(self->server, G_IO_STREAM(connection), local, remote, &error))
    g_debug("dropped a connection to the pages reason='%s'", error->message);
  return TRUE;
}

/* Where the first socket listens. */
static char *
url_of(GSocketAddress *bound)
{
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(bound);
  g_autofree char *host = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
  bool is_v6 = strchr(host, ':') != NULL;

  return g_strdup_printf("http://%s%s%s:%u/", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
                         g_inet_socket_address_get_port(inet));
}

/* Every address of the name, as with localhost, which is two. */
static bool
listen_at(HttpServer *self, const char *where, GError **error)
{
  g_autoptr(GSocketConnectable) name = g_network_address_parse(where, 0, error);
  g_autoptr(GSocketAddressEnumerator) addresses =
      name == NULL ? NULL : g_socket_connectable_enumerate(name);

  if (addresses == NULL)
    return false;
  for (;;) {
    g_autoptr(GSocketAddress) address =
        g_socket_address_enumerator_next(addresses, NULL, self->url == NULL ? error : NULL);
    g_autoptr(GSocketAddress) bound = NULL;

    if (address == NULL)
      return self->url != NULL;
    if (!g_socket_listener_add_address(G_SOCKET_LISTENER(self->service), address,
                                       G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                       error))
      return false;
    if (self->url == NULL)
      self->url = url_of(bound);
  }
}

HttpServer *
http_server_new(const char *listen, const HttpPages *what, GError **error)
{
  g_autoptr(HttpServer) self = g_new0(HttpServer, 1);
  g_autoptr(GError) problem = NULL;

  self->server = soup_server_new("server-header", "sluice", NULL);
  self->pages = *what;
  soup_server_add_early_handler(self->server, NULL, on_request, self, NULL);
  self->service = g_socket_service_new();
  g_signal_connect(self->service, "incoming", G_CALLBACK(on_connection), self);
  if (!listen_at(self, listen, &problem)) {
    g_set_error(error, FAULT, FAULT_SETUP, "cannot listen at %s: %s", listen, problem->message);
    return NULL;
  }
  return g_steal_pointer(&self);
}

void
http_server_free(HttpServer *self)
{
  if (self == NULL)
    return;
  g_socket_service_stop(self->service);
  g_socket_listener_close(G_SOCKET_LISTENER(self->service));
  g_signal_handlers_disconnect_by_data(self->service, self);
  g_object_unref(self->service);
  soup_server_disconnect(self->server);
  g_object_unref(self->server);
  g_free(self->url);
  g_free(self);
}

const char *
http_server_url(const HttpServer *self)
{
  return self->url;
}
