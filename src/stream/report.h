/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/reject.h"

/* Logs bad records: the first few of each stage and minute in full, the rest of them by their
 * number, so that many alike do not bury another line. Zeroed is ready. */
typedef struct {
  int64_t began_us; /* of the minute */
  unsigned shown[STREAM_STAGES];
  uint64_t hidden;
} StreamReport;

void stream_report_reject(StreamReport *self, const StreamReject *reject, const char *table);
