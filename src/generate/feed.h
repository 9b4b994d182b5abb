/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "avrofile/reader.h"
#include "http/registry.h"
#include "kafka/producer.h"
#include "mapping/mapping.h"

/* Records of object container files as messages of a mapping's topic: the row key as key, the
 * row's time as time, and as value what the mapping's framing says.
 *
 *   confluent              the record as it is, with the id of the file's schema, which is
 *                          registered as a version of TOPIC-value
 *   datum, single-object   the record as the mapping's own schema writes it
 */
typedef struct GenerateFeed GenerateFeed;

typedef struct {
  uint64_t records;  /* read: the sum of what follows */
  uint64_t messages; /* sent */
  uint64_t bad;      /* have no row, or cannot be written with the mapping's schema; not sent */
} GenerateFed;

/* Everything is borrowed. */
typedef struct {
  const Mapping *mapping;
  const char *topic; /* exists */
  KafkaProducer *producer;
  HttpRegistry *registry; /* NULL where the framing needs none */
  int64_t timestamp_ms;   /* of every record, where the mapping's time is the record's */
  void *self;             /* for go_on: asked now and then whether to */
  bool (*go_on)(void *self, const GenerateFed *fed, const AvrofileReader *reader);
} GenerateFeedOptions;

GenerateFeed *generate_feed_new(const GenerateFeedOptions *options);
void generate_feed_free(GenerateFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GenerateFeed, generate_feed_free)

/* Hands a file's records to the producer; *out_is_whole: it was not asked to stop on the way. */
bool generate_feed_file(GenerateFeed *self, const char *path, bool *out_is_whole, GError **error);

GenerateFed generate_feed_counts(const GenerateFeed *self);
/* The first few bad ones: where and why. */
const FaultList *generate_feed_examples(const GenerateFeed *self);
