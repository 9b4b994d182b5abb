/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/gateway_http.h"

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
  g_assert_true(cmd_gateway_http_open(options, &endpoint, &channel, NULL));
  g_assert_cmpuint(channel.depth, ==, 1);
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

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/gateway-http/statuses", a_status_has_its_remedy);
  g_test_add_func("/gateway-http/post", a_call_is_one_post_with_its_user);
  g_test_add_func("/gateway-http/address", a_bare_address_is_one_of_http);
  return g_test_run();
}
