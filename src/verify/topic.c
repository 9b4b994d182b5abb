/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wait.h"
#include "datum/translator.h"
#include "kafka/reader.h"
#include "verify/intake.h"
#include "wire/frame.h"

enum {
  WAIT_MS = 200, /* so that a wish to stop is heard */
  WATCH_EVERY = 1024,
};

typedef struct {
  VerifyIntake *intake;   /* borrowed */
  KafkaReader *reader;    /* owned */
  Translator *translator; /* owned */
} TopicRoad;

static void
topic_road_clear(TopicRoad *self)
{
  kafka_reader_free(self->reader);
  translator_free(self->translator);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TopicRoad, topic_road_clear)

/* As a stream's line makes it. */
typedef struct {
  TopicRoad *road;
  const KafkaMessage *message;
} Step;

static bool
make_row(void *data, GError **error)
{
  const Step *self = data;
  Origin origin = kafka_message_origin(self->message);

  return translator_row(self->road->translator, &origin, self->message->value,
                        verify_intake_row(self->road->intake), error);
}

/* Somebody whom decoding needs may not answer for a while: waits as long as the time allows. */
static bool
make_row_patiently(TopicRoad *self, const KafkaMessage *message, GError **error)
{
  const VerifyIntakeOptions *options = verify_intake_options(self->intake);
  Wait wait = {.until_us = wait_until_us(options->timeout_ms), .stop = options->watch->stop};

  return wait_for(&wait, make_row, &(Step){self, message}, error);
}

static char *
place_text(const KafkaMessage *message)
{
  return g_strdup_printf("%s[%d]@%" G_GINT64_FORMAT, message->partition->topic,
                         message->partition->id, message->offset);
}

/* A row is made of it; whether `run` could send it is another matter. */
static bool
take_row(TopicRoad *self, const KafkaMessage *message, GError **error)
{
  const VerifyIntakeOptions *options = verify_intake_options(self->intake);
  VerifyPlace place = {message->partition->id, message->offset};
  g_autoptr(GError) reason = NULL;
  g_autofree char *where = NULL;

  if (frame_check_row(mapping_table(options->mapping), verify_intake_row(self->intake),
                      options->frame_max_bytes, &reason))
    return verify_intake_take(self->intake, place, error);
  where = place_text(message);
  return verify_intake_take_too_large(self->intake, place, where, reason, error);
}

static bool
take(TopicRoad *self, const KafkaMessage *message, GError **error)
{
  g_autoptr(GError) fault = NULL;
  g_autofree char *where = NULL;

  if (translator_skips(self->translator, message->value)) {
    verify_intake_skip(self->intake);
    return true;
  }
  if (make_row_patiently(self, message, &fault))
    return take_row(self, message, error);
  if (!g_error_matches(fault, FAULT, FAULT_RECORD)) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
  }
  where = place_text(message);
  verify_intake_take_bad(self->intake, where, fault);
  return true;
}

static bool
read_all(TopicRoad *self, GError **error)
{
  uint64_t total = kafka_reader_total(self->reader);
  KafkaMessage message = {0};

  for (uint64_t turn = 0;; turn++) {
    KafkaReading reading = kafka_reader_next(self->reader, &message, WAIT_MS, error);
    bool is_taken = true;

    if (reading == KAFKA_READER_RECORD) {
      is_taken = take(self, &message, error);
      kafka_message_release(&message);
    }
    if (reading == KAFKA_READER_END)
      return true;
    if (reading == KAFKA_READER_FAILED || !is_taken)
      return false;
    if ((reading == KAFKA_READER_IDLE || turn % WATCH_EVERY == WATCH_EVERY - 1) &&
        !verify_intake_goes_on(self->intake, kafka_reader_passed(self->reader), total, error))
      return false;
  }
}

bool
verify_intake_read_topic(VerifyIntake *self, const KafkaProperty *properties, const char *topic,
                         GError **error)
{
  const VerifyIntakeOptions *options = verify_intake_options(self);
  g_auto(TopicRoad) road = {.intake = self};

  road.translator = translator_new(options->mapping, options->schemas, error);
  if (road.translator == NULL)
    return false;
  road.reader = kafka_reader_new(properties, topic, (int)MIN(options->timeout_ms, G_MAXINT), error);
  return road.reader != NULL && read_all(&road, error);
}
