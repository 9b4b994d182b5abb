/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include "base/event.h"

#include <libsoup/soup.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  MOST_VISITS = 64, /* at once */
  VISIT_MS = 10000, /* for one, from its first byte to its last: each is one request */
  BACKLOG = 256,    /* connections not accepted yet */
  AGAIN_MS = 1000,  /* after a connection could not be accepted */
};

/* The sockets are ours: libsoup 3.2's own listener leaks one for every connection, and has no bound
 * for their number or time. */
struct HttpServer {
  SoupServer *server;        /* owned */
  GSocketListener *listener; /* owned */
  GCancellable *closing;     /* owned */
  GQueue visits;             /* of Visit, the oldest first */
  GMainContext *context;     /* owned: of the thread */
  GMainLoop *loop;           /* owned */
  GThread *thread;           /* owned */
  HttpPages pages;
  char *url; /* owned */
};

/* A connection to us, as long as libsoup has it. */
typedef struct {
  HttpServer *server;            /* borrowed */
  GSocketConnection *connection; /* not ours */
  GSource *deadline;             /* owned */
} Visit;

typedef struct {
  const char *path;
  void (*answer)(const HttpServer *self, SoupServerMessage *message);
} Page;

static void on_accepted(GObject *listener, GAsyncResult *result, gpointer data);

static void
answer_text(SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status(message, status, NULL);
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Cache-Control",
                               "no-store");
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection",
                               "close");
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
  if (self->pages.is_alive == NULL || self->pages.is_alive(self->pages.self))
    answer_plain(message, SOUP_STATUS_OK, "ok\n");
  else
    answer_plain(message, SOUP_STATUS_SERVICE_UNAVAILABLE,
                 "the main loop has not turned for 60 s\n");
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
  const char *accept =
      soup_message_headers_get_list(soup_server_message_get_request_headers(message), "Accept");
  bool is_open = accept != NULL && strstr(accept, "application/openmetrics-text") != NULL;
  g_autofree char *text = self->pages.metrics(self->pages.self, is_open);

  answer_text(message, SOUP_STATUS_OK,
              is_open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                      : "text/plain; version=0.0.4; charset=utf-8",
              text);
}

static void
answer_status(const HttpServer *self, SoupServerMessage *message)
{
  g_autofree char *text = self->pages.status(self->pages.self);

  answer_text(message, SOUP_STATUS_OK, "application/json", text);
}

static void
answer_console(const HttpServer *self, SoupServerMessage *message)
{
  g_autofree char *html = NULL;

  if (self->pages.console == NULL) {
    answer_plain(message, SOUP_STATUS_OK, "sluice: /livez /readyz /metrics /status\n");
    return;
  }
  html = self->pages.console(self->pages.self);
  answer_text(message, SOUP_STATUS_OK, "text/html; charset=utf-8", html);
}

static const Page pages[] = {
    {"/", answer_console},        {"/livez", answer_livez},   {"/readyz", answer_readyz},
    {"/metrics", answer_metrics}, {"/status", answer_status},
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
  answer_plain(message, SOUP_STATUS_NOT_FOUND,
               "not here: see /livez, /readyz, /metrics and /status\n");
}

static void
end_visit(const Visit *self)
{
  g_socket_shutdown(g_socket_connection_get_socket(self->connection), TRUE, TRUE, NULL);
}

static gboolean
on_late(gpointer data)
{
  end_visit(data); /* libsoup sees its end, and lets go of it */
  return G_SOURCE_CONTINUE;
}

static void
on_gone(gpointer data, GObject *connection)
{
  Visit *self = data;

  (void)connection;
  g_queue_remove(&self->server->visits, self);
  g_source_destroy(self->deadline);
  g_source_unref(self->deadline);
  g_free(self);
}

/* There is room for whoever comes: the one that has taken longest makes it. */
static void
note_visit(HttpServer *self, GSocketConnection *connection)
{
  Visit *visit = g_new0(Visit, 1);

  if (self->visits.length >= MOST_VISITS)
    end_visit(g_queue_pop_head(&self->visits));
  *visit = (Visit){self, connection, g_timeout_source_new(VISIT_MS)};
  g_source_set_callback(visit->deadline, on_late, visit, NULL);
  g_source_attach(visit->deadline, self->context);
  g_queue_push_tail(&self->visits, visit);
  g_object_weak_ref(G_OBJECT(connection), on_gone, visit);
}

static void
serve(HttpServer *self, GSocketConnection *connection)
{
  g_autoptr(GSocketAddress) local = g_socket_connection_get_local_address(connection, NULL);
  g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(connection, NULL);
  g_autoptr(GError) error = NULL;

  note_visit(self, connection);
  if (!soup_server_accept_iostream(self->server, G_IO_STREAM(connection), local, remote, &error)) {
    g_autofree char *reason = event_value(error->message);

    g_debug("dropped a connection to the pages reason=%s", reason);
  }
}

static gboolean
accept_next(gpointer data)
{
  HttpServer *self = data;

  g_socket_listener_accept_async(self->listener, self->closing, on_accepted, self);
  return G_SOURCE_REMOVE;
}

/* Without a descriptor left none can be accepted before one is free. */
static void
accept_later(HttpServer *self)
{
  g_autoptr(GSource) source = g_timeout_source_new(AGAIN_MS);

  g_source_set_callback(source, accept_next, self, NULL);
  g_source_attach(source, self->context);
}

static void
on_accepted(GObject *listener, GAsyncResult *result, gpointer data)
{
  HttpServer *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketConnection) connection =
      g_socket_listener_accept_finish(G_SOCKET_LISTENER(listener), result, NULL, &error);

  if (connection != NULL)
    serve(self, connection);
  if (g_cancellable_is_cancelled(self->closing))
    return;
  if (connection != NULL)
    accept_next(self);
  else
    accept_later(self);
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
    if (!g_socket_listener_add_address(self->listener, address, G_SOCKET_TYPE_STREAM,
                                       G_SOCKET_PROTOCOL_TCP, NULL, &bound, error))
      return false;
    if (self->url == NULL)
      self->url = url_of(bound);
  }
}

static gpointer
run(gpointer data)
{
  HttpServer *self = data;

  g_main_context_push_thread_default(self->context);
  accept_next(self);
  g_main_loop_run(self->loop);
  g_main_context_pop_thread_default(self->context);
  return NULL;
}

/* A request of our own, before other threads are about: see register_types() in cmd/command.c. By
 * system calls, for the same reason. */
static void
try_once(const HttpServer *self)
{
  const char request[] = "GET /livez HTTP/1.0\r\n\r\n";
  g_autoptr(GUri) uri = g_uri_parse(self->url, G_URI_FLAGS_NONE, NULL);
  g_autoptr(GInetAddress) host = g_inet_address_new_from_string(g_uri_get_host(uri));
  g_autoptr(GInetAddress) near = g_inet_address_get_is_any(host)
                                     ? g_inet_address_new_loopback(g_inet_address_get_family(host))
                                     : g_object_ref(host);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new(near, (guint16)g_uri_get_port(uri));
  struct sockaddr_storage native;
  gssize len = g_socket_address_get_native_size(address);
  int file = socket((int)g_socket_address_get_family(address), SOCK_STREAM | SOCK_CLOEXEC, 0);
  char answer[512];

  if (file >= 0 && g_socket_address_to_native(address, &native, sizeof native, NULL) &&
      connect(file, (struct sockaddr *)&native, (socklen_t)len) == 0 &&
      send(file, request, sizeof request - 1, MSG_NOSIGNAL) > 0)
    while (recv(file, answer, sizeof answer, 0) > 0)
      ;
  if (file >= 0)
    close(file);
}

static bool
start(HttpServer *self, const char *listen, GError **error)
{
  bool is_listening;

  g_main_context_push_thread_default(self->context); /* what accepts belongs to the thread */
  is_listening = listen_at(self, listen, error);
  g_main_context_pop_thread_default(self->context);
  if (!is_listening)
    return false;
  self->thread = g_thread_new("http", run, self);
  try_once(self);
  return true;
}

HttpServer *
http_server_new(const char *listen, const HttpPages *what, GError **error)
{
  g_autoptr(HttpServer) self = g_new0(HttpServer, 1);
  g_autoptr(GError) problem = NULL;

  self->context = g_main_context_new();
  self->loop = g_main_loop_new(self->context, FALSE);
  self->server = soup_server_new("server-header", "sluice", NULL);
  self->listener = g_socket_listener_new();
  g_socket_listener_set_backlog(self->listener, BACKLOG);
  self->closing = g_cancellable_new();
  self->pages = *what;
  soup_server_add_early_handler(self->server, NULL, on_request, self, NULL);
  if (!start(self, listen, &problem)) {
    g_set_error(error, FAULT, FAULT_SETUP, "cannot listen at %s: %s", listen, problem->message);
    return NULL;
  }
  return g_steal_pointer(&self);
}

static gboolean
end(gpointer data)
{
  HttpServer *self = data;

  g_cancellable_cancel(self->closing);
  soup_server_disconnect(self->server);
  g_main_loop_quit(self->loop);
  return G_SOURCE_REMOVE;
}

/* By the loop itself: before it runs, quitting would be lost. */
static void
join(HttpServer *self)
{
  g_autoptr(GSource) source = g_idle_source_new();

  g_source_set_callback(source, end, self, NULL);
  g_source_attach(source, self->context);
  g_thread_join(self->thread);
}

void
http_server_free(HttpServer *self)
{
  if (self == NULL)
    return;
  if (self->thread != NULL)
    join(self);
  g_socket_listener_close(self->listener);
  g_object_unref(self->listener);
  g_object_unref(self->closing);
  g_object_unref(self->server);
  g_main_loop_unref(self->loop);
  g_main_context_unref(self->context);
  g_free(self->url);
  g_free(self);
}

const char *
http_server_url(const HttpServer *self)
{
  return self->url;
}
