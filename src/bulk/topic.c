/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/topic.h"

#include "base/event.h"
#include "datum/translator.h"
#include "kafka/bookmark.h"
#include "kafka/reader.h"
#include "stream/dead_letters.h"
#include "stream/window.h"

enum {
  READ_MS = 200, /* so that a wish to stop is heard */
  LOOK_EVERY = 1024,
  EXAMPLES = 5,
  REJECTS_MOST_BYTES = 8 * 1024 * 1024,
};

struct BulkTopic {
  BulkTopicOptions options;
  KafkaReader *reader;        /* owned */
  KafkaBookmark *bookmark;    /* owned */
  Translator *translator;     /* owned */
  StreamDeadLetters *letters; /* owned */
  StreamWindow window;
  GPtrArray *rejects; /* owned, of StreamReject: of the open window */
  size_t rejects_bytes;
  int64_t *ends; /* owned: by partition; -1: the group is there or beyond */
  size_t partitions;
  BulkFeedCounts counts;
  FaultList examples;
};

void
bulk_topic_free(BulkTopic *self)
{
  if (self == NULL)
    return;
  stream_dead_letters_free(self->letters);
  g_ptr_array_unref(self->rejects); /* its messages belong to the reader's partitions */
  translator_free(self->translator);
  kafka_reader_free(self->reader);
  kafka_bookmark_free(self->bookmark);
  g_free(self->ends);
  fault_list_clear(&self->examples);
  g_free(self);
}

static int
client_timeout_ms(const BulkTopic *self)
{
  return (int)MIN(self->options.timeout_ms, (int64_t)G_MAXINT);
}

/* Offsets on their way to or from the broker, which may have to find the group first. */
typedef struct {
  BulkTopic *topic;
  int64_t *offsets;
} Offsets;

static bool
read_offsets(void *data, GError **error)
{
  const Offsets *self = data;
  g_autofree char *note = NULL;

  return kafka_bookmark_read(self->topic->bookmark, self->offsets, self->topic->partitions, &note,
                             error);
}

static bool
write_offsets(void *data, GError **error)
{
  const Offsets *self = data;

  return kafka_bookmark_write(self->topic->bookmark, self->offsets, self->topic->partitions, "",
                              error);
}

static bool
insist(BulkTopic *self, WaitStep step, int64_t *offsets, GError **error)
{
  Wait wait = {.until_us = wait_until_us(self->options.timeout_ms), .what = "for=kafka"};

  return bulk_watch_insist(self->options.watch, &wait, step, &(Offsets){self, offsets}, error);
}

/* Of each partition what is read, and where its group stands then. */
static bool
find_spans(BulkTopic *self, const KafkaWatermarks *marks, KafkaSpan *spans, GError **error)
{
  g_autofree int64_t *committed = g_new0(int64_t, self->partitions);

  if (!insist(self, read_offsets, committed, error))
    return false;
  for (size_t i = 0; i < self->partitions; i++) {
    int64_t from = MAX(committed[i], marks[i].low);

    if (committed[i] >= 0 && committed[i] < marks[i].low) {
      g_autofree char *group = event_value(self->options.group);

      g_warning("expired topic=%s partition=%zu offset=%" G_GINT64_FORMAT " first=%" G_GINT64_FORMAT
                " group=%s hint='the log no longer has what the group had not read'",
                self->options.topic, i, committed[i], marks[i].low, group);
    }
    spans[i] = (KafkaSpan){(int32_t)i, MIN(from, marks[i].high), marks[i].high};
    self->ends[i] = committed[i] >= marks[i].high ? -1 : marks[i].high;
    committed[i] = from;
  }
  /* A commit of what is there already shows before the work whether one can be made after it. */
  return self->options.is_trial || insist(self, write_offsets, committed, error);
}

static bool
open_reader(BulkTopic *self, GError **error)
{
  const BulkTopicOptions *options = &self->options;
  g_autoptr(KafkaTopics) topics =
      kafka_topics_new(options->properties, client_timeout_ms(self), error);
  g_autoptr(KafkaTopic) topic =
      topics == NULL ? NULL : kafka_topics_find(topics, options->topic, error);
  g_autofree KafkaWatermarks *marks =
      topic == NULL ? NULL : kafka_topics_watermarks(topics, topic, error);
  g_autofree KafkaSpan *spans = NULL;

  if (marks == NULL)
    return false;
  self->partitions = (size_t)topic->partitions;
  self->ends = g_new0(int64_t, self->partitions);
  spans = g_new0(KafkaSpan, self->partitions);
  self->bookmark = kafka_bookmark_new(options->properties, options->group, options->topic, error);
  if (self->bookmark == NULL || !find_spans(self, marks, spans, error))
    return false;
  self->reader =
      kafka_reader_new_within(&(KafkaReaderOptions){.properties = options->properties,
                                                    .topic = options->topic,
                                                    .spans = spans,
                                                    .spans_length = self->partitions,
                                                    .timeout_ms = client_timeout_ms(self)},
                              error);
  return self->reader != NULL;
}

BulkTopic *
bulk_topic_new(const BulkTopicOptions *options, GError **error)
{
  g_autoptr(BulkTopic) self = g_new0(BulkTopic, 1);

  self->options = *options;
  self->window.limits = (StreamWindowLimits){options->errors_limit, options->errors_window};
  self->rejects = g_ptr_array_new_with_free_func((GDestroyNotify)stream_reject_free);
  self->letters = stream_dead_letters_new(options->properties, options->letters, options->group);
  self->translator = translator_new(options->mapping, options->schemas, error);
  if (self->translator == NULL || !open_reader(self, error))
    return NULL;
  return g_steal_pointer(&self);
}

static bool
send_letters(void *data, GError **error)
{
  BulkTopic *self = data;

  return stream_dead_letters_send(self->letters, mapping_table(self->options.mapping), 0,
                                  self->rejects, error);
}

/* Ends the window: what is in it becomes dead letters, unless nearly all is bad. */
static bool
settle(BulkTopic *self, bool keeps_counts, GError **error)
{
  Wait wait = {.until_us = wait_until_us(self->options.timeout_ms), .what = "for=kafka"};

  if (stream_window_is_guilty(&self->window)) {
    g_set_error(error, FAULT, FAULT_RECORD,
                "topic %s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                " records in a row are bad, more than errors.limit: the mapping or its schema is "
                "wrong, and nothing is loaded; the first: %s",
                self->options.topic, self->window.bad, self->window.seen,
                fault_list_get(&self->examples, 0));
    return false;
  }
  if (self->rejects->len > 0 && !self->options.is_trial &&
      !bulk_watch_insist(self->options.watch, &wait, send_letters, self, error))
    return false;
  g_ptr_array_set_size(self->rejects, 0);
  self->rejects_bytes = 0;
  stream_window_close(&self->window, keeps_counts);
  return true;
}

/* As the mapping's `errors` has it. Takes the message of one that becomes a dead letter. */
static bool
reject(BulkTopic *self, KafkaMessage *message, const GError *fault, GError **error)
{
  TranslatorStep step = translator_failed_at(self->translator);
  g_autofree char *where = g_strdup_printf("%s[%d]@%" G_GINT64_FORMAT, message->partition->topic,
                                           message->partition->id, message->offset);

  if (mapping_errors(self->options.mapping) == ERRORS_STOP) {
    g_set_error(error, FAULT, FAULT_RECORD, "%s: %s", where, fault->message);
    return false;
  }
  if (fault_list_length(&self->examples) < EXAMPLES)
    fault_list_add(&self->examples, "%s: %s", where, fault->message);
  if (mapping_errors(self->options.mapping) == ERRORS_SKIP) {
    self->counts.skipped++;
    return true;
  }
  self->counts.bad++;
  self->rejects_bytes += message->key.len + message->value.len;
  g_ptr_array_add(self->rejects, stream_reject_new(message, stream_stage_of(step), fault));
  *message = (KafkaMessage){0};
  return true;
}

typedef struct {
  BulkTopic *topic;
  BulkMapper *mapper;
  const KafkaMessage *message;
} Translation;

static bool
translate(void *data, GError **error)
{
  const Translation *self = data;
  Origin origin = kafka_message_origin(self->message);

  return translator_row(self->topic->translator, &origin, self->message->value,
                        bulk_mapper_row(self->mapper), error);
}

/* Of one partition the later offset counts; between partitions there is no order, and this one is
 * at least the same in every run. */
static uint64_t
sequence_of(const BulkTopic *self, const KafkaMessage *message)
{
  return (uint64_t)message->offset * self->partitions + (uint64_t)message->partition->id;
}

/* The registry may not answer for a while: it is waited for. */
static bool
take(BulkTopic *self, BulkMapper *mapper, KafkaMessage *message, GError **error)
{
  Translation translation = {self, mapper, message};
  Wait wait = {.until_us = wait_until_us(self->options.timeout_ms), .what = "for=registry"};
  g_autoptr(GError) fault = NULL;
  uint64_t bad = self->counts.bad;
  bool is_done;

  self->counts.records++;
  if (translator_skips(self->translator, message->value)) {
    self->counts.skipped++;
    return true;
  }
  is_done = translate(&translation, &fault);
  if (!is_done && g_error_matches(fault, FAULT, FAULT_PEER)) {
    g_clear_error(&fault);
    is_done = bulk_watch_insist(self->options.watch, &wait, translate, &translation, &fault);
  }
  if (is_done)
    is_done = bulk_mapper_take(mapper, sequence_of(self, message), &fault);
  if (!is_done && !g_error_matches(fault, FAULT, FAULT_RECORD)) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
  }
  if (!is_done && !reject(self, message, fault, error))
    return false;
  stream_window_add(&self->window, 1, self->counts.bad - bad, g_get_monotonic_time());
  if (stream_window_is_due(&self->window, g_get_monotonic_time()))
    return settle(self, false, error);
  return self->rejects_bytes < REJECTS_MOST_BYTES || settle(self, true, error);
}

static bool
look_up(const BulkTopic *self, GError **error)
{
  bulk_watch_progress(self->options.watch, BULK_READING, kafka_reader_passed(self->reader),
                      kafka_reader_total(self->reader), self->counts.records);
  return bulk_watch_goes_on(self->options.watch, error);
}

static bool
read_all(void *data, BulkMapper *mapper, GError **error)
{
  BulkTopic *self = data;

  for (uint64_t turn = 1;; turn++) {
    KafkaMessage message = {0};
    KafkaReading reading = kafka_reader_next(self->reader, &message, READ_MS, error);
    bool is_taken = reading != KAFKA_READER_RECORD || take(self, mapper, &message, error);

    if (reading == KAFKA_READER_RECORD)
      kafka_message_release(&message);
    if (reading == KAFKA_READER_END)
      return settle(self, false, error);
    if (reading == KAFKA_READER_FAILED || !is_taken)
      return false;
    if ((reading == KAFKA_READER_IDLE || turn % LOOK_EVERY == 0) && !look_up(self, error))
      return false;
  }
}

static BulkFeedCounts
get_counts(const void *data)
{
  const BulkTopic *self = data;

  return self->counts;
}

static bool
commit(void *data, GError **error)
{
  BulkTopic *self = data;

  return insist(self, write_offsets, self->ends, error);
}

BulkFeed
bulk_topic_feed(BulkTopic *self)
{
  self->counts.examples = &self->examples;
  return (BulkFeed){self, read_all, get_counts, commit};
}
