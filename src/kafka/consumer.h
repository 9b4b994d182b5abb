/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/property.h"
#include "kafka/queue.h"

/* A member of a consumer group whose partitions are spread over queues. One thread (the main one)
 * calls everything here; each queue belongs to its writer. Partitions come and go one by one
 * (cooperative-sticky); an offset is committed once it was stored, and only then. */
typedef struct KafkaConsumer KafkaConsumer;

typedef struct {
  void *self;
  /* The set of our partitions has changed; `count` are ours now. */
  void (*assigned)(void *self, size_t count);
  /* Some of the queue's partitions are leaving. Once this has returned for every queue in question
   * what is stored is committed and they are gone: so have the queue finish what it holds. */
  void (*revoking)(void *self, const bool *queues);
  /* Something a person should know; librdkafka goes on trying. */
  void (*trouble)(void *self, const GError *error);
  /* The broker did not take offsets; the next commit has them again. */
  void (*uncommitted)(void *self, const GError *error);
  /* No broker can be reached any more. */
  void (*cut_off)(void *self, const char *reason);
  /* This consumer will never work again. */
  void (*failed)(void *self, const GError *error);
  /* Where to stop reading a partition: nothing from that offset on is read, and it is what can be
   * stored at most. NULL: nowhere. */
  int64_t (*end_of)(void *self, const char *topic, int32_t id);
  /* A broker does not take the name and the password, however often it is asked. NULL: nobody can
   * help. */
  void (*refused)(void *refused_self);
  void *refused_self;
} KafkaConsumerEvents;

typedef struct {
  const KafkaProperty *properties; /* of the [kafka] section, none refused */
  const char *const *topics;       /* NULL-ended; topic_index counts these */
  const size_t *readers;           /* by topic_index: of its records; NULL: each topic has one */
  size_t queues;
  uint64_t queue_bytes;  /* of fetched records, for each queue, and each of its
                            topics that is held back; librdkafka may go over it by what
                            one fetch of each broker brings */
  uint64_t fetch_bytes;  /* of one fetch, as they come: packed, if the producer packed them */
  int commit_timeout_ms; /* how long a commit of revoked partitions may take */
  KafkaConsumerEvents events;
} KafkaConsumerOptions;

/* FAULT_SETUP. `options` are copied, but for topics' names. */
KafkaConsumer *kafka_consumer_new(const KafkaConsumerOptions *options, GError **error);
/* Does not leave the group: close first, or it waits out the session timeout. Every message of
 * its queues must have been released. */
void kafka_consumer_free(KafkaConsumer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KafkaConsumer, kafka_consumer_free)

/* From the next login on it is whom these properties name. */
bool kafka_consumer_login(KafkaConsumer *self, const KafkaProperty *properties, GError **error);

/* Joins the group with these of the topics, or with all (NULL). */
bool kafka_consumer_start(KafkaConsumer *self, const char *const *topics, GError **error);

KafkaQueue *kafka_consumer_queue(KafkaConsumer *self, size_t queue);

/* Readable when kafka_consumer_poll() has something to do; call that at least every second. */
int kafka_consumer_fd(const KafkaConsumer *self);
void kafka_consumer_poll(KafkaConsumer *self);

/* Whether a broker answers; waits up to timeout_ms. */
bool kafka_consumer_is_answered(KafkaConsumer *self, int timeout_ms);

typedef struct {
  const char *topic;
  int32_t id;
  int64_t offset; /* the next; -1: none */
} KafkaPosition;

/* Fills in what the group has committed, whoever of it has the partition. Waits for the broker. */
bool kafka_consumer_committed(KafkaConsumer *self, KafkaPosition *positions, size_t length,
                              int timeout_ms, GError **error);

/* The next offset stored for commit of a partition of ours: -1 none yet, -2 not ours. */
int64_t kafka_consumer_stored(const KafkaConsumer *self, const char *topic, int32_t id);

/* Appends where each of our partitions stands. Of those not read yet the broker is asked, once and
 * shortly. */
void kafka_consumer_standings(KafkaConsumer *self, GArray *out);

/* Whether something is stored that is not known to be committed. */
bool kafka_consumer_has_uncommitted(const KafkaConsumer *self);

/* Commits what is stored, and waits for it. */
bool kafka_consumer_commit(KafkaConsumer *self, int timeout_ms, GError **error);

/* Leaves the group: revokes, commits. False when that took longer than timeout_ms: then the
 * consumer must not be freed (librdkafka 2.0.2 may hang for ever in there), only left behind. */
bool kafka_consumer_close(KafkaConsumer *self, int timeout_ms);
