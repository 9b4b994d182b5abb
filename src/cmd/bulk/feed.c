/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/bulk/feed.h"

#include "cmd/peers.h"

static bool
open_registry(CmdBulkFeed *self, const CmdBulkFeedOptions *options, GError **error)
{
  if (options->config->registry.urls[0] == NULL && !mapping_needs_registry(options->mapping))
    return true;
  self->registry = cmd_registry_new(options->config, error);
  if (self->registry == NULL)
    return false;
  self->schemas = http_registry_source(self->registry);
  return true;
}

static bool
open_topic(CmdBulkFeed *self, const CmdBulkFeedOptions *options, GError **error)
{
  const CmdBulkArgs *args = options->args;
  const char *group = args->group != NULL ? args->group : config_kafka(options->config, "group.id");

  self->properties = cmd_properties_list(options->config);
  self->letters = cmd_properties_letters(options->config);
  if (!open_registry(self, options, error))
    return false;
  self->topic =
      bulk_topic_new(&(BulkTopicOptions){.mapping = options->mapping,
                                         .schemas = self->registry == NULL ? NULL : &self->schemas,
                                         .properties = self->properties,
                                         .letters = self->letters,
                                         .topic = args->topic,
                                         .group = group,
                                         .errors_limit = options->config->ingest.errors_limit,
                                         .errors_window = options->config->ingest.errors_window,
                                         .is_trial = options->is_trial,
                                         .timeout_ms = args->options.timeout_ms,
                                         .watch = options->watch},
                     error);
  if (self->topic != NULL)
    self->feed = bulk_topic_feed(self->topic);
  return self->topic != NULL;
}

bool
cmd_bulkfeed_open(CmdBulkFeed *self, const CmdBulkFeedOptions *options, GError **error)
{
  const CmdBulkArgs *args = options->args;

  if (args->topic != NULL)
    return open_topic(self, options, error);
  if (!args->is_avro)
    return true;
  self->avro = bulk_avro_new(&(BulkAvroOptions){.mapping = options->mapping,
                                                .paths = (const char *const *)args->files,
                                                .timestamp_ms = args->timestamp_ms,
                                                .bad_most = args->rejects_most,
                                                .watch = options->watch});
  self->feed = bulk_avro_feed(self->avro);
  return true;
}

void
cmd_bulkfeed_clear(CmdBulkFeed *self)
{
  bulk_topic_free(self->topic);
  bulk_avro_free(self->avro);
  http_registry_free(self->registry);
  g_free(self->properties);
  g_free(self->letters);
  *self = (CmdBulkFeed){0};
}

const BulkFeed *
cmd_bulkfeed_get(const CmdBulkFeed *self)
{
  return self->feed.read == NULL ? NULL : &self->feed;
}

bool
cmd_bulkfeed_finish(CmdBulkFeed *self, GError **error)
{
  if (self->feed.finish == NULL || self->feed.finish(self->feed.self, error))
    return true;
  g_prefix_error(error,
                 "all rows are loaded, but the group's offsets are not moved; running it once "
                 "more loads the same rows again and moves them: ");
  return false;
}
