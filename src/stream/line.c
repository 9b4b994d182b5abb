/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/line.h"

#include "datum/translator.h"

struct StreamLine {
  StreamLineOptions options;
  Translator *translator; /* owned */
  Row row;
  StreamBatch *open;        /* owned; NULL: none */
  int64_t opened_us;        /* when it got its first record */
  GArray *kept;             /* owned, of owned KafkaMessage from first_kept on */
  guint first_kept;         /* of kept */
  size_t kept_bytes;        /* of the messages */
  StreamWait schema;        /* for what decoding needs */
  StreamDelivery *delivery; /* owned */
  StreamCommit *commit;     /* owned */
};

static StreamWait
wait_for(const StreamLineOptions *options, size_t what)
{
  StreamWait wait = options->wait;

  wait.slot += what;
  return wait;
}

StreamLine *
stream_line_new(const StreamLineOptions *options, GError **error)
{
  StreamLine *self = g_new0(StreamLine, 1);
  StreamWait table = wait_for(options, STREAM_WAIT_TABLE);

  self->options = *options;
  self->kept = g_array_new(FALSE, FALSE, sizeof(KafkaMessage));
  self->schema = wait_for(options, STREAM_WAIT_SCHEMA);
  self->delivery = stream_delivery_new(options->sink, &table, options->calls);
  self->commit = stream_commit_new(&(StreamCommitOptions){
      .mapping = options->mapping,
      .sheet = options->sheet,
      .window = options->window,
      .kept_bytes = options->kept_bytes,
      .is_quiet = options->is_quiet,
      .letters = options->letters,
      .source = options->source,
      .writer = options->writer,
      .reader = options->reader,
      .wait = wait_for(options, STREAM_WAIT_LETTERS),
  });
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
  stream_delivery_free(self->delivery);
  stream_commit_free(self->commit);
  while (stream_line_kept(self) != NULL) {
    kafka_message_release(stream_line_kept(self));
    stream_line_drop_kept(self);
  }
  g_array_unref(self->kept);
  g_free(self);
}

StreamDelivery *
stream_line_delivery(StreamLine *self)
{
  return self->delivery;
}

StreamCommit *
stream_line_commit(StreamLine *self)
{
  return self->commit;
}

static bool
is_stalled(const StreamLine *self)
{
  return self->schema.until_us != 0 && g_get_monotonic_time() < self->schema.until_us;
}

bool
stream_line_is_blocked(const StreamLine *self)
{
  return stream_delivery_is_stuck(self->delivery) || stream_commit_is_busy(self->commit) ||
         is_stalled(self);
}

static StreamBatch *
open_batch(StreamLine *self)
{
  if (self->open != NULL)
    return self->open;
  self->open =
      stream_batch_pool_take(self->options.batch_pool, self->options.plan, &self->options.batch);
  self->opened_us = g_get_monotonic_time();
  return self->open;
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
  stream_batch_add_reject(open_batch(self), stream_reject_new(message, stage, error));
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
  frame_check_row(frame_plan_table(self->options.plan), &self->row,
                  self->options.batch.frame_max_bytes, &too_large);
  take_reject(self, message, STREAM_MAP, too_large);
  return STREAM_LINE_TAKEN;
}

static StreamLineTaking
take_record(StreamLine *self, KafkaMessage *message)
{
  g_autoptr(GError) fault = NULL;

  if (translator_skips(self->translator, message->value)) {
    stream_batch_add_skipped(open_batch(self), message);
    return STREAM_LINE_TAKEN;
  }
  if (make_row(self, message, &fault))
    return take_row(self, message);
  if (!g_error_matches(fault, FAULT, FAULT_RECORD)) {
    metrics_count(self->options.sheet, COUNTER_RETRY_SCHEMA, 1);
    stream_wait_begin(&self->schema, fault);
    return STREAM_LINE_STALLED;
  }
  take_reject(self, message, stream_stage_of(translator_failed_at(self->translator)), fault);
  return STREAM_LINE_TAKEN;
}

StreamLineTaking
stream_line_take(StreamLine *self, KafkaMessage *message)
{
  StreamLineTaking taking;

  if (self->open != NULL && stream_batch_is_full(self->open))
    return STREAM_LINE_FULL;
  if (message->is_end) {
    stream_batch_add_end(open_batch(self), message);
    return STREAM_LINE_TAKEN;
  }
  taking = take_record(self, message);
  metrics_count(self->options.sheet, COUNTER_READ, taking == STREAM_LINE_TAKEN);
  if (taking != STREAM_LINE_STALLED && self->schema.until_us != 0)
    stream_wait_end(&self->schema);
  return taking;
}

static size_t
kept_by(const KafkaMessage *message)
{
  return message->key.len + message->value.len + sizeof *message;
}

void
stream_line_keep(StreamLine *self, KafkaMessage *message)
{
  g_array_append_vals(self->kept, message, 1);
  self->kept_bytes += kept_by(message);
  kafka_message_forget(message); /* the line owns it now */
}

KafkaMessage *
stream_line_kept(StreamLine *self)
{
  if (self->first_kept == self->kept->len)
    return NULL;
  return &g_array_index(self->kept, KafkaMessage, self->first_kept);
}

void
stream_line_drop_kept(StreamLine *self)
{
  self->kept_bytes -= kept_by(stream_line_kept(self));
  if (++self->first_kept < self->kept->len)
    return;
  g_array_set_size(self->kept, 0);
  self->first_kept = 0;
}

void
stream_line_push(StreamLine *self)
{
  if (self->open != NULL)
    stream_delivery_push(self->delivery, g_steal_pointer(&self->open));
}

static bool
is_delivered(const StreamLine *self)
{
  return self->open == NULL && stream_delivery_is_empty(self->delivery);
}

bool
stream_line_collect(StreamLine *self)
{
  StreamBatch *batch = stream_delivery_take_done(self->delivery);

  if (batch == NULL)
    return false;
  stream_commit_add(self->commit, batch);
  stream_batch_pool_give(self->options.batch_pool, batch,
                         g_get_monotonic_time()); /* it owns it now */
  return true;
}

bool
stream_line_settle(StreamLine *self, StreamOccasion occasion, GError **error)
{
  bool is_more = true;

  while (is_more) {
    is_more = !stream_commit_is_busy(self->commit) && stream_line_collect(self);
    if (!stream_commit_settle(self->commit, is_delivered(self) ? occasion : STREAM_AS_DUE, error))
      return false;
  }
  return true;
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
stream_line_due_us(const StreamLine *self)
{
  int64_t due = stream_commit_due_us(self->commit);

  due = MIN(due, stream_delivery_due_us(self->delivery));
  if (!stream_delivery_is_stuck(self->delivery) && !stream_commit_is_busy(self->commit)) {
    due = MIN(due, stream_line_batch_due_us(self));
    due = MIN(due, self->kept->len > 0 ? self->schema.until_us : INT64_MAX);
  }
  return due;
}

bool
stream_line_is_idle(const StreamLine *self)
{
  return is_delivered(self) && stream_commit_is_empty(self->commit);
}

bool
stream_line_is_settled(const StreamLine *self)
{
  return is_delivered(self) && !stream_commit_is_busy(self->commit);
}

bool
stream_line_is_at_rest(const StreamLine *self)
{
  if (stream_delivery_is_parked(self->delivery) || stream_commit_is_waiting(self->commit))
    return true;
  return stream_line_is_settled(self);
}

void
stream_line_hurry(StreamLine *self)
{
  self->schema.until_us = MIN(self->schema.until_us, 1);
  stream_delivery_hurry(self->delivery);
}

size_t
stream_line_bytes(const StreamLine *self)
{
  return self->kept_bytes + stream_delivery_bytes(self->delivery) +
         stream_commit_bytes(self->commit) +
         (self->open == NULL ? 0 : stream_batch_bytes(self->open));
}

int64_t
stream_lines_due_us(StreamLine *const *lines, size_t length)
{
  int64_t due = INT64_MAX;

  for (size_t i = 0; i < length; i++)
    due = MIN(due, stream_line_due_us(lines[i]));
  return due;
}

bool
stream_lines_hold_nothing(StreamLine *const *lines, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (!stream_line_is_idle(lines[i]) || stream_line_bytes(lines[i]) > 0)
      return false;
  return true;
}

bool
stream_lines_are_flushed(StreamLine *const *lines, size_t length, bool may_wait)
{
  for (size_t i = 0; i < length; i++)
    if (may_wait ? !stream_line_is_at_rest(lines[i]) : !stream_line_is_settled(lines[i]))
      return false;
  return true;
}
