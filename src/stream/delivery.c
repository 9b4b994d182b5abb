/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/delivery.h"

#include "base/event.h"
#include "stream/halving.h"

/* One call of the sink: puts or deletions of a batch, all of them unless they fit no frame. */
typedef struct {
  StreamBatch *batch; /* owned by the call that is_last */
  FrameKind kind;
  size_t first;   /* of the batch's rows of that kind */
  size_t count;   /* 0: it is never sent, a batch of nothing but rejects */
  bool is_last;   /* of its batch */
  unsigned sends; /* so far */
  unsigned cuts;  /* how often no answer came although the table takes rows */
} Call;

/* calls:  [ under way ........ | not sent ... ]
 *           0 = the oldest      sent                */
struct StreamDelivery {
  const StreamSink *sink; /* borrowed */
  MetricsSheet *sheet;    /* borrowed */
  StreamWait wait;
  GArray *calls; /* owned, of Call */
  guint sent;
  guint under_way;        /* of those: unanswered */
  guint void_answers;     /* to come, of calls that will be sent again */
  bool is_cut;            /* the oldest got no answer; counts if the table turns out to take rows */
  bool is_cut_off;        /* the last error was the gateway's silence */
  GError *refusal;        /* owned: the oldest was refused, and nobody has asked yet why */
  StreamHalving *halving; /* owned: of the oldest; NULL: it is whole */
  bool is_part_sent;      /* of the halving */
  GQueue done;            /* of owned batches */
  FrameRows control;      /* the newest row that was acknowledged, a copy; empty: none */
};

/* A batch whose call was cut off so often, though its table takes rows, is itself the suspect. */
enum { CUTS_TO_HALVE = 2 };

/* No larger row is kept as the control. */
enum { MOST_CONTROL_BYTES = 65536 };

StreamDelivery *
stream_delivery_new(const StreamSink *sink, const StreamWait *wait, MetricsSheet *sheet)
{
  StreamDelivery *self = g_new0(StreamDelivery, 1);

  self->sink = sink;
  self->wait = *wait;
  self->sheet = sheet;
  self->calls = g_array_new(FALSE, FALSE, sizeof(Call));
  g_queue_init(&self->done);
  return self;
}

static Call *
call_at(const StreamDelivery *self, guint i)
{
  return &g_array_index(self->calls, Call, i);
}

void
stream_delivery_free(StreamDelivery *self)
{
  if (self == NULL)
    return;
  stream_halving_free(self->halving);
  for (guint i = 0; i < self->calls->len; i++) {
    if (call_at(self, i)->is_last)
      stream_batch_free(call_at(self, i)->batch);
  }
  g_array_unref(self->calls);
  g_queue_clear_full(&self->done, (GDestroyNotify)stream_batch_free);
  g_clear_error(&self->refusal);
  frame_rows_clear(&self->control);
  g_free(self);
}

static const FrameRows *
rows_of(const Call *call)
{
  return stream_batch_rows(call->batch, call->kind);
}

/* Takes the oldest call, which is settled, off the list, and those after it that need no answer. */
static void
finish_oldest(StreamDelivery *self)
{
  do {
    const Call *call = call_at(self, 0);

    if (call->is_last)
      g_queue_push_tail(&self->done, call->batch);
    g_array_remove_index(self->calls, 0);
    self->sent -= self->sent > 0;
  } while (self->calls->len > 0 && call_at(self, 0)->count == 0);
}

static void
add_calls(StreamDelivery *self, StreamBatch *batch, FrameKind kind)
{
  size_t length = frame_rows_length(stream_batch_rows(batch, kind));
  size_t first = 0;

  do {
    size_t count = stream_batch_fitting(batch, kind, first);

    g_array_append_val(self->calls,
                       ((Call){.batch = batch, .kind = kind, .first = first, .count = count}));
    first += count;
  } while (first < length);
}

void
stream_delivery_push(StreamDelivery *self, StreamBatch *batch)
{
  guint before = self->calls->len;

  add_calls(self, batch, FRAME_PUT);
  if (frame_rows_length(stream_batch_rows(batch, FRAME_DELETE)) > 0)
    add_calls(self, batch, FRAME_DELETE);
  call_at(self, self->calls->len - 1)->is_last = true;
  if (before == 0 && call_at(self, 0)->count == 0)
    finish_oldest(self);
}

StreamBatch *
stream_delivery_take_done(StreamDelivery *self)
{
  return g_queue_pop_head(&self->done);
}

bool
stream_delivery_is_empty(const StreamDelivery *self)
{
  return self->calls->len == 0 && g_queue_is_empty((GQueue *)&self->done);
}

size_t
stream_delivery_bytes(const StreamDelivery *self)
{
  size_t bytes = 0;

  for (guint i = 0; i < self->calls->len; i++)
    bytes += call_at(self, i)->is_last ? stream_batch_bytes(call_at(self, i)->batch) : 0;
  for (const GList *done = self->done.head; done != NULL; done = done->next)
    bytes += stream_batch_bytes(done->data);
  return bytes;
}

bool
stream_delivery_is_stuck(const StreamDelivery *self)
{
  return self->wait.until_us != 0 || self->halving != NULL || self->refusal != NULL;
}

bool
stream_delivery_is_parked(const StreamDelivery *self)
{
  return self->wait.until_us != 0 && !self->is_cut_off;
}

int64_t
stream_delivery_due_us(const StreamDelivery *self)
{
  if (self->calls->len == 0 || self->void_answers > 0 || self->is_part_sent)
    return INT64_MAX;
  if (stream_delivery_is_stuck(self))
    return self->wait.until_us;
  return self->sent < self->calls->len ? 0 : INT64_MAX;
}

void
stream_delivery_hurry(StreamDelivery *self)
{
  self->wait.until_us = MIN(self->wait.until_us, 1);
}

bool
stream_delivery_is_suspect(const StreamDelivery *self)
{
  return self->halving != NULL || self->is_cut || self->refusal != NULL ||
         (self->calls->len > 0 && call_at(self, 0)->cuts > 0);
}

static void
note_success(StreamDelivery *self)
{
  stream_wait_end(&self->wait);
}

static void
wait_for_table(StreamDelivery *self, const GError *reason)
{
  uint32_t wait_ms = stream_wait_begin(&self->wait, reason);
  g_autofree char *why = event_value(reason->message);

  self->is_cut_off = g_error_matches(reason, FAULT, FAULT_PEER);
  g_debug("waiting ms=%u reason=%s", wait_ms, why);
  metrics_count(self->sheet, self->is_cut_off ? COUNTER_RETRY_GATEWAY : COUNTER_RETRY_TABLE, 1);
  metrics_count(self->sheet, COUNTER_WAIT_US, (uint64_t)wait_ms * 1000);
}

static void
halve_oldest(StreamDelivery *self)
{
  Call *call = call_at(self, 0);

  metrics_count(self->sheet, COUNTER_HALVED, 1);
  g_debug("halving table=%s rows=%zu", frame_plan_table(stream_batch_plan(call->batch)),
          call->count);
  call->cuts = 0;
  self->halving = stream_halving_new(&(StreamHalvingOptions){
      .sink = self->sink,
      .batch = call->batch,
      .kind = call->kind,
      .first = call->first,
      .count = call->count,
      .sends = call->sends,
      .control = &self->control,
  });
}

/* Whether the table takes rows; else it goes on waiting. */
static bool
probe(StreamDelivery *self, GError **error)
{
  const char *table = frame_plan_table(stream_batch_plan(call_at(self, 0)->batch));

  return self->sink->probe(self->sink->self, table, error);
}

/* The wait is over when a probe says that the table takes rows. */
static bool
end_wait(StreamDelivery *self)
{
  g_autoptr(GError) verdict = NULL;

  if (g_get_monotonic_time() < self->wait.until_us)
    return false;
  if (!probe(self, &verdict)) {
    wait_for_table(self, verdict);
    return false;
  }
  self->wait.until_us = 0;
  if (self->is_cut && ++call_at(self, 0)->cuts >= CUTS_TO_HALVE)
    halve_oldest(self);
  self->is_cut = false;
  return true;
}

/* The oldest call was refused: for a reason of its own if the table takes rows, which a probe
 * tells. */
static bool
judge_refusal(StreamDelivery *self)
{
  g_autoptr(GError) verdict = NULL;

  g_clear_error(&self->refusal);
  if (probe(self, &verdict)) {
    halve_oldest(self);
    return true;
  }
  wait_for_table(self, verdict);
  return false;
}

static void
count_answer(StreamDelivery *self, const Call *call, size_t refused)
{
  size_t bytes = frame_rows_slice(rows_of(call), call->first, call->count).len;

  metrics_count(self->sheet, COUNTER_BATCHES, 1);
  metrics_count(self->sheet, COUNTER_ROWS, call->count - refused);
  metrics_count(self->sheet, COUNTER_BYTES, bytes);
  if (self->sheet->shared == NULL)
    return;
  histogram_add(&self->sheet->shared->batch_rows, call->count);
  histogram_add(&self->sheet->shared->batch_bytes, bytes);
}

/* The newest row that was taken is kept, to tell a bad row from an outage (halving.h). */
static void
keep_control(StreamDelivery *self, const Call *call)
{
  Slice row;

  if (call->kind != FRAME_PUT)
    return;
  row = frame_rows_slice(rows_of(call), call->first + call->count - 1, 1);
  if (row.len > MOST_CONTROL_BYTES)
    return;
  frame_rows_reset(&self->control);
  frame_rows_copy(&self->control, row);
}

/* Each row was cut off although the gateway answers, and none was taken: no row is judged by that,
 * but whoever looks should know what does it most often. */
static void
wait_undecided(StreamDelivery *self)
{
  const Call *call = call_at(self, 0);
  size_t refused = stream_halving_refused(self->halving);
  g_autoptr(GError) reason = g_error_new(
      FAULT, FAULT_SETUP,
      "table %s: the gateway hangs up on each of %zu rows (%zu bytes), and answers otherwise: "
      "if its hbase.regionserver.thrift.framed.max_frame_size_in_mb is less than "
      "gateway.frame.max, set gateway.frame.max below it",
      frame_plan_table(stream_batch_plan(call->batch)), call->count - refused,
      frame_rows_slice(rows_of(call), call->first, call->count).len);

  wait_for_table(self, reason);
  /* What was refused is not sent again; else the whole is, for that is one call. */
  if (refused == 0)
    g_clear_pointer(&self->halving, stream_halving_free);
}

static bool
next_part(StreamDelivery *self, FrameBatch *out)
{
  switch (stream_halving_next(self->halving, out)) {
  case STREAM_HALVING_SEND:
    return true;
  case STREAM_HALVING_UNDECIDED:
    wait_undecided(self);
    return false;
  case STREAM_HALVING_DONE:
    break;
  }
  count_answer(self, call_at(self, 0), stream_halving_refused(self->halving));
  g_clear_pointer(&self->halving, stream_halving_free);
  note_success(self);
  finish_oldest(self);
  return stream_delivery_next(self, out);
}

bool
stream_delivery_next(StreamDelivery *self, FrameBatch *out)
{
  const Call *call;

  if (stream_delivery_due_us(self) == INT64_MAX || (self->wait.until_us != 0 && !end_wait(self)) ||
      (self->refusal != NULL && !judge_refusal(self)))
    return false;
  if (self->halving != NULL)
    return next_part(self, out);
  while (self->sent < self->calls->len && call_at(self, self->sent)->count == 0)
    self->sent++;
  if (self->sent == self->calls->len)
    return false;
  call = call_at(self, self->sent);
  *out = (FrameBatch){stream_batch_plan(call->batch), call->kind, rows_of(call), call->first,
                      call->count};
  return true;
}

void
stream_delivery_sent(StreamDelivery *self)
{
  if (self->halving != NULL) {
    self->is_part_sent = true;
    return;
  }

  Call *call = call_at(self, self->sent++);

  metrics_count(self->sheet, COUNTER_RESENT, call->sends > 0);
  if (call->sends > 0)
    g_debug("sending again table=%s rows=%zu sends=%u",
            frame_plan_table(stream_batch_plan(call->batch)), call->count, call->sends + 1);
  call->sends++;
  self->under_way++;
}

static void
answer_part(StreamDelivery *self, const GError *error)
{
  g_autoptr(GError) reason = stream_halving_answer(self->halving, error);

  self->is_part_sent = false;
  if (error == NULL)
    retry_reset(&self->wait.retry); /* the peer is well, and the next wait may be short */
  if (reason != NULL)
    wait_for_table(self, reason);
}

void
stream_delivery_acknowledged(StreamDelivery *self)
{
  if (self->void_answers > 0) {
    self->void_answers--;
  } else if (self->halving != NULL) {
    answer_part(self, NULL);
  } else {
    self->under_way--;
    count_answer(self, call_at(self, 0), 0);
    keep_control(self, call_at(self, 0));
    note_success(self);
    finish_oldest(self);
  }
}

void
stream_delivery_rewind(StreamDelivery *self)
{
  self->under_way = 0;
  self->void_answers = 0;
  self->sent = 0;
}

void
stream_delivery_failed(StreamDelivery *self, const GError *error)
{
  guint more = self->under_way - (self->under_way > 0);

  if (self->void_answers > 0) {
    self->void_answers = g_error_matches(error, FAULT, FAULT_RECORD) ? self->void_answers - 1 : 0;
    return;
  }
  if (self->halving != NULL) {
    answer_part(self, error);
    return;
  }
  stream_delivery_rewind(self);
  if (g_error_matches(error, FAULT, FAULT_RECORD)) {
    self->void_answers = more;
    self->refusal = g_error_copy(error);
    return;
  }
  self->is_cut =
      g_error_matches(error, FAULT, FAULT_PEER) && !self->sink->is_busy(self->sink->self);
  wait_for_table(self, error);
}
