/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"
#include "datum/translator.h"
#include "kafka/reader.h"
#include "try/try.h"
#include "wire/frame.h"

enum { WAIT_MS = 200 /* so that a wish to stop is heard */ };

typedef struct {
  const TryOptions *options;
  const TryTopic *topic;
  Translator *translator; /* owned */
  KafkaReader *reader;    /* owned */
  const KafkaMessage *message;
  Row row;
} TopicRoad;

static void
topic_road_clear(TopicRoad *self)
{
  kafka_reader_free(self->reader);
  translator_free(self->translator);
  row_clear(&self->row);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TopicRoad, topic_road_clear)

/* As a stream's line makes it. */
static bool
make_row(void *data, GError **error)
{
  TopicRoad *self = data;
  Origin origin = kafka_message_origin(self->message);

  return translator_row(self->translator, &origin, self->message->value, &self->row, error) &&
         frame_check_row(mapping_table(self->options->mapping), &self->row,
                         self->options->frame_max_bytes, error);
}

static bool
take(TopicRoad *self, GError **error)
{
  const KafkaMessage *message = self->message;
  g_autofree char *from = g_strdup_printf("%s[%d]@%" G_GINT64_FORMAT, self->topic->topic,
                                          message->partition->id, message->offset);
  TryOutcome outcome = {.mapping = self->options->mapping, .from = from, .row = &self->row};
  Wait wait = {.until_us = wait_until_us(self->topic->timeout_ms),
               .stop = self->topic->stop,
               .what = "for=registry"};
  g_autoptr(GError) fault = NULL;

  if (translator_skips(self->translator, message->value)) {
    outcome.kind = TRY_SKIPPED;
  } else if (!wait_for(&wait, make_row, self, &fault)) {
    if (!g_error_matches(fault, FAULT, FAULT_RECORD)) {
      g_propagate_error(error, g_steal_pointer(&fault));
      return false;
    }
    outcome.kind = TRY_REFUSED;
    outcome.stage = translator_step_word(translator_failed_at(self->translator));
    outcome.reason = fault->message;
  }
  self->options->take(self->options->self, &outcome);
  return true;
}

static bool
read_records(TopicRoad *self, uint64_t *out_count, GError **error)
{
  while (*out_count < self->options->limit) {
    KafkaMessage message = {0};
    KafkaReading reading = kafka_reader_next(self->reader, &message, WAIT_MS, error);

    if (reading == KAFKA_READER_END)
      return true;
    if (reading == KAFKA_READER_FAILED)
      return false;
    if (reading == KAFKA_READER_IDLE) {
      if (g_cancellable_set_error_if_cancelled(self->topic->stop, error))
        return false;
      continue;
    }
    self->message = &message;
    ++*out_count;

    bool is_taken = take(self, error);

    kafka_message_release(&message);
    if (!is_taken)
      return false;
  }
  return true;
}

static bool
expect_records(const TryTopic *topic, uint64_t count, GError **error)
{
  if (count > 0)
    return true;
  if (topic->partition < 0)
    g_set_error(error, FAULT, FAULT_RECORD, "topic %s holds no record", topic->topic);
  else
    g_set_error(error, FAULT, FAULT_RECORD,
                "topic %s holds no record in partition %d from offset %" G_GINT64_FORMAT " on",
                topic->topic, topic->partition, topic->offset);
  return false;
}

bool
try_topic(const TryOptions *options, const TryTopic *topic, GError **error)
{
  const KafkaSpan span = {topic->partition, topic->offset, INT64_MAX};
  const KafkaReaderOptions reading = {
      .properties = topic->properties,
      .topic = topic->topic,
      .spans = topic->partition < 0 ? NULL : &span,
      .spans_length = topic->partition < 0 ? 0 : 1,
      .timeout_ms = (int)MIN(topic->timeout_ms, G_MAXINT),
  };
  g_auto(TopicRoad) road = {.options = options, .topic = topic};
  uint64_t count = 0;

  road.translator = translator_new(options->mapping, topic->schemas, error);
  if (road.translator == NULL)
    return false;
  road.reader = kafka_reader_new_within(&reading, error);
  return road.reader != NULL && read_records(&road, &count, error) &&
         expect_records(topic, count, error);
}
