/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/retry.h"
#include "metrics/counters.h"
#include "stream/batch.h"
#include "stream/sink.h"

/* Takes batches to the sink, several calls under way at once, and brings each to its end: every
 * row acknowledged, or known to be refused for a reason of its own. One thread owns it.
 *
 * What an error means is not told by its text, so after each a probe asks whether the table takes
 * rows at all:
 *   it does not                     wait, for as long as it takes, then send again
 *   it does, the call was refused   halve it until the culprit is alone
 *   it does, no answer came         send again; twice the same call: halve it
 *   HBase says that it is busy      wait, then send again, however often
 * Whenever a call is sent again all that were sent after it follow anew, so that among puts of one
 * timestamp the later offset stays the later put. */
typedef struct StreamFlight StreamFlight;

typedef struct {
  void *self;
  /* The batch is done with and yours. In the order of stream_flight_push(). False: give up. */
  bool (*done)(void *self, StreamBatch *batch);
  /* Nothing can be written, for this reason; NULL: something was again. */
  void (*waiting)(void *self, const GError *reason);
  /* Waits so long; false: give up. */
  bool (*pause)(void *self, uint32_t wait_ms);
} StreamFlightEvents;

/* `sink` and `sheet` are borrowed. */
StreamFlight *stream_flight_new(const StreamSink *sink, const StreamFlightEvents *events,
                                const Retry *retry, MetricsSheet *sheet);
/* With all batches that are not done with. */
void stream_flight_free(StreamFlight *self);

/* The three that follow wait as long as it takes; false: an event said to give up, and the flight
 * is at its end. */

/* Takes the batch and returns once it is sent. */
bool stream_flight_push(StreamFlight *self, StreamBatch *batch);
/* Takes the next answer; at once if none is to come. */
bool stream_flight_receive(StreamFlight *self);
/* Returns once every batch is done with. */
bool stream_flight_drain(StreamFlight *self);

bool stream_flight_is_empty(const StreamFlight *self);
/* What the batches hold in memory, about. */
size_t stream_flight_bytes(const StreamFlight *self);
