/* SPDX-License-Identifier: Apache-2.0 */
#include "base/retry.h"

#include <glib.h>

uint32_t
retry_next_ms(Retry *self)
{
  uint64_t ceiling = (uint64_t)self->first_ms << MIN(self->tries, 31);

  self->tries++;
  if (ceiling > self->longest_ms)
    ceiling = self->longest_ms;
  return (uint32_t)(ceiling / 2) +
         (uint32_t)g_random_int_range(0, (gint32)(ceiling - ceiling / 2) + 1);
}
