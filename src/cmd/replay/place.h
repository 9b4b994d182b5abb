/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/replay/filter.h"

/* Where a replay reads its topic, what it has settled of it, and what a group of Kafka's keeps of
 * that. A kept place is good for one filter: another might want what this one passed over. */
typedef struct CmdReplayPlace CmdReplayPlace;

typedef struct {
  const KafkaProperty *properties; /* borrowed */
  const char *topic;               /* borrowed */
  const char *group;               /* borrowed; NULL: nothing is kept */
  const CmdReplayFilter *filter;   /* borrowed */
  bool is_dry_run;                 /* the kept place is read, and not moved */
  int timeout_ms;
} CmdReplayPlaceOptions;

/* Begins to read. FAULT_SETUP: there is no such topic, or the group's place is another filter's. */
CmdReplayPlace *cmd_replay_place_new(const CmdReplayPlaceOptions *options, GError **error);
void cmd_replay_place_free(CmdReplayPlace *self);

KafkaReader *cmd_replay_place_reader(const CmdReplayPlace *self);

/* A letter failed: no kept place moves past it. */
void cmd_replay_place_fail(CmdReplayPlace *self, int32_t partition, int64_t offset);

/* All that was read so far is settled. Keeps the place, now and then or `at_end`. */
bool cmd_replay_place_settle(CmdReplayPlace *self, bool at_end, GError **error);

/* What is not settled, as --offsets has it; NULL: nothing. Free with g_free. */
char *cmd_replay_place_left(const CmdReplayPlace *self);
