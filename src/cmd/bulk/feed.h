/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bulk/avro.h"
#include "bulk/topic.h"
#include "cmd/bulk/args.h"
#include "cmd/peers.h"

/* What a bulk load reads instead of CSV files: a topic or Avro files. Zeroed is CSV. */
typedef struct {
  BulkTopic *topic; /* owned, as the rest */
  BulkAvro *avro;
  HttpRegistry *registry;
  SchemaSource schemas;
  KafkaProperty *properties;
  KafkaProperty *letters;
  BulkFeed feed;
} CmdBulkFeed;

/* Everything is borrowed and must outlive the feed. */
typedef struct {
  const Config *config;
  const CmdBulkArgs *args;
  const Mapping *mapping;
  bool is_trial; /* see BulkTopicOptions */
  const BulkWatch *watch;
} CmdBulkFeedOptions;

bool cmd_bulkfeed_open(CmdBulkFeed *self, const CmdBulkFeedOptions *options, GError **error);
void cmd_bulkfeed_clear(CmdBulkFeed *self);

/* NULL: CSV files. */
const BulkFeed *cmd_bulkfeed_get(const CmdBulkFeed *self);
/* Once everything is live. */
bool cmd_bulkfeed_finish(CmdBulkFeed *self, GError **error);
