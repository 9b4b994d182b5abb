/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listener.h"

#include <string.h>

enum {
  MOST_VISITS = 64, /* at once */
  VISIT_MS = 10000, /* for one, from its first byte to its last: each is one request */
  BACKLOG = 256,    /* connections not accepted yet */
  AGAIN_MS = 1000,  /* after a connection could not be accepted */
};

struct HttpListener {
  GSocketListener *listener; /* owned */
  GCancellable *closing;     /* owned */
  GMainContext *context;     /* owned: of the thread */
  GQueue visits;             /* of Visit, the oldest first */
  HttpVisited visited;
  void *data;
  char *url; /* owned */
};

/* A connection to us, as long as somebody has it. */
typedef struct {
  HttpListener *listener;        /* borrowed */
  GSocketConnection *connection; /* not ours */
  GSource *deadline;             /* owned */
} Visit;

static void on_accepted(GObject *listener, GAsyncResult *result, gpointer data);

static void
end_visit(const Visit *self)
{
  g_socket_shutdown(g_socket_connection_get_socket(self->connection), TRUE, TRUE, NULL);
}

static gboolean
on_late(gpointer data)
{
  end_visit(data); /* whoever has it sees its end, and lets go of it */
  return G_SOURCE_CONTINUE;
}

static void
on_gone(gpointer data, GObject *connection)
{
  Visit *self = data;

  (void)connection;
  g_queue_remove(&self->listener->visits, self);
  g_source_destroy(self->deadline);
  g_source_unref(self->deadline);
  g_free(self);
}

/* There is room for whoever comes: the one that has taken longest makes it. */
static void
note_visit(HttpListener *self, GSocketConnection *connection)
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
serve(HttpListener *self, GSocketConnection *connection)
{
  g_autoptr(GSocketAddress) local = g_socket_connection_get_local_address(connection, NULL);
  g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(connection, NULL);

  note_visit(self, connection);
  self->visited(self->data, connection, local, remote);
}

static gboolean
accept_next(gpointer data)
{
  HttpListener *self = data;

  g_socket_listener_accept_async(self->listener, self->closing, on_accepted, self);
  return G_SOURCE_REMOVE;
}

/* Without a descriptor left none can be accepted before one is free. */
static void
accept_later(HttpListener *self)
{
  g_autoptr(GSource) source = g_timeout_source_new(AGAIN_MS);

  g_source_set_callback(source, accept_next, self, NULL);
  g_source_attach(source, self->context);
}

static void
on_accepted(GObject *listener, GAsyncResult *result, gpointer data)
{
  HttpListener *self = data;
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
listen_at(HttpListener *self, const char *where, GError **error)
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

HttpListener *
http_listener_new(const char *where, GError **error)
{
  g_autoptr(HttpListener) self = g_new0(HttpListener, 1);

  self->context = g_main_context_ref_thread_default();
  self->closing = g_cancellable_new();
  self->listener = g_socket_listener_new();
  g_socket_listener_set_backlog(self->listener, BACKLOG);
  return listen_at(self, where, error) ? g_steal_pointer(&self) : NULL;
}

void
http_listener_free(HttpListener *self)
{
  if (self == NULL)
    return;
  g_socket_listener_close(self->listener);
  g_object_unref(self->listener);
  g_object_unref(self->closing);
  g_main_context_unref(self->context);
  g_free(self->url);
  g_free(self);
}

void
http_listener_start(HttpListener *self, HttpVisited visited, void *data)
{
  self->visited = visited;
  self->data = data;
  accept_next(self);
}

void
http_listener_stop(HttpListener *self)
{
  g_cancellable_cancel(self->closing);
}

const char *
http_listener_url(const HttpListener *self)
{
  return self->url;
}
