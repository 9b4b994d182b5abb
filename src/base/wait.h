/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "base/retry.h"

#include <gio/gio.h>

/* The one way to wait for others: try, and again after a pause that grows, until it is done, cannot
 * be done, the time is up, or somebody asks to stop. */
typedef struct {
  int64_t until_us;   /* monotonic time after which nobody tries again: wait_until_us() */
  GCancellable *stop; /* borrowed, as stop_cancellable() has it; NULL: nobody stops it */
  const char *what;   /* for the one line in the log: "table=orders"; NULL: it says nothing */
  Retry retry;        /* the pauses; zeroed: 200 ms to 3 s */
} Wait;

/* Does it once. FAULT_PEER: it may be tried again; any other error is final. */
typedef bool (*WaitStep)(void *data, GError **error);

/* False: with the error of the last try, or G_IO_ERROR_CANCELLED once `stop` is cancelled. It tries
 * at least once, and a last time when the time is up. */
bool wait_for(Wait *self, WaitStep step, void *data, GError **error);

/* From now; any timeout fits. */
int64_t wait_until_us(int64_t timeout_ms);

/* Until the descriptor has bytes, or its end: false, with G_IO_ERROR_CANCELLED, when `stop` is
 * cancelled, which may be NULL. */
bool wait_readable(int fd, GCancellable *stop, GError **error);

/* False, with the same error, once `stop`, which may be NULL, is cancelled. */
bool wait_goes_on(GCancellable *stop, GError **error);

/* Sleeps; false, at once, when `stop` is cancelled. `stop` may be NULL. */
bool wait_pause(GCancellable *stop, int64_t ms);
