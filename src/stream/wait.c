/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/wait.h"

uint32_t
stream_wait_begin(StreamWait *self, const GError *reason)
{
  uint32_t wait_ms = retry_next_ms(&self->retry);

  self->until_us = g_get_monotonic_time() + (int64_t)wait_ms * 1000;
  self->is_told = true;
  self->tell(self->self, self->slot, reason);
  return wait_ms;
}

void
stream_wait_end(StreamWait *self)
{
  retry_reset(&self->retry);
  self->until_us = 0;
  if (self->is_told)
    self->tell(self->self, self->slot, NULL);
  self->is_told = false;
}
