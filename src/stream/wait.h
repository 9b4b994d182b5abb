/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/fault.h"
#include "base/retry.h"

/* One thing that a line waits for: the next try, and what it says of it. Zeroed but for `retry` and
 * the two that tell, it is ready. */
typedef struct {
  Retry retry;
  int64_t until_us; /* of the monotonic clock: no try before that; 0: nothing is to be waited for */
  bool is_told;     /* the reason was told, and nothing went well since */
  void *self;
  /* Nothing can be done, for this reason; NULL: something was again. */
  void (*tell)(void *self, size_t slot, const GError *reason);
  size_t slot;
} StreamWait;

/* What a line may wait for, each with pauses of its own: a slot is its line's number times
 * STREAM_WAITS and one of these. */
enum { STREAM_WAIT_SCHEMA, STREAM_WAIT_TABLE, STREAM_WAIT_LETTERS, STREAM_WAITS };

/* It failed (once more); returns for how long it waits. */
static inline uint32_t
stream_wait_begin(StreamWait *self, const GError *reason)
{
  uint32_t wait_ms = retry_next_ms(&self->retry);

  self->until_us = g_get_monotonic_time() + (int64_t)wait_ms * 1000;
  self->is_told = true;
  self->tell(self->self, self->slot, reason);
  return wait_ms;
}

/* It went well. */
static inline void
stream_wait_end(StreamWait *self)
{
  retry_reset(&self->retry);
  self->until_us = 0;
  if (self->is_told)
    self->tell(self->self, self->slot, NULL);
  self->is_told = false;
}
