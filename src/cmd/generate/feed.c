/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/generate/feed.h"

#include "cmd/peers.h"
#include "generate/feed.h"
#include "generate/topic.h"
#include "mapping/set.h"
#include "report/report.h"

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
      self->mappings == NULL ? NULL : mapping_set_pick(self->mappings, call->table, NULL, error);
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
tell(const Work *self, const GenerateFeed *feed, bool is_whole)
{
  const GenerateFed fed = generate_feed_counts(feed);
  g_autoptr(Report) report = report_new(self->call->is_json);

  report_text(report, "table", self->call->table);
  report_text(report, "topic", self->topic);
  report_claim(report, "whole", is_whole);
  report_count(report, "records", fed.records);
  report_count(report, "messages", fed.messages);
  report_count(report, "bad", fed.bad);
  report_sentences(report, "examples", generate_feed_examples(feed), "bad record {}\n");
  report_real(report, "seconds", (double)(g_get_monotonic_time() - self->began_us) / 1e6);
  report_say(report, "{table}: {records} records, {messages} messages in topic {topic}, {bad} bad");
  report_say(report, is_whole ? "\n" : " (stopped before the end)\n");
  report_end_all(report);
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
  tell(&self, feed, is_whole);
  if (!is_whole)
    return EXIT_STOPPED;
  return generate_feed_counts(feed).bad == 0 ? EXIT_DONE : EXIT_DATA;
}
