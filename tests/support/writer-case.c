/* SPDX-License-Identifier: Apache-2.0 */
#include "support/writer-case.h"

const WriterSettings writer_case_plain = {.errors = "dlq",
                                          .tombstone = "row",
                                          .rows = 2,
                                          .memory_bytes = 1 << 20,
                                          .window = {.limit = 0.5, .records = 1000}};

static void
on_waiting(void *data, size_t slot, const GError *reason)
{
  WriterCase *self = data;

  g_assert_cmpuint(slot, <, WRITER_CASE_LINES * STREAM_WAITS);
  g_mutex_lock(&self->lock);
  g_string_append_c(self->waiting, reason != NULL ? 'w' : 'r');
  g_mutex_unlock(&self->lock);
}

static void
on_ended(void *data, size_t writer, const GError *error)
{
  (void)writer;
  if (error != NULL)
    ((WriterCase *)data)->failure = g_error_copy(error);
}

static void
on_exhausted(void *data)
{
  stream_writer_stop(((WriterCase *)data)->writer);
}

static MappingCase
load_mapping(const WriterSettings *settings, bool is_other)
{
  bool reads_other = is_other && !settings->fans_out;
  g_autofree char *text = g_strdup_printf(
      "{'table': '%s', 'topic': '%s', 'record': {'format': 'avro', 'schema': 'value.avsc',"
      "'framing': '%s'},"
      "'key': {'parts': ['k']}, 'timestamp': 'record', 'tombstone': '%s', 'errors': '%s',"
      "'families': {'f': {'columns': ['q']}}}",
      is_other ? "u" : "t", reads_other ? "other" : "topic", reads_other ? "confluent" : "datum",
      settings->tombstone, settings->errors);
  MappingCase mapping = mapping_case_load(memory_source_schema, NULL, text);

  g_assert_nonnull(mapping.mapping);
  return mapping;
}

static Schema *
lookup(void *data, uint32_t id, GError **error)
{
  const WriterCase *self = data;
  g_autofree char *text = g_strdelimit(g_strdup(memory_source_schema), "'", '"');

  g_assert_cmpuint(id, ==, MEMORY_SOURCE_SCHEMA_ID);
  if (!atomic_load(&self->is_registry_away))
    return schema_parse("registry", text, strlen(text), error);
  g_set_error_literal(error, FAULT, FAULT_PEER, "the registry is away");
  return NULL;
}

static StreamLineOptions
line_options(WriterCase *self, const WriterSettings *settings, size_t i)
{
  return (StreamLineOptions){
      .mapping = self->mappings[i].mapping,
      .plan = i == 0 ? self->sink.plan : self->sink.other_plan,
      .schemas = &self->schemas,
      .sheet = metrics_counters_sheet(self->counters, 0, i),
      .batch = {.rows = settings->rows, .bytes = 1 << 20, .frame_max_bytes = 1 << 20},
      .linger_ms = 1000000,
      .window = settings->window,
      .kept_bytes = 1 << 20,
      .topic_index = settings->fans_out ? 0 : i,
      .reader = settings->fans_out ? i : 0,
      .wait = {.retry = {.first_ms = 1, .longest_ms = 5},
               .self = self,
               .tell = on_waiting,
               .slot = i * STREAM_WAITS},
  };
}

void
writer_case_init(WriterCase *self, const WriterSettings *settings)
{
  g_autoptr(GError) error = NULL;

  *self = (WriterCase){.schemas = {self, lookup}};
  for (size_t i = 0; i < WRITER_CASE_LINES; i++)
    self->mappings[i] = load_mapping(settings, i > 0);
  memory_sink_init(&self->sink);
  memory_source_init(&self->source, 2, self->sink.calls, &self->sink.lock);
  memory_source_add_topic(&self->source, "other", 1);
  for (guint i = 0; i < 2 && settings->fans_out; i++)
    kafka_partition_set_readers(self->source.partitions->pdata[i], WRITER_CASE_LINES);
  self->source.exhausted = on_exhausted;
  self->source.exhausted_data = self;
  self->counters = metrics_counters_new(1, WRITER_CASE_LINES + 1);
  self->letters = stream_dead_letters_new(settings->properties, NULL, "group");
  self->waiting = g_string_new(NULL);
  g_mutex_init(&self->lock);

  const StreamLineOptions lines[] = {line_options(self, settings, 0),
                                     line_options(self, settings, 1)};
  const StreamWriterOptions options = {
      .source = self->source.source,
      .sink = self->sink.sink,
      .letters = self->letters,
      .lines = lines,
      .lines_length = WRITER_CASE_LINES,
      .topics_length = WRITER_CASE_LINES,
      .ends = settings->ends,
      .memory_bytes = settings->memory_bytes,
      .aside_bytes = settings->memory_bytes / 2,
      .sheet = metrics_counters_sheet(self->counters, 0, WRITER_CASE_LINES),
      .self = self,
      .ended = on_ended,
  };

  self->writer = stream_writer_new(&options, &error);
  g_assert_no_error(error);
}

void
writer_case_clear(WriterCase *self)
{
  stream_dead_letters_free(self->letters);
  stream_writer_free(self->writer);
  metrics_counters_free(self->counters);
  memory_source_clear(&self->source);
  memory_sink_clear(&self->sink);
  for (size_t i = 0; i < WRITER_CASE_LINES; i++)
    mapping_case_clear(&self->mappings[i]);
  g_string_free(self->waiting, TRUE);
  g_mutex_clear(&self->lock);
  g_clear_error(&self->failure);
}

void
writer_case_run(WriterCase *self)
{
  stream_writer_start(self->writer);
  g_assert_true(stream_writer_join(self->writer, g_get_monotonic_time() + PATIENCE_US));
}

uint64_t
writer_case_count(const WriterCase *self, Counter counter)
{
  return metrics_counters_sum(self->counters, 0, counter);
}

void
writer_case_assert_books(const WriterCase *self, size_t written, size_t skipped,
                         size_t dead_lettered)
{
  g_assert_cmpuint(writer_case_count(self, COUNTER_WRITTEN), ==, written);
  g_assert_cmpuint(writer_case_count(self, COUNTER_SKIPPED), ==, skipped);
  g_assert_cmpuint(writer_case_count(self, COUNTER_DEAD_LETTERED), ==, dead_lettered);
  g_assert_cmpuint(writer_case_count(self, COUNTER_READ), ==,
                   metrics_counters_consumed(self->counters, METRICS_ALL_TOPICS));
}

int64_t
writer_case_stored(const WriterCase *self, size_t partition)
{
  return atomic_load(&((KafkaPartition *)self->source.partitions->pdata[partition])->stored);
}

void
writer_case_await_stored(const WriterCase *self, size_t partition, int64_t offset)
{
  int64_t deadline = g_get_monotonic_time() + PATIENCE_US;

  while (writer_case_stored(self, partition) < offset) {
    g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    g_thread_yield();
  }
}

void
writer_case_await_waiting(WriterCase *self)
{
  bool is_waiting = false;

  while (!is_waiting) {
    g_thread_yield();
    g_mutex_lock(&self->lock);
    is_waiting = self->waiting->len > 0;
    g_mutex_unlock(&self->lock);
  }
}
