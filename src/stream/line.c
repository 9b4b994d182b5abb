/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/line.h"

#include "datum/translator.h"
#include "stream/report.h"

struct StreamLine {
  StreamLineOptions options;
  Translator *translator; /* owned */
  Row row;
  StreamBatch *open; /* owned; NULL: none */
  int64_t opened_us; /* when it got its first record */
  StreamWindow window;
  GPtrArray *rejects; /* owned, of owned StreamReject: of the window */
  size_t reject_bytes;
  uint64_t rejected;  /* records in the window that are bad */
  GPtrArray *touched; /* owned, of KafkaPartition borrowed from the lane */
  StreamReport report;
};

StreamLine *
stream_line_new(const StreamLineOptions *options, GError **error)
{
  StreamLine *self = g_new0(StreamLine, 1);

  self->options = *options;
  self->window.limits = options->window;
  self->rejects = g_ptr_array_new_with_free_func((GDestroyNotify)stream_reject_free);
  self->touched = g_ptr_array_new();
  self->translator = translator_new(self->options.mapping, self->options.schemas, error);
  if (self->translator != NULL)
    return self;
  stream_line_free(self);
  return NULL;
}

void
stream_line_free(StreamLine *self)
{
  if (self == NULL)
    return;
  translator_free(self->translator);
  row_clear(&self->row);
  stream_batch_free(self->open);
  g_ptr_array_unref(self->rejects);
  g_ptr_array_unref(self->touched);
  g_free(self);
}

const char *
stream_line_table(const StreamLine *self)
{
  return mapping_table(self->options.mapping);
}

const FramePlan *
stream_line_plan(const StreamLine *self)
{
  return self->options.plan;
}

static StreamBatch *
open_batch(StreamLine *self)
{
  if (self->open != NULL)
    return self->open;
  self->open = stream_spares_take(self->options.spares, self->options.plan, &self->options.batch);
  self->opened_us = g_get_monotonic_time();
  return self->open;
}

StreamBatch *
stream_line_take_batch(StreamLine *self)
{
  return g_steal_pointer(&self->open);
}

/* The row of a record: false with FAULT_RECORD if it makes none. A writer's schema that cannot be
 * read is logged when it is met, and no more. */
static bool
make_row(StreamLine *self, const KafkaMessage *message, GError **error)
{
  Origin origin = kafka_message_origin(message);
  g_autofree char *notice = NULL;

  if (translator_row(self->translator, &origin, message->value, &self->row, error))
    return true;
  notice = translator_take_notice(self->translator);
  if (notice != NULL)
    g_warning("%s", notice);
  return false;
}

static void
take_reject(StreamLine *self, KafkaMessage *message, StreamStage stage, const GError *error)
{
  stream_batch_add_reject(open_batch(self),
                          stream_reject_new(message, stage, g_strdup(error->message)));
}

static StreamLineTaking
take_row(StreamLine *self, KafkaMessage *message)
{
  g_autoptr(GError) too_large = NULL;

  switch (stream_batch_add(open_batch(self), message, &self->row)) {
  case STREAM_TAKEN:
    return STREAM_LINE_TAKEN;
  case STREAM_FULL:
    return STREAM_LINE_FULL;
  case STREAM_TOO_LARGE:
    break;
  }
  too_large = g_error_new(
      FAULT, FAULT_RECORD, "the row is %zu bytes large, more than the %zu of gateway.frame.max",
      frame_row_size(self->options.plan, &self->row).bytes, self->options.batch.frame_max_bytes);
  take_reject(self, message, STREAM_MAP, too_large);
  return STREAM_LINE_TAKEN;
}

static StreamLineTaking
take_record(StreamLine *self, KafkaMessage *message, GError **error)
{
  g_autoptr(GError) fault = NULL;

  if (translator_skips(self->translator, message->value)) {
    stream_batch_add_skipped(open_batch(self), message);
    return STREAM_LINE_TAKEN;
  }
  if (make_row(self, message, &fault))
    return take_row(self, message);
  if (!g_error_matches(fault, FAULT, FAULT_RECORD)) {
    g_propagate_error(error, g_steal_pointer(&fault));
    return STREAM_LINE_STALLED;
  }
  take_reject(self, message, translator_has_decoded(self->translator) ? STREAM_MAP : STREAM_DECODE,
              fault);
  return STREAM_LINE_TAKEN;
}

StreamLineTaking
stream_line_take(StreamLine *self, KafkaMessage *message, GError **error)
{
  StreamLineTaking taking;

  if (self->open != NULL && stream_batch_is_full(self->open))
    return STREAM_LINE_FULL;
  if (message->is_end) {
    stream_batch_add_end(open_batch(self), message);
    return STREAM_LINE_TAKEN;
  }
  taking = take_record(self, message, error);
  metrics_count(self->options.sheet, COUNTER_READ, taking == STREAM_LINE_TAKEN);
  return taking;
}

int64_t
stream_line_batch_due_us(const StreamLine *self)
{
  if (self->open == NULL)
    return INT64_MAX;
  if (stream_batch_is_full(self->open))
    return 0;
  return self->opened_us + (int64_t)self->options.linger_ms * 1000;
}

int64_t
stream_line_window_due_us(const StreamLine *self)
{
  return stream_window_due_us(&self->window);
}

size_t
stream_line_bytes(const StreamLine *self)
{
  return self->reject_bytes + (self->open == NULL ? 0 : stream_batch_bytes(self->open));
}

/* Counts and logs what the batch has added to the list. */
static void
note_rejects(StreamLine *self, guint first)
{
  static const Counter counters[] = {
      [STREAM_DECODE] = COUNTER_BAD_DECODE,
      [STREAM_MAP] = COUNTER_BAD_MAP,
      [STREAM_PUT] = COUNTER_BAD_PUT,
  };

  for (guint i = first; i < self->rejects->len; i++) {
    const StreamReject *reject = self->rejects->pdata[i];

    metrics_count(self->options.sheet, counters[reject->stage], 1);
    self->reject_bytes += reject->message.key.len + reject->message.value.len + sizeof *reject;
    if (!self->options.is_quiet)
      stream_report_reject(&self->report, reject, stream_line_table(self));
  }
}

void
stream_line_done(StreamLine *self, StreamBatch *batch)
{
  StreamTally tally = stream_batch_tally(batch);
  guint known = self->rejects->len;
  int64_t now = g_get_monotonic_time();

  stream_batch_touch(batch, self->touched);
  stream_batch_take_rejects(batch, self->rejects);
  note_rejects(self, known);
  stream_window_add(&self->window, tally.records, tally.rejected, now);
  self->rejected += tally.rejected;
  metrics_count(self->options.sheet, COUNTER_WRITTEN, tally.written);
  metrics_count(self->options.sheet, COUNTER_SKIPPED, tally.skipped);
  metrics_count(self->options.sheet, COUNTER_TOMBSTONES, tally.tombstones);

  stream_spares_give(self->options.spares, batch, now); /* they own it now */
}

static void
set_stop_error(const StreamLine *self, GError **error)
{
  const StreamReject *reject = self->rejects->pdata[0];

  g_set_error(error, FAULT, FAULT_RECORD,
              "%s[%d]@%" G_GINT64_FORMAT ": %s; the mapping of table %s says errors = stop: "
              "neither it nor what follows was committed",
              reject->message.partition->topic, reject->message.partition->id,
              reject->message.offset, reject->reason, stream_line_table(self));
}

static void
set_limit_error(const StreamLine *self, GError **error)
{
  const StreamReject *reject = self->rejects->pdata[self->rejects->len - 1];

  g_set_error(error, FAULT, FAULT_RECORD,
              "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
              " records of topic %s are bad, more than "
              "ingest.errors.limit allows (%g%%), at last %s[%d]@%" G_GINT64_FORMAT ": %s; none of "
              "them was dead-lettered or committed: is the mapping of table %s the right one?",
              self->window.bad, self->window.seen, reject->message.partition->topic,
              100 * self->window.limits.limit, reject->message.partition->topic,
              reject->message.partition->id, reject->message.offset, reject->reason,
              stream_line_table(self));
}

StreamVerdict
stream_line_judge(StreamLine *self, StreamOccasion occasion, GError **error)
{
  bool is_early = self->reject_bytes > self->options.kept_bytes;

  if (self->touched->len == 0)
    return STREAM_NOTHING;
  if (!self->window.is_open)
    return STREAM_RELEASE;
  if (mapping_errors(self->options.mapping) == ERRORS_STOP) {
    set_stop_error(self, error);
    return STREAM_GUILTY;
  }
  if (occasion == STREAM_AS_DUE && !is_early &&
      !stream_window_is_due(&self->window, g_get_monotonic_time()))
    return STREAM_NOTHING;
  if (occasion == STREAM_LEAVING && stream_window_is_suspect(&self->window))
    return STREAM_NOTHING;
  if (stream_window_is_guilty(&self->window)) {
    set_limit_error(self, error);
    return STREAM_GUILTY;
  }
  return STREAM_RELEASE;
}

const GPtrArray *
stream_line_rejects(const StreamLine *self)
{
  return self->rejects;
}

bool
stream_line_has_letters(const StreamLine *self)
{
  return self->rejects->len > 0 && mapping_errors(self->options.mapping) == ERRORS_DLQ;
}

const GPtrArray *
stream_line_touched(const StreamLine *self)
{
  return self->touched;
}

void
stream_line_release(StreamLine *self)
{
  bool is_skipping = mapping_errors(self->options.mapping) == ERRORS_SKIP;

  metrics_count(self->options.sheet, is_skipping ? COUNTER_SKIPPED : COUNTER_DEAD_LETTERED,
                self->rejected);
  stream_window_close(&self->window, self->reject_bytes > self->options.kept_bytes);
  for (guint i = 0; i < self->touched->len; i++)
    ((KafkaPartition *)self->touched->pdata[i])->is_touched = false;
  g_ptr_array_set_size(self->touched, 0);
  g_ptr_array_set_size(self->rejects, 0);
  self->reject_bytes = 0;
  self->rejected = 0;
}
