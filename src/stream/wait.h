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
uint32_t stream_wait_begin(StreamWait *self, const GError *reason);

/* It went well. */
void stream_wait_end(StreamWait *self);
