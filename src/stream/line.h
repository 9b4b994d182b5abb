/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/decoder.h"
#include "stream/batch_pool.h"
#include "stream/commit.h"
#include "stream/delivery.h"

/* One topic's way through one writer, with everything that it waits for, so that no other line
 * has to:
 *
 *   take(): bytes -> row -> open batch -> delivery (to HBase) -> commit (dead letters, offsets)
 *      \-> kept: while one of these waits, what was read already is held back */
typedef struct StreamLine StreamLine;

typedef struct {
  const Mapping *mapping;      /* borrowed */
  const FramePlan *plan;       /* borrowed */
  const SchemaSource *schemas; /* borrowed; may be NULL */
  MetricsSheet *sheet;         /* borrowed; of its records */
  StreamBatchLimits batch;
  uint32_t linger_ms;
  StreamWindowLimits window;
  size_t kept_bytes; /* bad records beyond this are judged early */
  bool is_quiet;     /* somebody else tells of bad records */
  size_t topic_index;
  size_t reader; /* which of the topic's */
  /* The writer's: */
  const StreamSink *sink;      /* borrowed */
  MetricsSheet *calls;         /* borrowed; of the calls */
  StreamBatchPool *batch_pool; /* borrowed */
  StreamDeadLetters *letters;  /* borrowed; NULL: the caller looks after what is done with */
  const StreamSource *source;  /* borrowed; as dead letters */
  size_t writer;
  StreamWait wait; /* how each thing is waited for; its slot: of the first */
} StreamLineOptions;

StreamLine *stream_line_new(const StreamLineOptions *options, GError **error);
void stream_line_free(StreamLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamLine, stream_line_free)

StreamDelivery *stream_line_delivery(StreamLine *self);
StreamCommit *stream_line_commit(StreamLine *self);

/* Whether it can take nothing at present. */
bool stream_line_is_blocked(const StreamLine *self);

typedef enum {
  STREAM_LINE_TAKEN,
  STREAM_LINE_FULL,    /* push the open batch and come again */
  STREAM_LINE_STALLED, /* somebody it needs does not answer, so that it is blocked now */
} StreamLineTaking;

/* Takes the message, or leaves it whole. A bad one is taken as well. */
StreamLineTaking stream_line_take(StreamLine *self, KafkaMessage *message);

/* Holds the message back, behind those that it holds already. */
void stream_line_keep(StreamLine *self, KafkaMessage *message);
/* The first of those held back; NULL: none. To be dropped once it was taken. */
KafkaMessage *stream_line_kept(StreamLine *self);
void stream_line_drop_kept(StreamLine *self);

/* Hands the batch being filled, if there is one, to the delivery. */
void stream_line_push(StreamLine *self);
/* Takes a batch that HBase is done with on to the commit; false: there is none. */
bool stream_line_collect(StreamLine *self);
/* Does so with all, and settles. False: as stream_commit_settle(). */
bool stream_line_settle(StreamLine *self, StreamOccasion occasion, GError **error);

/* When the open batch is to be pushed, by the monotonic clock; and when anything is to be done. */
int64_t stream_line_batch_due_us(const StreamLine *self);
int64_t stream_line_due_us(const StreamLine *self);

/* Whether all that it has taken is stored. */
bool stream_line_is_idle(const StreamLine *self);
/* Whether all that it has taken is done with: stored, or left to whoever reads on. */
bool stream_line_is_settled(const StreamLine *self);
/* Whether nothing more will come of it soon: all is done with, or somebody does not answer (but
 * for the gateway, which comes back by itself). */
bool stream_line_is_at_rest(const StreamLine *self);

/* Ends the waits for the next try. */
void stream_line_hurry(StreamLine *self);

/* Memory held in all that, about. */
size_t stream_line_bytes(const StreamLine *self);

/* Of several: when something is to be done; whether none holds anything; and whether every one has
 * done what it can: all of it, or with `may_wait` but for what waits. */
int64_t stream_lines_due_us(StreamLine *const *lines, size_t length);
bool stream_lines_hold_nothing(StreamLine *const *lines, size_t length);
bool stream_lines_are_flushed(StreamLine *const *lines, size_t length, bool may_wait);
