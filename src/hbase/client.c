/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/client.h"

#include "wire/extent.h"
#include "hbase/memory.h"
#include "wire/reply.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

enum { FIELD_SUCCESS = 0 };

void
client_clear(Client *self)
{
  g_clear_object(&self->service);
  g_clear_object(&self->protocol);
  g_clear_object(&self->memory);
  gateway_free(self->gateway);
  *self = (Client){0};
}

/* The protocol may be known only now. */
static void
make_service(Client *self)
{
  GType type = gateway_protocol(self->gateway) == WIRE_COMPACT ? THRIFT_TYPE_COMPACT_PROTOCOL
                                                               : THRIFT_TYPE_BINARY_PROTOCOL;

  self->memory = memory_transport_new();
  self->protocol = g_object_new(type, "transport", self->memory, NULL);
  self->service = g_object_new(TYPE_T_H_BASE_SERVICE_CLIENT, "input_protocol", self->protocol,
                               "output_protocol", self->protocol, NULL);
}

bool
client_begin(Client *self, GError **error)
{
  if (!gateway_open(self->gateway, error))
    return false;
  if (self->service == NULL)
    make_service(self);
  memory_transport_reset(self->memory, SLICE_EMPTY);
  return true;
}

bool
client_unreadable(GError **error)
{
  g_set_error_literal(error, FAULT, FAULT_PEER, "the gateway's answer is not what was asked for");
  return false;
}

static bool
exchange(Client *self, const GArray *cuts, Slice *out_answer, GError **error)
{
  Slice message = memory_transport_written(self->memory);

  return gateway_ask(self->gateway, message, cuts, out_answer, error) &&
         reply_check(gateway_protocol(self->gateway), *out_answer, 0, error);
}

bool
client_exchange(Client *self, WireType type, ClientResult *out_result, GError **error)
{
  Slice answer;
  WireHeader header;

  if (!exchange(self, NULL, &answer, error))
    return false;
  *out_result = (ClientResult){.reader = wire_reader(gateway_protocol(self->gateway), answer)};
  wire_read_header(&out_result->reader, &header);
  while (wire_next_field(&out_result->reader, &out_result->field)) {
    if (out_result->field.id == FIELD_SUCCESS && out_result->field.type == type)
      return true;
    extent_skip(&out_result->reader, &out_result->field);
  }
  return client_unreadable(error);
}

/* Where each binary of the list begins, behind its length. */
static void
find_binaries(WireProtocol protocol, Slice message, int16_t id, GArray *cuts)
{
  WireReader reader = wire_reader(protocol, message);
  WireHeader header;
  WireField field = {0};
  WireType type;
  size_t count = 0;
  Slice binary;

  wire_read_header(&reader, &header);
  while (wire_next_field(&reader, &field) && field.id != id)
    extent_skip(&reader, &field);
  if (field.id != id || !wire_read_list(&reader, &type, &count))
    return;
  for (size_t i = 0; i < count && wire_read_binary(&reader, &binary); i++) {
    size_t at = (size_t)(binary.data - message.data);

    g_array_append_val(cuts, at);
  }
}

bool
client_exchange_kept(Client *self, int16_t field, GError **error)
{
  g_autoptr(GArray) cuts = g_array_new(FALSE, FALSE, sizeof(size_t));
  Slice answer;

  find_binaries(gateway_protocol(self->gateway), memory_transport_written(self->memory), field,
                cuts);
  return exchange(self, cuts, &answer, error);
}
