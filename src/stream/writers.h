/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/consumer.h"
#include "mapping/set.h"
#include "stream/stream.h"

/* All the writers, one for each sink and queue, as the main thread sees them: what they have to say
 * reaches it through the main context. */
typedef struct StreamWriters StreamWriters;

/* In the main thread. */
typedef struct {
  void *self;
  /* Something is waited for, for this reason, or (NULL) not any more: see stream/wait.h. */
  void (*waiting)(void *self, size_t slot, const GError *reason);
  /* A writer has ended by itself, for bad data. */
  void (*failed)(void *self, const GError *error);
  /* The last of them has ended. */
  void (*ended)(void *self);
} StreamWritersEvents;

/* What they share, all borrowed; the queues are the consumer's. */
typedef struct {
  KafkaConsumer *consumer;
  StreamDeadLetters *letters;
  MetricsCounters *counters;
} StreamWritersUse;

/* `options` and `topics` are borrowed. */
StreamWriters *stream_writers_new(const StreamOptions *options, const MappingTopics *topics,
                                  const StreamWritersUse *use, const StreamWritersEvents *events);
/* Makes the writers, a FAULT_SETUP, and starts them. */
bool stream_writers_open(StreamWriters *self, GError **error);
void stream_writers_start(StreamWriters *self);
/* Waits for threads that have not ended. */
void stream_writers_free(StreamWriters *self);

/* Has all of them finish what they hold, and waits for nobody. */
void stream_writers_settle(StreamWriters *self);

/* Has the writers of these queues finish what they hold, and waits for them until the deadline. */
void stream_writers_flush(StreamWriters *self, const bool *queues, int64_t deadline_us);

/* After their end: whether all that was read is stored. */
bool stream_writers_is_settled(const StreamWriters *self);

/* Has all of them end: when they are done, or at once. */
void stream_writers_stop(StreamWriters *self);
void stream_writers_abandon(StreamWriters *self);
