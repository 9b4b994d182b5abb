/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "metrics/counters.h"
#include "mapping/mapping.h"

#include <stdbool.h>

/* What `run` did, topic by topic. */
typedef struct {
  const MetricsCounters *counters;
  const Mapping *const *mappings;
  size_t mappings_length;
  double seconds;
} CmdSummary;

/* One line while it runs: read, written, rate. Free with g_free. */
char *cmd_summary_progress(const CmdSummary *self, uint64_t consumed_before, double seconds_before);

/* How many records were read, if each of them was bad; 0 otherwise. */
uint64_t cmd_summary_all_bad(const CmdSummary *self);

/* To standard output: a table for people, or one JSON object. */
void cmd_summary_print(const CmdSummary *self, bool is_json);
