/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/detect.h"

#include "wire/extent.h"

/* getThriftServerType() is asked in each form; what comes back tells who is there:
 *
 *   asked                framed binary   buffered binary    framed compact  buffered compact
 *   framed binary        answers         "no such method"   hangs up        hangs up
 *   buffered binary      hangs up        answers            hangs up        hangs up
 *   framed compact       hangs up        -                  answers         hangs up
 *   buffered compact     hangs up        hangs up           hangs up        answers
 *
 * A buffered binary server takes a frame's length for the length of a method's name, and the
 * message behind it for the name, and then waits for the rest of the header. NAME_END gives it
 * one, so that it answers at once; a framed server sees it as a next frame, after its answer. */
static const uint8_t NAME_END[] = {WIRE_CALL, 0, 0, 0, 0, WIRE_STOP};

static const Dialect forms[] = {
    {true, WIRE_BINARY},
    {false, WIRE_BINARY},
    {true, WIRE_COMPACT},
    {false, WIRE_COMPACT},
};

enum { FRAME_BYTES = 4, ANSWER_BYTES = 64 * 1024, SASL_MS = 1000 };

typedef enum { SERVER_ONE = 1, SERVER_TWO = 2 } ServerType;

typedef enum {
  HEARD_MORE_TO_COME, /* no verdict yet */
  HEARD_SILENCE,
  HEARD_THRIFT2,
  HEARD_THRIFT1,
  HEARD_THRIFT,   /* of unknown kind */
  HEARD_HANG_UP,  /* not a byte: not this form */
  HEARD_UNFRAMED, /* an answer in the other transport: the next form tells more */
  HEARD_HTTP,
  HEARD_TLS,
  HEARD_SASL,
  HEARD_STRANGER,
} Heard;

static const struct {
  Heard heard;
  const char *sentence;
} sentences[] = {
    {HEARD_THRIFT1, "this is HBase's thrift1 server, sluice speaks thrift2: start `hbase thrift2` "
                    "and set [gateway] endpoints to its port"},
    {HEARD_THRIFT, "it speaks Thrift, but does not know getThriftServerType: not HBase's thrift2 "
                   "gateway, or one that is too old; check [gateway] endpoints"},
    {HEARD_HANG_UP, "it hangs up on every form of Thrift: not HBase's gateway, or one behind TLS; "
                    "check [gateway] endpoints and tls"},
    {HEARD_UNFRAMED, "it answers in two transports at once: not HBase's gateway; check [gateway] "
                     "endpoints"},
    {HEARD_HTTP, "an HTTP server answers there: check the port in [gateway] endpoints, or set "
                 "transport = http if the gateway runs over HTTP"},
    {HEARD_TLS, "it wants TLS: set [gateway] tls = yes, or write https://host:port if the gateway "
                "runs over HTTP"},
    {HEARD_SASL, "it wants SASL (Kerberos), which sluice does not speak: use a gateway over HTTP "
                 "or one without hbase.thrift.security.qop"},
};

static void
append_request(const Dialect *form, Bytes *out)
{
  static const uint8_t binary[] = "\x80\x01\x00\x01\x00\x00\x00\x13getThriftServerType\0\0\0\0";
  static const uint8_t compact[] = "\x82\x21\x00\x13getThriftServerType";
  bool is_compact = form->protocol == WIRE_COMPACT;
  Slice message = is_compact ? slice(compact, sizeof compact) : slice(binary, sizeof binary);

  /* each literal's own NUL is the stop of the empty struct of arguments */
  if (form->is_framed)
    bytes_append_be32(out, (uint32_t)message.len);
  bytes_append_slice(out, message);
  if (form->is_framed && !is_compact)
    bytes_append(out, NAME_END, sizeof NAME_END);
}

static Heard
read_message(WireProtocol protocol, Slice message)
{
  WireReader reader = wire_reader(protocol, message);
  WireHeader header;
  WireField field = {0};
  int32_t type;

  if (!wire_read_header(&reader, &header) || header.type == WIRE_CALL)
    return HEARD_STRANGER;
  if (header.type == WIRE_EXCEPTION || !wire_next_field(&reader, &field) || field.id != 0 ||
      field.type != WIRE_I32 || !wire_read_i32(&reader, &type))
    return HEARD_THRIFT;
  if (type == SERVER_TWO)
    return HEARD_THRIFT2;
  return type == SERVER_ONE ? HEARD_THRIFT1 : HEARD_THRIFT;
}

static Heard
read_unframed(WireProtocol protocol, Slice bytes)
{
  Extent extent;

  extent_init(&extent, protocol);
  switch (extent_follow(&extent, bytes)) {
  case WIRE_WHOLE:
    return read_message(protocol, slice(bytes.data, extent.at));
  case WIRE_SHORT:
    return HEARD_MORE_TO_COME;
  case WIRE_BAD:
    break;
  }
  return HEARD_STRANGER;
}

static Heard
read_framed(WireProtocol protocol, Slice bytes)
{
  uint32_t len;

  memcpy(&len, bytes.data, sizeof len);
  len = GUINT32_FROM_BE(len);
  if (len > ANSWER_BYTES)
    return HEARD_STRANGER;
  if (bytes.len < FRAME_BYTES + (size_t)len)
    return HEARD_MORE_TO_COME;
  return read_message(protocol, slice(bytes.data + FRAME_BYTES, len));
}

/* Servers that are no gateway, by the first four bytes that they say. A SASL server says its
 * status (BAD is 3, ERROR is 4) and a length; TLS an alert (21) of version 3. */
static Heard
read_first_bytes(const uint8_t *head)
{
  if (memcmp(head, "HTTP", FRAME_BYTES) == 0 || head[0] == '<')
    return HEARD_HTTP;
  if (head[0] == 21 && head[1] == 3)
    return HEARD_TLS;
  if ((head[0] == 3 || head[0] == 4) && head[1] == 0 && head[2] == 0)
    return HEARD_SASL;
  return HEARD_MORE_TO_COME;
}

static Heard
hear(const Dialect *form, Slice bytes)
{
  if (bytes.len < FRAME_BYTES)
    return HEARD_MORE_TO_COME;

  Heard heard = read_first_bytes(bytes.data);

  if (heard != HEARD_MORE_TO_COME)
    return heard;
  if (!form->is_framed)
    return read_unframed(form->protocol, bytes);
  if (bytes.data[0] == 0x80 || bytes.data[0] == 0x82)
    return HEARD_UNFRAMED;
  return read_framed(form->protocol, bytes);
}

static bool
tell(const Endpoint *endpoint, Heard heard, Slice answer, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++)
    if (sentences[i].heard == heard) {
      /* one that hangs up may only be on its way up or down */
      g_set_error(error, FAULT, heard == HEARD_HANG_UP ? FAULT_PEER : FAULT_SETUP, "gateway %s: %s",
                  endpoint->text, sentences[i].sentence);
      return false;
    }

  g_autofree char *begin = slice_quote(answer);

  g_set_error(
      error, FAULT, FAULT_SETUP,
      "gateway %s: what answers there is not HBase's gateway, it says '%s'; check [gateway] "
      "endpoints",
      endpoint->text, begin);
  return false;
}

typedef struct {
  const Endpoint *endpoint;     /* borrowed */
  const DetectOptions *options; /* borrowed */
  Bytes answer;                 /* owned: to the last question */
} Detective;

static void
detective_clear(Detective *self)
{
  bytes_clear(&self->answer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Detective, detective_clear)

static bool
no_answer(const Detective *self, GError **error)
{
  g_set_error(error, FAULT, FAULT_PEER,
              "gateway %s: it took the connection, but gave no answer in %u ms: its worker threads "
              "may all be taken (hbase.thrift.maxWorkerThreads), or it is no HBase gateway; check "
              "[gateway] endpoints",
              self->endpoint->text, self->options->answer_timeout_ms);
  return false;
}

/* Sends the request on a connection of its own and listens until it is clear what came. */
static bool
ask(Detective *self, const Dialect *form, Slice request, Heard *out_heard, GError **error)
{
  g_autoptr(Socket) socket = socket_open(self->endpoint, &self->options->socket, error);
  uint32_t timeout_ms = self->options->answer_timeout_ms;
  int64_t deadline_us = g_get_monotonic_time() + (int64_t)timeout_ms * 1000;
  bool is_closed = false;

  if (socket == NULL)
    return false;
  bytes_reset(&self->answer);
  *out_heard = HEARD_MORE_TO_COME;
  if (!socket_send(socket, &request, 1, timeout_ms, NULL))
    is_closed = true;
  while (!is_closed && *out_heard == HEARD_MORE_TO_COME) {
    if (socket_receive(socket, &self->answer, deadline_us, &is_closed, NULL))
      *out_heard = hear(form, bytes_slice(&self->answer));
    else
      *out_heard = HEARD_SILENCE;
  }
  if (*out_heard == HEARD_MORE_TO_COME)
    *out_heard = self->answer.len == 0 ? HEARD_HANG_UP : HEARD_STRANGER;
  return true;
}

static bool
ask_in_form(Detective *self, const Dialect *form, Heard *out_heard, GError **error)
{
  g_auto(Bytes) request = {0};

  append_request(form, &request);
  return ask(self, form, bytes_slice(&request), out_heard, error);
}

/* A server that wants SASL takes a question of ours for the head of a long message, and waits for
 * the rest: a mechanism that it does not have is refused at once. */
static bool
wants_sasl(Detective *self)
{
  static const uint8_t start[] = {1, 0, 0, 0, 4, 'N', 'O', 'N', 'E'};
  const DetectOptions *patient = self->options;
  DetectOptions options = *patient;
  Heard heard = HEARD_SILENCE;

  options.answer_timeout_ms = MIN(options.answer_timeout_ms, SASL_MS);
  self->options = &options;
  ask(self, &forms[1], slice(start, sizeof start), &heard, NULL);
  self->options = patient;
  return heard == HEARD_SASL;
}

bool
detect_dialect(const Endpoint *endpoint, const DetectOptions *options, Dialect *out_dialect,
               GError **error)
{
  g_auto(Detective) self = {.endpoint = endpoint, .options = options};
  Heard heard = HEARD_HANG_UP;

  for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
    if (!ask_in_form(&self, &forms[i], &heard, error))
      return false;
    if (heard == HEARD_SILENCE && !wants_sasl(&self))
      return no_answer(&self, error);
    if (heard == HEARD_SILENCE)
      heard = HEARD_SASL;
    if (heard == HEARD_THRIFT2) {
      *out_dialect = forms[i];
      return true;
    }
    if (heard != HEARD_HANG_UP && heard != HEARD_UNFRAMED)
      return tell(endpoint, heard, bytes_slice(&self.answer), error);
  }

  /* some HTTP servers hang up on what is not HTTP */
  Heard http;

  if (ask(&self, &forms[1], slice_text("GET / HTTP/1.0\r\n\r\n"), &http, NULL) &&
      http == HEARD_HTTP)
    heard = http;
  return tell(endpoint, heard, bytes_slice(&self.answer), error);
}

static bool
ask_channel(Channel *channel, WireProtocol protocol, Slice *out_answer, GError **error)
{
  const Dialect form = {.protocol = protocol};
  g_auto(Bytes) request = {0};
  Slice message;

  append_request(&form, &request);
  message = bytes_slice(&request);
  return channel->send(channel->self, &message, 1, error) &&
         channel->receive(channel->self, out_answer, error);
}

bool
detect_protocol(Channel *channel, const Endpoint *endpoint, WireProtocol *protocol, GError **error)
{
  const WireProtocol other = *protocol == WIRE_BINARY ? WIRE_COMPACT : WIRE_BINARY;
  g_autoptr(GError) refusal = NULL;
  Slice answer;
  Heard heard;

  if (!ask_channel(channel, *protocol, &answer, &refusal)) {
    /* a server refuses what it cannot read */
    if (!ask_channel(channel, other, &answer, NULL)) {
      g_propagate_error(error, g_steal_pointer(&refusal));
      return false;
    }
    *protocol = other;
  }
  heard = read_message(*protocol, answer);
  return heard == HEARD_THRIFT2 || tell(endpoint, heard, answer, error);
}
