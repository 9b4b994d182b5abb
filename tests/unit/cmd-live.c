/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/live.h"

#include "support/http-peer.h"

#include <string.h>

#define ANSWER(status, text) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" text

static void
the_service_says_whether_it_is_ready(void)
{
  const struct {
    const char *answer;
    const char *host;
    bool is_answer;
    bool is_ready;
    int code;
  } cases[] = {
      {ANSWER("200 OK", "ok\n"), "127.0.0.1", true, true, 0},
      {ANSWER("200 OK", "ok\n"), "0.0.0.0", true, true, 0},
      {ANSWER("503 Wait", "no gateway\n"), "127.0.0.1", true, false, 0},
      {ANSWER("404 No", "what?\n"), "127.0.0.1", false, false, FAULT_SETUP},
      {ANSWER("401 Who?", "token\n"), "127.0.0.1", false, false, FAULT_SETUP},
      {"", "127.0.0.1", false, false, FAULT_PEER},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(HttpPeer) peer = http_peer_new((const char *const[]){cases[i].answer, NULL});
    g_autofree char *listen = g_strconcat(cases[i].host, strrchr(http_peer_url(peer), ':'), NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *reasons = NULL;
    bool is_ready = false;

    g_test_message("case %zu", i);
    g_assert_cmpint(cmd_live_ask(&(CmdLive){listen, NULL, 5000}, &is_ready, &reasons, &error), ==,
                    cases[i].is_answer);
    g_assert_cmpint(is_ready, ==, cases[i].is_ready);
    if (cases[i].is_answer)
      g_assert_true(g_str_has_suffix(cases[i].answer, reasons));
    else
      g_assert_error(error, FAULT, cases[i].code);
  }
}

static void
the_pages_must_be_on_to_be_asked(void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *reasons = NULL;
  bool is_ready = false;

  g_assert_false(cmd_live_ask(&(CmdLive){NULL, NULL, 5000}, &is_ready, &reasons, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_nonnull(strstr(error->message, "http.listen"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/live/answers", the_service_says_whether_it_is_ready);
  g_test_add_func("/live/off", the_pages_must_be_on_to_be_asked);
  return g_test_run();
}
