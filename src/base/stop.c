/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"

#include <pthread.h>
#include <signal.h>

struct Stop {
  pthread_t thread;
  sigset_t signals;
  sigset_t before;           /* the mask that free restores */
  gint is_over;              /* atomic: the thread is to end */
  GCancellable *cancellable; /* owned: whether it is asked */
};

bool
stop_is_asked(const Stop *self)
{
  return g_cancellable_is_cancelled(self->cancellable);
}

/* Only this thread does not hold the signal back any more, and nobody handles it: its default
 * action ends the program, and whoever started it sees by what. */
static void
end_at_once(const Stop *self, int signal_number)
{
  pthread_sigmask(SIG_UNBLOCK, &self->signals, NULL);
  pthread_kill(pthread_self(), signal_number);
}

static void *
take_signals(void *data)
{
  Stop *self = data;
  int signal_number;

  while (sigwait(&self->signals, &signal_number) == 0) {
    if (g_atomic_int_get(&self->is_over))
      return NULL;
    if (stop_is_asked(self))
      end_at_once(self, signal_number);
    g_cancellable_cancel(self->cancellable);
    g_message("stopping signal=%s hint='a second one ends the program at once'",
              signal_number == SIGINT   ? "SIGINT"
              : signal_number == SIGHUP ? "SIGHUP"
                                        : "SIGTERM");
  }
  return NULL;
}

Stop *
stop_new(void)
{
  Stop *self = g_new0(Stop, 1);

  self->cancellable = g_cancellable_new();
  sigemptyset(&self->signals);
  sigaddset(&self->signals, SIGINT);
  sigaddset(&self->signals, SIGTERM);
  sigaddset(&self->signals, SIGHUP); /* as nohup has it, it never comes */
  pthread_sigmask(SIG_BLOCK, &self->signals, &self->before);

  int code = pthread_create(&self->thread, NULL, take_signals, self);

  if (code != 0)
    g_error("cannot make a thread: %s", g_strerror(code));
  return self;
}

void
stop_free(Stop *self)
{
  if (self == NULL)
    return;
  g_atomic_int_set(&self->is_over, true);
  pthread_kill(self->thread, SIGINT); /* wakes it */
  pthread_join(self->thread, NULL);
  pthread_sigmask(SIG_SETMASK, &self->before, NULL);
  g_object_unref(self->cancellable);
  g_free(self);
}

GCancellable *
stop_cancellable(const Stop *self)
{
  return self->cancellable;
}
