/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/reject.h"

/* Logs bad records: the first of each minute in full, the rest of them by their number, so that a
 * flood of bad records is not a flood of lines. Zeroed is ready. */
typedef struct {
  int64_t began_us; /* of the minute */
  unsigned shown;
  uint64_t hidden;
} StreamReport;

void stream_report_reject(StreamReport *self, const StreamReject *reject, const char *table);
