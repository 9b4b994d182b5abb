/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/socket.h"

/* HBase's own calls, for what no gateway offers: a connection to one service of one server, with
 * simple authentication. org.apache.hadoop.hbase.ipc; messages are protobuf's and belong to the
 * callers. One call at a time; one thread owns it. */
typedef struct Rpc Rpc;

/* Everything is borrowed, and must outlive the connections. */
typedef struct {
  SocketOptions socket;
  uint32_t timeout_ms; /* of a call: a bulk load flushes the region first */
  const char *user;    /* whom the server takes us for */
} RpcOptions;

/* `server` is "host:port". FAULT_PEER: nobody answers there. */
Rpc *rpc_open(const char *server, const char *service, const RpcOptions *options, GError **error);
void rpc_free(Rpc *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rpc, rpc_free)

/* The result is good until the next call. FAULT_PEER: no answer, or one that says to look again
 * (the region has moved, the server is busy or starting); FAULT_SETUP: refused. */
bool rpc_call(Rpc *self, const char *method, Slice parameter, Slice *out_result, GError **error);
/* True once a call went out that was not answered: nobody knows what became of it, and the
 * connection is of no more use. */
bool rpc_is_lost(const Rpc *self);
