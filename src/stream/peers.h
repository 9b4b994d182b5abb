/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/consumer.h"
#include "metrics/counters.h"
#include "stream/health.h"
#include "stream/sink.h"

/* Kafka and the gateway, asked every other second whether they are there, so that health tells the
 * truth while nothing flows. Main thread; the questions have threads of their own. */
typedef struct StreamPeers StreamPeers;

/* All of it is borrowed. */
typedef struct {
  KafkaConsumer *consumer;
  StreamPeer gateway; /* ask NULL: it is not watched */
  const MetricsCounters *counters;
  StreamHealth *health; /* told */
} StreamPeersOptions;

StreamPeers *stream_peers_new(const StreamPeersOptions *options);
/* Nothing is asked or told any more. */
void stream_peers_stop(StreamPeers *self);
/* Waits for a question that is being asked. */
void stream_peers_free(StreamPeers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamPeers, stream_peers_free)
