/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/frame.h"
#include "hbase/options.h"

/* The gateways as one: batches and calls over a link (link.h). Nothing here waits between tries or
 * tries twice: that is for the caller, who has the batch. */

typedef struct Gateway Gateway;

/* Does not connect yet. `number` tells the connections of one process apart: they spread over the
 * endpoints. Fails with FAULT_SETUP when an endpoint cannot be read. */
Gateway *gateway_new(const GatewayOptions *options, size_t number, GError **error);
void gateway_free(Gateway *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gateway, gateway_free)

/* Makes sure that there is a connection, and with transport or protocol `auto` finds out which.
 * FAULT_PEER: no endpoint answers; FAULT_SETUP: what answers there is no such gateway. */
bool gateway_open(Gateway *self, GError **error);
/* What plans are made for; known once gateway_open() has succeeded or when nothing is `auto`. */
WireProtocol gateway_protocol(const Gateway *self);
/* How many batches may be under way at once; the same. */
size_t gateway_depth(const Gateway *self);

/* How many connections there have been: what a gateway remembers for its client, such as a
 * scanner, must not be asked for over another one. */
unsigned gateway_connections(const Gateway *self);

/* A batch on its way, as StreamSink has it. FAULT_PEER: no verdict, and nothing is under way any
 * more; FAULT_SETUP: as above, and nothing is under way either; FAULT_RECORD: refused, maybe for a
 * reason that lies in a row. */
bool gateway_send(Gateway *self, const FrameBatch *batch, GError **error);
bool gateway_receive(Gateway *self, GError **error);
/* After FAULT_PEER of gateway_receive(): whether there was an answer, and it was that HBase cannot
 * take rows at present. */
bool gateway_is_busy(const Gateway *self);

/* One call whose message somebody else made, and its answer, good until the next call. With
 * `cuts` (of size_t, ascending), a framed message is sent in several frames that end there.
 * Nothing may be under way. */
bool gateway_ask(Gateway *self, Slice message, const GArray *cuts, Slice *out_answer,
                 GError **error);

/* Asks every endpoint how it wants to be spoken to; adds a sentence for each that cannot be
 * reached, is no thrift2 gateway, or is not what the options say. */
void gateway_check(const GatewayOptions *options, FaultList *faults);

/* Whether one of the endpoints answers as a gateway within seconds, over a connection of its own.
 * Errors as gateway_open(). */
bool gateway_is_there(const GatewayOptions *options, GError **error);
