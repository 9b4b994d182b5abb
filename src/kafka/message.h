/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "base/bytes.h"
#include "record/origin.h"

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
