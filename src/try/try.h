/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/columns.h"
#include "datum/decoder.h"
#include "kafka/property.h"
#include "try/outcome.h"

#include <gio/gio.h>

/* Shows what records become, by the very code that `run` and `bulkload` map with, and touches no
 * table. */

/* Everything is borrowed. */
typedef struct {
  const Mapping *mapping;
  uint64_t limit;         /* at most so many records */
  int64_t timestamp_ms;   /* of records in files, where the mapping's time is the record's */
  size_t frame_max_bytes; /* of a call of the gateway, over which `run` cannot send a row */
  void *self;
  void (*take)(void *self, const TryOutcome *outcome); /* of each record, in order */
} TryOptions;

/* Everything is borrowed. */
typedef struct {
  const SchemaSource *schemas; /* NULL: none is needed */
  const KafkaProperty *properties;
  const char *topic;
  int32_t partition; /* -1: all, from their beginnings */
  int64_t offset;    /* in the partition, the first */
  int64_t timeout_ms;
  GCancellable *stop;
} TryTopic;

/* Each fails with FAULT_PEER, FAULT_SETUP or as cancelled: a record that is refused is an outcome.
 * FAULT_RECORD: there is no record at all. */
bool try_topic(const TryOptions *options, const TryTopic *topic, GError **error);
/* The totals are added to. */
bool try_csv(const TryOptions *options, const char *path, const CsvReading *reading,
             CsvTotals *totals, GError **error);
/* An object container file. */
bool try_avro(const TryOptions *options, const char *path, GError **error);
/* A document a line, "-" is standard input. */
bool try_json(const TryOptions *options, const char *path, GError **error);
