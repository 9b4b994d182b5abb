/* SPDX-License-Identifier: Apache-2.0 */
#include "support/gateway.h"

#include "hbase/autoptr.h"
#include "hbase/memory.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

/* A server hangs up on more. */
enum { LARGEST_FRAME = 1 << 24 };

struct TestGateway {
  GSocketListener *listener;    /* owned */
  GCancellable *stop;           /* owned */
  GThread *thread;              /* owned: accepts */
  GPtrArray *servers;           /* owned, of GThread *: one a connection; the accepting thread's */
  char *endpoint;               /* owned */
  GTlsCertificate *certificate; /* owned; NULL: plain */
  TestServe serve;
  void *data;
  int connections; /* atomic */
};

static void *
serve_peer(void *data)
{
  TestPeer *peer = data;
  GTlsCertificate *certificate = peer->gateway->certificate;

  if (certificate != NULL) {
    GIOStream *plain = peer->stream;

    peer->stream = g_tls_server_connection_new(plain, certificate, NULL);
    g_object_unref(plain);
  }
  peer->gateway->serve(peer, peer->gateway->data);
  g_io_stream_close(peer->stream, NULL, NULL);
  g_object_unref(peer->stream);
  g_free(peer);
  return NULL;
}

static void *
accept_peers(void *data)
{
  TestGateway *self = data;

  for (;;) {
    GSocketConnection *connection =
        g_socket_listener_accept(self->listener, NULL, self->stop, NULL);

    if (connection == NULL)
      return NULL;

    TestPeer *peer = g_new0(TestPeer, 1);

    *peer = (TestPeer){.gateway = self,
                       .stream = G_IO_STREAM(connection),
                       .number = (unsigned)g_atomic_int_add(&self->connections, 1)};
    g_ptr_array_add(self->servers, g_thread_new("test-peer", serve_peer, peer));
  }
}

TestGateway *
test_gateway_new(TestServe serve, void *data)
{
  TestGateway *self = g_new0(TestGateway, 1);
  g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_autoptr(GError) error = NULL;

  self->serve = serve;
  self->data = data;
  self->servers = g_ptr_array_new();
  self->stop = g_cancellable_new();
  self->listener = g_socket_listener_new();
  g_socket_listener_add_address(self->listener, any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                NULL, &bound, &error);
  g_assert_no_error(error);
  self->endpoint = g_strdup_printf(
      "127.0.0.1:%u", (unsigned)g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
  self->thread = g_thread_new("test-gateway", accept_peers, self);
  return self;
}

TestGateway *
test_gateway_new_tls(TestServe serve, void *data, const char *certificate)
{
  TestGateway *self = test_gateway_new(serve, data);
  g_autoptr(GError) error = NULL;

  /* nobody knows the endpoint yet, so nobody is served without it */
  self->certificate = g_tls_certificate_new_from_file(certificate, &error);
  g_assert_no_error(error);
  return self;
}

void
test_gateway_free(TestGateway *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel(self->stop);
  g_thread_join(self->thread);
  for (size_t i = 0; i < self->servers->len; i++)
    g_thread_join(self->servers->pdata[i]);
  g_ptr_array_unref(self->servers);
  g_socket_listener_close(self->listener);
  g_object_unref(self->listener);
  g_object_unref(self->stop);
  g_clear_object(&self->certificate);
  g_free(self->endpoint);
  g_free(self);
}

const char *
test_gateway_endpoint(const TestGateway *self)
{
  return self->endpoint;
}

unsigned
test_gateway_connections(const TestGateway *self)
{
  return (unsigned)g_atomic_int_get(&self->connections);
}

bool
test_peer_read(TestPeer *peer, size_t len, Bytes *out)
{
  GInputStream *from = g_io_stream_get_input_stream(peer->stream);
  gsize got = 0;

  bytes_reset(out);
  g_input_stream_read_all(from, bytes_reserve(out, len), len, &got, NULL, NULL);
  out->len = got;
  return got == len;
}

bool
test_peer_read_frame(TestPeer *peer, Bytes *out)
{
  uint32_t len;

  if (!test_peer_read(peer, sizeof len, out))
    return false;
  memcpy(&len, out->data, sizeof len);
  len = GUINT32_FROM_BE(len);
  return len <= LARGEST_FRAME && test_peer_read(peer, len, out);
}

void
test_peer_linger(TestPeer *peer)
{
  GPollFD stopped;

  g_cancellable_make_pollfd(peer->gateway->stop, &stopped);
  g_poll(&stopped, 1, -1);
  g_cancellable_release_fd(peer->gateway->stop);
}

void
test_peer_write(TestPeer *peer, Slice bytes)
{
  GOutputStream *to = g_io_stream_get_output_stream(peer->stream);

  g_output_stream_write_all(to, bytes.data, bytes.len, NULL, NULL, NULL);
}

void
test_peer_write_frame(TestPeer *peer, Slice bytes)
{
  g_auto(Bytes) frame = {0};

  bytes_append_be32(&frame, (uint32_t)bytes.len);
  bytes_append_slice(&frame, bytes);
  test_peer_write(peer, bytes_slice(&frame));
}

/* A protocol that writes into `transport`. */
static ThriftProtocol *
begin_answer(WireProtocol wire, const WireHeader *header, ThriftTransport *transport)
{
  GType type = wire == WIRE_COMPACT ? THRIFT_TYPE_COMPACT_PROTOCOL : THRIFT_TYPE_BINARY_PROTOCOL;
  ThriftProtocol *protocol = g_object_new(type, "transport", transport, NULL);
  g_autofree char *name = g_strndup((const char *)header->name.data, header->name.len);

  thrift_protocol_write_message_begin(protocol, name, (ThriftMessageType)header->type,
                                      header->sequence, NULL);
  return protocol;
}

void
test_answer(WireProtocol wire, const WireHeader *header, ThriftStruct *result, Bytes *out)
{
  g_autoptr(ThriftTransport) transport = memory_transport_new();
  g_autoptr(ThriftProtocol) protocol = begin_answer(wire, header, transport);

  if (result == NULL)
    thrift_protocol_write_field_stop(protocol, NULL);
  else
    thrift_struct_write(result, protocol, NULL);
  bytes_append_slice(out, memory_transport_written(transport));
}

/* Field by field: an object of the library's own class would leak. */
void
test_answer_exception(WireProtocol wire, const WireHeader *header, int type, const char *message,
                      Bytes *out)
{
  WireHeader exception = {WIRE_EXCEPTION, header->name, header->sequence};
  g_autoptr(ThriftTransport) transport = memory_transport_new();
  g_autoptr(ThriftProtocol) protocol = begin_answer(wire, &exception, transport);

  thrift_protocol_write_struct_begin(protocol, "TApplicationException", NULL);
  thrift_protocol_write_field_begin(protocol, "message", T_STRING, 1, NULL);
  thrift_protocol_write_string(protocol, message, NULL);
  thrift_protocol_write_field_end(protocol, NULL);
  thrift_protocol_write_field_begin(protocol, "type", T_I32, 2, NULL);
  thrift_protocol_write_i32(protocol, type, NULL);
  thrift_protocol_write_field_end(protocol, NULL);
  thrift_protocol_write_field_stop(protocol, NULL);
  thrift_protocol_write_struct_end(protocol, NULL);
  bytes_append_slice(out, memory_transport_written(transport));
}
