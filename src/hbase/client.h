/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/autoptr.h"
#include "hbase/gateway.h"

/* The generated client on our own roads: a call is begun, written into memory by
 * t_h_base_service_client_send_...(), and exchanged over a gateway. Its answer is read by the wire
 * reader, not by the generated code, which takes the types of what it reads for granted and
 * crashes when they are others. */
typedef struct {
  Gateway *gateway;         /* owned */
  ThriftTransport *memory;  /* owned; NULL before the first call */
  ThriftProtocol *protocol; /* owned; the same: the service has no reference of its own */
  THBaseServiceIf *service; /* owned; the same */
} Client;

void client_clear(Client *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Client, client_clear)

bool client_begin(Client *self, GError **error);

/* The value that a call returned: `reader` stands before it. Good until the next call. */
typedef struct {
  WireReader reader;
  WireField field;
} ClientResult;

/* Sends what was written and takes the answer, whose value must have the type. FAULT_RECORD: the
 * gateway refused. */
bool client_exchange(Client *self, WireType type, ClientResult *out_result, GError **error);
/* The same for a call that returns nothing and whose binaries the gateway keeps. Each begins a
 * frame of its own, because a framed gateway otherwise keeps the whole frame in its place (it takes
 * the array beneath the buffer); a new frame makes it copy. */
bool client_exchange_kept(Client *self, GError **error);

/* Returns false. */
bool client_unreadable(GError **error);
