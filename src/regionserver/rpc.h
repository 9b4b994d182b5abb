/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hbase/socket.h"

/* HBase's own calls, for what no gateway offers: a connection to one service of one server, with
 * simple authentication. org.apache.hadoop.hbase.ipc; messages are protobuf's and belong to the
 * callers. One call at a time; one thread owns it. */
typedef struct RegionserverRpc RegionserverRpc;

/* Everything is borrowed, and must outlive the connections. */
typedef struct {
  SocketOptions socket;
  uint32_t timeout_ms; /* of a call: a bulk load flushes the region first */
  const char *user;    /* whom the server takes us for */
} RegionserverRpcOptions;

/* `server` is "host:port". FAULT_PEER: nobody answers there. */
RegionserverRpc *regionserver_rpc_open(const char *server, const char *service,
                                       const RegionserverRpcOptions *options, GError **error);
void regionserver_rpc_free(RegionserverRpc *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RegionserverRpc, regionserver_rpc_free)

/* The result is good until the next call. FAULT_PEER: no answer, or one that says to look again
 * (the region has moved, the server is busy or starting); FAULT_SETUP: refused. */
bool regionserver_rpc_call(RegionserverRpc *self, const char *method, Slice parameter,
                           Slice *out_result, GError **error);
/* True once a call went out that was not answered: nobody knows what became of it, and the
 * connection is of no more use. */
bool regionserver_rpc_is_lost(const RegionserverRpc *self);
/* True once the server hung up instead of answering, as it does when it does not know the service,
 * or wants Kerberos. */
bool regionserver_rpc_is_closed(const RegionserverRpc *self);
