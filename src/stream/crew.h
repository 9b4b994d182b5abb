/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/consumer.h"
#include "stream/stream.h"

/* All the writers, one for each sink and lane, as the main thread sees them: what they have to say
 * reaches it through the main context. */
typedef struct StreamCrew StreamCrew;

/* In the main thread. */
typedef struct {
  void *self;
  /* Something is waited for, for this reason, or (NULL) not any more: see stream/wait.h. */
  void (*waiting)(void *self, size_t slot, const GError *reason);
  /* A writer has ended by itself, for bad data. */
  void (*failed)(void *self, const GError *error);
  /* The last of them has ended. */
  void (*ended)(void *self);
} StreamCrewEvents;

/* `options`, `letters` and `counters` are borrowed; the lanes are the consumer's. */
StreamCrew *stream_crew_new(const StreamOptions *options, KafkaConsumer *consumer,
                            StreamLetters *letters, MetricsCounters *counters,
                            const StreamCrewEvents *events);
/* Makes the writers, a FAULT_SETUP, and starts them. */
bool stream_crew_open(StreamCrew *self, GError **error);
void stream_crew_start(StreamCrew *self);
/* Waits for threads that have not ended. */
void stream_crew_free(StreamCrew *self);

/* Has all of them finish what they hold, and waits for nobody. */
void stream_crew_settle(StreamCrew *self);

/* Has the writers of these lanes finish what they hold, and waits for them until the deadline. */
void stream_crew_flush(StreamCrew *self, const bool *lanes, int64_t deadline_us);

/* After their end: whether all that was read is stored. */
bool stream_crew_is_settled(const StreamCrew *self);

/* Has all of them end: when they are done, or at once. */
void stream_crew_stop(StreamCrew *self);
void stream_crew_abandon(StreamCrew *self);
