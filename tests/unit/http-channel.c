/* SPDX-License-Identifier: Apache-2.0 */
#include "http/channel.h"

#include "support/gateway.h"
#include "support/http-peer.h"

#include <string.h>

#define ANSWER(status, text) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" text

enum { FINE = -1 };

static const GatewayOptions plain = {.receive_timeout_ms = 1000, .answer_max_bytes = 64};

static bool
call(const GatewayOptions *options, const char *url, Bytes *out_answer, GError **error)
{
  const Slice parts[] = {slice_text("ab"), slice_text(""), slice_text("cd")};
  g_auto(Endpoint) endpoint = {0};
  g_auto(Channel) channel = {0};
  Slice answer;

  g_assert_true(endpoint_parse(url, &endpoint, NULL));
  g_assert_true(http_channel_open(options, &endpoint, &channel, NULL));
  g_assert_cmpuint(channel.depth, ==, 2);
  if (!channel.send(channel.self, parts, G_N_ELEMENTS(parts), error) ||
      !channel.receive(channel.self, &answer, error))
    return false;
  g_assert_false(channel.is_stale(channel.self));
  bytes_append_slice(out_answer, answer);
  return true;
}

static void
a_status_has_its_remedy(void)
{
  const struct {
    const char *answer;
    int code; /* FINE or a Fault */
    const char *says;
  } cases[] = {
      {ANSWER("200 OK", "answer"), FINE, "answer"},
      {ANSWER("401 Who", ""), FAULT_SETUP, "Kerberos"},
      {ANSWER("403 No", ""), FAULT_SETUP, "gateway.do.as"},
      {ANSWER("404 Where", ""), FAULT_SETUP, "gateway.endpoints"},
      {ANSWER("302 There", ""), FAULT_SETUP, "gateway.endpoints"},
      {ANSWER("500 Oh", ""), FAULT_PEER, "gateway.protocol"},
      {ANSWER("503 Busy", ""), FAULT_PEER, "status 503"},
      {ANSWER("200 OK", "0123456789012345678901234567890123456789012345678901234567890123456789"),
       FAULT_PEER, "longer than 64"},
      {"", FAULT_PEER, "no HTTP server"},
      {HTTP_PEER_SILENT, FAULT_PEER, "timed out"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(HttpPeer) peer = http_peer_new((const char *const[]){cases[i].answer, NULL});
    g_autoptr(GError) error = NULL;
    g_auto(Bytes) answer = {0};
    bool is_fine = call(&plain, http_peer_url(peer), &answer, &error);

    g_test_message("%zu: %s", i, is_fine ? "fine" : error->message);
    g_assert_cmpint(is_fine, ==, cases[i].code == FINE);
    if (is_fine) {
      g_assert_true(slice_equal(bytes_slice(&answer), slice_text(cases[i].says)));
      continue;
    }
    g_assert_error(error, FAULT, cases[i].code);
    g_assert_nonnull(strstr(error->message, cases[i].says));
    g_assert_nonnull(strstr(error->message, http_peer_url(peer)));
  }
}

static void
a_call_is_one_post_with_its_user(void)
{
  const struct {
    const char *do_as;
    const char *path;
    const char *start;
  } cases[] = {
      {NULL, "/", "POST / HTTP/1.1\r\n"},
      {"joe", "/hbase/thrift", "POST /hbase/thrift HTTP/1.1\r\n"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *const answers[] = {ANSWER("200 OK", "x"), NULL};
    g_autoptr(HttpPeer) peer = http_peer_new(answers);
    g_autofree char *url = g_strconcat(http_peer_url(peer), cases[i].path, NULL);
    GatewayOptions options = plain;
    g_auto(Bytes) answer = {0};
    g_autofree char *request = NULL;

    options.do_as = cases[i].do_as;
    g_assert_true(call(&options, url, &answer, NULL));
    request = http_peer_request(peer, 0);
    g_test_message("%s", request);
    g_assert_true(g_str_has_prefix(request, cases[i].start));
    g_assert_true(g_str_has_suffix(request, "\r\n\r\nabcd"));
    g_assert_nonnull(strstr(request, "\r\nContent-Type: application/x-thrift\r\n"));
    g_assert_cmpint(strstr(request, "\r\ndoAs: joe\r\n") != NULL, ==, cases[i].do_as != NULL);
  }
}

static void
a_bare_address_is_one_of_http(void)
{
  const char *const answers[] = {ANSWER("200 OK", "x"), NULL};
  g_autoptr(HttpPeer) peer = http_peer_new(answers);
  g_auto(Bytes) answer = {0};

  g_assert_true(call(&plain, http_peer_url(peer) + strlen("http://"), &answer, NULL));
  g_assert_cmpuint(answer.len, ==, 1);
}

static void
open_channel(const HttpPeer *peer, Channel *out_channel)
{
  g_auto(Endpoint) endpoint = {0};

  g_assert_true(endpoint_parse(http_peer_url(peer), &endpoint, NULL));
  g_assert_true(http_channel_open(&plain, &endpoint, out_channel, NULL));
}

static void
send_text(const Channel *channel, const char *text)
{
  const Slice part = slice_text(text);

  g_assert_true(channel->send(channel->self, &part, 1, NULL));
}

static void
assert_received(const Channel *channel, const char *text)
{
  Slice answer;
  g_autoptr(GError) error = NULL;

  g_assert_true(channel->receive(channel->self, &answer, &error));
  g_assert_no_error(error);
  g_assert_cmpmem(answer.data, answer.len, text, strlen(text));
}

static void
two_calls_are_under_way_and_keep_their_order(void)
{
  const char *const answers[] = {ANSWER("200 OK", "first"), ANSWER("200 OK", "second"),
                                 ANSWER("200 OK", "third"), ANSWER("200 OK", "fourth"), NULL};
  g_autoptr(HttpPeer) peer = http_peer_new(answers);
  g_auto(Channel) channel = {0};

  open_channel(peer, &channel);
  send_text(&channel, "one");
  send_text(&channel, "two");
  while (http_peer_requests(peer) < 2) /* without a receive */
    g_thread_yield();
  assert_received(&channel, "first");
  send_text(&channel, "three");
  assert_received(&channel, "second");
  send_text(&channel, "four");
  assert_received(&channel, "third");
  assert_received(&channel, "fourth");

  static const char *const wanted[] = {"one", "two", "three", "four"};

  for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
    g_autofree char *request = http_peer_request(peer, i);

    g_assert_true(g_str_has_suffix(request, wanted[i]));
  }
}

static void
what_follows_a_failed_call_is_not_sent(void)
{
  const char *const answers[] = {ANSWER("503 Busy", ""), ANSWER("200 OK", "x"), NULL};
  g_autoptr(HttpPeer) peer = http_peer_new(answers);
  g_auto(Channel) channel = {0};
  Slice answer;

  open_channel(peer, &channel);
  send_text(&channel, "one");
  send_text(&channel, "two");
  for (int i = 0; i < 2; i++) {
    g_autoptr(GError) error = NULL;

    g_assert_false(channel.receive(channel.self, &answer, &error));
    g_assert_error(error, FAULT, FAULT_PEER);
    g_assert_nonnull(strstr(error->message, "status 503"));
  }
  g_assert_cmpuint(http_peer_requests(peer), ==, 1);
}

/* The calls' time limit is a minute: that of the tests ends before. */
static void
closing_waits_for_no_answer(void)
{
  g_autoptr(HttpPeer) peer = http_peer_new((const char *const[]){HTTP_PEER_SILENT, NULL});
  GatewayOptions patient = plain;
  g_auto(Endpoint) endpoint = {0};
  g_auto(Channel) channel = {0};

  patient.receive_timeout_ms = 60000;
  g_assert_true(endpoint_parse(http_peer_url(peer), &endpoint, NULL));
  g_assert_true(http_channel_open(&patient, &endpoint, &channel, NULL));
  send_text(&channel, "one");
  send_text(&channel, "two");
  while (http_peer_requests(peer) == 0)
    g_thread_yield();
}

static void
whoever_cancels_is_heard_while_an_answer_is_waited_for(void)
{
  g_autoptr(HttpPeer) peer = http_peer_new((const char *const[]){HTTP_PEER_SILENT, NULL});
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  GatewayOptions patient = plain;
  g_auto(Endpoint) endpoint = {0};
  g_auto(Channel) channel = {0};
  g_autoptr(GError) error = NULL;
  Slice answer;

  patient.receive_timeout_ms = 60000;
  patient.cancellable = cancellable;
  g_assert_true(endpoint_parse(http_peer_url(peer), &endpoint, NULL));
  g_assert_true(http_channel_open(&patient, &endpoint, &channel, NULL));
  send_text(&channel, "one");
  while (http_peer_requests(peer) == 0)
    g_thread_yield();
  g_cancellable_cancel(cancellable);
  g_assert_false(channel.receive(channel.self, &answer, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
}

/* Keeps connections, as HBase's own does: a head, and four bytes of a body. */
static void
serve_kept(TestPeer *peer, void *data G_GNUC_UNUSED)
{
  g_autoptr(GString) head = g_string_new(NULL);
  g_auto(Bytes) one = {0};
  g_auto(Bytes) body = {0};

  while (test_peer_read(peer, 1, &one)) {
    g_string_append_c(head, (char)one.data[0]);
    if (!g_str_has_suffix(head->str, "\r\n\r\n"))
      continue;
    g_string_truncate(head, 0);
    if (!test_peer_read(peer, 4, &body))
      return;
    test_peer_write(peer, slice_text("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
  }
}

static void
many_calls_share_one_connection(void)
{
  enum { CALLS = 31 };
  g_autoptr(TestGateway) server = test_gateway_new(serve_kept, NULL);
  g_autofree char *url = g_strdup_printf("http://%s/", test_gateway_endpoint(server));
  g_auto(Endpoint) endpoint = {0};
  g_auto(Channel) channel = {0};

  g_assert_true(endpoint_parse(url, &endpoint, NULL));
  g_assert_true(http_channel_open(&plain, &endpoint, &channel, NULL));
  for (size_t i = 0; i < CALLS; i++) {
    send_text(&channel, "abcd");
    assert_received(&channel, "x");
  }
  g_assert_cmpuint(test_gateway_connections(server), ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/gateway-http/statuses", a_status_has_its_remedy);
  g_test_add_func("/gateway-http/post", a_call_is_one_post_with_its_user);
  g_test_add_func("/gateway-http/address", a_bare_address_is_one_of_http);
  g_test_add_func("/gateway-http/two", two_calls_are_under_way_and_keep_their_order);
  g_test_add_func("/gateway-http/failed", what_follows_a_failed_call_is_not_sent);
  g_test_add_func("/gateway-http/closing", closing_waits_for_no_answer);
  g_test_add_func("/gateway-http/cancelled",
                  whoever_cancels_is_heard_while_an_answer_is_waited_for);
  g_test_add_func("/channel/kept", many_calls_share_one_connection);
  return g_test_run();
}
