/* SPDX-License-Identifier: Apache-2.0 */
#include "regionserver/rpc.h"

#include "base/protobuf.h"
#include "regionserver/answer.h"

enum { VERSION = 0, SIMPLE = 80, LENGTH_BYTES = 4, ANSWER_MOST_BYTES = 64 * 1024 * 1024 };

/* RPC.proto */
enum { HEADER_USER = 1, HEADER_SERVICE = 2, USER_EFFECTIVE = 1 };
enum { REQUEST_CALL = 1, REQUEST_METHOD = 3, REQUEST_HAS_PARAMETER = 4 };

struct RegionserverRpc {
  Socket *socket; /* owned */
  char *server;   /* owned */
  uint32_t timeout_ms;
  uint32_t calls;
  bool is_lost;
  bool is_closed;
  Bytes out;
  Bytes in;
};

static void
append_prefixed(Bytes *out, Slice message)
{
  protobuf_append_varint(out, message.len);
  bytes_append_slice(out, message);
}

static void
append_length(Bytes *out, Slice message)
{
  bytes_append_be32(out, (uint32_t)message.len);
  bytes_append_slice(out, message);
}

static bool
send_all(RegionserverRpc *self, Slice bytes, GError **error)
{
  return socket_send(self->socket, &bytes, 1, self->timeout_ms, error);
}

static bool
greet(RegionserverRpc *self, const char *service, const char *user, GError **error)
{
  static const uint8_t preamble[] = {'H', 'B', 'a', 's', VERSION, SIMPLE};
  g_auto(Bytes) user_information = {0};
  g_auto(Bytes) header = {0};

  protobuf_append_bytes_field(&user_information, USER_EFFECTIVE, slice_text(user));
  protobuf_append_bytes_field(&header, HEADER_USER, bytes_slice(&user_information));
  protobuf_append_bytes_field(&header, HEADER_SERVICE, slice_text(service));
  bytes_reset(&self->out);
  bytes_append(&self->out, preamble, sizeof preamble);
  append_length(&self->out, bytes_slice(&header));
  return send_all(self, bytes_slice(&self->out), error);
}

void
regionserver_rpc_free(RegionserverRpc *self)
{
  if (self == NULL)
    return;
  socket_free(self->socket);
  bytes_clear(&self->out);
  bytes_clear(&self->in);
  g_free(self->server);
  g_free(self);
}

static bool
connect_to(RegionserverRpc *self, const RegionserverRpcOptions *options, GError **error)
{
  g_auto(Endpoint) endpoint = {0};
  SocketOptions socket = options->socket;

  socket.peer = "region server";
  if (!endpoint_parse(self->server, &endpoint, error)) {
    g_prefix_error_literal(error, "region server: ");
    return false;
  }
  self->socket = socket_open(&endpoint, &socket, error);
  return self->socket != NULL;
}

RegionserverRpc *
regionserver_rpc_open(const char *server, const char *service,
                      const RegionserverRpcOptions *options, GError **error)
{
  RegionserverRpc *self = g_new0(RegionserverRpc, 1);

  self->server = g_strdup(server);
  self->timeout_ms = options->timeout_ms;
  if (connect_to(self, options, error) && greet(self, service, options->user, error))
    return self;
  regionserver_rpc_free(self);
  return NULL;
}

static bool
fail(const RegionserverRpc *self, Fault fault, const char *what, GError **error)
{
  g_set_error(error, FAULT, fault, "region server %s: %s", self->server, what);
  return false;
}

static bool
send_request(RegionserverRpc *self, const char *method, Slice parameter, GError **error)
{
  g_auto(Bytes) header = {0};
  g_auto(Bytes) request = {0};

  protobuf_append_varint_field(&header, REQUEST_CALL, self->calls);
  protobuf_append_bytes_field(&header, REQUEST_METHOD, slice_text(method));
  protobuf_append_varint_field(&header, REQUEST_HAS_PARAMETER, 1);
  append_prefixed(&request, bytes_slice(&header));
  append_prefixed(&request, parameter);
  bytes_reset(&self->out);
  append_length(&self->out, bytes_slice(&request));
  return send_all(self, bytes_slice(&self->out), error);
}

/* Makes sure that `wanted` bytes are in. */
static bool
receive(RegionserverRpc *self, size_t wanted, int64_t deadline_us, GError **error)
{
  while (self->in.len < wanted) {
    if (!socket_receive(self->socket, &self->in, deadline_us, &self->is_closed, error))
      return false;
    if (self->is_closed)
      return fail(self, FAULT_PEER,
                  "the server closed the connection; is it a region server, and without Kerberos?",
                  error);
  }
  return true;
}

static bool
receive_answer(RegionserverRpc *self, Slice *out_answer, GError **error)
{
  int64_t deadline_us = g_get_monotonic_time() + (int64_t)self->timeout_ms * 1000;
  uint32_t len = 0;

  bytes_reset(&self->in);
  if (!receive(self, LENGTH_BYTES, deadline_us, error))
    return false;

  Cursor cursor = cursor_of(bytes_slice(&self->in));

  cursor_take_be32(&cursor, &len);
  if (len > ANSWER_MOST_BYTES)
    return fail(self, FAULT_SETUP, "what answers there is no HBase server", error);
  if (!receive(self, LENGTH_BYTES + (size_t)len, deadline_us, error))
    return false;
  *out_answer = slice(self->in.data + LENGTH_BYTES, len);
  return true;
}

bool
regionserver_rpc_call(RegionserverRpc *self, const char *method, Slice parameter, Slice *out_result,
                      GError **error)
{
  Slice answer;

  self->calls++;
  self->is_lost =
      !send_request(self, method, parameter, error) || !receive_answer(self, &answer, error);
  if (self->is_lost) {
    g_prefix_error(error, "%s: ", method);
    return false;
  }
  if (regionserver_answer_read(answer, self->calls, out_result, error))
    return true;
  g_prefix_error(error, "%s: region server %s: ", method, self->server);
  return false;
}

bool
regionserver_rpc_is_lost(const RegionserverRpc *self)
{
  return self->is_lost;
}

bool
regionserver_rpc_is_closed(const RegionserverRpc *self)
{
  return self->is_closed;
}
