/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "replay/filter.h"

/* Where a replay reads its topic, what it has settled of it, and what a group of Kafka's keeps of
 * that. A kept place is good for one filter: another might want what this one passed over. */
typedef struct ReplayPosition ReplayPosition;

typedef struct {
  const KafkaProperty *properties; /* borrowed */
  const char *topic;               /* borrowed */
  const char *group;               /* borrowed; NULL: nothing is kept */
  const ReplayFilter *filter;      /* borrowed */
  bool is_dry_run;                 /* the kept place is read, and not moved */
  int timeout_ms;
} ReplayPositionOptions;

/* Begins to read. FAULT_SETUP: there is no such topic, or the group's place is another filter's. */
ReplayPosition *replay_position_new(const ReplayPositionOptions *options, GError **error);
void replay_position_free(ReplayPosition *self);

KafkaReader *replay_position_reader(const ReplayPosition *self);

/* A dead letter failed: no kept place moves past it. */
void replay_position_fail(ReplayPosition *self, int32_t partition, int64_t offset);

/* All that was read so far is settled. Keeps the place, now and then or `at_end`. */
bool replay_position_settle(ReplayPosition *self, bool at_end, GError **error);

/* What is not settled, as --offsets has it; NULL: nothing. Free with g_free. */
char *replay_position_left(const ReplayPosition *self);
