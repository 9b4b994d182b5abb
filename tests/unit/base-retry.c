/* SPDX-License-Identifier: Apache-2.0 */
#include "base/retry.h"

#include <glib.h>

static void
waits_double_up_to_the_longest_and_never_fall_below_half(void)
{
  Retry retry = {.first_ms = 100, .longest_ms = 1000};
  const uint32_t ceilings[] = {100, 200, 400, 800, 1000, 1000};

  for (size_t i = 0; i < G_N_ELEMENTS(ceilings); i++) {
    uint32_t wait_ms = retry_next_ms(&retry);

    g_assert_cmpuint(wait_ms, >=, ceilings[i] / 2);
    g_assert_cmpuint(wait_ms, <=, ceilings[i]);
  }
}

static void
a_reset_starts_over(void)
{
  Retry retry = {.first_ms = 100, .longest_ms = 100000, .tries = 9};

  retry_reset(&retry);
  g_assert_cmpuint(retry_next_ms(&retry), <=, 100);
}

static void
many_tries_do_not_overflow(void)
{
  Retry retry = {.first_ms = 100, .longest_ms = 30000, .tries = 4000000000u};

  g_assert_cmpuint(retry_next_ms(&retry), >=, 15000);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/retry/waits-double", waits_double_up_to_the_longest_and_never_fall_below_half);
  g_test_add_func("/retry/reset", a_reset_starts_over);
  g_test_add_func("/retry/no-overflow", many_tries_do_not_overflow);
  return g_test_run();
}
