/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "check/insight.h"
#include "datum/decoder.h"
#include "kafka/property.h"

/* Reads a sample of a topic through its mapping. It joins no group and commits nothing.
 *
 *   parts of the topic, oldest first -> records from each one's beginning -> decoder, mapping ->
 *   insight.h
 */

/* Everything is borrowed. */
typedef struct {
  const Mapping *mapping;
  const SchemaSource *schemas; /* NULL: none is needed */
  const KafkaProperty *properties;
  uint64_t records;       /* about so many, spread over partitions and offsets */
  int timeout_ms;         /* for any one answer */
  size_t frame_max_bytes; /* of the gateway */
} CheckSampleOptions;

/* Adds what it reads; out_total: of so many offsets. FAULT_PEER, FAULT_SETUP. */
bool check_sample(const CheckSampleOptions *options, CheckInsight *insight, uint64_t *out_total,
                  GError **error);
