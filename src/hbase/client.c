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

typedef struct {
  WireReader reader;
  const uint8_t *begin;
  GArray *cuts; /* of size_t */
} Finder;

static bool find_in_value(Finder *self, const WireField *field, unsigned depth);

static bool
find_in_items(Finder *self, WireType type, WireType other, size_t count, unsigned depth)
{
  bool is_whole = true;

  for (size_t i = 0; is_whole && i < count; i++)
    is_whole = find_in_value(self, &(WireField){.type = i % 2 == 0 ? type : other}, depth);
  return is_whole;
}

static bool
find_in_struct(Finder *self, unsigned depth)
{
  WireField field = {0};

  while (wire_next_field(&self->reader, &field))
    if (!find_in_value(self, &field, depth))
      return false;
  return self->reader.verdict == WIRE_WHOLE;
}

/* Adds where each binary of the value begins, behind its length. */
static bool
find_in_value(Finder *self, const WireField *field, unsigned depth)
{
  WireType type = WIRE_STOP;
  WireType other = WIRE_STOP;
  size_t count = 0;
  size_t at;
  Slice binary;

  if (depth == EXTENT_DEPTH)
    return false;
  switch (field->type) {
  case WIRE_STRING:
    if (!wire_read_binary(&self->reader, &binary))
      return false;
    at = (size_t)(binary.data - self->begin);
    g_array_append_val(self->cuts, at);
    return true;
  case WIRE_STRUCT:
    return find_in_struct(self, depth + 1);
  case WIRE_LIST:
  case WIRE_SET:
    return wire_read_list(&self->reader, &type, &count) &&
           find_in_items(self, type, type, count, depth + 1);
  case WIRE_MAP:
    return wire_read_map(&self->reader, &type, &other, &count) &&
           find_in_items(self, type, other, 2 * count, depth + 1);
  case WIRE_STOP:
  case WIRE_BOOL:
  case WIRE_BYTE:
  case WIRE_DOUBLE:
  case WIRE_I16:
  case WIRE_I32:
  case WIRE_I64:
    break;
  }
  return extent_skip(&self->reader, field);
}

bool
client_exchange_kept(Client *self, GError **error)
{
  g_autoptr(GArray) cuts = g_array_new(FALSE, FALSE, sizeof(size_t));
  WireProtocol protocol = gateway_protocol(self->gateway);
  Slice message = memory_transport_written(self->memory);
  Finder finder = {.reader = wire_reader(protocol, message), .begin = message.data, .cuts = cuts};
  WireHeader header;
  Slice answer;

  wire_read_header(&finder.reader, &header);
  find_in_struct(&finder, 0);
  return exchange(self, cuts, &answer, error);
}
