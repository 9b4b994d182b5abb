/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* How long to wait before the next try: doubles from first_ms up to longest_ms, each wait drawn
 * evenly from its upper half, so that many waiters do not come back in step. */
typedef struct {
  uint32_t first_ms;
  uint32_t longest_ms;
  uint32_t tries; /* so far */
} Retry;

uint32_t retry_next_ms(Retry *self);

static inline void
retry_reset(Retry *self)
{
  self->tries = 0;
}
