/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/flight.h"

#include "stream/halving.h"

/* One call of the sink: the puts or the deletions of a batch. */
typedef struct {
  StreamBatch *batch; /* owned by the call that is_last */
  FrameKind kind;
  bool is_last;   /* of its batch */
  unsigned sends; /* so far */
  unsigned cuts;  /* how often no answer came although the table takes rows */
} Call;

/* calls:  [ under way ........ | not sent ... ]
 *           0 = the oldest      sent                */
struct StreamFlight {
  const StreamSink *sink; /* borrowed */
  StreamFlightEvents events;
  Retry retry;
  MetricsSheet *sheet; /* borrowed */
  GArray *calls;       /* owned, of Call */
  guint sent;
  bool is_waiting;
  bool is_over; /* an event said to give up */
};

/* A batch whose call was cut off so often, though its table takes rows, is itself the suspect. */
enum { CUTS_TO_HALVE = 2 };

StreamFlight *
stream_flight_new(const StreamSink *sink, const StreamFlightEvents *events, const Retry *retry,
                  MetricsSheet *sheet)
{
  StreamFlight *self = g_new0(StreamFlight, 1);

  self->sink = sink;
  self->events = *events;
  self->retry = *retry;
  self->sheet = sheet;
  self->calls = g_array_new(FALSE, FALSE, sizeof(Call));
  return self;
}

static Call *
call_at(const StreamFlight *self, guint i)
{
  return &g_array_index(self->calls, Call, i);
}

void
stream_flight_free(StreamFlight *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->calls->len; i++) {
    if (call_at(self, i)->is_last)
      stream_batch_free(call_at(self, i)->batch);
  }
  g_array_unref(self->calls);
  g_free(self);
}

bool
stream_flight_is_empty(const StreamFlight *self)
{
  return self->calls->len == 0;
}

size_t
stream_flight_bytes(const StreamFlight *self)
{
  size_t bytes = 0;

  for (guint i = 0; i < self->calls->len; i++)
    bytes += call_at(self, i)->is_last ? stream_batch_bytes(call_at(self, i)->batch) : 0;
  return bytes;
}

static const FrameRows *
rows_of(const Call *call)
{
  return stream_batch_rows(call->batch, call->kind);
}

static bool
give_up(StreamFlight *self)
{
  self->is_over = true;
  return false;
}

/* Takes the oldest call, which is settled, off the list. */
static bool
finish_oldest(StreamFlight *self)
{
  Call call = *call_at(self, 0);

  g_array_remove_index(self->calls, 0);
  self->sent -= self->sent > 0;
  if (!call.is_last)
    return true;
  return self->events.done(self->events.self, call.batch) || give_up(self);
}

static void
note_success(StreamFlight *self)
{
  retry_reset(&self->retry);
  if (self->is_waiting)
    self->events.waiting(self->events.self, NULL);
  self->is_waiting = false;
}

/* Waits until a probe says that the table takes rows. */
static bool
wait_for_table(StreamFlight *self, const char *table, const GError *reason)
{
  g_autoptr(GError) latest = g_error_copy(reason);

  for (;;) {
    uint32_t wait_ms = retry_next_ms(&self->retry);

    self->is_waiting = true;
    self->events.waiting(self->events.self, latest);
    metrics_count(self->sheet, COUNTER_WAIT_US, (uint64_t)wait_ms * 1000);
    if (!self->events.pause(self->events.self, wait_ms))
      return give_up(self);
    g_clear_error(&latest);
    if (self->sink->probe(self->sink->self, table, &latest))
      return true;
  }
}

/* The answers to what is still under way do not count: it is all sent again, in order. */
static void
forget_answers(StreamFlight *self, guint more)
{
  for (; more > 0; more--) {
    g_autoptr(GError) ignored = NULL;

    if (!self->sink->receive(self->sink->self, &ignored) &&
        !g_error_matches(ignored, FAULT, FAULT_RECORD))
      break;
  }
}

static bool
wait_while_halving(void *data, const char *table, const GError *reason)
{
  return wait_for_table(data, table, reason);
}

static void
note_taken_while_halving(void *data)
{
  StreamFlight *self = data;

  retry_reset(&self->retry);
}

static void
count_answer(StreamFlight *self, const Call *call, size_t refused)
{
  metrics_count(self->sheet, COUNTER_BATCHES, 1);
  metrics_count(self->sheet, COUNTER_ROWS, frame_rows_length(rows_of(call)) - refused);
  metrics_count(self->sheet, COUNTER_BYTES, rows_of(call)->rows.len);
}

/* Each row was cut off although the gateway answers, and none was taken: no row is judged by that,
 * but whoever looks should know what does it most often. */
static bool
wait_undecided(StreamFlight *self, const Call *call)
{
  const FrameRows *rows = rows_of(call);
  const char *table = frame_plan_table(stream_batch_plan(call->batch));
  g_autoptr(GError) reason = g_error_new(
      FAULT, FAULT_SETUP,
      "table %s: the gateway hangs up on each of %zu rows (%zu bytes), and answers otherwise: "
      "if its hbase.regionserver.thrift.framed.max_frame_size_in_mb is less than "
      "gateway.frame.max, set gateway.frame.max below it",
      table, frame_rows_length(rows), rows->rows.len);

  return wait_for_table(self, table, reason);
}

static bool
halve_oldest(StreamFlight *self)
{
  Call *call = call_at(self, 0);
  const StreamHalvingSeam seam = {self, self->sink, wait_while_halving, note_taken_while_halving};
  StreamHalvingEnd end;

  metrics_count(self->sheet, COUNTER_HALVED, 1);
  end = stream_halving_run(&seam, call->batch, call->kind, call->sends);
  call->cuts = 0;
  if (end.is_abandoned)
    return false;
  if (end.is_undecided)
    return wait_undecided(self, call); /* it stays the oldest, and is sent again whole */
  count_answer(self, call, end.refused);
  note_success(self);
  return finish_oldest(self);
}

/* The oldest call has failed; `under_way` answers are still to come. Nothing is under way
 * afterwards, and the oldest is either settled or to be sent again. */
static bool
recover(StreamFlight *self, guint under_way, const GError *error)
{
  const char *table = frame_plan_table(stream_batch_plan(call_at(self, 0)->batch));
  bool is_refusal = g_error_matches(error, FAULT, FAULT_RECORD);
  bool is_cut = g_error_matches(error, FAULT, FAULT_PEER) && !self->sink->is_busy(self->sink->self);
  g_autoptr(GError) verdict = NULL;

  if (is_refusal)
    forget_answers(self, under_way);
  self->sent = 0;
  if (is_refusal && self->sink->probe(self->sink->self, table, &verdict))
    return halve_oldest(self);

  if (!wait_for_table(self, table, verdict != NULL ? verdict : error))
    return false;
  if (is_cut && ++call_at(self, 0)->cuts >= CUTS_TO_HALVE)
    return halve_oldest(self);
  return true;
}

/* Calls without rows are never sent: a batch of nothing but rejects. */
static guint
count_under_way(const StreamFlight *self)
{
  guint count = 0;

  for (guint i = 0; i < self->sent; i++)
    count += frame_rows_length(rows_of(call_at(self, i))) > 0;
  return count;
}

/* Waits for the oldest call's answer and acts on it. */
static bool
settle_oldest(StreamFlight *self)
{
  g_autoptr(GError) error = NULL;
  const Call *oldest = call_at(self, 0);
  int64_t began = g_get_monotonic_time();
  bool is_well;

  if (frame_rows_length(rows_of(oldest)) == 0)
    return finish_oldest(self);

  is_well = self->sink->receive(self->sink->self, &error);
  metrics_count(self->sheet, COUNTER_ANSWER_US, (uint64_t)(g_get_monotonic_time() - began));
  if (!is_well)
    return recover(self, count_under_way(self) - 1, error);
  count_answer(self, oldest, 0);
  note_success(self);
  return finish_oldest(self);
}

static bool
send_next(StreamFlight *self)
{
  g_autoptr(GError) error = NULL;
  Call *call = call_at(self, self->sent);
  size_t count = frame_rows_length(rows_of(call));

  if (count > 0) {
    const FrameBatch whole = {stream_batch_plan(call->batch), call->kind, rows_of(call), 0, count};

    metrics_count(self->sheet, COUNTER_RESENT, call->sends > 0);
    call->sends++;
    if (!self->sink->send(self->sink->self, &whole, &error)) {
      /* A refusal is about this very call: let those before it be answered first. */
      if (self->sent > 0 && g_error_matches(error, FAULT, FAULT_RECORD))
        return settle_oldest(self);
      return recover(self, 0, error);
    }
  }
  self->sent++;
  return true;
}

static void
add_call(StreamFlight *self, StreamBatch *batch, FrameKind kind, bool is_last)
{
  g_array_append_val(self->calls, ((Call){.batch = batch, .kind = kind, .is_last = is_last}));
}

static bool
send_all(StreamFlight *self)
{
  while (!self->is_over && self->sent < self->calls->len) {
    if (count_under_way(self) < self->sink->depth)
      send_next(self);
    else
      settle_oldest(self);
  }
  return !self->is_over;
}

bool
stream_flight_push(StreamFlight *self, StreamBatch *batch)
{
  bool has_deletes = frame_rows_length(stream_batch_rows(batch, FRAME_DELETE)) > 0;

  add_call(self, batch, FRAME_PUT, !has_deletes);
  if (has_deletes)
    add_call(self, batch, FRAME_DELETE, true);
  return send_all(self);
}

bool
stream_flight_receive(StreamFlight *self)
{
  if (!self->is_over && self->sent > 0)
    settle_oldest(self);
  return send_all(self); /* after a failure: all that is left, once more */
}

bool
stream_flight_drain(StreamFlight *self)
{
  while (self->calls->len > 0) {
    if (!stream_flight_receive(self))
      return false;
  }
  return true;
}
