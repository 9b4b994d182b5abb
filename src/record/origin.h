/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/value.h"

/* Where a record came from. For CSV: topic and key are empty, offset is the record's number and
 * timestamp_ms the run's --timestamp. */
typedef struct {
  const char *topic;
  int32_t partition;
  int64_t offset;
  int64_t timestamp_ms; /* -1: the record has none */
  Slice key;
  /* The decoded key, one value for each of mapping_key_fields(): borrowed. NULL where the mapping
   * has no key schema, or the record no key. */
  const Value *key_values;
} Origin;
