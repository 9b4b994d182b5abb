/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/histogram.h"

/* What all connections of a process have seen of one gateway. They count, anybody may read. */
typedef struct {
  const char *endpoint; /* borrowed: as the configuration names it */
  atomic_bool is_up;    /* its last answer was one */
  atomic_uint open;     /* connections now */
  atomic_uint_fast64_t connects;
  atomic_uint_fast64_t failures;   /* connections that broke or could not be made */
  Histogram answers_us;            /* from the last byte of a call to its answer */
  atomic_int_fast64_t answered_us; /* when it answered last, by the monotonic clock; 0: never */
} GatewayTally;

/* One for each of the endpoints (NULL-ended), which are borrowed; free with g_free. */
GatewayTally *gateway_tally_new(const char *const *endpoints);
