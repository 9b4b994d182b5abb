/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "metrics/counters.h"
#include "datum/decoder.h"
#include "stream/spares.h"
#include "stream/window.h"

/* One topic's way through one writer: bytes are decoded and mapped into the open batch; a batch
 * that HBase is done with comes back, and once its window is judged (stream/window.h) its bad
 * records may become dead letters and its offsets may be stored.
 *
 *   take() -> open batch -> (flight) -> done() -> judge() -> rejects(), touched() -> release()
 */
typedef struct StreamLine StreamLine;

typedef struct {
  const Mapping *mapping;      /* borrowed */
  const FramePlan *plan;       /* borrowed */
  const SchemaSource *schemas; /* borrowed; may be NULL */
  MetricsSheet *sheet;         /* borrowed */
  StreamSpares *spares;        /* borrowed; the writer's */
  StreamBatchLimits batch;
  uint32_t linger_ms;
  StreamWindowLimits window;
  size_t kept_bytes; /* bad records beyond this are judged early */
  bool is_quiet;     /* somebody else tells of bad records */
} StreamLineOptions;

StreamLine *stream_line_new(const StreamLineOptions *options, GError **error);
void stream_line_free(StreamLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamLine, stream_line_free)

typedef enum {
  STREAM_LINE_TAKEN,
  STREAM_LINE_FULL,    /* take the open batch away and come again */
  STREAM_LINE_STALLED, /* somebody it needs does not answer: come again later; error is set */
} StreamLineTaking;

/* Takes the message, or leaves it whole. A bad one is taken as well. */
StreamLineTaking stream_line_take(StreamLine *self, KafkaMessage *message, GError **error);

/* The batch being filled, now yours; NULL if there is none. */
StreamBatch *stream_line_take_batch(StreamLine *self);

/* When the open batch should be sent or the window judged, by the monotonic clock; INT64_MAX:
 * nothing is waiting. */
int64_t stream_line_batch_due_us(const StreamLine *self);
int64_t stream_line_window_due_us(const StreamLine *self);

/* Memory held by the open batch and by bad records, about. */
size_t stream_line_bytes(const StreamLine *self);

/* Swallows a batch whose rows are all acknowledged or rejected. */
void stream_line_done(StreamLine *self, StreamBatch *batch);

typedef enum {
  STREAM_NOTHING, /* nothing to release, or it is not time to judge */
  STREAM_RELEASE, /* send the rejects, store the offsets, then stream_line_release() */
  STREAM_GUILTY,  /* stop: error says why, and nothing of it may be released */
} StreamVerdict;

typedef enum {
  STREAM_AS_DUE,
  STREAM_AT_END,  /* no more will come: judge by what there is */
  STREAM_LEAVING, /* more will come, to whoever reads on: what is bad beyond the limit, and too
                     little to judge by, is left to it */
} StreamOccasion;

StreamVerdict stream_line_judge(StreamLine *self, StreamOccasion occasion, GError **error);

/* The bad records, of StreamReject, and whether they become dead letters or are skipped. */
const GPtrArray *stream_line_rejects(const StreamLine *self);
bool stream_line_has_letters(const StreamLine *self);
/* Partitions whose `done` may be stored, of KafkaPartition. */
const GPtrArray *stream_line_touched(const StreamLine *self);

void stream_line_release(StreamLine *self);

const char *stream_line_table(const StreamLine *self);
const FramePlan *stream_line_plan(const StreamLine *self);
