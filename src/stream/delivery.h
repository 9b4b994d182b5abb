/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "metrics/counters.h"
#include "stream/batch.h"
#include "stream/sink.h"
#include "stream/wait.h"

/* One line's batches on their way to HBase, in order, each brought to its end: every row
 * acknowledged, or known to be refused for a reason of its own. It says which call is next and what
 * an answer means; calls.h carries the calls of all lines over one connection, so that a line that
 * waits stops no other.
 *
 * What an error means is not told by its text, so after each a probe asks whether the table takes
 * rows at all:
 *   it does not                     wait, for as long as it takes, then send again
 *   it does, the call was refused   halve it until the culprit is alone
 *   it does, no answer came         send again; twice the same call: halve it
 *   HBase says that it is busy      wait, then send again, however often
 * Whenever a call is sent again all that were sent after it follow anew, so that among puts of one
 * timestamp the later offset stays the later put. */
typedef struct StreamDelivery StreamDelivery;

/* `sink` and `sheet` are borrowed; the sink is asked by probe() and is_busy() alone. */
StreamDelivery *stream_delivery_new(const StreamSink *sink, const StreamWait *wait,
                                    MetricsSheet *sheet);
/* With all batches that were not taken back. */
void stream_delivery_free(StreamDelivery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamDelivery, stream_delivery_free)

/* Takes the batch. */
void stream_delivery_push(StreamDelivery *self, StreamBatch *batch);
/* The oldest batch, yours, once it is done with; NULL: it is not, or there is none. */
StreamBatch *stream_delivery_take_done(StreamDelivery *self);

bool stream_delivery_is_empty(const StreamDelivery *self);
/* What the batches hold in memory, about. */
size_t stream_delivery_bytes(const StreamDelivery *self);

/* Whether something is wrong: then it is to be given no more, until it has found its way out. */
bool stream_delivery_is_stuck(const StreamDelivery *self);
/* Whether it waits for its table; not for the gateway, which comes back by itself. */
bool stream_delivery_is_parked(const StreamDelivery *self);
/* When it has something to send, by the monotonic clock; INT64_MAX: not before an answer comes. */
int64_t stream_delivery_due_us(const StreamDelivery *self);
/* Ends the wait for the next try. */
void stream_delivery_hurry(StreamDelivery *self);

/* The rest is for calls.h. */

/* Whether its next call may cut the connection: that goes alone, so that no other call is blamed.
 */
bool stream_delivery_is_suspect(const StreamDelivery *self);
/* The next call to send; false: none at present. May probe the table first. */
bool stream_delivery_next(StreamDelivery *self, FrameBatch *out);
void stream_delivery_sent(StreamDelivery *self);
/* The oldest call sent was acknowledged. */
void stream_delivery_acknowledged(StreamDelivery *self);
/* It failed. After all but FAULT_RECORD nothing of it is under way any more. */
void stream_delivery_failed(StreamDelivery *self, const GError *error);
/* What was under way has got lost with another's call. */
void stream_delivery_rewind(StreamDelivery *self);
