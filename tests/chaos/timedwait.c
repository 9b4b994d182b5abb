/* SPDX-License-Identifier: Apache-2.0 */
/* libfaketime turns the clock for whoever reads it and mends pthread_cond_timedwait(), but not
 * C11's cnd_timedwait(), by which librdkafka waits: it would wait by the wrong clock. In glibc the
 * two take the same objects. Preloaded together with libfaketime. */
#include <errno.h>
#include <pthread.h>
#include <threads.h>

int
cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict until)
{
  int failure = pthread_cond_timedwait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex, until);

  return failure == 0 ? thrd_success : failure == ETIMEDOUT ? thrd_timedout : thrd_error;
}
