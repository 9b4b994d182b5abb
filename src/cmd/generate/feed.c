/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/generate/feed.h"

#include <stdio.h>

#include "cmd/peers.h"
#include "generate/feed.h"
#include "generate/topic.h"
#include "json/build.h"
#include "mapping/set.h"

/* What one call needs. */
typedef struct {
  const CmdFeed *call;     /* borrowed */
  MappingSet *mappings;    /* owned */
  const Mapping *mapping;  /* borrowed from mappings */
  char *topic;             /* owned */
  HttpRegistry *registry;  /* owned; NULL: none is needed */
  KafkaTopics *topics;     /* owned */
  KafkaProducer *producer; /* owned */
  int64_t began_us;
} Work;

static void
work_clear(Work *self)
{
  kafka_producer_free(self->producer);
  kafka_topics_free(self->topics);
  http_registry_free(self->registry);
  mapping_set_free(self->mappings);
  g_free(self->topic);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

static bool
prepare(Work *self, GError **error)
{
  const CmdFeed *call = self->call;
  g_autofree KafkaProperty *properties = cmd_properties_list(call->config);

  self->mappings = mapping_set_load(call->config, error);
  self->mapping =
      self->mappings == NULL ? NULL : mapping_set_for_table(self->mappings, call->table, error);
  if (self->mapping == NULL)
    return false;
  if (mapping_needs_registry(self->mapping)) {
    self->registry = cmd_registry_new(call->config, error);
    if (self->registry == NULL)
      return false;
  }
  self->topic = g_strconcat(call->prefix, mapping_topic(self->mapping), NULL);
  self->topics = kafka_topics_new(properties, call->timeout_ms, error);
  self->producer = self->topics == NULL ? NULL : kafka_producer_new(properties, error);
  return self->producer != NULL &&
         generate_topic_ensure(self->topics, self->topic, call->partitions, error);
}

static bool
go_on(void *data, const GenerateFed *fed, const AvrofileReader *reader)
{
  const Work *self = data;
  double seconds = MAX((double)(g_get_monotonic_time() - self->began_us) / 1e6, 1e-3);
  g_autofree char *text = g_strdup_printf(
      "feeding records=%" G_GUINT64_FORMAT " per_second=%.0f read_bytes=%" G_GUINT64_FORMAT
      " file_bytes=%" G_GUINT64_FORMAT,
      fed->records, (double)fed->records / seconds, avrofile_reader_position(reader),
      avrofile_reader_size(reader));

  log_progress(self->call->log, text);
  return !stop_is_asked(self->call->stop);
}

static void
print_text(const Work *self, const GenerateFeed *feed, bool is_whole)
{
  const GenerateFed fed = generate_feed_counts(feed);
  const FaultList *examples = generate_feed_examples(feed);

  for (size_t i = 0; i < fault_list_length(examples); i++)
    printf("bad record %s\n", fault_list_get(examples, i));
  printf("%s: %" G_GUINT64_FORMAT " records, %" G_GUINT64_FORMAT
         " messages in topic %s, %" G_GUINT64_FORMAT " bad%s\n",
         self->call->table, fed.records, fed.messages, self->topic, fed.bad,
         is_whole ? "" : " (stopped before the end)");
}

static void
print_json(const Work *self, const GenerateFeed *feed, bool is_whole)
{
  const GenerateFed fed = generate_feed_counts(feed);
  const FaultList *examples = generate_feed_examples(feed);
  g_autoptr(JsonBuilder) json = json_builder_new();

  json_builder_begin_object(json);
  json_build_text(json, "table", self->call->table);
  json_build_text(json, "topic", self->topic);
  json_build_claim(json, "whole", is_whole);
  json_build_count(json, "records", fed.records);
  json_build_count(json, "messages", fed.messages);
  json_build_count(json, "bad", fed.bad);
  json_build_list(json, "examples");
  for (size_t i = 0; i < fault_list_length(examples); i++) {
    g_autofree char *valid = g_utf8_make_valid(fault_list_get(examples, i), -1);

    json_builder_add_string_value(json, valid);
  }
  json_builder_end_array(json);
  json_build_real(json, "seconds", (double)(g_get_monotonic_time() - self->began_us) / 1e6);
  json_builder_end_object(json);
  json_build_print(json, false);
}

/* What was sent stays, whole or not: so it is waited for. */
static bool
feed_all(const Work *self, GenerateFeed *feed, bool *out_is_whole, GError **error)
{
  bool is_whole = true;

  for (size_t i = 0; self->call->files[i] != NULL && is_whole; i++)
    if (!generate_feed_file(feed, self->call->files[i], &is_whole, error))
      return false;
  *out_is_whole = is_whole;
  return kafka_producer_flush(self->producer, self->call->timeout_ms, error);
}

ExitCode
cmd_feed(const CmdFeed *call, GError **error)
{
  g_auto(Work) self = {.call = call, .began_us = g_get_monotonic_time()};
  g_autoptr(GenerateFeed) feed = NULL;
  bool is_whole = false;

  if (!prepare(&self, error))
    return EXIT_FAILED;
  feed = generate_feed_new(&(GenerateFeedOptions){
      .mapping = self.mapping,
      .topic = self.topic,
      .producer = self.producer,
      .registry = self.registry,
      .timestamp_ms = call->timestamp_ms,
      .self = &self,
      .go_on = go_on,
  });
  if (!feed_all(&self, feed, &is_whole, error))
    return exit_code_unless(error, EXIT_STOPPED);
  log_progress(call->log, "");
  (call->is_json ? print_json : print_text)(&self, feed, is_whole);
  if (!is_whole)
    return EXIT_STOPPED;
  return generate_feed_counts(feed).bad == 0 ? EXIT_DONE : EXIT_DATA;
}
