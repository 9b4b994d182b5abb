/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/tally.h"

#include <glib.h>

/* Microseconds, from 1 ms to a minute. */
static const HistogramScale answers = {
    .bounds = {1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000,
               5000000, 10000000, 30000000, 60000000},
    .length = 15,
};

GatewayTally *
gateway_tally_new(const char *const *endpoints)
{
  GatewayTally *list = g_new0(GatewayTally, g_strv_length((char **)endpoints) + 1);

  for (size_t i = 0; endpoints[i] != NULL; i++) {
    list[i].endpoint = endpoints[i];
    list[i].answers_us.scale = &answers;
  }
  return list;
}
