/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/calls.h"

struct StreamCalls {
  const StreamSink *sink;            /* borrowed */
  StreamDelivery *const *deliveries; /* borrowed */
  size_t length;
  MetricsSheet *sheet; /* borrowed */
  size_t turn;         /* of the deliveries: whose turn it is to send */
  GQueue under_way;    /* of StreamDelivery: whose calls, the oldest first */
};

StreamCalls *
stream_calls_new(const StreamSink *sink, StreamDelivery *const *deliveries, size_t length,
                 MetricsSheet *sheet)
{
  StreamCalls *self = g_new0(StreamCalls, 1);

  self->sink = sink;
  self->deliveries = deliveries;
  self->length = length;
  self->sheet = sheet;
  g_queue_init(&self->under_way);
  return self;
}

void
stream_calls_free(StreamCalls *self)
{
  if (self == NULL)
    return;
  g_queue_clear(&self->under_way);
  g_free(self);
}

bool
stream_calls_is_empty(const StreamCalls *self)
{
  return g_queue_is_empty((GQueue *)&self->under_way);
}

/* Nothing is under way any more; `blamed` had the oldest call. */
static void
lose_all(StreamCalls *self, StreamDelivery *blamed, const GError *error)
{
  g_queue_clear(&self->under_way);
  for (size_t i = 0; i < self->length; i++) {
    if (self->deliveries[i] != blamed)
      stream_delivery_rewind(self->deliveries[i]);
  }
  stream_delivery_failed(blamed, error);
}

/* A call that may cut the connection is alone on it. */
static bool
may_join(const StreamCalls *self, const StreamDelivery *delivery)
{
  StreamDelivery *last = g_queue_peek_tail((GQueue *)&self->under_way);

  return last == NULL || last == delivery ||
         (!stream_delivery_is_suspect(last) && !stream_delivery_is_suspect(delivery));
}

/* False: it cannot be sent before what is under way is answered, or not at all at present. */
static bool
send_one(StreamCalls *self, StreamDelivery *delivery)
{
  g_autoptr(GError) error = NULL;
  StreamDelivery *oldest = g_queue_peek_head(&self->under_way);
  FrameBatch call;

  if (!stream_delivery_next(delivery, &call))
    return false;
  if (self->sink->send(self->sink->self, &call, &error)) {
    stream_delivery_sent(delivery);
    g_queue_push_tail(&self->under_way, delivery);
    return true;
  }
  if (!g_error_matches(error, FAULT, FAULT_RECORD)) {
    lose_all(self, oldest != NULL ? oldest : delivery, error);
    return true;
  }
  /* A refusal is about this very call: let those before it be answered first. */
  if (oldest != NULL)
    return false;
  stream_delivery_failed(delivery, error);
  return true;
}

/* One call, of the line whose turn it is or of those after it. */
static bool
send_next(StreamCalls *self, int64_t now)
{
  for (size_t i = 0; i < self->length; i++) {
    size_t at = (self->turn + i) % self->length;
    StreamDelivery *delivery = self->deliveries[at];

    if (stream_delivery_due_us(delivery) > now)
      continue;
    if (!may_join(self, delivery))
      return false; /* it is next, once it can be alone */
    if (!send_one(self, delivery))
      continue;
    self->turn = at + 1;
    return true;
  }
  return false;
}

void
stream_calls_send(StreamCalls *self)
{
  int64_t now = g_get_monotonic_time(); /* who begins to wait meanwhile is not tried again */

  while (self->under_way.length < self->sink->depth && send_next(self, now))
    ;
}

void
stream_calls_receive(StreamCalls *self)
{
  g_autoptr(GError) error = NULL;
  StreamDelivery *oldest = g_queue_pop_head(&self->under_way);
  int64_t began;
  bool is_well;

  if (oldest == NULL)
    return;
  began = g_get_monotonic_time();
  is_well = self->sink->receive(self->sink->self, &error);
  metrics_count(self->sheet, COUNTER_ANSWER_US, (uint64_t)(g_get_monotonic_time() - began));
  if (is_well)
    stream_delivery_acknowledged(oldest);
  else if (g_error_matches(error, FAULT, FAULT_RECORD))
    stream_delivery_failed(oldest, error);
  else
    lose_all(self, oldest, error);
}
