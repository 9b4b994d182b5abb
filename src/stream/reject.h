/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kafka/producer.h"
#include "kafka/queue.h"
#include "datum/translator.h"

/* Where on its road a record turned out to be bad. */
typedef enum {
  STREAM_KEY,    /* its Kafka key's bytes are not what the schema says */
  STREAM_DECODE, /* its bytes are not what the schema says */
  STREAM_MAP,    /* no row can be made of it, or none that may be sent */
  STREAM_PUT,    /* HBase refuses its row */
  STREAM_STAGES,
} StreamStage;

/* The stage in a log line and a dead letter, from one table. */
typedef struct {
  const char *word; /* in logs and counters */
  const char
      *connect_stage;     /* Kafka Connect's word: org.apache.kafka.connect.runtime.errors.Stage */
  const char *class_name; /* which part of sluice said so */
  const char *exception_class; /* the kind of error, to filter by */
} StreamStageInfo;

const StreamStageInfo *stream_stage_info(StreamStage stage);
StreamStage stream_stage_of(TranslatorStep step);

/* A bad record, from the moment that is known until its dead letter is acknowledged. */
typedef struct {
  KafkaMessage message; /* owned */
  StreamStage stage;
  char *reason;      /* owned */
  char *field;       /* owned: as fault_field() and fault_kind() have them; or NULL */
  char *kind;        /* owned; the same */
  Bytes key;         /* owned: the row's, as far as there is one */
  unsigned attempts; /* how often it was sent to HBase */
  bool is_sent;      /* as a dead letter; then receipt tells what became of it */
  KafkaReceipt receipt;
} StreamReject;

/* Takes the message. */
StreamReject *stream_reject_new(KafkaMessage *message, StreamStage stage, const GError *error);
void stream_reject_free(StreamReject *self);

/* Logs bad records: the first few of each stage and minute in full, the rest of them by their
 * number, so that many alike do not bury another line. Zeroed is ready. */
typedef struct {
  int64_t began_us; /* of the minute */
  unsigned shown[STREAM_STAGES];
  uint64_t hidden;
} StreamRejectLog;

void stream_reject_log(StreamRejectLog *self, const StreamReject *reject, const char *table);
