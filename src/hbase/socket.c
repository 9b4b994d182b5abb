/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

enum { MOST_PARTS = 8, READ_BYTES = 64 * 1024 };

struct Socket {
  GSocket *socket;           /* owned, never blocks */
  GIOStream *tls;            /* owned; NULL: plain */
  char *name;                /* owned: of the peer, for messages */
  GCancellable *cancellable; /* owned or NULL */
};

static int64_t
deadline_after(uint32_t timeout_ms)
{
  return g_get_monotonic_time() + (int64_t)timeout_ms * 1000;
}

static bool
wait_for(GSocket *socket, GIOCondition condition, int64_t deadline_us, GCancellable *cancellable,
         GError **error)
{
  int64_t left_us = MAX(deadline_us - g_get_monotonic_time(), 0);

  return g_socket_condition_timed_wait(socket, condition, left_us, cancellable, error);
}

/* Says a failure as FAULT_PEER: who, what was tried, why. */
static bool
peer_fault(const char *name, const char *action, GError *cause, GError **error)
{
  if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_set_error(error, FAULT, FAULT_PEER, "%s: %s: no answer in time", name, action);
  else
    g_set_error(error, FAULT, FAULT_PEER, "%s: %s: %s", name, action, cause->message);
  g_error_free(cause);
  return false;
}

static bool
connect_address(GSocket *socket, GSocketAddress *address, const SocketOptions *options,
                GError **error)
{
  g_autoptr(GError) pending = NULL;

  if (g_socket_connect(socket, address, options->cancellable, &pending))
    return true;
  if (!g_error_matches(pending, G_IO_ERROR, G_IO_ERROR_PENDING)) {
    g_propagate_error(error, g_steal_pointer(&pending));
    return false;
  }
  return wait_for(socket, G_IO_OUT, deadline_after(options->connect_timeout_ms),
                  options->cancellable, error) &&
         g_socket_check_connect_result(socket, error);
}

static GSocket *
try_address(GSocketAddress *address, const SocketOptions *options, GError **error)
{
  g_autoptr(GSocket) socket = g_socket_new(g_socket_address_get_family(address),
                                           G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_blocking(socket, FALSE);
  g_socket_set_keepalive(socket, TRUE);
  g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  if (!connect_address(socket, address, options, error))
    return NULL;
  return g_steal_pointer(&socket);
}

static void
on_found(GObject *resolver, GAsyncResult *result, void *out_found)
{
  (void)resolver;
  *(GAsyncResult **)out_found = g_object_ref(result);
}

static gboolean
on_late(void *limit)
{
  g_cancellable_cancel(limit);
  return G_SOURCE_REMOVE;
}

static void
on_stop(GCancellable *stop, void *limit)
{
  (void)stop;
  g_cancellable_cancel(limit);
}

/* The name's addresses (GInetAddress). The system's resolver asks a dead DNS for a minute; it is
 * left to itself then. */
static GList *
look_up(const char *name, const SocketOptions *options, GError **error)
{
  g_autoptr(GMainContext) context = g_main_context_new();
  g_autoptr(GSource) timer = g_timeout_source_new(options->connect_timeout_ms);
  g_autoptr(GCancellable) limit = g_cancellable_new();
  g_autoptr(GResolver) resolver = g_resolver_get_default();
  g_autoptr(GAsyncResult) found = NULL;
  gulong stop = options->cancellable == NULL
                    ? 0
                    : g_cancellable_connect(options->cancellable, G_CALLBACK(on_stop), limit, NULL);
  GError *cause = NULL;
  GList *addresses;

  g_source_set_callback(timer, on_late, limit, NULL);
  g_source_attach(timer, context);
  g_main_context_push_thread_default(context);
  g_resolver_lookup_by_name_async(resolver, name, limit, on_found, &found);
  while (found == NULL)
    g_main_context_iteration(context, TRUE);
  g_main_context_pop_thread_default(context);
  g_source_destroy(timer);
  g_cancellable_disconnect(options->cancellable, stop);
  addresses = g_resolver_lookup_by_name_finish(resolver, found, &cause);
  if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      !g_cancellable_is_cancelled(options->cancellable)) {
    g_clear_error(&cause);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND,
                        "its name was not resolved in time; does the DNS answer?");
  } else if (cause != NULL) {
    g_propagate_error(error, cause);
  }
  return addresses;
}

/* Tries each address of the name; the error is the last one's. */
static GSocket *
connect_name(const Endpoint *endpoint, const SocketOptions *options, GError **error)
{
  g_autoptr(GSocketAddress) number =
      g_inet_socket_address_new_from_string(endpoint->host, endpoint->port);
  GSocket *socket = NULL;
  GList *addresses;

  if (number != NULL)
    return try_address(number, options, error);
  addresses = look_up(endpoint->host, options, error);
  for (GList *one = addresses; one != NULL && socket == NULL; one = one->next) {
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(one->data, endpoint->port);

    socket = try_address(address, options, one->next == NULL ? error : NULL);
  }
  g_resolver_free_addresses(addresses);
  return socket;
}

/* A certificate that is not trusted is for a person to mend; all else may pass by itself. */
static bool
tls_fault(const char *name, GError *cause, GError **error)
{
  if (!g_error_matches(cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return peer_fault(name, "TLS handshake", cause, error);
  g_set_error(error, FAULT, FAULT_SETUP,
              "%s: its certificate is not trusted (%s); set [gateway] tls.ca.location to the "
              "authority that signed it",
              name, cause->message);
  g_error_free(cause);
  return false;
}

static GTlsDatabase *
open_authorities(const char *file, GError **error)
{
  g_autofree char *path = g_canonicalize_filename(file, NULL); /* GLib takes no other */
  g_autoptr(GError) cause = NULL;
  GTlsDatabase *authorities = g_tls_file_database_new(path, &cause);

  if (authorities == NULL)
    g_set_error(error, FAULT, FAULT_SETUP, "[gateway] tls.ca.location %s: %s", file,
                cause->message);
  return authorities;
}

/* The handshake waits in whole seconds: that is what GSocket's own timeout counts in. */
static bool
start_tls(Socket *self, const Endpoint *endpoint, const SocketOptions *options, GError **error)
{
  g_autoptr(GSocketConnection) plain = g_socket_connection_factory_create_connection(self->socket);
  g_autoptr(GSocketConnectable) identity = g_network_address_new(endpoint->host, endpoint->port);
  g_autoptr(GTlsDatabase) authorities = NULL;
  GError *cause = NULL;

  if (options->ca_file != NULL) {
    authorities = open_authorities(options->ca_file, error);
    if (authorities == NULL)
      return false;
  }
  self->tls = g_tls_client_connection_new(G_IO_STREAM(plain), identity, &cause);
  if (self->tls == NULL)
    return tls_fault(self->name, cause, error);
  if (authorities != NULL)
    g_tls_connection_set_database(G_TLS_CONNECTION(self->tls), authorities);
  g_socket_set_timeout(self->socket, MAX(options->connect_timeout_ms / 1000, 1));
  if (!g_tls_connection_handshake(G_TLS_CONNECTION(self->tls), options->cancellable, &cause))
    return tls_fault(self->name, cause, error);
  g_socket_set_timeout(self->socket, 0);
  return true;
}

Socket *
socket_open(const Endpoint *endpoint, const SocketOptions *options, GError **error)
{
  g_autofree char *name =
      g_strdup_printf("%s %s", options->peer == NULL ? "gateway" : options->peer, endpoint->text);
  GError *cause = NULL;
  GSocket *connected = connect_name(endpoint, options, &cause);

  if (connected == NULL) {
    peer_fault(name, "connect", cause, error);
    return NULL;
  }

  g_autoptr(Socket) self = g_new0(Socket, 1);

  self->socket = connected;
  self->name = g_steal_pointer(&name);
  g_set_object(&self->cancellable, options->cancellable);
  if (options->tls && !start_tls(self, endpoint, options, error))
    return NULL;
  return g_steal_pointer(&self);
}

void
socket_free(Socket *self)
{
  if (self == NULL)
    return;
  g_clear_object(&self->tls);
  g_socket_close(self->socket, NULL);
  g_object_unref(self->socket);
  g_clear_object(&self->cancellable);
  g_free(self->name);
  g_free(self);
}

/* G_POLLABLE_RETURN_WOULD_BLOCK, without an error, when nothing could be written. */
static GPollableReturn
write_some(Socket *self, const GOutputVector *parts, size_t length, size_t *out_written,
           GError **error)
{
  if (self->tls == NULL)
    return g_socket_send_message_with_timeout(self->socket, NULL, parts, (int)length, NULL, 0,
                                              G_SOCKET_MSG_NONE, 0, out_written, NULL, error);
  return g_pollable_output_stream_writev_nonblocking(
      G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(self->tls)), parts, length,
      out_written, NULL, error);
}

/* Drops what was written from the front; returns how many parts are left. */
static size_t
advance(GOutputVector *parts, size_t length, size_t written)
{
  size_t done = 0;

  while (done < length && written >= parts[done].size)
    written -= parts[done++].size;
  memmove(parts, parts + done, (length - done) * sizeof *parts);
  if (written > 0) {
    parts[0].buffer = (const uint8_t *)parts[0].buffer + written;
    parts[0].size -= written;
  }
  return length - done;
}

bool
socket_send(Socket *self, const Slice *parts, size_t parts_length, uint32_t timeout_ms,
            GError **error)
{
  GOutputVector vectors[MOST_PARTS];
  size_t left = parts_length;
  int64_t deadline_us = deadline_after(timeout_ms);
  GError *cause = NULL;

  g_assert(parts_length <= MOST_PARTS);
  for (size_t i = 0; i < parts_length; i++)
    vectors[i] = (GOutputVector){.buffer = parts[i].data, .size = parts[i].len};
  while (left > 0) {
    size_t written = 0;
    GPollableReturn result = write_some(self, vectors, left, &written, &cause);

    if (result == G_POLLABLE_RETURN_OK)
      left = advance(vectors, left, written);
    else if (result == G_POLLABLE_RETURN_FAILED ||
             !wait_for(self->socket, G_IO_OUT, deadline_us, self->cancellable, &cause))
      return peer_fault(self->name, "send", cause, error);
  }
  return true;
}

static gssize
read_some(Socket *self, void *to, size_t most, GError **error)
{
  if (self->tls == NULL)
    return g_socket_receive_with_blocking(self->socket, to, most, FALSE, NULL, error);
  return g_pollable_input_stream_read_nonblocking(
      G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(self->tls)), to, most, NULL, error);
}

bool
socket_receive(Socket *self, Bytes *out, int64_t deadline_us, bool *out_is_closed, GError **error)
{
  uint8_t *to = bytes_reserve(out, READ_BYTES);

  for (;;) {
    GError *cause = NULL;
    gssize len = read_some(self, to, READ_BYTES, &cause);

    if (len >= 0) {
      out->len += (size_t)len;
      *out_is_closed = len == 0;
      return true;
    }
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)) {
      g_error_free(cause); /* a reset: it closed without reading what we sent */
      *out_is_closed = true;
      return true;
    }
    if (!g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return peer_fault(self->name, "receive", cause, error);
    g_clear_error(&cause);
    if (!wait_for(self->socket, G_IO_IN, deadline_us, self->cancellable, &cause))
      return peer_fault(self->name, "receive", cause, error);
  }
}

bool
socket_is_readable(Socket *self)
{
  return g_socket_condition_check(self->socket, G_IO_IN) != 0;
}
