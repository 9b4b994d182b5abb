/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/autoptr.h"
#include "hbase/gateway.h"

/* The generated client, between memory on its one side and a gateway on ours. A call is begun,
 * written by t_h_base_service_client_send_...(), exchanged, and then read by ..._recv_...(); the
 * two exchanging verbs have judged the answer by then, so that only its success is left to read. */
typedef struct {
  Gateway *gateway;         /* owned */
  ThriftTransport *memory;  /* owned; NULL before the first call */
  ThriftProtocol *protocol; /* owned; the same: the service has no reference of its own */
  THBaseServiceIf *service; /* owned; the same */
  TIOError *refusal;        /* for the generated code to look at: stays NULL */
} Client;

void client_clear(Client *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Client, client_clear)

bool client_begin(Client *self, GError **error);

/* Sends what was written and takes the answer. FAULT_RECORD: the gateway refused. */
bool client_exchange(Client *self, GError **error);
/* The same for what holds a list of binaries, as its argument `field`, which the gateway keeps:
 * each begins a frame of its own, because a framed gateway otherwise keeps the whole frame in its
 * place (it takes the array beneath the buffer). A new frame makes it copy. */
bool client_exchange_kept(Client *self, int16_t field, GError **error);

/* Turns the generated code's complaint, NULL or not, into ours; returns false. */
bool client_unreadable(GError *cause, GError **error);
