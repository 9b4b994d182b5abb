/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/histogram.h"
#include "wire/frame.h"
#include "stream/reject.h"

/* Rows of one table on their way to HBase, with the records they were made of, which are kept
 * until the batch is acknowledged: a row that is refused becomes the dead letter of its record.
 *
 * A batch never holds two puts of one row and timestamp. Of those the later offset must win, and
 * within one putMultiple nothing promises it: the gateway's HBase client sends the regions' shares
 * apart and sends again what a busy region refused, after what came later. So they are made one,
 * cell by cell the later's; where they are too large for that the later one begins the next batch.
 * Between batches order holds, because one is answered before the next is taken. */
typedef struct StreamBatch StreamBatch;

typedef struct {
  size_t rows;            /* records in a batch, whatever became of them */
  size_t bytes;           /* encoded rows and the records kept */
  size_t frame_max_bytes; /* one call of the gateway */
} StreamBatchLimits;

typedef enum {
  STREAM_TAKEN,
  STREAM_FULL,      /* send this batch first; nothing was taken */
  STREAM_TOO_LARGE, /* no frame can hold one of its cells; nothing was taken */
} StreamTaking;

/* `plan` is borrowed. */
StreamBatch *stream_batch_new(const FramePlan *plan, const StreamBatchLimits *limits);
void stream_batch_free(StreamBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamBatch, stream_batch_free)

/* Releases what it holds and is empty again, with its memory. */
void stream_batch_reset(StreamBatch *self);
/* Makes an empty one fit for rows of another table. */
void stream_batch_rededicate(StreamBatch *self, const FramePlan *plan,
                             const StreamBatchLimits *limits);

/* Each of these takes the message when it says STREAM_TAKEN (the others always do). A record that
 * makes no cell at all is taken and counts as skipped. Of what is skipped only the offset is kept.
 */
StreamTaking stream_batch_add(StreamBatch *self, KafkaMessage *message, const Row *row);
void stream_batch_add_skipped(StreamBatch *self, KafkaMessage *message);
void stream_batch_add_end(StreamBatch *self, const KafkaMessage *end);
void stream_batch_add_reject(StreamBatch *self, StreamReject *reject);

bool stream_batch_is_empty(const StreamBatch *self);
bool stream_batch_is_full(const StreamBatch *self);
/* What it holds in memory, about: what it has allocated, and the records. */
size_t stream_batch_bytes(const StreamBatch *self);
size_t stream_batch_most_bytes(const StreamBatch *self);

const FramePlan *stream_batch_plan(const StreamBatch *self);
const FrameRows *stream_batch_rows(const StreamBatch *self, FrameKind kind);

/* How many of the rows from `first` on fit one call. */
size_t stream_batch_fitting(const StreamBatch *self, FrameKind kind, size_t first);

/* Makes rejects of the records that the row was made of. */
void stream_batch_reject_row(StreamBatch *self, FrameKind kind, size_t row, const GError *error,
                             unsigned attempts);

/* What has become of its records. */
typedef struct {
  size_t records;
  size_t written;
  size_t skipped;
  size_t rejected;
  size_t tombstones;
} StreamTally;

StreamTally stream_batch_tally(const StreamBatch *self);

/* How old its written records are at now_ms, Unix time, in milliseconds; those without a time are
 * not counted, and what comes from the future is 0 old. */
void stream_batch_age(const StreamBatch *self, int64_t now_ms, Histogram *ages);

/* Sets how far its topic's reader is with every partition in it and adds those not touched yet to
 * the list. */
void stream_batch_touch(const StreamBatch *self, size_t reader, GPtrArray *touched);

/* Moves its rejects, of StreamReject, to the end of the list. */
void stream_batch_take_rejects(StreamBatch *self, GPtrArray *list);
