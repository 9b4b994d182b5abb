/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/gateway.h"

#include "hbase/link.h"
#include "wire/reply.h"

struct Gateway {
  Link *link; /* owned */
  size_t frame_max_bytes;
  uint32_t sequence; /* of the next batch */
  size_t under_way;
  bool is_busy; /* see gateway_is_busy() */
  Bytes head;   /* owned: scratch */
};

Gateway *
gateway_new(const GatewayOptions *options, size_t number, GError **error)
{
  g_autoptr(Link) link = link_new(options, number, error);

  if (link == NULL)
    return NULL;

  Gateway *self = g_new0(Gateway, 1);

  self->link = g_steal_pointer(&link);
  self->frame_max_bytes = options->frame_max_bytes;
  return self;
}

void
gateway_free(Gateway *self)
{
  if (self == NULL)
    return;
  link_free(self->link);
  bytes_clear(&self->head);
  g_free(self);
}

bool
gateway_open(Gateway *self, GError **error)
{
  return self->under_way > 0 || link_open(self->link, error);
}

WireProtocol
gateway_protocol(const Gateway *self)
{
  return link_dialect(self->link).protocol;
}

size_t
gateway_depth(const Gateway *self)
{
  return link_depth(self->link);
}

unsigned
gateway_connections(const Gateway *self)
{
  return link_channels(self->link);
}

/* Whatever was under way has no verdict. */
static bool
give_up(Gateway *self, GError *reason, GError **error)
{
  self->under_way = 0;
  link_break(self->link);
  g_propagate_error(error, reason);
  return false;
}

static bool
carry(Gateway *self, const Slice *parts, size_t parts_length, GError **error)
{
  Channel *channel = link_channel(self->link);
  GError *reason = NULL;

  if (!channel->send(channel->self, parts, parts_length, &reason))
    return give_up(self, reason, error);
  link_sent(self->link);
  return true;
}

static bool
take_answer(Gateway *self, Slice *out_answer, GError **error)
{
  Channel *channel = link_channel(self->link);
  GError *reason = NULL;

  if (!channel->receive(channel->self, out_answer, &reason))
    return give_up(self, reason, error);
  link_answered(self->link);
  return true;
}

static bool
fits(const Gateway *self, const Slice *parts, size_t count, GError **error)
{
  size_t len = parts[0].len + parts[1].len + parts[2].len;

  if (len <= self->frame_max_bytes)
    return true;
  fault_record(error, "%zu rows make a frame of %zu bytes, over [gateway] frame.max = %zu", count,
               len, self->frame_max_bytes);
  return false;
}

bool
gateway_send(Gateway *self, const FrameBatch *batch, GError **error)
{
  self->is_busy = false;
  if (!gateway_open(self, error))
    return false;
  g_assert(frame_plan_protocol(batch->plan) == gateway_protocol(self));
  bytes_reset(&self->head);
  frame_head(batch->plan, batch->kind, (int32_t)self->sequence, batch->count, &self->head);

  const Slice parts[] = {bytes_slice(&self->head),
                         frame_rows_slice(batch->rows, batch->first, batch->count), frame_tail()};

  if (!fits(self, parts, batch->count, error) || !carry(self, parts, G_N_ELEMENTS(parts), error))
    return false;
  self->sequence++;
  self->under_way++;
  return true;
}

bool
gateway_receive(Gateway *self, GError **error)
{
  int32_t sequence = (int32_t)(self->sequence - (uint32_t)self->under_way);
  GError *reason = NULL;
  Slice answer;

  self->is_busy = false;
  if (self->under_way == 0) {
    g_set_error_literal(error, FAULT, FAULT_PEER, "the connection to the gateway was lost");
    return false;
  }
  if (!take_answer(self, &answer, error))
    return false;
  self->under_way--;
  if (reply_check(gateway_protocol(self), answer, sequence, &reason))
    return true;
  self->is_busy =
      g_error_matches(reason, FAULT, FAULT_RECORD) && reply_is_busy(gateway_protocol(self), answer);
  if (self->is_busy)
    reason->code = FAULT_PEER;
  if (!g_error_matches(reason, FAULT, FAULT_RECORD))
    return give_up(self, reason, error);
  g_propagate_error(error, reason);
  return false;
}

bool
gateway_is_busy(const Gateway *self)
{
  return self->is_busy;
}

bool
gateway_ask(Gateway *self, Slice message, const GArray *cuts, Slice *out_answer, GError **error)
{
  size_t begin = 0;

  g_assert(self->under_way == 0);
  if (!gateway_open(self, error))
    return false;

  size_t cuts_length = cuts == NULL || !link_dialect(self->link).is_framed ? 0 : cuts->len;

  for (size_t i = 0; i < cuts_length; i++) {
    size_t end = g_array_index(cuts, size_t, i);
    Slice part = slice(message.data + begin, end - begin);

    if (!carry(self, &part, 1, error))
      return false;
    begin = end;
  }

  Slice rest = slice(message.data + begin, message.len - begin);

  return carry(self, &rest, 1, error) && take_answer(self, out_answer, error);
}

bool
gateway_is_there(const GatewayOptions *options, GError **error)
{
  return link_ask(options, error);
}

void
gateway_check(const GatewayOptions *options, FaultList *faults)
{
  link_check(options, faults);
}
