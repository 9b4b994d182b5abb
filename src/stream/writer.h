/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/retry.h"
#include "stream/dead_letters.h"
#include "stream/line.h"
#include "stream/sink.h"
#include "stream/source.h"

/* A thread that owns its share of the partitions, a connection to the gateway and a line for each
 * table of a topic, and takes records from the one to the other. It waits out every outage by
 * itself, each line apart; only bad data (too much of it) and being told so end it. */
typedef struct StreamWriter StreamWriter;

typedef struct {
  size_t number;
  StreamSource source;
  StreamSink sink;
  StreamDeadLetters *letters;     /* borrowed; shared by the writers */
  const StreamLineOptions *lines; /* without what is the writer's own; borrowed for new() alone */
  size_t lines_length;
  size_t topics_length;
  bool ends;           /* it reads to an end, and judges there by what there was */
  size_t memory_bytes; /* for all its batches and bad records */
  size_t aside_bytes;  /* for what the source has; what that takes beyond, they lack */
  MetricsSheet *sheet; /* of its calls; borrowed */
  void *self;
  /* In its thread: it has ended, with an error for bad data, without when it was told to. */
  void (*ended)(void *self, size_t writer, const GError *error);
} StreamWriterOptions;

StreamWriter *stream_writer_new(const StreamWriterOptions *options, GError **error);
/* Its thread must have ended. */
void stream_writer_free(StreamWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamWriter, stream_writer_free)

void stream_writer_start(StreamWriter *self);

/* The rest is for any other thread. */

/* Asks it to bring to an end whatever it holds, and to store the offsets; then it goes on. What
 * waits for a table, a registry or the dead letters' Kafka is left waiting. */
void stream_writer_flush(StreamWriter *self);
/* Waits until every flush asked for is done, or it has ended; false after deadline_us. */
bool stream_writer_await_flush(StreamWriter *self, int64_t deadline_us);

/* Asks it to read no more, flush and end. */
void stream_writer_stop(StreamWriter *self);
/* Asks it to end at once, whatever it holds; cuts its connection. */
void stream_writer_abandon(StreamWriter *self);
/* Waits for its end; false after deadline_us. */
bool stream_writer_join(StreamWriter *self, int64_t deadline_us);
/* After its end: whether all that it read is stored. */
bool stream_writer_is_settled(const StreamWriter *self);
