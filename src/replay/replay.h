/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "base/stop.h"
#include "hbase/catalog.h"
#include "mapping/set.h"
#include "replay/position.h"
#include "replay/report.h"
#include "replay/rounds.h"

/* What `replay` does: letters off their topic, through the filter and the mappings of where they
 * came from, to the gateway, round after round. After each round the place is settled. */
typedef struct Replay Replay;

/* All borrowed. */
typedef struct {
  const Config *config;
  const MappingSet *mappings;
  const SchemaSource *schemas; /* NULL: no registry is needed */
  const StreamSink *sink;      /* NULL: a dry run, which lists every letter */
  Catalog *catalog;            /* of a dry run: where tables are looked at */
  bool takes_moved;            /* letters for a table that is another by now, too */
  WireProtocol protocol;
  const ReplayFilter *filter;
  ReplayPosition *position;
  ReplayReport *report;
  const Stop *stop;
  Log *log;
  uint64_t most; /* letters */
  int64_t timeout_ms;
} ReplayOptions;

/* FAULT_SETUP. */
Replay *replay_new(const ReplayOptions *options, GError **error);
void replay_free(Replay *self);

/* To the end of what there is to do, or to where a signal stops it. False: not so far, for the
 * reason in error, or, without one, for a signal that came while somebody was waited for. */
bool replay_run(Replay *self, GError **error);

uint64_t replay_written(const Replay *self);
