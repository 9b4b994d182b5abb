/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"

#include <unistd.h>

/* Pauses that no test lives to see the end of. */
static const Retry endless = {.first_ms = UINT32_MAX / 4, .longest_ms = UINT32_MAX / 4};
static const Retry none = {.first_ms = 1, .longest_ms = 1};

typedef struct {
  unsigned tries;
  unsigned right_at;    /* the try that is done; 0: none */
  unsigned final_at;    /* the try that fails for good; 0: none */
  GCancellable *cancel; /* in the first try; NULL: nobody */
} Steps;

static bool
step(void *data, GError **error)
{
  Steps *self = data;

  self->tries++;
  if (self->cancel != NULL)
    g_cancellable_cancel(self->cancel);
  if (self->tries == self->right_at)
    return true;
  g_set_error(error, FAULT, self->tries == self->final_at ? FAULT_SETUP : FAULT_PEER, "try %u",
              self->tries);
  return false;
}

static void
it_is_tried_until_it_is_done(void)
{
  Steps steps = {.right_at = 3};
  Wait wait = {.until_us = wait_until_us(INT64_MAX), .retry = none};
  GError *error = NULL;

  g_assert_true(wait_for(&wait, step, &steps, &error));
  g_assert_no_error(error);
  g_assert_cmpuint(steps.tries, ==, 3);
}

static void
what_cannot_be_done_is_not_tried_again(void)
{
  Steps steps = {.final_at = 2};
  Wait wait = {.until_us = wait_until_us(INT64_MAX), .retry = none};
  g_autoptr(GError) error = NULL;

  g_assert_false(wait_for(&wait, step, &steps, &error));
  g_assert_error(error, FAULT, FAULT_SETUP);
  g_assert_cmpuint(steps.tries, ==, 2);
}

/* However long the pause would be, it ends with the time, and one more try. */
static void
the_time_is_up_after_a_last_try(void)
{
  const struct {
    int64_t timeout_ms;
    unsigned tries;
  } cases[] = {{0, 1}, {-1, 1}, {20, 2}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Steps steps = {0};
    Wait wait = {.until_us = wait_until_us(cases[i].timeout_ms), .retry = endless};
    g_autoptr(GError) error = NULL;

    g_assert_false(wait_for(&wait, step, &steps, &error));
    g_assert_error(error, FAULT, FAULT_PEER);
    g_assert_cmpuint(steps.tries, ==, cases[i].tries);
  }
}

static gpointer
cancel(gpointer stop)
{
  g_cancellable_cancel(stop);
  return NULL;
}

static void
a_stop_ends_the_wait_wherever_it_is(void)
{
  for (int when = 0; when < 3; when++) {
    g_autoptr(GCancellable) stop = g_cancellable_new();
    Steps steps = {.cancel = when == 1 ? stop : NULL};
    Wait wait = {.until_us = INT64_MAX, .stop = stop, .retry = endless};
    GThread *thread = NULL;
    g_autoptr(GError) error = NULL;

    if (when == 0)
      g_cancellable_cancel(stop);
    if (when == 2)
      thread = g_thread_new("cancel", cancel, stop);
    g_assert_false(wait_for(&wait, step, &steps, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpuint(steps.tries, <=, 1);
    if (when == 1)
      g_assert_cmpstr(error->message, ==, "stopped while it waited: try 1");
    if (thread != NULL)
      g_thread_join(thread);
  }
}

static void
a_pause_ends_by_itself_or_by_a_stop(void)
{
  g_autoptr(GCancellable) stop = g_cancellable_new();

  g_assert_true(wait_pause(NULL, 1));
  g_assert_true(wait_pause(stop, 1));
  g_cancellable_cancel(stop);
  g_assert_false(wait_pause(stop, INT32_MAX));
}

static void
bytes_an_end_or_a_stop_end_the_wait_for_a_pipe(void)
{
  enum { BYTES, END, STOP, STOPPED, NO_STOP, CASES };

  for (int i = 0; i < CASES; i++) {
    g_autoptr(GCancellable) stop = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    GThread *thread = NULL;
    int ends[2];
    bool is_ready;

    g_assert_cmpint(pipe(ends), ==, 0);
    if (i == BYTES || i == NO_STOP)
      g_assert_cmpint(write(ends[1], "x", 1), ==, 1);
    if (i == END)
      close(ends[1]);
    if (i == STOP)
      thread = g_thread_new("cancel", cancel, stop);
    if (i == STOPPED)
      g_cancellable_cancel(stop);
    is_ready = wait_readable(ends[0], i == NO_STOP ? NULL : stop, &error);
    g_assert_true(is_ready == (i != STOP && i != STOPPED));
    if (!is_ready)
      g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    if (thread != NULL)
      g_thread_join(thread);
    close(ends[0]);
    if (i != END)
      close(ends[1]);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/wait/done", it_is_tried_until_it_is_done);
  g_test_add_func("/wait/final", what_cannot_be_done_is_not_tried_again);
  g_test_add_func("/wait/time", the_time_is_up_after_a_last_try);
  g_test_add_func("/wait/stop", a_stop_ends_the_wait_wherever_it_is);
  g_test_add_func("/wait/pause", a_pause_ends_by_itself_or_by_a_stop);
  g_test_add_func("/wait/readable", bytes_an_end_or_a_stop_end_the_wait_for_a_pipe);
  return g_test_run();
}
