/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "stream/source.h"

enum { MEMORY_SOURCE_TOPICS = 4, MEMORY_SOURCE_SCHEMA_ID = 1 };

/* A source that holds its records in memory and notes what is stored. Records are Avro datums of
 * memory_source_schema: two strings, k and q. */
typedef struct {
  StreamSource source;
  GPtrArray *partitions;              /* owned, of owned KafkaPartition */
  GArray *messages;                   /* owned, of KafkaMessage */
  GPtrArray *payloads;                /* owned, of owned GBytes */
  GByteArray *was_read;               /* owned, of bool: for each message */
  bool is_held[MEMORY_SOURCE_TOPICS]; /* by topic_index */
  size_t read_at_once;                /* the most that one read gives */
  size_t waiting;                     /* how many it says that wait to be read */
  GString *log;                       /* borrowed: "store 0:5 1:2;" */
  GMutex *log_lock;                   /* borrowed */
  void (*exhausted)(void *data); /* from the reader's thread, once everything was read and no topic
                                    is held back */
  void *exhausted_data;
  GMutex lock; /* over the messages too */
  GCond woken;
  bool is_woken;
} MemorySource;

extern const char memory_source_schema[];

void memory_source_init(MemorySource *self, size_t partitions, GString *log, GMutex *log_lock);
void memory_source_clear(MemorySource *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MemorySource, memory_source_clear)

/* Adds a partition 0 of another topic behind those that there are. */
void memory_source_add_topic(MemorySource *self, const char *topic, size_t topic_index);

/* Adds records to a partition, blanks between: "a=1" a datum, "@a=1" one with Confluent's framing
 * and MEMORY_SOURCE_SCHEMA_ID, "-a" a tombstone, "!" bytes that are
 * no datum, "." the partition's end. */
void memory_source_add(MemorySource *self, size_t partition, const char *records);
