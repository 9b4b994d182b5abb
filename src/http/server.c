/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include "base/event.h"
#include "http/guard.h"
#include "http/listener.h"

#include <libsoup/soup.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct HttpServer {
  SoupServer *server;     /* owned */
  HttpListener *listener; /* owned */
  HttpGuard *guard;       /* owned */
  GMainContext *context;  /* owned: of the thread */
  GMainLoop *loop;        /* owned */
  GThread *thread;        /* owned */
  HttpPages pages;
};

struct HttpExchange {
  const HttpServer *server;   /* borrowed */
  SoupServerMessage *message; /* owned */
  char *path;                 /* owned */
  GHashTable *query;          /* owned; NULL: nothing is asked for */
  bool is_over;               /* the connection is; for the server's thread alone */
  unsigned status;
  const char *type;
  GBytes *body; /* owned */
};

typedef struct {
  const char *path;
  void (*answer)(const HttpServer *self, SoupServerMessage *message);
  bool is_open; /* to everybody: orchestrators and Prometheus have no token, and any name for us */
} Page;

static const struct {
  const char *name;
  const char *value;
} headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
    {"Connection", "close"},
};

/* Every answer has them, those that libsoup makes too. */
static void
on_started(SoupServer *server, SoupServerMessage *message, gpointer data)
{
  SoupMessageHeaders *of_answer = soup_server_message_get_response_headers(message);

  (void)server, (void)data;
  for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
    soup_message_headers_replace(of_answer, headers[i].name, headers[i].value);
}

static void
answer_text(SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status(
      message, status, status == SOUP_STATUS_MISDIRECTED_REQUEST ? "Misdirected Request" : NULL);
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

static const Page pages[] = {
    {"/livez", answer_livez, true},
    {"/readyz", answer_readyz, true},
    {"/metrics", answer_metrics, true},
    {"/status", answer_status, false},
};

/* Whoever asks by a name that is not ours is led here by somebody else's page. */
static bool
lets_in(const HttpServer *self, SoupServerMessage *message)
{
  SoupMessageHeaders *asked = soup_server_message_get_request_headers(message);

  if (!http_guard_knows_host(self->guard, soup_message_headers_get_one(asked, "Host"))) {
    answer_plain(message, SOUP_STATUS_MISDIRECTED_REQUEST,
                 "not a name of this service: http.hosts names those that it has\n");
    return false;
  }
  if (http_guard_lets_in(self->guard, soup_message_headers_get_one(asked, "Authorization")))
    return true;
  soup_message_headers_replace(soup_server_message_get_response_headers(message),
                               "WWW-Authenticate", "Basic realm=\"sluice\", charset=\"UTF-8\"");
  answer_plain(message, SOUP_STATUS_UNAUTHORIZED,
               "the token of http.token is asked for: as password, or as bearer token\n");
  return false;
}

/* Called with a request's head; its body, which nobody needs, is not kept. */
static void
on_head(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
        gpointer data)
{
  const HttpServer *self = data;
  const char *method = soup_server_message_get_method(message);
  const Page *page = pages;

  (void)server, (void)query;
  /* of ranges libsoup makes a copy each, however many and alike they are */
  soup_message_headers_remove(soup_server_message_get_request_headers(message), "Range");
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow",
                                 "GET, HEAD");
    answer_plain(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    return;
  }
  while (page < pages + G_N_ELEMENTS(pages) && strcmp(path, page->path) != 0)
    page++;
  if (page < pages + G_N_ELEMENTS(pages)) {
    if (page->is_open || lets_in(self, message))
      page->answer(self, message);
  } else {
    lets_in(self, message); /* the site's, once the request is whole */
  }
}

static void
exchange_free(gpointer data)
{
  HttpExchange *self = data;

  g_signal_handlers_disconnect_by_data(self->message, self);
  g_object_unref(self->message);
  g_clear_pointer(&self->query, g_hash_table_unref);
  g_clear_pointer(&self->body, g_bytes_unref);
  g_free(self->path);
  g_free(self);
}

static void
on_over(SoupServerMessage *message, gpointer data)
{
  HttpExchange *self = data;

  (void)message;
  self->is_over = true;
}

/* Called with a whole request that on_head() has not answered. */
static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer data)
{
  const HttpServer *self = data;
  HttpExchange *exchange = g_new0(HttpExchange, 1);

  (void)server;
  *exchange = (HttpExchange){.server = self,
                             .message = g_object_ref(message),
                             .path = g_strdup(path),
                             .query = query == NULL ? NULL : g_hash_table_ref(query)};
  g_signal_connect(message, "finished", G_CALLBACK(on_over), exchange);
  g_signal_connect(message, "disconnected", G_CALLBACK(on_over), exchange);
  soup_server_message_pause(message);
  if (self->pages.site.take != NULL && self->pages.site.take(self->pages.site.self, exchange))
    return;
  soup_server_message_unpause(message);
  exchange_free(exchange);
  if (strcmp(path, "/") == 0)
    answer_plain(message, SOUP_STATUS_OK, "sluice: /livez /readyz /metrics /status\n");
  else
    answer_plain(message, SOUP_STATUS_NOT_FOUND,
                 "not here: see /livez, /readyz, /metrics and /status\n");
}

const char *
http_exchange_path(const HttpExchange *self)
{
  return self->path;
}

const char *
http_exchange_parameter(const HttpExchange *self, const char *name)
{
  return self->query == NULL ? NULL : g_hash_table_lookup(self->query, name);
}

static gboolean
send_answer(gpointer data)
{
  HttpExchange *self = data;
  SoupMessageHeaders *of_answer = soup_server_message_get_response_headers(self->message);

  if (self->is_over)
    return G_SOURCE_REMOVE;
  soup_server_message_set_status(self->message, self->status, NULL);
  soup_message_headers_set_content_type(of_answer, self->type, NULL);
  soup_message_body_append_bytes(soup_server_message_get_response_body(self->message), self->body);
  g_clear_pointer(&self->body, g_bytes_unref);
  soup_server_message_unpause(self->message);
  return G_SOURCE_REMOVE;
}

void
http_exchange_answer(HttpExchange *self, unsigned status, const char *type, GBytes *body)
{
  g_autoptr(GSource) source = g_idle_source_new();

  self->status = status;
  self->type = type;
  self->body = body;
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, send_answer, self, exchange_free);
  g_source_attach(source, self->server->context);
}

static void
on_visited(void *data, GSocketConnection *connection, GSocketAddress *local, GSocketAddress *remote)
{
  HttpServer *self = data;
  g_autoptr(GError) error = NULL;

  if (!soup_server_accept_iostream(self->server, G_IO_STREAM(connection), local, remote, &error)) {
    g_autofree char *reason = event_value(error->message);

    g_debug("dropped a connection to the pages reason=%s", reason);
  }
}

static gpointer
run(gpointer data)
{
  HttpServer *self = data;

  g_main_context_push_thread_default(self->context);
  http_listener_start(self->listener, on_visited, self);
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
  g_autoptr(GUri) uri = g_uri_parse(http_listener_url(self->listener), G_URI_FLAGS_NONE, NULL);
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
  g_main_context_push_thread_default(self->context); /* what accepts belongs to the thread */
  self->listener = http_listener_new(listen, error);
  g_main_context_pop_thread_default(self->context);
  if (self->listener == NULL)
    return false;
  self->thread = g_thread_new("http", run, self);
  try_once(self);
  return true;
}

/* The names that requests may have for us. */
static HttpGuard *
guard_of(const HttpServerOptions *options)
{
  g_autoptr(GSocketConnectable) where = g_network_address_parse(options->listen, 0, NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new();

  for (size_t i = 0; options->hosts != NULL && options->hosts[i] != NULL; i++)
    g_ptr_array_add(names, (gpointer)options->hosts[i]);
  if (where != NULL)
    g_ptr_array_add(names, (gpointer)g_network_address_get_hostname(G_NETWORK_ADDRESS(where)));
  g_ptr_array_add(names, NULL);
  return http_guard_new((const char *const *)names->pdata, options->token);
}

HttpServer *
http_server_new(const HttpServerOptions *options, const HttpPages *what, GError **error)
{
  g_autoptr(HttpServer) self = g_new0(HttpServer, 1);
  g_autoptr(GError) problem = NULL;

  self->context = g_main_context_new();
  self->loop = g_main_loop_new(self->context, FALSE);
  self->server = soup_server_new("server-header", "sluice", NULL);
  self->guard = guard_of(options);
  self->pages = *what;
  g_signal_connect(self->server, "request-started", G_CALLBACK(on_started), NULL);
  soup_server_add_early_handler(self->server, NULL, on_head, self, NULL);
  soup_server_add_handler(self->server, NULL, on_request, self, NULL);
  if (!start(self, options->listen, &problem)) {
    g_set_error(error, FAULT, FAULT_SETUP, "cannot listen at %s: %s", options->listen,
                problem->message);
    return NULL;
  }
  return g_steal_pointer(&self);
}

static gboolean
end(gpointer data)
{
  HttpServer *self = data;

  http_listener_stop(self->listener);
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
  while (g_main_context_iteration(self->context, FALSE))
    ; /* answers that came too late */
}

void
http_server_free(HttpServer *self)
{
  if (self == NULL)
    return;
  if (self->thread != NULL)
    join(self);
  g_object_unref(self->server);
  http_listener_free(self->listener);
  g_main_loop_unref(self->loop);
  g_main_context_unref(self->context);
  http_guard_free(self->guard);
  g_free(self);
}

void
http_server_set_token(HttpServer *self, const char *token)
{
  http_guard_set_token(self->guard, token);
}

const char *
http_server_url(const HttpServer *self)
{
  return http_listener_url(self->listener);
}
