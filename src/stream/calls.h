/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/delivery.h"

/* The calls that are under way over one connection, of several lines, in the order they were sent
 * and are answered. One thread owns it. */
typedef struct StreamCalls StreamCalls;

/* `sink`, `deliveries` and `sheet` are borrowed. */
StreamCalls *stream_calls_new(const StreamSink *sink, StreamDelivery *const *deliveries,
                              size_t length, MetricsSheet *sheet);
void stream_calls_free(StreamCalls *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamCalls, stream_calls_free)

/* Sends all that may be sent now, the lines in turn. */
void stream_calls_send(StreamCalls *self);
/* Waits for the next answer; at once if none is to come. */
void stream_calls_receive(StreamCalls *self);

bool stream_calls_is_empty(const StreamCalls *self);
