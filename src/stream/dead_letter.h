/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/fault.h"

/* What a dead letter says of itself, in the headers that letters.c writes and Kafka Connect knows.
 * Slices are borrowed from the headers; one that is missing is empty. */
typedef struct {
  Slice topic; /* where the record came from */
  int32_t partition;
  int64_t offset;
  int64_t timestamp_ms; /* of the record; INT64_MIN: the dead letter does not say */
  Slice stage;          /* Kafka Connect's word */
  Slice exception_class;
  Slice reason;
  Slice table;
  Slice row_key;
} StreamDeadLetter;

/* `headers` of KafkaHeader; of several with one name the last counts. FAULT_RECORD: these are not a
 * dead letter's. */
bool stream_dead_letter_read(const GArray *headers, StreamDeadLetter *out_letter, GError **error);
