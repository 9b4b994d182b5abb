/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"
#include "kafka/property.h"

/* An idempotent producer with a bounded queue. Threads may share it: whoever waits serves the
 * delivery reports of all. */
typedef struct KafkaProducer KafkaProducer;

typedef enum { KAFKA_PENDING, KAFKA_DELIVERED, KAFKA_FAILED } KafkaFate;

/* What became of one record. Lives until its fate is settled or the producer is freed. */
typedef struct {
  gint fate; /* KafkaFate, atomic */
  gint code; /* librdkafka's error code once fate is KAFKA_FAILED */
} KafkaReceipt;

typedef struct {
  const char *name;
  Slice value; /* data NULL: a null value */
} KafkaHeader;

enum { KAFKA_BY_KEY = -1 };

/* A record to produce; everything is copied. In key and value, data NULL means null and another
 * pointer with len 0 means empty. */
typedef struct {
  const char *topic;
  int32_t partition; /* or KAFKA_BY_KEY: where Java's clients put the key (murmur2) */
  Slice key;
  Slice value;
  const KafkaHeader *headers;
  size_t headers_length;
  int64_t timestamp_ms;  /* 0: now; -1: none */
  KafkaReceipt *receipt; /* borrowed, or NULL: failures then come from the next call */
} KafkaRecord;

/* `properties` as in the [kafka] section (NULL: none); idempotence and acks=all are not theirs to
 * change. Connects in the background. FAULT_SETUP. */
KafkaProducer *kafka_producer_new(const KafkaProperty *properties, GError **error);
/* Whether there would be one; makes none that stays. */
bool kafka_producer_check(const KafkaProperty *properties, GError **error);
/* Drops what is not delivered: flush first. */
void kafka_producer_free(KafkaProducer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KafkaProducer, kafka_producer_free)

/* From the next login on it is whom these properties name. */
bool kafka_producer_login(KafkaProducer *self, const KafkaProperty *properties, GError **error);

/* Hands the record to the queue; waits while that is full, with a receipt for a second and then
 * fails with FAULT_PEER. Fails at once with the first failed
 * delivery of a record without a receipt, for good: what is lost once is not made good later. */
bool kafka_producer_send(KafkaProducer *self, const KafkaRecord *record, GError **error);

/* Serves delivery reports for up to timeout_ms; returns as soon as one came. */
void kafka_producer_poll(KafkaProducer *self, int timeout_ms);

/* Waits until everything is delivered. FAULT_PEER after timeout_ms; else as send. */
bool kafka_producer_flush(KafkaProducer *self, int timeout_ms, GError **error);

/* Whether it will never deliver anything again: the broker has lost what an idempotent producer
 * relies on. Only a new one helps. */
bool kafka_producer_is_dead(const KafkaProducer *self);
/* Settles every receipt that is still open: what was not delivered has failed. */
void kafka_producer_give_up(KafkaProducer *self);

/* Records delivered so far. */
uint64_t kafka_producer_delivered(const KafkaProducer *self);

/* The error that a failed receipt stands for. */
void kafka_receipt_error(const KafkaReceipt *receipt, const char *topic, GError **error);
