/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include "support/http-peer.h"

#include <string.h>

enum { MOST_BYTES = 64 };

#define LONG_BODY "0123456789012345678901234567890123456789012345678901234567890123456789"

/* One answer a case, whole or not. */
static void
an_answer_is_whole_or_it_is_none(void)
{
  const struct {
    const char *answer;
    unsigned status;  /* 0: FAULT_PEER */
    const char *text; /* the body, or a part of the error */
  } cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"},
      {"HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200,
       "hello"},
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 404, "no"},
      {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 503, ""},
      {"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", 302, ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", 0, "terminated unexpectedly"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", 0, ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n" LONG_BODY, 0, "longer than 64 bytes"},
      {"HTTP/1.1 200 OK\r\n\r\n" LONG_BODY, 0, "longer than 64 bytes"},
      {"nonsense\r\n\r\n", 0, ""},
      {"", 0, ""},
      {HTTP_PEER_SILENT, 0, "timed out"},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const HttpClientOptions options = {.timeout_ms = 1000, .most_bytes = MOST_BYTES};
    g_autoptr(HttpPeer) peer = http_peer_new((const char *const[]){cases[i].answer, NULL});
    g_autoptr(HttpClient) client = http_client_new(&options, NULL);
    g_autoptr(GError) error = NULL;
    g_auto(HttpAnswer) answer = {0};
    bool is_whole = http_client_get(client, http_peer_url(peer), &answer, &error);

    g_test_message("%zu: %s", i, is_whole ? "whole" : error->message);
    g_assert_cmpint(is_whole, ==, cases[i].status != 0);
    g_assert_cmpuint(answer.status, ==, cases[i].status);
    if (is_whole) {
      g_assert_true(slice_equal(bytes_slice(&answer.body), slice_text(cases[i].text)));
    } else {
      g_assert_error(error, FAULT, FAULT_PEER);
      g_assert_nonnull(strstr(error->message, cases[i].text));
    }
  }
}

static void
credentials_go_with_the_request(void)
{
  const struct {
    HttpClientOptions options;
    const char *header; /* NULL: none */
  } cases[] = {
      {{.username = "me", .password = "p:w"}, "\r\nAuthorization: Basic bWU6cDp3\r\n"},
      {{.username = "me"}, "\r\nAuthorization: Basic bWU6\r\n"},
      {{.token = "abc"}, "\r\nAuthorization: Bearer abc\r\n"},
      {{0}, NULL},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *const answers[] = {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL};
    g_autoptr(HttpPeer) peer = http_peer_new(answers);
    g_autoptr(HttpClient) client = http_client_new(&cases[i].options, NULL);
    g_auto(HttpAnswer) answer = {0};
    g_autofree char *request = NULL;

    g_assert_true(http_client_get(client, http_peer_url(peer), &answer, NULL));
    request = http_peer_request(peer, 0);
    g_test_message("%s", request);
    if (cases[i].header == NULL)
      g_assert_null(strstr(request, "Authorization"));
    else
      g_assert_nonnull(strstr(request, cases[i].header));
  }
}

static void
what_is_set_wrongly_is_no_outage(void)
{
  const HttpClientOptions options = {.ca_location = "/not-there.pem"};
  g_autoptr(HttpClient) client = http_client_new(&(HttpClientOptions){0}, NULL);
  g_autoptr(GError) no_file = NULL;
  g_autoptr(GError) no_url = NULL;
  g_auto(HttpAnswer) answer = {0};

  g_assert_null(http_client_new(&options, &no_file));
  g_assert_error(no_file, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(no_file->message, "/not-there.pem"));
  g_assert_false(http_client_get(client, "not a url", &answer, &no_url));
  g_assert_error(no_url, FAULT, FAULT_SETUP);
}

static void
nobody_there_is_an_outage(void)
{
  g_autoptr(HttpClient) client = http_client_new(&(HttpClientOptions){.most_bytes = 1}, NULL);
  g_autoptr(GError) error = NULL;
  g_auto(HttpAnswer) answer = {0};

  g_assert_false(http_client_get(client, "http://127.0.0.1:1/", &answer, &error));
  g_assert_error(error, FAULT, FAULT_PEER);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/client/answers", an_answer_is_whole_or_it_is_none);
  g_test_add_func("/client/credentials", credentials_go_with_the_request);
  g_test_add_func("/client/setup", what_is_set_wrongly_is_no_outage);
  g_test_add_func("/client/nobody", nobody_there_is_an_outage);
  return g_test_run();
}
