/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "mapping/mapping.h"
#include "metrics/counters.h"
#include "stream/batch.h"
#include "stream/dead_letters.h"
#include "stream/source.h"
#include "stream/wait.h"
#include "stream/window.h"

/* What one line is done with, until its offsets may be committed: once the window is judged
 * (window.h), its bad records become dead letters, and then its offsets are stored.
 *
 *   add() ... -> settle(): judge -> dead letters, as long as they take -> store */
typedef struct StreamCommit StreamCommit;

typedef struct {
  const Mapping *mapping; /* borrowed */
  MetricsSheet *sheet;    /* borrowed */
  StreamWindowLimits window;
  size_t kept_bytes;          /* bad records beyond this are judged early */
  bool is_quiet;              /* somebody else tells of bad records */
  StreamDeadLetters *letters; /* borrowed; NULL: release() is called instead of settle() */
  const StreamSource *source; /* borrowed; where offsets are stored; as dead letters */
  size_t writer;              /* its number */
  size_t reader;              /* which of its topic's */
  StreamWait wait;            /* for dead letters to be taken */
} StreamCommitOptions;

StreamCommit *stream_commit_new(const StreamCommitOptions *options);
void stream_commit_free(StreamCommit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamCommit, stream_commit_free)

/* A batch whose rows are all acknowledged or rejected. Nothing may be under way to the
 * dead letters. */
void stream_commit_add(StreamCommit *self, StreamBatch *batch);

typedef enum {
  STREAM_AS_DUE,
  STREAM_AT_END,  /* no more will come: judge by what there is */
  STREAM_LEAVING, /* more will come, to whoever reads on: what is bad beyond the limit, and too
                     little to judge by, is left to it */
} StreamOccasion;

/* Does what can be done now. False: too much is bad, error says why, and nothing of it was let
 * go. */
bool stream_commit_settle(StreamCommit *self, StreamOccasion occasion, GError **error);

/* Whether dead letters are on their way: nothing may be added before they are taken. */
bool stream_commit_is_busy(const StreamCommit *self);
/* Whether it has waited for Kafka to take them, in vain so far. */
bool stream_commit_is_waiting(const StreamCommit *self);
/* When settle() is to be called, by the monotonic clock; INT64_MAX: after the next add(). */
int64_t stream_commit_due_us(const StreamCommit *self);

/* Whether nothing is left that would have to be stored. */
bool stream_commit_is_empty(const StreamCommit *self);
/* Memory held by bad records, about. */
size_t stream_commit_bytes(const StreamCommit *self);

/* For who does not settle(): the bad records, of StreamReject, and the end of them. */
const GPtrArray *stream_commit_rejects(const StreamCommit *self);
void stream_commit_release(StreamCommit *self);
