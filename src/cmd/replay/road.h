/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "base/stop.h"
#include "cmd/replay/place.h"
#include "cmd/replay/report.h"
#include "mapping/set.h"
#include "stream/replay.h"

/* What `replay` does: letters off their topic, through the filter and the mappings of where they
 * came from, to the gateway, round after round. After each round the place is settled. */
typedef struct CmdReplayRoad CmdReplayRoad;

/* All borrowed. */
typedef struct {
  const Config *config;
  const MappingSet *mappings;
  const SchemaSource *schemas; /* NULL: no registry is needed */
  const StreamSink *sink;      /* NULL: a dry run, which lists every letter */
  WireProtocol protocol;
  const CmdReplayFilter *filter;
  CmdReplayPlace *place;
  CmdReplayReport *report;
  const Stop *stop;
  Log *log;
  uint64_t most; /* letters */
  int64_t timeout_ms;
} CmdReplayRoadOptions;

/* FAULT_SETUP. */
CmdReplayRoad *cmd_replay_road_new(const CmdReplayRoadOptions *options, GError **error);
void cmd_replay_road_free(CmdReplayRoad *self);

/* To the end of what there is to do, or to where a signal stops it. False: not so far, for the
 * reason in error, or, without one, for a signal that came while somebody was waited for. */
bool cmd_replay_road_run(CmdReplayRoad *self, GError **error);

uint64_t cmd_replay_road_written(const CmdReplayRoad *self);
