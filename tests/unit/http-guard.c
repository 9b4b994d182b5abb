/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include <string.h>

static void
names_of_others_are_told_from_ours(void)
{
  const char *const hosts[] = {"sluice.example", "0.0.0.0", "other.example.:9187", NULL};
  g_autoptr(HttpGuard) guard = http_guard_new(hosts, NULL);
  const struct {
    const char *host;
    bool is_known;
  } cases[] = {
      {"127.0.0.1", true},
      {"127.0.0.1:9187", true},
      {"10.0.0.7:9187", true},
      {"[::1]:9187", true},
      {"[fe80::1]", true},
      {"localhost:9187", true},
      {"LocalHost", true},
      {"sluice.example", true},
      {"Sluice.Example.:80", true},
      {"other.example", true},
      {"other.example:80", true},
      {NULL, false},
      {"", false},
      {":9187", false},
      {"evil.example", false},
      {"sluice.example.evil.example:9187", false},
      {"127.0.0.1.evil.example", false},
      {"localhost.evil.example", false},
      {"evil.example:127.0.0.1", false},
      {"[evil.example]", false},
      {"[", false},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("%s", cases[i].host);
    g_assert_cmpint(http_guard_knows_host(guard, cases[i].host), ==, cases[i].is_known);
  }
}

static void
the_token_lets_in_and_nothing_else(void)
{
  const char *const hosts[] = {NULL};
  g_autoptr(HttpGuard) guard = http_guard_new(hosts, "s:e cret");
  const struct {
    const char *authorization;
    bool is_right;
  } cases[] = {
      {"Bearer s:e cret", true},
      {"bearer s:e cret", true},
      {"Basic b3BlcmF0b3I6czplIGNyZXQ=", true}, /* operator:s:e cret */
      {"Basic OnM6ZSBjcmV0", true},             /* :s:e cret */
      {NULL, false},
      {"", false},
      {"Bearer", false},
      {"Bearer ", false},
      {"Bearer s:e cre", false},
      {"Bearer s:e cret ", false},
      {"Bearer S:e cret", false},
      {"s:e cret", false},
      {"Digest s:e cret", false},
      {"Basic", false},
      {"Basic ", false},
      {"Basic czplIGNyZXQ=", false}, /* no user: e cret is what follows the colon */
      {"Basic b3BlcmF0b3I6", false}, /* operator: */
      {"Basic ????", false},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_test_message("%s", cases[i].authorization);
    g_assert_cmpint(http_guard_lets_in(guard, cases[i].authorization), ==, cases[i].is_right);
  }
  http_guard_set_token(guard, NULL);
  g_assert_true(http_guard_lets_in(guard, "Bearer s:e cret"));
  http_guard_set_token(guard, "other");
  g_assert_false(http_guard_lets_in(guard, "Bearer s:e cret"));
  g_assert_true(http_guard_lets_in(guard, "Bearer other"));
}

static void
without_a_token_nobody_is_asked(void)
{
  const char *const hosts[] = {NULL};
  g_autoptr(HttpGuard) guard = http_guard_new(hosts, NULL);

  g_assert_true(http_guard_lets_in(guard, NULL));
  g_assert_true(http_guard_lets_in(guard, "Bearer x"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/guard/hosts", names_of_others_are_told_from_ours);
  g_test_add_func("/guard/token", the_token_lets_in_and_nothing_else);
  g_test_add_func("/guard/no-token", without_a_token_nobody_is_asked);
  return g_test_run();
}
