/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/retry.h"
#include "stream/line.h"
#include "stream/sink.h"

/* Records of several topics on the way that a stream takes them (the same decoding, batches and
 * halving), but one round after another, in one thread, and without a dead letter:
 *
 *   take() take() ... -> settle(): each is written, skipped or among the bad -> take() ...
 */
typedef struct ReplayRounds ReplayRounds;

typedef struct {
  const StreamLineOptions *lines; /* one for each mapping; borrowed for new() alone */
  size_t lines_length;
  const StreamSink *sink; /* borrowed; NULL: records are tried, and none is sent */
  MetricsSheet *sheet;    /* of the calls; borrowed */
  Retry retry;
  void *self;
  /* Somebody is waited for. False: give up. */
  bool (*pause)(void *self, const GError *reason, uint32_t wait_ms);
  /* Not any more. */
  void (*resumed)(void *self);
  /* A record was refused, now or at the last; in settle(), and borrowed. */
  void (*refused)(void *self, const StreamReject *reject, size_t line);
} ReplayRoundsOptions;

/* FAULT_SETUP. */
ReplayRounds *replay_rounds_new(const ReplayRoundsOptions *options, GError **error);
void replay_rounds_free(ReplayRounds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReplayRounds, replay_rounds_free)

/* Swallows the message and makes it what it was: `topic`, `partition`, `offset`. False: pause()
 * gave up. */
typedef struct {
  size_t line;
  int32_t partition;
  int64_t offset;
} ReplayOrigin;

bool replay_rounds_take(ReplayRounds *self, KafkaMessage *message, const ReplayOrigin *origin);

/* What the round holds in memory, about. */
size_t replay_rounds_bytes(const ReplayRounds *self);

/* Brings all that was taken to its end. False: pause() gave up; then what was taken since the last
 * round may or may not be written. */
bool replay_rounds_settle(ReplayRounds *self);
