/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "stream/writer.h"

#include "support/mapping-case.h"
#include "support/memory-sink.h"
#include "support/memory-source.h"

enum { WRITER_CASE_LINES = 2, WRITER_CASE_OTHER = 2, PATIENCE_US = 20 * 1000 * 1000 };

typedef struct {
  const char *errors;    /* of the mapping */
  const char *tombstone; /* of the mapping */
  size_t rows;           /* in a batch */
  size_t memory_bytes;
  StreamWindowLimits window;
  bool ends;
  bool fans_out;                   /* table "u" is made of the records of "topic", too */
  const KafkaProperty *properties; /* for dead letters */
} WriterSettings;

/* A writer between a source and a sink in memory. Its second line reads topic "other", whose
 * records need the registry, into table "u". */
typedef struct {
  MappingCase mappings[WRITER_CASE_LINES];
  atomic_bool is_registry_away;
  MemorySink sink;
  MemorySource source;
  MetricsCounters *counters;
  StreamDeadLetters *letters;
  StreamWriter *writer;
  SchemaSource schemas;
  GMutex lock;
  GString *waiting; /* 'w' and 'r', under lock */
  GError *failure;
} WriterCase;

extern const WriterSettings writer_case_plain;

void writer_case_init(WriterCase *self, const WriterSettings *settings);
void writer_case_clear(WriterCase *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WriterCase, writer_case_clear)

/* Runs until the source is exhausted and the writer has ended of itself. */
void writer_case_run(WriterCase *self);

/* Of the lines' counters. */
uint64_t writer_case_count(const WriterCase *self, Counter counter);

/* Every record that was read is done with in one of the three ways. */
void writer_case_assert_books(const WriterCase *self, size_t written, size_t skipped,
                              size_t dead_lettered);

/* The offset that is stored of partition 0 or 1 of "topic", or of WRITER_CASE_OTHER. */
int64_t writer_case_stored(const WriterCase *self, size_t partition);
/* Waits until it is, or until something waits. */
void writer_case_await_stored(const WriterCase *self, size_t partition, int64_t offset);
void writer_case_await_waiting(WriterCase *self);
