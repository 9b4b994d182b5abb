/* SPDX-License-Identifier: Apache-2.0 */
#include "check/sample.h"

#include "datum/translator.h"
#include "kafka/reader.h"
#include "wire/frame.h"

/* Neighbours in a topic are alike: of so many offsets one is taken. */
enum { WAIT_MS = 200, MOST_STRIDE = 16 };

typedef struct {
  CheckInsight *insight;  /* borrowed */
  KafkaReader *reader;    /* owned */
  Translator *translator; /* owned */
  const char *table;
  size_t frame_max_bytes;
  Row row;
  int64_t stride;
  unsigned part;
} Sampling;

static void
sampling_clear(Sampling *self)
{
  kafka_reader_free(self->reader);
  translator_free(self->translator);
  row_clear(&self->row);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sampling, sampling_clear)

/* As a stream's line makes it. */
static bool
make_row(Sampling *self, const KafkaMessage *message, GError **error)
{
  Origin origin = kafka_message_origin(message);

  return translator_row(self->translator, &origin, message->value, &self->row, error) &&
         frame_check_row(self->table, &self->row, self->frame_max_bytes, error);
}

static bool
take(Sampling *self, const KafkaMessage *message, GError **error)
{
  CheckPlace place = {message->partition->id, message->offset};
  g_autoptr(GError) fault = NULL;

  if (translator_skips(self->translator, message->value)) {
    check_insight_add_skipped(self->insight);
    return true;
  }
  if (make_row(self, message, &fault)) {
    check_insight_add(self->insight, &self->row, self->part, place);
    return true;
  }
  if (g_error_matches(fault, FAULT, FAULT_RECORD)) {
    check_insight_add_bad(self->insight, place, fault);
    return true;
  }
  g_propagate_error(error, g_steal_pointer(&fault));
  return false;
}

static bool
read_part(Sampling *self, GError **error)
{
  KafkaMessage message = {0};

  for (;;) {
    KafkaReading reading = kafka_reader_next(self->reader, &message, WAIT_MS, error);
    bool is_taken = true;

    if (reading == KAFKA_READER_RECORD) {
      is_taken = message.offset % self->stride != 0 || take(self, &message, error);
      kafka_message_release(&message);
    }
    if (reading == KAFKA_READER_END)
      return true;
    if (reading == KAFKA_READER_FAILED || !is_taken)
      return false;
  }
}

static bool
read_parts(Sampling *self, uint64_t records, GError **error)
{
  for (self->part = 0; self->part < CHECK_PARTS; self->part++) {
    const KafkaReaderPart part = {
        .part = self->part,
        .parts = CHECK_PARTS,
        .records = (records + CHECK_PARTS - 1) / CHECK_PARTS * (uint64_t)self->stride,
    };

    if (!kafka_reader_seek(self->reader, &part, error) || !read_part(self, error))
      return false;
  }
  return true;
}

bool
check_sample(const CheckSampleOptions *options, CheckInsight *insight, uint64_t *out_total,
             GError **error)
{
  const char *topic = mapping_topic(options->mapping);
  g_auto(Sampling) self = {.insight = insight,
                           .table = mapping_table(options->mapping),
                           .frame_max_bytes = options->frame_max_bytes};

  self.translator = translator_new(options->mapping, options->schemas, error);
  if (self.translator == NULL)
    return false;
  self.reader = kafka_reader_new(options->properties, topic, options->timeout_ms, error);
  if (self.reader == NULL)
    return false;
  *out_total = kafka_reader_total(self.reader);
  self.stride = (int64_t)CLAMP(*out_total / options->records, 1, MOST_STRIDE);
  return read_parts(&self, options->records, error);
}
