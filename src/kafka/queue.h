/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "kafka/property.h"
#include "record/origin.h"

struct rd_kafka_s;

typedef enum {
  KAFKA_OURS,
  KAFKA_LEAVING, /* being revoked: what is under way may end, nothing new is read */
  KAFKA_GONE,    /* somebody else's: its offsets are not ours to store */
} KafkaHold;

/* How far one of a topic's readers is with a partition. */
typedef struct {
  int64_t done;    /* the next offset once what was read is done with; -1: none yet */
  int64_t done_ms; /* the time of the record before it; -1: none */
  bool is_touched; /* done is ahead of stored */
} KafkaProgress;

/* One partition for as long as it is assigned to us; assigned anew it is another object. */
typedef struct {
  char *topic;        /* owned */
  size_t topic_index; /* among the consumer's topics */
  int32_t id;
  size_t queue;                   /* that it is forwarded to */
  int64_t end;                    /* nothing from here on is read; INT64_MAX: there is no end */
  atomic_int hold;                /* KafkaHold */
  atomic_int_fast64_t stored;     /* the next offset as stored for commit; -1: none yet */
  atomic_int_fast64_t begun;      /* the first offset that was read; -1: none yet */
  atomic_int_fast64_t waiting_ms; /* the time of the oldest record that was read and not stored,
                                     about; -1: there is none, or it has no time */
  int64_t committed; /* the consumer's alone: what the broker has taken; -1: not known */
  int64_t start;     /* the consumer's alone: where reading starts; -1: not asked yet */
  /* For the queue's thread alone: */
  KafkaProgress *readers; /* owned */
  size_t readers_length;
  int64_t next;   /* the offset behind what was read */
  bool is_at_end; /* the end was read */
} KafkaPartition;

/* Of one reader. */
KafkaPartition *kafka_partition_new(const char *topic, size_t topic_index, int32_t id);
/* Before it is shared: of so many. */
void kafka_partition_set_readers(KafkaPartition *self, size_t length);
/* The reader that is behind the others: what it is done with, all are. */
const KafkaProgress *kafka_partition_progress(const KafkaPartition *self);
KafkaPartition *kafka_partition_ref(KafkaPartition *self);
void kafka_partition_unref(KafkaPartition *self);

/* What the copies of one record share, in one thread. */
typedef struct {
  unsigned references; /* the last that is released takes the record with it */
  unsigned untaken;    /* for the readers to count: who has still to look at it, */
  bool is_wanted;      /* and whether anyone took it */
} KafkaShare;

/* A record, the end of a partition as of now, or why a partition cannot be read. */
typedef struct {
  KafkaPartition *partition; /* borrowed from the queue */
  int64_t offset;
  int64_t timestamp_ms; /* -1: none */
  Slice key;            /* data NULL: null */
  Slice value;          /* data NULL: null, a tombstone */
  void *handle;         /* owned: keeps the slices alive; NULL for an end and in tests */
  KafkaShare *share;    /* NULL: the handle is this message's alone */
  bool is_end;          /* there is nothing before offset that was not read */
  const char *trouble;  /* a sentence, borrowed from the handle; then this is no record */
} KafkaMessage;

/* Where a partition of ours stands: offsets, each the next one; -1: not known. */
typedef struct {
  size_t topic_index;
  int32_t id;
  int64_t acknowledged; /* everything before it is done with */
  int64_t committed;    /* as far as this member knows */
  int64_t end;          /* of the log, as of the last fetch */
  int64_t waiting_ms;   /* the time of the oldest record that is not acknowledged, about */
} KafkaStanding;

void kafka_message_release(KafkaMessage *self);

/* Makes a record one of `copies`: each is to be released, this one among them. */
void kafka_message_share(KafkaMessage *self, unsigned copies);

/* A copy of it is somebody's now. */
static inline void
kafka_message_forget(KafkaMessage *self)
{
  self->handle = NULL;
  self->share = NULL;
}

/* Where Kafka has the record, whatever `partition` and `offset` were made to say. */
void kafka_message_place(const KafkaMessage *self, int32_t *out_partition, int64_t *out_offset);

/* All of its origin that Kafka knows: the key undecoded. */
Origin kafka_message_origin(const KafkaMessage *self);

/* The record's headers, of KafkaHeader, whose texts are borrowed from the message. */
GArray *kafka_message_headers(const KafkaMessage *self);

/* A writer's share of the consumer: the one queue that all of its partitions are forwarded to, by
 * way of a queue for each topic, so that one limit holds for all of them, no record crosses a
 * thread, and a topic that has to wait is held back in its own. */
typedef struct KafkaQueue KafkaQueue;

/* The consumer's side: main thread. */
KafkaQueue *kafka_queue_new(struct rd_kafka_s *client, const KafkaProperty *properties,
                            size_t topics);
void kafka_queue_free(KafkaQueue *self);
/* Forwards the partition to the queue. Before it is assigned: no record may come earlier. */
void kafka_queue_add(KafkaQueue *self, KafkaPartition *partition);

/* From any thread: a read that waits returns at once. */
void kafka_queue_wake(KafkaQueue *self);

/* The writer's side: one thread. Reads up to max messages; waits up to timeout_ms for the first. */
size_t kafka_queue_read(KafkaQueue *self, KafkaMessage *out, size_t max, int timeout_ms);

/* How many messages wait to be read. */
size_t kafka_queue_length(const KafkaQueue *self);

/* Stores what all readers of each partition are done with for the next commit; those no longer ours
 * are passed over. */
bool kafka_queue_store(KafkaQueue *self, KafkaPartition *const *partitions, size_t length,
                       GError **error);

/* Holds the topic's records back, as many as the limit of one queue lets come, or no more: then
 * they follow behind what the queue has. What was in the queue's queue already is still read. */
void kafka_queue_hold(KafkaQueue *self, size_t topic_index, bool is_held);

/* Frees partitions that are gone; to be called only while no message of the queue is held. */
void kafka_queue_sweep(KafkaQueue *self);
