/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/connection.h"

#include "wire/extent.h"

enum {
  FRAME_BYTES = 4,
  MOST_PARTS = 4,
  DEPTH = 2, /* a third call under way gains nothing: the server is busy with two */
};

typedef struct {
  Socket *socket; /* owned */
  char *name;     /* owned: of the endpoint, for messages */
  bool is_framed;
  WireProtocol protocol;
  uint32_t send_timeout_ms;
  uint32_t receive_timeout_ms;
  size_t answer_max_bytes;
  Bytes in;        /* owned: the last answer given out, then what came behind it */
  size_t consumed; /* of `in`: the last answer given out */
} Connection;

static void
connection_free(void *data)
{
  Connection *self = data;

  socket_free(self->socket);
  bytes_clear(&self->in);
  g_free(self->name);
  g_free(self);
}

static bool
connection_send(void *data, const Slice *parts, size_t parts_length, GError **error)
{
  Connection *self = data;
  Slice all[MOST_PARTS + 1];
  uint8_t frame[FRAME_BYTES];
  size_t len = 0;

  g_assert(parts_length <= MOST_PARTS);
  for (size_t i = 0; i < parts_length; i++) {
    all[i + 1] = parts[i];
    len += parts[i].len;
  }
  put_be32(frame, (uint32_t)len);
  all[0] = slice(frame, self->is_framed ? FRAME_BYTES : 0);
  return socket_send(self->socket, all, parts_length + 1, self->send_timeout_ms, error);
}

/* What stands where a frame's length should, told by its first bytes. */
static bool
not_framed(const Connection *self, const uint8_t *head, GError **error)
{
  const char *sentence = "what answers there does not speak Thrift's framed transport";

  if (head[0] == 0x80 || head[0] == 0x82)
    sentence = "it answers without frames: set [gateway] transport = buffered";
  else if (memcmp(head, "HTTP", FRAME_BYTES) == 0)
    sentence = "an HTTP server answers there: check the port, or set [gateway] transport = http";
  g_set_error(error, FAULT, FAULT_SETUP, "gateway %s: %s", self->name, sentence);
  return false;
}

static bool
too_long(const Connection *self, size_t len, GError **error)
{
  g_set_error(error, FAULT, FAULT_PEER,
              "gateway %s: an answer of %zu bytes is over the limit of %zu", self->name, len,
              self->answer_max_bytes);
  return false;
}

/* Both finders: WIRE_WHOLE with where the answer lies in `in` and how much of that it takes. */
static bool
find_framed(Connection *self, Slice *out_answer, bool *out_is_whole, GError **error)
{
  uint32_t len;

  *out_is_whole = false;
  if (self->in.len < FRAME_BYTES)
    return true;
  memcpy(&len, self->in.data, sizeof len);
  len = GUINT32_FROM_BE(len);
  if (len > G_MAXINT32 || memcmp(self->in.data, "HTTP", FRAME_BYTES) == 0)
    return not_framed(self, self->in.data, error);
  if (len > self->answer_max_bytes)
    return too_long(self, len, error);
  if (self->in.len < FRAME_BYTES + (size_t)len)
    return true;
  *out_is_whole = true;
  *out_answer = slice(self->in.data + FRAME_BYTES, len);
  self->consumed = FRAME_BYTES + (size_t)len;
  return true;
}

static bool
find_buffered(Connection *self, Extent *extent, Slice *out_answer, bool *out_is_whole,
              GError **error)
{
  WireVerdict verdict = extent_follow(extent, bytes_slice(&self->in));

  *out_is_whole = verdict == WIRE_WHOLE;
  if (verdict == WIRE_BAD) {
    g_set_error(error, FAULT, FAULT_SETUP,
                "gateway %s: what answers there does not speak Thrift's buffered transport with "
                "the %s protocol: set [gateway] transport = auto",
                self->name, self->protocol == WIRE_COMPACT ? "compact" : "binary");
    return false;
  }
  if (self->in.len > self->answer_max_bytes && !*out_is_whole)
    return too_long(self, self->in.len, error);
  *out_answer = slice(self->in.data, extent->at);
  self->consumed = *out_is_whole ? extent->at : 0;
  return true;
}

static bool
read_more(Connection *self, int64_t deadline_us, GError **error)
{
  bool is_closed;

  if (!socket_receive(self->socket, &self->in, deadline_us, &is_closed, error))
    return false;
  if (!is_closed)
    return true;
  g_set_error(error, FAULT, FAULT_PEER, "gateway %s: closed the connection %s", self->name,
              self->in.len > 0 ? "in the middle of an answer" : "without an answer");
  return false;
}

/* The answer given out before is no longer needed. */
static void
drop_consumed(Connection *self)
{
  self->in.len -= self->consumed;
  if (self->in.len > 0)
    memmove(self->in.data, self->in.data + self->consumed, self->in.len);
  self->consumed = 0;
}

static bool
connection_receive(void *data, Slice *out_answer, GError **error)
{
  Connection *self = data;
  int64_t deadline_us = g_get_monotonic_time() + (int64_t)self->receive_timeout_ms * 1000;
  Extent extent;
  bool is_whole;

  drop_consumed(self);
  extent_init(&extent, self->protocol);
  for (;;) {
    if (!(self->is_framed ? find_framed(self, out_answer, &is_whole, error)
                          : find_buffered(self, &extent, out_answer, &is_whole, error)))
      return false;
    if (is_whole)
      return true;
    if (!read_more(self, deadline_us, error))
      return false;
  }
}

static bool
connection_is_stale(void *data)
{
  Connection *self = data;

  return self->in.len > self->consumed || socket_is_readable(self->socket);
}

bool
connection_open(const Endpoint *endpoint, const ConnectionOptions *options, Channel *out_channel,
                GError **error)
{
  Socket *socket = socket_open(endpoint, &options->socket, error);

  if (socket == NULL)
    return false;

  Connection *self = g_new0(Connection, 1);

  *self = (Connection){
      .socket = socket,
      .name = g_strdup(endpoint->text),
      .is_framed = options->is_framed,
      .protocol = options->protocol,
      .send_timeout_ms = options->send_timeout_ms,
      .receive_timeout_ms = options->receive_timeout_ms,
      .answer_max_bytes = options->answer_max_bytes,
  };
  *out_channel = (Channel){
      .self = self,
      .depth = DEPTH,
      .send = connection_send,
      .receive = connection_receive,
      .is_stale = connection_is_stale,
      .free = connection_free,
  };
  return true;
}
