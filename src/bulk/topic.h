/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/intake.h"
#include "datum/decoder.h"
#include "kafka/property.h"

/* A topic's records as a bulk load's rows: from where the group stands, or else from the beginning,
 * to the ends as they were at the start. The group's offsets move to those ends when everything is
 * live, so that its members go on exactly there. */
typedef struct BulkTopic BulkTopic;

/* Everything is borrowed and must outlive the topic. */
typedef struct {
  const Mapping *mapping;
  const SchemaSource *schemas;     /* NULL: none is needed */
  const KafkaProperty *properties; /* the [kafka] section */
  const KafkaProperty *letters;    /* the same for dead letters; NULL: no different */
  const char *topic;
  const char *group;
  double errors_limit; /* as 'run' has both */
  uint32_t errors_window;
  bool is_trial; /* nothing is committed, and no dead letter sent */
  int64_t timeout_ms;
  const BulkWatch *watch;
} BulkTopicOptions;

/* Asks where the group and the topic stand, and whether offsets can be committed for the group.
 * FAULT_SETUP: they cannot, while it has members. */
BulkTopic *bulk_topic_new(const BulkTopicOptions *options, GError **error);
void bulk_topic_free(BulkTopic *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BulkTopic, bulk_topic_free)

/* Reads it all (FAULT_RECORD: too much of it is bad), and commits the ends at last. */
BulkFeed bulk_topic_feed(BulkTopic *self);
