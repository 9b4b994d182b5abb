/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"

#include <signal.h>
#include <unistd.h>

/* The signal is taken by another thread, sometime soon: no answer ends in meson's timeout. */
static void
wait_until_asked(const Stop *stop)
{
  while (!stop_is_asked(stop))
    g_thread_yield();
}

static void
one_signal_asks_and_does_not_end(void)
{
  const int signals[] = {SIGINT, SIGTERM};

  for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
    g_autoptr(Stop) stop = stop_new();

    g_assert_false(stop_is_asked(stop));
    kill(getpid(), signals[i]);
    wait_until_asked(stop);
    while (!g_cancellable_is_cancelled(stop_cancellable(stop)))
      g_thread_yield();
  }
}

/* Far longer than it takes: without its end the subprocess would stay. */
static void
assert_subprocess_was_ended(void)
{
  enum { LONGEST_US = 20000000 };

  g_test_trap_subprocess(NULL, LONGEST_US, G_TEST_SUBPROCESS_DEFAULT);
  g_assert_false(g_test_trap_reached_timeout());
  g_test_trap_assert_failed();
}

static void
a_second_signal_ends_the_program(void)
{
  if (g_test_subprocess()) {
    g_autoptr(Stop) stop = stop_new();

    kill(getpid(), SIGTERM);
    wait_until_asked(stop);
    kill(getpid(), SIGTERM);
    for (;;)
      pause();
  }
  assert_subprocess_was_ended();
  g_test_trap_assert_stderr("*a second one ends*");
}

static void
without_it_signals_do_what_they_did(void)
{
  if (g_test_subprocess()) {
    stop_free(stop_new());
    kill(getpid(), SIGTERM);
    for (;;)
      pause();
  }
  assert_subprocess_was_ended();
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cmd-stop/first", one_signal_asks_and_does_not_end);
  g_test_add_func("/cmd-stop/second", a_second_signal_ends_the_program);
  g_test_add_func("/cmd-stop/free", without_it_signals_do_what_they_did);
  return g_test_run();
}
