/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"

#include "base/event.h"

#include <errno.h>

enum { FIRST_WAIT_MS = 200, LONGEST_WAIT_MS = 3000 };

int64_t
wait_until_us(int64_t timeout_ms)
{
  int64_t now_us = g_get_monotonic_time();

  return timeout_ms > (INT64_MAX - now_us) / 1000 ? INT64_MAX : now_us + timeout_ms * 1000;
}

bool
wait_pause(GCancellable *stop, int64_t ms)
{
  int64_t until_us = wait_until_us(ms);
  GPollFD poll;

  if (stop == NULL || !g_cancellable_make_pollfd(stop, &poll)) {
    g_usleep((gulong)ms * 1000);
    return stop == NULL || !g_cancellable_is_cancelled(stop);
  }
  for (int64_t left_us = ms * 1000; left_us > 0 && !g_cancellable_is_cancelled(stop);
       left_us = until_us - g_get_monotonic_time())
    g_poll(&poll, 1, (int)MIN((left_us + 999) / 1000, (int64_t)INT_MAX));
  g_cancellable_release_fd(stop);
  return !g_cancellable_is_cancelled(stop);
}

static bool
is_stopped(const Wait *self, const GError *problem, GError **error)
{
  if (self->stop == NULL || !g_cancellable_is_cancelled(self->stop))
    return false;
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped%s%s",
              problem == NULL ? "" : " while it waited: ", problem == NULL ? "" : problem->message);
  return true;
}

bool
wait_for(Wait *self, WaitStep step, void *data, GError **error)
{
  if (self->retry.first_ms == 0)
    self->retry = (Retry){.first_ms = FIRST_WAIT_MS, .longest_ms = LONGEST_WAIT_MS};
  if (is_stopped(self, NULL, error))
    return false;
  for (;;) {
    g_autoptr(GError) problem = NULL;
    int64_t left_us;

    if (step(data, &problem))
      return true;
    if (is_stopped(self, problem, error))
      return false;
    left_us = self->until_us - g_get_monotonic_time();
    if (!g_error_matches(problem, FAULT, FAULT_PEER) || left_us <= 0) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return false;
    }
    if (self->retry.tries == 0 && self->what != NULL) {
      g_autofree char *reason = event_value(problem->message);

      g_message("waiting %s reason=%s", self->what, reason);
    }
    if (!wait_pause(self->stop, MIN((int64_t)retry_next_ms(&self->retry), left_us / 1000 + 1)) &&
        is_stopped(self, problem, error))
      return false;
  }
}

bool
wait_goes_on(GCancellable *stop, GError **error)
{
  return !is_stopped(&(Wait){.stop = stop}, NULL, error);
}

bool
wait_readable(int fd, GCancellable *stop, GError **error)
{
  GPollFD fds[2] = {{.fd = fd, .events = G_IO_IN}};
  bool has_stop = stop != NULL && g_cancellable_make_pollfd(stop, &fds[1]);

  while (g_poll(fds, has_stop ? 2 : 1, -1) < 0 && errno == EINTR)
    continue;
  if (has_stop)
    g_cancellable_release_fd(stop);
  return wait_goes_on(stop, error);
}
