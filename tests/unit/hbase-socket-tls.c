/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/socket.h"

#include "support/gateway.h"

/* LeakSanitizer crashes where a thread still lives and a library was loaded late, as GIO loads
 * TLS. It asks this first. */
int __lsan_is_turned_off(void);
int
__lsan_is_turned_off(void)
{
  return 1;
}

enum { LONG_MS = 20000, BIG_BYTES = 3 << 20 };

static char *
certificate(const char *name)
{
  return g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden", "tls", name, NULL);
}

/* Sends back what comes, all of it at once. */
static void
serve_echo(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  g_auto(Bytes) all = {0};

  if (test_peer_read(peer, BIG_BYTES, &all))
    test_peer_write(peer, bytes_slice(&all));
}

static void
serve_nothing(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  test_peer_linger(peer);
}

static Socket *
open_to(const TestGateway *gateway, const SocketOptions *options, GError **error)
{
  g_auto(Endpoint) endpoint = {0};

  g_assert_true(endpoint_parse(test_gateway_endpoint(gateway), &endpoint, error));
  return socket_open(&endpoint, options, error);
}

static void
pass_much_both_ways(Socket *socket)
{
  g_autofree uint8_t *sent = g_malloc(BIG_BYTES);
  g_auto(Bytes) received = {0};
  g_autoptr(GError) error = NULL;
  const Slice parts[] = {slice(sent, 1), SLICE_EMPTY, slice(sent + 1, BIG_BYTES - 1)};
  int64_t deadline_us = g_get_monotonic_time() + LONG_MS * G_TIME_SPAN_MILLISECOND;
  bool is_closed = false;

  for (size_t i = 0; i < BIG_BYTES; i++)
    sent[i] = (uint8_t)(i * 7 + i / 251);
  g_assert_false(socket_is_readable(socket));
  g_assert_true(socket_send(socket, parts, G_N_ELEMENTS(parts), LONG_MS, &error));
  while (received.len < BIG_BYTES && !is_closed)
    g_assert_true(socket_receive(socket, &received, deadline_us, &is_closed, &error));
  g_assert_cmpmem(received.data, received.len, sent, BIG_BYTES);
}

static void
much_passes_through_tls(void)
{
  g_autofree char *server = certificate("server.pem");
  g_autoptr(TestGateway) gateway = test_gateway_new_tls(serve_echo, NULL, server);
  const SocketOptions options = {.connect_timeout_ms = LONG_MS, .tls = true, .ca_file = server};
  g_autoptr(GError) error = NULL;
  g_autoptr(Socket) socket = open_to(gateway, &options, &error);

  g_assert_no_error(error);
  pass_much_both_ways(socket);
}

static void
who_is_not_trusted_is_for_a_person(void)
{
  g_autofree char *server = certificate("server.pem");
  g_autofree char *stranger = certificate("stranger.pem");
  g_autoptr(TestGateway) gateway = test_gateway_new_tls(serve_echo, NULL, server);
  const struct {
    const char *ca_file;
    const char *says;
  } cases[] = {
      {stranger, "its certificate is not trusted"},
      {NULL, "its certificate is not trusted"},
      {"/not-there.pem", "[gateway] tls.ca.location /not-there.pem: "},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const SocketOptions options = {
        .connect_timeout_ms = LONG_MS, .tls = true, .ca_file = cases[i].ca_file};
    g_autoptr(GError) error = NULL;

    g_assert_null(open_to(gateway, &options, &error));
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_nonnull(strstr(error->message, cases[i].says));
  }
}

static void
a_server_without_tls_is_no_peer(void)
{
  g_autoptr(TestGateway) echo = test_gateway_new(serve_echo, NULL);
  g_autoptr(TestGateway) mute = test_gateway_new(serve_nothing, NULL);
  g_autoptr(GCancellable) cancelled = g_cancellable_new();
  const SocketOptions options = {
      .connect_timeout_ms = LONG_MS, .tls = true, .cancellable = cancelled};
  const SocketOptions hasty = {.connect_timeout_ms = 1, .tls = true};
  g_autoptr(GError) late = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null(open_to(mute, &hasty, &late));
  g_assert_error(late, FAULT, FAULT_PEER);
  g_cancellable_cancel(cancelled);
  g_assert_null(open_to(echo, &options, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/socket-tls/passes", much_passes_through_tls);
  g_test_add_func("/socket-tls/not-trusted", who_is_not_trusted_is_for_a_person);
  g_test_add_func("/socket-tls/no-tls", a_server_without_tls_is_no_peer);
  return g_test_run();
}
