/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/commit.h"

#include "base/event.h"

enum { LOOK_MS = 5 }; /* how often it is looked whether the dead letters are taken */

struct StreamCommit {
  StreamCommitOptions options;
  StreamWindow window;
  GPtrArray *rejects; /* owned, of owned StreamReject: of the window */
  size_t reject_bytes;
  uint64_t rejected;              /* records in the window that are bad */
  GPtrArray *touched;             /* owned, of KafkaPartition borrowed from the queue */
  bool is_judged;                 /* and not released yet: dead letters are on their way */
  StreamDeadLettersTask *sending; /* owned; NULL: they wait for the next try, or there are none */
  StreamRejectLog report;
};

StreamCommit *
stream_commit_new(const StreamCommitOptions *options)
{
  StreamCommit *self = g_new0(StreamCommit, 1);

  self->options = *options;
  self->window.limits = options->window;
  self->rejects = g_ptr_array_new_with_free_func((GDestroyNotify)stream_reject_free);
  self->touched = g_ptr_array_new();
  return self;
}

void
stream_commit_free(StreamCommit *self)
{
  if (self == NULL)
    return;
  if (self->sending != NULL)
    stream_dead_letters_end(self->sending, NULL);
  g_ptr_array_unref(self->rejects);
  g_ptr_array_unref(self->touched);
  g_free(self);
}

static void
note_reason(const StreamCommit *self, const StreamReject *reject)
{
  const MetricsShared *shared = self->options.sheet->shared;

  if (shared != NULL)
    metrics_reasons_add(shared->reasons,
                        &(MetricsBad){.topic = reject->message.partition->topic,
                                      .table = mapping_table(self->options.mapping),
                                      .stage = stream_stage_info(reject->stage)->word,
                                      .field = reject->field,
                                      .kind = reject->kind,
                                      .partition = reject->message.partition->id,
                                      .offset = reject->message.offset});
}

/* Counts and logs what the batch has added to the list. */
static void
note_rejects(StreamCommit *self, guint first)
{
  static const Counter counters[] = {
      [STREAM_KEY] = COUNTER_BAD_DECODE,
      [STREAM_DECODE] = COUNTER_BAD_DECODE,
      [STREAM_MAP] = COUNTER_BAD_MAP,
      [STREAM_PUT] = COUNTER_BAD_PUT,
  };

  for (guint i = first; i < self->rejects->len; i++) {
    const StreamReject *reject = self->rejects->pdata[i];

    metrics_count(self->options.sheet, counters[reject->stage], 1);
    self->reject_bytes += reject->message.key.len + reject->message.value.len + sizeof *reject;
    note_reason(self, reject);
    if (!self->options.is_quiet)
      stream_reject_log(&self->report, reject, mapping_table(self->options.mapping));
  }
}

/* Every record of the batch is acknowledged now. */
static void
tell_delay(const StreamBatch *batch, MetricsTopic *topic)
{
  int64_t now_ms = g_get_real_time() / 1000;

  if (topic == NULL)
    return;
  stream_batch_age(batch, now_ms, &topic->delay_ms);
  atomic_store_explicit(&topic->acknowledged_s, now_ms / 1000, memory_order_relaxed);
}

void
stream_commit_add(StreamCommit *self, StreamBatch *batch)
{
  StreamTally tally = stream_batch_tally(batch);
  guint known = self->rejects->len;

  stream_batch_touch(batch, self->options.reader, self->touched);
  stream_batch_take_rejects(batch, self->rejects);
  note_rejects(self, known);
  stream_window_add(&self->window, tally.records, tally.rejected, g_get_monotonic_time());
  self->rejected += tally.rejected;
  if (tally.written > 0)
    tell_delay(batch, self->options.sheet->topic);
  metrics_count(self->options.sheet, COUNTER_WRITTEN, tally.written);
  metrics_count(self->options.sheet, COUNTER_SKIPPED, tally.skipped);
  metrics_count(self->options.sheet, COUNTER_TOMBSTONES, tally.tombstones);
}

static void
set_stop_error(const StreamCommit *self, GError **error)
{
  const StreamReject *reject = self->rejects->pdata[0];

  g_set_error(error, FAULT, FAULT_RECORD,
              "%s[%d]@%" G_GINT64_FORMAT ": %s; the mapping of table %s says errors = stop: "
              "neither it nor what follows was committed",
              reject->message.partition->topic, reject->message.partition->id,
              reject->message.offset, reject->reason, mapping_table(self->options.mapping));
}

static void
set_limit_error(const StreamCommit *self, GError **error)
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
              mapping_table(self->options.mapping));
}

typedef enum { LATER, PASSED, GUILTY } Verdict;

static Verdict
judge(const StreamCommit *self, StreamOccasion occasion, GError **error)
{
  bool is_early = self->reject_bytes > self->options.kept_bytes;

  if (self->touched->len == 0)
    return LATER;
  if (!self->window.is_open)
    return PASSED;
  if (mapping_errors(self->options.mapping) == ERRORS_STOP) {
    set_stop_error(self, error);
    return GUILTY;
  }
  if (occasion == STREAM_AS_DUE && !is_early &&
      !stream_window_is_due(&self->window, g_get_monotonic_time()))
    return LATER;
  if (occasion == STREAM_LEAVING && stream_window_is_suspect(&self->window))
    return LATER;
  if (stream_window_is_guilty(&self->window)) {
    set_limit_error(self, error);
    return GUILTY;
  }
  return PASSED;
}

/* Whether every dead letter is taken, or there is none. */
static bool
send_letters(StreamCommit *self)
{
  g_autoptr(GError) error = NULL;

  if (self->rejects->len == 0 || mapping_errors(self->options.mapping) != ERRORS_DLQ)
    return true;
  if (self->sending == NULL && g_get_monotonic_time() >= self->options.wait.until_us)
    self->sending =
        stream_dead_letters_begin(self->options.letters, mapping_table(self->options.mapping),
                                  self->options.writer, self->rejects);
  if (self->sending == NULL || !stream_dead_letters_is_done(self->sending))
    return false;
  if (stream_dead_letters_end(g_steal_pointer(&self->sending), &error)) {
    stream_wait_end(&self->options.wait);
    return true;
  }
  metrics_count(self->options.sheet, COUNTER_RETRY_LETTERS, 1);
  stream_wait_begin(&self->options.wait, error);
  return false;
}

static void
store(StreamCommit *self)
{
  const StreamSource *source = self->options.source;
  g_autoptr(GError) error = NULL;

  if (!source->store(source->self, (KafkaPartition **)self->touched->pdata, self->touched->len,
                     &error)) {
    g_autofree char *reason = event_value(error->message);

    g_warning("cannot commit writer=%zu reason=%s", self->options.writer, reason);
  }
}

bool
stream_commit_settle(StreamCommit *self, StreamOccasion occasion, GError **error)
{
  if (!self->is_judged) {
    switch (judge(self, occasion, error)) {
    case LATER:
      return true;
    case GUILTY:
      return false;
    case PASSED:
      break;
    }
  }
  self->is_judged = true;
  if (!send_letters(self))
    return true;
  store(self);
  stream_commit_release(self);
  return true;
}

bool
stream_commit_is_busy(const StreamCommit *self)
{
  return self->is_judged;
}

bool
stream_commit_is_waiting(const StreamCommit *self)
{
  return self->options.wait.is_told;
}

int64_t
stream_commit_due_us(const StreamCommit *self)
{
  if (self->sending != NULL)
    return g_get_monotonic_time() + (int64_t)LOOK_MS * 1000;
  return self->is_judged ? self->options.wait.until_us : stream_window_due_us(&self->window);
}

bool
stream_commit_is_empty(const StreamCommit *self)
{
  return self->touched->len == 0;
}

size_t
stream_commit_bytes(const StreamCommit *self)
{
  return self->reject_bytes;
}

const GPtrArray *
stream_commit_rejects(const StreamCommit *self)
{
  return self->rejects;
}

void
stream_commit_release(StreamCommit *self)
{
  bool is_skipping = mapping_errors(self->options.mapping) == ERRORS_SKIP;

  metrics_count(self->options.sheet, is_skipping ? COUNTER_SKIPPED : COUNTER_DEAD_LETTERED,
                self->rejected);
  stream_window_close(&self->window, self->reject_bytes > self->options.kept_bytes);
  for (guint i = 0; i < self->touched->len; i++)
    ((KafkaPartition *)self->touched->pdata[i])->readers[self->options.reader].is_touched = false;
  g_ptr_array_set_size(self->touched, 0);
  g_ptr_array_set_size(self->rejects, 0);
  self->reject_bytes = 0;
  self->rejected = 0;
  self->is_judged = false;
}
