/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "datum/decoder.h"
#include "kafka/consumer.h"
#include "metrics/counters.h"
#include "stream/dead_letters.h"
#include "stream/sink.h"

/* The ingest road: a group's partitions through as many writers as there are sinks. Runs in the
 * main thread, in GLib's default main context: rebalances, readiness, --until-end, the way out. */
typedef struct Stream Stream;

typedef struct {
  uint32_t batch_rows;
  uint64_t batch_bytes;
  uint32_t linger_ms;
  uint64_t memory_bytes; /* see stream/memory.h */
  double errors_limit;
  uint32_t errors_window;
  int64_t shutdown_timeout_ms;
  bool is_until_end;
  int64_t timeout_ms; /* is_until_end: give up when nothing has moved for so long */
  bool needs_topics;  /* is_until_end: a missing topic is a fault, not nothing to read */
} StreamSettings;

/* Everything is borrowed for the stream's life. */
typedef struct {
  const KafkaProperty *properties; /* the [kafka] section */
  const KafkaProperty *letters;    /* the same for dead letters; NULL: no different */
  const char *group;               /* its group.id, by which dead letters are signed */
  const Mapping *const *mappings;  /* each a topic's way to a table */
  const FramePlan *const *plans;   /* one for each mapping */
  size_t mappings_length;
  const SchemaSource *schemas; /* or NULL */
  const StreamSink *sinks;
  size_t sinks_length;
  StreamPeer gateway; /* behind the sinks; ask NULL: nobody looks whether it is there */
  StreamSettings settings;
  void (*tick)(void *self); /* about once a second: for whoever shows progress; or NULL */
  void *tick_self;
  void (*refused)(void *tick_self); /* Kafka does not take our name and password; or NULL */
} StreamOptions;

Stream *stream_new(const StreamOptions *options);
/* Does nothing, for good, if a thread hangs that still uses what the stream was given. */
void stream_free(Stream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stream, stream_free)

typedef enum {
  STREAM_DONE,   /* everything was acknowledged and committed: to the ends, or when asked to stop */
  STREAM_CUT,    /* asked to stop, and some was not; or asked before the ends were reached */
  STREAM_FAILED, /* FAULT_RECORD: too much was bad; FAULT_PEER: nothing moved; FAULT_SETUP */
} StreamOutcome;

/* Runs until the ends are reached, stream_stop() or a failure. */
StreamOutcome stream_run(Stream *self, GError **error);

/* From the main context, as a signal's handler: brings to an end what is under way and commits it,
 * within the shutdown timeout. The second time: at once. */
void stream_stop(Stream *self);

/* The same properties with other secrets, from the next login on; from the main context. They are
 * borrowed to the end, as those before are. */
void stream_login(Stream *self, const KafkaProperty *properties, const KafkaProperty *letters);

/* Whether a thread hangs, so that nothing the stream was given may be freed. */
bool stream_is_stuck(const Stream *self);

/* Whether records can be written: in the group, and no writer waiting. If not, why; and, or NULL,
 * why Kafka does not serve us. Both are borrowed. */
bool stream_is_ready(const Stream *self, const char **out_reason, const char **out_kafka);

/* Where each of our partitions stands, of KafkaStanding, whose topic_index is the first mapping of
 * its topic: what is told of a partition is true of all of them. */
void stream_standings(Stream *self, GArray *out);

/* Counted by mapping, in their order, and behind them once for the writers' calls. */
MetricsCounters *stream_counters(const Stream *self);
