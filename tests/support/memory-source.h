/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "stream/source.h"

/* A source that holds its records in memory and notes what is stored. Records are Avro datums of
 * memory_source_schema: two strings, k and q. */
typedef struct {
  StreamSource source;
  GPtrArray *partitions; /* owned, of owned KafkaPartition */
  GArray *messages;      /* owned, of KafkaMessage */
  GPtrArray *payloads;   /* owned, of owned GBytes */
  guint next;
  size_t read_at_once;           /* the most that one read gives */
  GString *log;                  /* borrowed: "store 0:5 1:2;" */
  GMutex *log_lock;              /* borrowed */
  void (*exhausted)(void *data); /* from the reader's thread, once everything was read */
  void *exhausted_data;
  GMutex lock;
  GCond woken;
  bool is_woken;
} MemorySource;

extern const char memory_source_schema[];

void memory_source_init(MemorySource *self, size_t partitions, GString *log, GMutex *log_lock);
void memory_source_clear(MemorySource *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MemorySource, memory_source_clear)

/* Adds records to a partition, blanks between: "a=1" a datum, "-a" a tombstone, "!" bytes that are
 * no datum, "." the partition's end. */
void memory_source_add(MemorySource *self, size_t partition, const char *records);
