/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/connection.h"

#include "wire/reply.h"
#include "support/gateway.h"

enum { SHORT_MS = 50, LONG_MS = 20000, BIG_BYTES = 1 << 20 };

static const WireHeader put_reply = {WIRE_REPLY, {(const uint8_t *)"putMultiple", 11}, 1};

static ConnectionOptions
options_for(bool is_framed)
{
  return (ConnectionOptions){
      .socket = {.connect_timeout_ms = LONG_MS},
      .is_framed = is_framed,
      .protocol = WIRE_BINARY,
      .send_timeout_ms = LONG_MS,
      .receive_timeout_ms = LONG_MS,
      .answer_max_bytes = BIG_BYTES,
  };
}

static bool
open_to(const TestGateway *gateway, const ConnectionOptions *options, Channel *out, GError **error)
{
  g_auto(Endpoint) endpoint = {0};

  g_assert_true(endpoint_parse(test_gateway_endpoint(gateway), &endpoint, error));
  return connection_open(&endpoint, options, out, error);
}

static bool
send_text(Channel *channel, const char *text, GError **error)
{
  const Slice parts[] = {slice(text, 1), slice_text(text + 1), SLICE_EMPTY};

  return channel->send(channel->self, parts, G_N_ELEMENTS(parts), error);
}

/* Answers each five-byte message with a verdict; with frames if data is not NULL. */
static void
serve_verdicts(TestPeer *peer, void *data)
{
  g_auto(Bytes) request = {0};
  g_auto(Bytes) answer = {0};

  test_answer(WIRE_BINARY, &put_reply, NULL, &answer);
  while (data != NULL ? test_peer_read_frame(peer, &request) : test_peer_read(peer, 5, &request)) {
    g_assert_cmpmem(request.data, request.len, "hello", 5);
    if (data != NULL)
      test_peer_write_frame(peer, bytes_slice(&answer));
    else
      test_peer_write(peer, bytes_slice(&answer));
  }
}

static void
messages_and_answers_pass_with_and_without_frames(void)
{
  for (int is_framed = 0; is_framed <= 1; is_framed++) {
    g_autoptr(TestGateway) gateway =
        test_gateway_new(serve_verdicts, is_framed ? &is_framed : NULL);
    g_auto(Channel) channel = {0};
    ConnectionOptions options = options_for(is_framed);
    g_autoptr(GError) error = NULL;

    g_assert_true(open_to(gateway, &options, &channel, &error));
    g_assert_cmpuint(channel.depth, >=, 2);
    for (int round = 0; round < 3; round++) {
      g_assert_true(send_text(&channel, "hello", &error));
      g_assert_true(send_text(&channel, "hello", &error));
      for (int i = 0; i < 2; i++) {
        Slice answer;

        g_assert_true(channel.receive(channel.self, &answer, &error));
        g_assert_true(reply_check(WIRE_BINARY, answer, 1, &error));
      }
      g_assert_false(channel.is_stale(channel.self));
    }
  }
}

static void
serve_echo(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  g_auto(Bytes) request = {0};

  while (test_peer_read_frame(peer, &request))
    test_peer_write_frame(peer, bytes_slice(&request));
}

/* More than the kernel takes or gives at once. */
static void
large_messages_pass_whole(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_echo, NULL);
  g_auto(Channel) channel = {0};
  ConnectionOptions options = options_for(true);
  g_autoptr(GError) error = NULL;
  g_autofree uint8_t *big = g_malloc(8 * BIG_BYTES);
  const Slice parts[] = {slice(big, 1), slice(big + 1, 8 * BIG_BYTES - 1)};
  Slice answer;

  for (size_t i = 0; i < 8 * BIG_BYTES; i++)
    big[i] = (uint8_t)(i * 7 + i / 251);
  options.answer_max_bytes = 8 * BIG_BYTES;
  g_assert_true(open_to(gateway, &options, &channel, &error));
  g_assert_true(channel.send(channel.self, parts, G_N_ELEMENTS(parts), &error));
  g_assert_true(channel.receive(channel.self, &answer, &error));
  g_assert_cmpmem(answer.data, answer.len, big, 8 * BIG_BYTES);
}

/* A gateway that reads one message and then says these bytes, byte by byte, and hangs up. */
typedef struct {
  const char *name;
  bool is_framed;
  Slice says;
  int code;
  const char *sentence;
} Misdeed;

static const Misdeed misdeeds[] = {
    {"silence", true, {NULL, 0}, FAULT_PEER, "closed the connection without an answer"},
    {"half a length", true, {(const uint8_t *)"\0\0", 2}, FAULT_PEER, "in the middle of an answer"},
    {"half a frame", true, {(const uint8_t *)"\0\0\0\x10hello", 9}, FAULT_PEER, "in the middle"},
    {"half a message",
     false,
     {(const uint8_t *)"\x80\x01\0\x02\0\0\0\x01p", 9},
     FAULT_PEER,
     "in the middle of an answer"},
    {"a giant frame",
     true,
     {(const uint8_t *)"\x7f\xff\xff\xff", 4},
     FAULT_PEER,
     "an answer of 2147483647 bytes is over the limit of 1048576"},
    {"an answer without a frame",
     true,
     {(const uint8_t *)"\x80\x01\0\x02", 4},
     FAULT_SETUP,
     "set [gateway] transport = buffered"},
    {"HTTP",
     true,
     {(const uint8_t *)"HTTP/1.1 400 Bad\r\n", 18},
     FAULT_SETUP,
     "an HTTP server answers there"},
    {"garbage",
     false,
     {(const uint8_t *)"SSH-2.0-OpenSSH\r\n", 17},
     FAULT_SETUP,
     "set [gateway] transport = auto"},
};

static void
serve_misdeed(TestPeer *peer, void *data)
{
  const Misdeed *misdeed = data;
  g_auto(Bytes) request = {0};

  if (!test_peer_read(peer, misdeed->is_framed ? 9 : 5, &request))
    return;
  for (size_t i = 0; i < misdeed->says.len; i++)
    test_peer_write(peer, slice(misdeed->says.data + i, 1));
}

static void
every_misdeed_has_its_sentence(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(misdeeds); i++) {
    const Misdeed *misdeed = &misdeeds[i];
    g_autoptr(TestGateway) gateway = test_gateway_new(serve_misdeed, (void *)misdeed);
    g_auto(Channel) channel = {0};
    ConnectionOptions options = options_for(misdeed->is_framed);
    g_autoptr(GError) error = NULL;
    Slice answer;

    g_assert_true(open_to(gateway, &options, &channel, &error));
    g_assert_true(send_text(&channel, "hello", &error));
    g_assert_false(channel.receive(channel.self, &answer, &error));
    g_test_message("%s: %s", misdeed->name, error->message);
    g_assert_error(error, FAULT, misdeed->code);
    g_assert_nonnull(strstr(error->message, misdeed->sentence));
    g_assert_nonnull(strstr(error->message, test_gateway_endpoint(gateway)));
  }
}

/* Takes nothing and says nothing. */
static void
serve_nothing(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  test_peer_linger(peer);
}

static void
every_wait_has_an_end(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_nothing, NULL);
  g_auto(Channel) channel = {0};
  ConnectionOptions options = options_for(true);
  g_autoptr(GError) receive_error = NULL;
  g_autoptr(GError) send_error = NULL;
  g_autofree char *big = g_malloc0(64 * BIG_BYTES);
  const Slice parts[] = {slice(big, 64 * BIG_BYTES)};
  Slice answer;

  options.send_timeout_ms = SHORT_MS;
  options.receive_timeout_ms = SHORT_MS;
  g_assert_true(open_to(gateway, &options, &channel, NULL));
  g_assert_false(channel.receive(channel.self, &answer, &receive_error));
  g_assert_error(receive_error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(receive_error->message, "receive: no answer in time"));
  g_assert_false(channel.send(channel.self, parts, 1, &send_error));
  g_assert_error(send_error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(send_error->message, "send: no answer in time"));
}

static void
a_cancelled_wait_ends(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_nothing, NULL);
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  g_auto(Channel) channel = {0};
  ConnectionOptions options = options_for(true);
  g_autoptr(GError) error = NULL;
  Slice answer;

  options.socket.cancellable = cancellable;
  g_assert_true(open_to(gateway, &options, &channel, &error));
  g_cancellable_cancel(cancellable);
  g_assert_false(channel.receive(channel.self, &answer, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
}

static void
serve_goodbye(TestPeer *peer G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

/* Writing to a closed peer would be a signal, were it not ours to prevent. */
static void
a_peer_that_has_gone_is_noticed(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_goodbye, NULL);
  g_auto(Channel) channel = {0};
  ConnectionOptions options = options_for(true);
  g_autoptr(GError) error = NULL;
  Slice answer;

  g_assert_true(open_to(gateway, &options, &channel, &error));
  g_assert_false(channel.receive(channel.self, &answer, NULL));
  g_assert_true(channel.is_stale(channel.self));
  while (send_text(&channel, "hello", &error))
    continue;
  g_assert_error(error, FAULT, FAULT_PEER);
}

static void
a_refused_connection_names_the_endpoint(void)
{
  g_autoptr(TestGateway) gateway = test_gateway_new(serve_nothing, NULL);
  g_autofree char *text = g_strdup(test_gateway_endpoint(gateway));
  g_auto(Endpoint) endpoint = {0};
  g_auto(Channel) channel = {0};
  ConnectionOptions options = options_for(true);
  g_autoptr(GError) error = NULL;

  g_clear_pointer(&gateway, test_gateway_free);
  g_assert_true(endpoint_parse(text, &endpoint, &error));
  g_assert_false(connection_open(&endpoint, &options, &channel, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
  g_assert_nonnull(strstr(error->message, text));
  g_assert_nonnull(strstr(error->message, "refused"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/connection/passes", messages_and_answers_pass_with_and_without_frames);
  g_test_add_func("/connection/large", large_messages_pass_whole);
  g_test_add_func("/connection/misdeeds", every_misdeed_has_its_sentence);
  g_test_add_func("/connection/timeouts", every_wait_has_an_end);
  g_test_add_func("/connection/cancel", a_cancelled_wait_ends);
  g_test_add_func("/connection/gone", a_peer_that_has_gone_is_noticed);
  g_test_add_func("/connection/refused", a_refused_connection_names_the_endpoint);
  return g_test_run();
}
